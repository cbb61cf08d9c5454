"""PNG files of the figures: the same SVG gives the same bytes on any machine."""

from __future__ import annotations

import hashlib
import importlib.util
import re
import subprocess
import sys
import uuid
from collections.abc import Sequence
from contextlib import suppress
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
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=text,
            width=width,
            dpi=96,
            background="white",
            skip_system_fonts=True,
            font_files=list(fonts()),
            font_family="DejaVu Sans",
            sans_serif_family="DejaVu Sans",
        )
    )


def on_shelf(svg: bytes, shelf: Path) -> Path:
    """Where the PNG of a drawing is kept from one build to the next."""
    return shelf / f"{hashlib.sha256(svg + resvg_py.__version__.encode()).hexdigest()[:24]}.{WIDTH}.png"


def drawn(source: Path, shelf: Path) -> bytes:
    """The PNG of an SVG file; one that was drawn before is taken from the shelf. Raises ``ValueError`` if it is no SVG."""
    svg = source.read_bytes()
    kept = on_shelf(svg, shelf)
    if not kept.is_file():
        shelf.mkdir(parents=True, exist_ok=True)
        unfinished = kept.with_name(f"{kept.name}.{uuid.uuid4().hex}")
        unfinished.write_bytes(png(svg))
        unfinished.replace(kept)
    return kept.read_bytes()


def draw_meanwhile(sources: Sequence[Path], shelf: Path) -> subprocess.Popen[str] | None:
    """A process that puts those drawings on the shelf that are not there, while this one does something else: to pack a picture
    takes a tenth of a second, in which a thread would keep Python waiting. ``None`` if there is nothing to draw."""
    missing = [source for source in sources if not on_shelf(source.read_bytes(), shelf).is_file()]
    if not missing:
        return None
    # By its path, and without its folder on the path of modules: the rest of the extension need not be imported.
    drawing = subprocess.Popen([sys.executable, "-P", __file__, shelf], stdin=subprocess.PIPE, text=True)
    drawing.stdin.write("".join(f"{source}\n" for source in missing))
    drawing.stdin.close()
    return drawing


def main(shelf: Path) -> None:
    """Draws the files named on the standard input. Of what cannot be drawn, who needs it will say so."""
    for line in sys.stdin:
        with suppress(ValueError, OSError):
            drawn(Path(line.rstrip("\n")), shelf)


def size(content: bytes) -> tuple[int, int]:
    """Width and height in pixels, from the file's header."""
    return int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
