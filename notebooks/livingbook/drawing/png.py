"""PNG files of the figures: the same SVG gives the same bytes on any machine."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import subprocess
import sys
import uuid
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

import resvg_py

from livingbook.drawing.svg import without_variables

WIDTH = 1200


def file_of_package(package: str, name: str) -> Path:
    """A file of an installed package, by its path below the package. Raises ``ImportError`` if there is no such package."""
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        raise ImportError(f"the package {package} is not installed", name=package)
    return Path(found.origin).parent / name


@cache
def fonts() -> tuple[str, ...]:
    """The files of the fonts of figures. They are those of matplotlib, because machines have different ones."""
    folder = file_of_package("matplotlib", "mpl-data/fonts/ttf")
    return tuple(str(path) for path in sorted(folder.glob("DejaVuSans*.ttf")))


def png(svg: bytes, width: int = WIDTH) -> bytes:
    """The PNG of a drawing, on white. width: in pixels. Raises ``ValueError`` if it is no SVG."""
    text = without_variables(svg.decode("utf-8"))
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=text,
            width=width,
            dpi=96,  # lengths are in points
            background="white",
            skip_system_fonts=True,
            font_files=list(fonts()),
            font_family="DejaVu Sans",
            sans_serif_family="DejaVu Sans",
        )
    )


def cached(svg: bytes, cache_folder: Path) -> Path:
    """The file in which the PNG of a drawing is kept from one build to the next; it need not be there yet."""
    return cache_folder / f"{hashlib.sha256(svg + resvg_py.__version__.encode()).hexdigest()[:24]}.{WIDTH}.png"


def drawn(source: Path, cache_folder: Path) -> bytes:
    """The PNG of an SVG file, from the cache if it was drawn before. Raises ``ValueError`` if the file is no SVG."""
    return png_of(source.read_bytes(), cache_folder)


def png_of(svg: bytes, cache_folder: Path) -> bytes:
    """The PNG of a drawing, from the cache if it was drawn before. Raises ``ValueError`` if it is no SVG."""
    picture = cached(svg, cache_folder)
    if not picture.is_file():
        cache_folder.mkdir(parents=True, exist_ok=True)
        unfinished = picture.with_name(f"{picture.name}.{uuid.uuid4().hex}")
        unfinished.write_bytes(png(svg))
        unfinished.replace(picture)
    return picture.read_bytes()


def draw_in_background(sources: Sequence[Path], cache_folder: Path) -> subprocess.Popen[str] | None:
    """Starts a process that draws the SVG files that are not in the cache yet; ``None`` if all are there.

    It is a process and no thread because compressing a picture takes a tenth of a second during which it holds Python's lock.
    """
    missing = [source for source in sources if not cached(source.read_bytes(), cache_folder).is_file()]
    if not missing:
        return None
    # This file is run by its path, and -P keeps its folder off the module path: so little else of the library is imported.
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-P", __file__, str(cache_folder)]
    drawing = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, text=True)
    if drawing.stdin is not None:  # it was asked for one line above
        drawing.stdin.write("".join(f"{source}\n" for source in missing))
        drawing.stdin.close()
    return drawing


def main(cache_folder: Path) -> None:
    """Draws the files named on the standard input into the cache.

    A file that cannot be drawn is passed over: the build comes to it later and gives the warning.
    """
    for line in sys.stdin:
        with suppress(ValueError, OSError):
            drawn(Path(line.rstrip("\n")), cache_folder)


def size(content: bytes) -> tuple[int, int]:
    """Width and height in pixels, from the file's header."""
    return int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
