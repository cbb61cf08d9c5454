"""Figures without inline styles."""

from __future__ import annotations


def test_a_figure_looks_the_same_with_its_looks_in_attributes(browser, tmp_path):
    from livingbook.drawing.svg import as_attributes

    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><style type="text/css">*{stroke-linejoin: round; stroke-linecap: butt}</style>'
        '<path id="p" d="M0 0L1 1" fill="red" style="fill: none; stroke: var(--fig-x, #0072b2); stroke-width: 1.8"/>'
        '<text id="t" style="font-size: 9px; font-family: \'DejaVu Sans\', sans-serif; text-anchor: end">a</text></svg>'
    )
    strange: list[str] = []
    plain = as_attributes(drawing, strange.append)
    assert "style" not in plain and strange == []
    looks = []
    for text in (drawing, plain):
        (tmp_path / "x.html").write_text(f"<!DOCTYPE html><title>x</title>{text}")
        tab = browser.new_page()
        tab.goto((tmp_path / "x.html").as_uri())
        looks.append(
            tab.evaluate(
                "['p', 't'].map((id) => { const s = getComputedStyle(document.getElementById(id)); return [s.fill, s.stroke, "
                "s.strokeWidth, s.strokeLinejoin, s.fontSize, s.fontFamily, s.textAnchor]; })"
            )
        )
        tab.close()
    assert looks[0] == looks[1] and looks[0][0][:4] == ["none", "rgb(0, 114, 178)", "1.8px", "round"]
