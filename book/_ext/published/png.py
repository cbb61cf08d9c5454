"""PNG files of the figures: the same SVG gives the same bytes on any machine."""

from __future__ import annotations

import hashlib
import importlib.util
import re
from functools import cache
from pathlib import Path

import resvg_py

WIDTH = 1200
VARIABLE = re.compile(r"var\(--[\w-]+,\s*([^()]*(?:\([^()]*\))?[^()]*)\)")


@cache
def fonts() -> tuple[str, ...]:
    """The fonts of figures, as matplotlib brings them; those of the machine are not used."""
    origin = importlib.util.find_spec("matplotlib").origin
    folder = Path(origin).parent / "mpl-data" / "fonts" / "ttf"
    return tuple(str(path) for path in sorted(folder.glob("DejaVuSans*.ttf")))


def without_variables(svg: str) -> str:
    """Colours that follow the page, as they are in light mode."""
    return VARIABLE.sub(r"\1", svg)


def png(svg: bytes, width: int = WIDTH) -> bytes:
    """The drawing on white."""
    text = without_variables(svg.decode("utf-8"))  # lengths are in points, so a dpi is needed
    return bytes(resvg_py.svg_to_bytes(svg_string=text, width=width, dpi=96, background="white", skip_system_fonts=True,
                                       font_files=list(fonts()), font_family="DejaVu Sans", sans_serif_family="DejaVu Sans"))


def drawn(source: Path, target: Path, shelf: Path) -> None:
    """Writes the PNG of an SVG file; one that was drawn before is taken from the shelf."""
    svg = source.read_bytes()
    kept = shelf / f"{hashlib.sha256(svg + resvg_py.__version__.encode()).hexdigest()[:24]}.{WIDTH}.png"
    if not kept.is_file():
        shelf.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(png(svg))
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(kept.read_bytes())


def size(content: bytes) -> tuple[int, int]:
    """Width and height in pixels, from the file's header."""
    return int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")
