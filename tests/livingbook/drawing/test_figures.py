"""Figures: letters that can be read on a phone, lines of words that fit, and bounds drawn as bounds."""

import re
import warnings

import pytest
from livingbook.drawing.figures import BLUE, NARROW, READABLE, WIDE, draw_bounds, render, wrapped
from livingbook.values.bounds import Bounds
from matplotlib.figure import Figure

PHONE = 328  # pixels that a 360 px page leaves for a figure
LONG = "Russia's listed rate lies above many other rates, and they count other things"


def drawn(narrow, draw=lambda figure, data, narrow: figure.subplots().annotate("tiny", (0, 0), size=5)):
    return render(draw, None, name="x", title="It is Russia's", subtitle=LONG, source="Source: a page.", height=1, narrow=narrow)


def sizes(svg):
    """Sizes of the letters, in units of the picture."""
    return [float(size) for size in re.findall(r"font: (?:bold )?(\d+(?:\.\d+)?)px", svg)] + [
        float(size) for size in re.findall(r"font-size: (\d+(?:\.\d+)?)px", svg)
    ]


def test_no_letter_is_smaller_than_11_px_on_a_phone():
    smallest = min(sizes(drawn(narrow=True)))
    assert smallest == READABLE and smallest * PHONE / (NARROW * 72) >= 11
    assert min(sizes(drawn(narrow=False))) == 5, "a wide figure keeps the size it asks for"


def test_apostrophes_are_those_of_the_prose():
    assert "It is Russia’s" in drawn(narrow=False) and "Russia's" not in drawn(narrow=False).replace(
        "<title>It is Russia's</title>", ""
    )


FOREIGN = ("مرحبا", "列表", "한국", "हिन्दी", "ไทย", "😀")


@pytest.mark.parametrize("narrow", [False, True])
def test_letters_that_the_font_lacks_stay_text_without_a_warning(narrow):
    def draw(figure, data, narrow):
        figure.subplots().barh(FOREIGN, range(len(FOREIGN)))

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        svg = render(draw, None, name="x", title="題名", subtitle="הקדמה", source="来源", height=2, narrow=narrow)
    assert [words for words in (*FOREIGN, "題名", "הקדמה", "来源") if not re.search(rf"<text[^>]*>{words}</text>", svg)] == []


def test_any_other_warning_is_heard():
    def draw(figure, data, narrow):
        figure.subplots()
        warnings.warn("Glyph of the labels", UserWarning, stacklevel=1)

    with pytest.warns(UserWarning, match="labels"):
        drawn(narrow=False, draw=draw)


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("weight", ["bold", "normal"])
def test_lines_fit_and_no_word_is_left_alone(width, weight):
    for words in (LONG[:end].rsplit(" ", 1)[0] for end in range(20, len(LONG))):
        lines = wrapped(words, width, 12, weight)
        assert " ".join(lines) == words.replace("'", "’")
        assert len(lines) == 1 or len(lines[-1].split()) > 1 or len(lines[-2].split()) < 3, lines


def test_no_words_make_no_line_and_one_long_word_makes_one():
    assert wrapped("", WIDE, 9) == [] and wrapped("x" * 200, NARROW, 9) == ["x" * 200]


def test_known_ends_without_a_value_are_ticked_and_nothing_is_no_end():
    axes = Figure().subplots()
    draw_bounds(axes, 1, Bounds(0, None, 4), BLUE, reach=1, upright=True)
    assert [list(line.get_ydata()) for line in axes.lines] == [[0, 4], [4]] and axes.lines[1].get_marker() == "_"
