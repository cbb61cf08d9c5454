"""What a notebook shows of what it publishes, outside of a build: for JupyterLab, VS Code and other viewers of notebooks.

A drawing is shown as PNG, because viewers remove SVG from the outputs of a notebook that somebody else executed, and pictures they
keep. It has a white ground, so that it can be read in dark themes, too. (The pages of the book have SVG, which follows their
colours.) Below each result stands how a chapter cites it, and what the built book has under that name.
"""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from livingbook.notebook.payload import BUILT, MIME
from livingbook.values.days import LATEST
from livingbook.values.published import FOR_MACHINES

Draw = Callable[[bytes], bytes]  # from an SVG to a PNG
Output = tuple[dict[str, Any], dict[str, Any]]  # data and metadata of an output, each by MIME type
DRAWING = re.compile(r'<div role="img" aria-label="[^"]*" class="notebook-figure">(?P<svg><svg.*?</svg>\s*)</div>', re.S)
CITED = {"result": "{{result}}`{0}.{1}`", "figure": "```{{published-figure}} {0}.{1}", "table": "```{{published-table}} {0}.{1}"}


def drawing(svg: str, alt: str) -> str:
    """HTML of a drawing as the pages of the book have it."""
    return f'<div role="img" aria-label="{html.escape(alt)}" class="notebook-figure">{svg}</div>'


def outputs(payload: Mapping[str, Any], shown: str, plain: str, root: Path) -> list[Output]:
    """The outputs of a cell that publishes: first the one with the payload.

    shown, plain: HTML and text of a result or table. root: the folder of the book.
    """
    kind, notebook, name, body = (payload[part] for part in ("kind", "notebook", "name", "body"))
    data, caption = {MIME: dict(payload), "text/plain": plain}, below(payload, root)
    if kind != "figure":
        title = f"<b>{html.escape(body['title'])}</b>" if kind == "table" else ""
        block = f"<p>{shown}<br>{caption}</p>" if kind == "result" else f"{title}{shown}{caption}"
        return [(data | {"text/html": block}, {})]
    from livingbook.drawing.png import png

    shape, metadata = picture(body["svg"]["wide"], png)
    return [(data | shape, metadata), ({"text/html": caption, "text/plain": CITED[kind].format(notebook, name)}, {})]


def picture(svg: str, draw: Draw) -> Output:
    """A drawing as PNG, as wide on the screen as the drawing says."""
    points = float(svg.split('width="', 1)[1].split("pt", 1)[0])
    return {"image/png": base64.b64encode(draw(svg.encode())).decode()}, {"image/png": {"width": round(points * 96 / 72)}}


def below(payload: Mapping[str, Any], root: Path) -> str:
    """HTML of the line below what is shown: how a chapter cites it; alt text of a figure; and the book's own value of a number."""
    kind, notebook, name, body = (payload[part] for part in ("kind", "notebook", "name", "body"))
    parts = [f"<code>{html.escape(CITED[kind].format(notebook, name))}</code>"] if kind in CITED else []
    if kind == "figure":
        parts.append(f"alt text: {html.escape(body['alt'])}")
    if kind == "result" and (there := in_book(root).get(notebook, {}).get(name)):
        same = all(there.get(part) == body[part] for part in FOR_MACHINES)
        parts.append("the same in the book" if same else f"in the book: <b>{html.escape(there['text'])}</b>")
    return f"<small>{' · '.join(parts)}</small>" if parts else ""


def in_book(root: Path) -> dict[str, dict[str, Any]]:
    """Notebook → name → number, of the edition ``latest`` in the book as it was built last; empty if there is none."""
    path = root / BUILT
    try:
        return _results(path, path.stat().st_mtime_ns).get(LATEST, {})
    except (OSError, ValueError):
        return {}


@lru_cache(maxsize=1)
def _results(path: Path, _changed: int) -> dict[str, Any]:
    return json.loads(path.read_text("utf-8"))


def with_pictures(notebook: str, draw: Draw) -> str:
    """The text of a notebook that a build executed, with pictures in place of the drawings, for those who open it elsewhere."""
    found = json.loads(notebook)
    for cell in found["cells"]:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if drawn := DRAWING.search("".join(data.get("text/html", ""))):
                del data["text/html"]
                shape, output["metadata"] = picture(drawn["svg"], draw)
                data |= shape
    return json.dumps(found, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
