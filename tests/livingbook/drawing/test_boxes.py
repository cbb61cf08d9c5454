"""Boxes and arrows: where a box's sides are, and that what is put in is drawn."""

from livingbook.drawing.boxes import Box, draw_arrow, draw_box, sheet
from livingbook.drawing.figures import render


def test_sides_of_a_box():
    box = Box(1, 2, 4, 2)
    assert (box.left, box.right, box.top, box.bottom) == ((1, 3), (5, 3), (3, 4), (3, 2))


def test_a_box_shows_title_number_and_lines():
    def draw(figure, _data, narrow):
        axes = sheet(figure, 3, 2)
        draw_box(axes, Box(0.1, 1, 1, 0.8), "In court", "20,538", ["cases"], flat=narrow)
        draw_box(axes, Box(1.6, 1, 1, 0.8), "Left", "", ["nobody counts"], uncounted=True)
        draw_arrow(axes, (1.1, 1.4), (1.6, 1.4), dashed=True)

    for narrow in (False, True):
        svg = render(draw, None, name="boxes", title="Boxes", subtitle="", source="", height=2, narrow=narrow)
        assert all(f">{words}</text>" in svg for words in ("In court", "20,538", "cases", "nobody counts"))
