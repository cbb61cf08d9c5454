"""What edits the text of an SVG: ids, colours, styles, a white ground, words, provenance."""

from livingbook.drawing import svg
from livingbook.drawing.figures import VARIABLES
from livingbook.drawing.svg import scoped, themed


def test_ids_are_numbered_after_the_figure_and_unused_ones_dropped():
    def made(clip):
        return (
            f'<?xml?><svg><g id="unused"/><clipPath id="{clip}"/><path id="m7"/><g clip-path="url(#{clip})"/><use xlink:href="#m7"/>'
            f'<g clip-path="url(#{clip})"/></svg>'
        )

    assert scoped(made("p1f50"), "f") == (
        '<svg><g/><clipPath id="f-1"/><path id="f-2"/><g clip-path="url(#f-1)"/><use xlink:href="#f-2"/><g clip-path="url(#f-1)"/></svg>'
    )
    assert scoped(made("p1f50"), "f") == scoped(made("p8d94"), "f"), "the hash of a clipping path is not in the bytes"


def test_colours_become_variables_of_the_page():
    assert themed('<path style="stroke: #0072b2"/>', VARIABLES) == '<path style="stroke: var(--fig-blue, #0072b2)"/>'


def test_a_drawing_that_stands_alone_has_fixed_colours_on_a_white_ground():
    drawing = '<svg width="1pt"><path style="fill: var(--fig-ink, #222); stroke: var(--x, rgb(1, 2, 3))"/></svg>'
    assert svg.standing_alone(drawing) == f'<svg width="1pt">{svg.GROUND}<path style="fill: #222; stroke: rgb(1, 2, 3)"/></svg>'


def test_a_style_that_cannot_be_an_attribute_is_told_and_left_out():
    told: list[str] = []
    assert svg.as_attributes('<svg><g style="fill: red; cursor: help"/></svg>', told.append) == '<svg><g fill="red"/></svg>'
    assert told == ["a figure's style has 'cursor', which cannot be an attribute"]


def test_words_are_filled_in_as_text():
    assert svg.filled("<text>{title}</text>", {"title": "<b> & c"}) == "<text>&lt;b&gt; &amp; c</text>"


def test_the_provenance_of_a_drawing_is_written_once_and_can_be_taken_out():
    drawing = b'<svg width="1pt"><g/></svg>'
    made = svg.stamped(drawing, {"identifier": "a & b", "hasVersion": ""})
    assert b"<dcterms:identifier>a &amp; b</dcterms:identifier>" in made and b"hasVersion" not in made
    assert svg.without_provenance(made) == drawing and svg.stamped(made, {"identifier": "a & b"}) == made
