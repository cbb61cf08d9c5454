"""Figures as PNG."""

from __future__ import annotations

from small_pages import SVG


def test_pictures_are_the_same_bytes_each_time_and_follow_the_light_colours():

    from livingbook.drawing import png

    drawing = SVG.format(width=200).replace("<metadata>", "<metadata>").encode()
    first = png.png(drawing)
    assert first == png.png(drawing) and png.size(first) == (1200, 540)
    assert png.fonts()
