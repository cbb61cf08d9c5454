"""Makes an SVG file fit to be part of a page: nothing in it can run, its ids are unique, and it has a name for screen readers."""

from __future__ import annotations

import re
from xml.etree import ElementTree

SVG, XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
HREF = f"{{{XLINK}}}href"
URL = re.compile(r"url\(\s*['\"]?#([^'\")\s]+)['\"]?\s*\)")
EVERYTHING = re.compile(r"^\s*\*\s*\{([^{}]*)\}\s*$")
UNWANTED = {"script", "foreignObject", "metadata", "iframe", "a", "style"}


class Unfit(Exception):
    """The file cannot be shown in a page; the message says why."""


def inline(source: bytes, prefix: str, alt: str) -> str:
    """The SVG as markup for a page.

    prefix: put before every id, so that several figures can share a page.
    alt: what the figure shows; becomes its accessible name.
    Raises Unfit if the file is not SVG or has no viewBox (it could not scale).
    """
    try:
        root = ElementTree.fromstring(source)
    except ElementTree.ParseError as error:
        raise Unfit(f"not well-formed: {error}") from None
    if root.tag != f"{{{SVG}}}svg" or not root.get("viewBox"):
        raise Unfit("not an SVG with a viewBox")
    style = _style_for_all(root)
    _strip(root)
    _rename_ids(root, prefix)
    for attribute in ("width", "height", "version", "class"):
        root.attrib.pop(attribute, None)
    root.attrib.update({"role": "img", "aria-label": alt, "focusable": "false"})
    if style:
        root.set("style", style)
    return _serialized(root)


def _style_for_all(root: ElementTree.Element) -> str:
    """The declarations of `* {…}` rules, as a style for the root.

    Inside a page such a rule would apply to every element of the page. On the root of the drawing the declarations are inherited
    by what is in it.
    """
    found = (EVERYTHING.match(element.text or "") for element in root.iter(f"{{{SVG}}}style"))
    return ";".join(match[1].strip().rstrip(";") for match in found if match)


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _strip(element: ElementTree.Element) -> None:
    """Removes what could run a script, load something from elsewhere, or style the page around it."""
    for child in list(element):
        if not isinstance(child.tag, str) or _local(child.tag) in UNWANTED:
            element.remove(child)
        else:
            _strip(child)
    for name, value in list(element.attrib.items()):
        href = _local(name) == "href"
        foreign = href and not value.startswith(("#", "data:image/png", "data:image/jpeg"))
        if _local(name).lower().startswith("on") or foreign or (not href and name.startswith("{")):
            del element.attrib[name]
        elif name == HREF:
            element.set("href", element.attrib.pop(name))


def _rename_ids(root: ElementTree.Element, prefix: str) -> None:
    """Gives the ids that are referred to new names, in the order of the references; drops the ids that nothing refers to."""
    referred: dict[str, str] = {}
    for element in root.iter():
        for name, value in element.attrib.items():
            targets = [value[1:]] if name == "href" and value.startswith("#") else URL.findall(value)
            for target in targets:
                referred.setdefault(target, f"{prefix}-{len(referred)}")
    for element in root.iter():
        if (old := element.attrib.pop("id", None)) in referred:
            element.set("id", referred[old])
        for name, value in element.attrib.items():
            if name == "href" and value.startswith("#"):
                element.set(name, "#" + referred[value[1:]])
            elif "url(" in value:
                element.set(name, URL.sub(lambda match: f"url(#{referred[match[1]]})", value))


def _serialized(root: ElementTree.Element) -> str:
    for element in root.iter():
        element.tag = _local(element.tag)
    root.set("xmlns", SVG)
    text = ElementTree.tostring(root, encoding="unicode", short_empty_elements=True)
    # Neither blank lines nor indentation carry meaning between the elements of a figure.
    return re.sub(r">\s*\n\s*<", "><", text).strip()
