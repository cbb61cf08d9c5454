"""Everything that edits the text of an SVG: as matplotlib leaves it, for pages, on its own, and with its provenance.

A drawing goes this way: ``scoped`` and ``themed`` when a notebook publishes it; ``inline`` and ``as_attributes`` in a page;
``standing_alone`` where there is no style sheet, as in the files to download; ``stamped`` when the book is published, and ``look``
to compare it with another.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html import escape
from xml.etree import ElementTree

SVG, XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
HREF = f"{{{XLINK}}}href"
URL = re.compile(r"url\(\s*['\"]?#([^'\")\s]+)['\"]?\s*\)")
EVERYTHING = re.compile(r"^\s*\*\s*\{([^{}]*)\}\s*$")
UNWANTED = {"script", "foreignObject", "metadata", "iframe", "a", "style"}
ROOT = re.compile(r"<svg\b[^>]*>", re.S)
ROOT_OF_FILE = re.compile(ROOT.pattern.encode(), re.S)
GROUND = '<rect width="100%" height="100%" fill="#ffffff"/>'
VARIABLE = re.compile(r"var\(--[\w-]+,\s*([^()]*(?:\([^()]*\))?[^()]*)\)")
BEGIN = b'<metadata id="provenance">'
STAMP = re.compile(rb'\n?<metadata id="provenance">.*?</metadata>', re.S)
TAG = re.compile(r'<([a-zA-Z][\w-]*)((?:\s+[\w:-]+(?:="[^"]*")?)*?)\s+style="([^"]*)"((?:\s+[\w:-]+(?:="[^"]*")?)*\s*/?>)')
FOR_ALL = re.compile(r"<style[^>]*>\s*\*\s*\{([^{}]*)\}\s*</style>")
STYLE = re.compile(r"<style\b[^>]*>.*?</style>", re.S)
# Style properties that SVG also knows as attributes, as far as figures use them.
PAINT = frozenset(
    (
        "clip-path",
        "clip-rule",
        "color",
        "dominant-baseline",
        "fill",
        "fill-opacity",
        "fill-rule",
        "font-family",
        "font-size",
        "font-style",
        "font-variant",
        "font-weight",
        "letter-spacing",
        "marker-end",
        "marker-start",
        "opacity",
        "paint-order",
        "stroke",
        "stroke-dasharray",
        "stroke-dashoffset",
        "stroke-linecap",
        "stroke-linejoin",
        "stroke-miterlimit",
        "stroke-opacity",
        "stroke-width",
        "text-anchor",
        "text-decoration",
        "visibility",
        "word-spacing",
    )
)


# --- As matplotlib leaves it ---


def scoped(svg: str, prefix: str) -> str:
    """The SVG with new ids, a prefix and a number, so that drawings can share a page; ids that nothing refers to are dropped.

    matplotlib makes ids from hashes of coordinates, whose last bits may differ from run to run in drawings that look the same.
    """
    svg = svg[svg.index("<svg") :]
    used = dict.fromkeys(re.findall(r'(?:url\(#|href="#)([^)"]+)', svg))
    names = {name: f"{prefix}-{place}" for place, name in enumerate(used, 1)}

    def one(found: re.Match[str]) -> str:
        return f' id="{names[found[1]]}"' if found[1] in names else ""

    svg = re.sub(r' id="([^"]+)"', one, svg)
    return re.sub(r'(url\(#|href="#)([^)"]+)', lambda found: found[1] + names[found[2]], svg)


def themed(svg: str, colours: Mapping[str, str]) -> str:
    """The SVG with each colour as a CSS variable, so that a page can change it; matplotlib's metadata is dropped.

    colours: colour, as the drawing has it → name of its variable, which has the colour as fallback.
    """
    for colour, name in colours.items():
        svg = svg.replace(colour, f"var(--fig-{name}, {colour})")
    svg = svg.replace("'DejaVu Sans'", "'DejaVu Sans', Verdana, 'Segoe UI'")
    return re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.S)


# --- In a page ---


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


def as_attributes(figure: str, warn: Callable[[str], object]) -> str:
    """The same SVG element with its styles as attributes. warn: gets a message for each property that cannot be an attribute."""
    general = ";".join(found[1] for found in FOR_ALL.finditer(figure))
    figure = STYLE.sub("", figure)
    if general:
        figure = figure.replace("<svg", f'<svg style="{general}"', 1)
    return TAG.sub(lambda found: f"<{found[1]}{_painted(found[2] + found[4], found[3], warn)}", figure)


def _painted(attributes: str, style: str, warn: Callable[[str], object]) -> str:
    """The attributes of an element with its style among them. Where both say something of one property, the style counts."""
    given = dict(each for each in (_pair(part) for part in style.split(";")) if each[0])
    for name in given.keys() - PAINT:
        warn(f"a figure's style has {name!r}, which cannot be an attribute")
    for name in given:
        attributes = re.sub(rf'\s{name}="[^"]*"', "", attributes)
    return "".join(f' {name}="{value}"' for name, value in given.items() if name in PAINT) + attributes


def _pair(declaration: str) -> tuple[str, str]:
    """A declaration's property and value."""
    name, _, value = declaration.partition(":")
    return name.strip().lower(), value.strip()


# --- On its own ---


def without_variables(svg: str) -> str:
    """The drawing with fixed colours, those of light pages, in place of colours that the page's style sheet sets."""
    return VARIABLE.sub(r"\1", svg)


def standing_alone(svg: str) -> str:
    """A figure with fixed colours on white, for where there is no style sheet; it looks the same in dark mode."""
    return ROOT.sub(lambda root: root[0] + GROUND, without_variables(svg), count=1)


def look(drawing: bytes) -> bytes:
    """The drawing without what differs between files that look the same: provenance, the ground, colours as variables."""
    return without_variables(without_provenance(drawing).decode("utf-8")).replace(GROUND, "", 1).encode()


def filled(design: str, words: Mapping[str, str]) -> str:
    """A drawing with words in place of their names in braces."""
    for name, text in words.items():
        design = design.replace(f"{{{name}}}", escape(text))
    return design


# --- With its provenance ---


def stamped(drawing: bytes, terms: Mapping[str, str]) -> bytes:
    """A drawing with its provenance in Dublin Core. terms: name of a term → text; empty ones are left out."""
    lines = "".join(f"<dcterms:{term}>{escape(text)}</dcterms:{term}>" for term, text in terms.items() if text)
    made = (
        '\n<metadata id="provenance"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        f'xmlns:dcterms="http://purl.org/dc/terms/"><rdf:Description rdf:about="">{lines}</rdf:Description></rdf:RDF>'
        "</metadata>"
    )
    return ROOT_OF_FILE.sub(lambda root: root[0] + made.encode(), without_provenance(drawing), count=1)


def without_provenance(drawing: bytes) -> bytes:
    """The drawing without its provenance, which differs between drawings that look the same."""
    return STAMP.sub(b"", drawing) if BEGIN in drawing else drawing
