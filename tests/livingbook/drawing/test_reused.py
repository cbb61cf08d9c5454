"""A drawing of an earlier build is taken only where a new one would be the same: every thing that decides it is changed once."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import matplotlib as mpl
import pandas as pd
import pytest
from livingbook import recording
from livingbook.drawing import reused
from livingbook.values import wording
from livingbook.values.bounds import Bounds

SHOWN = {"name": "rate-years", "title": "A title", "subtitle": "", "source": "", "height": 1.0, "narrow": False}
DRAW = "def draw(figure, data, narrow):\n    figure.subplots().plot([0, SIZE], [0, 1])\n"
DATA = pd.DataFrame({"label": ["a", "b"], "n": [1.0, 2.0]})


class Recorder:
    """As much of a recorder as keeping needs."""

    def __init__(self, folder: Path) -> None:
        self.cache, self.root, self.inputs = folder / "compiled", str(folder), {"engine x.py": "1", "data y.csv": "2"}

    @property
    def extent(self):
        return len(self.inputs)

    unrecorded = staticmethod(nullcontext)


@pytest.fixture
def drawn(tmp_path, monkeypatch):
    """Draws with a draw function defined as in a notebook; the returned list has an entry for every drawing really made."""
    made, recorder = [], Recorder(tmp_path)
    monkeypatch.setattr(recording, "recorder", lambda: recorder)
    monkeypatch.setattr(reused, "render", lambda draw, data, **shown: made.append(1) or f"<svg>{len(made)}</svg>")
    return made, recorder


def notebooks(code: str, name: str = "draw", **values: object):
    """A function that a cell of a notebook defines."""
    scope = {"__name__": "__main__", **values}
    exec(code, scope)
    return scope[name]


def test_the_same_is_drawn_once(drawn):
    made, _ = drawn
    for _ in range(3):
        assert reused.kept_render(notebooks(DRAW, SIZE=1), DATA.copy(), **SHOWN) == "<svg>1</svg>"
    assert len(made) == 1


@pytest.mark.parametrize(
    "other",
    [
        lambda: (notebooks(DRAW, SIZE=2), DATA, SHOWN),
        lambda: (notebooks(DRAW.replace("0, 1", "0, 3"), SIZE=1), DATA, SHOWN),
        lambda: (notebooks(DRAW.replace(".plot", ".scatter"), SIZE=1), DATA, SHOWN),
        lambda: (notebooks(DRAW, SIZE=1), DATA.assign(n=[1.0, 3.0]), SHOWN),
        lambda: (notebooks(DRAW, SIZE=1), DATA.rename(columns={"n": "m"}), SHOWN),
        lambda: (notebooks(DRAW, SIZE=1), DATA, {**SHOWN, "title": "Another"}),
        lambda: (notebooks(DRAW, SIZE=1), DATA, {**SHOWN, "height": 2.0}),
        lambda: (notebooks(DRAW, SIZE=1), DATA, {**SHOWN, "narrow": True}),
    ],
)
def test_what_is_drawn_decides(drawn, other):
    made, _ = drawn
    reused.kept_render(notebooks(DRAW, SIZE=1), DATA, **SHOWN)
    draw, data, shown = other()
    reused.kept_render(draw, data, **shown)
    assert len(made) == 2


def test_the_code_of_modules_the_lock_the_style_and_settings_decide(drawn, tmp_path, monkeypatch):
    made, recorder = drawn

    def again() -> int:
        reused.kept_render(notebooks(DRAW, SIZE=1), DATA, **SHOWN)
        return len(made)

    assert (again(), again()) == (1, 1)
    recorder.inputs["engine x.py"] = "another"
    assert (again(), again()) == (2, 2)
    recorder.inputs["data y.csv"] = "another"  # rows decide by what is drawn of them
    assert again() == 2
    (tmp_path / "requirements.txt").write_text("matplotlib==9")
    assert (again(), again()) == (3, 3)
    with mpl.rc_context({"lines.linewidth": 7}):
        assert (again(), again()) == (4, 4)
    style = tmp_path / "style"
    style.write_text("font.size: 30")
    monkeypatch.setattr(reused, "STYLE", style)
    assert (again(), again()) == (5, 5)


@pytest.mark.parametrize(
    "code",
    [
        "draw = lambda figure, data, narrow: eval('SIZE')",
        "def draw(figure, data, narrow):\n    return globals()['SIZE']",
        "class Chart:\n    def __call__(self, figure, data, narrow): ...\ndraw = Chart()",
        "def draw(figure, data, narrow):\n    return draw",
        "import threading\nlock = threading.Lock()\ndef draw(figure, data, narrow):\n    return lock",
    ],
)
def test_what_cannot_be_told_is_drawn_every_time(drawn, code):
    made, _ = drawn
    for expected in (1, 2):
        reused.kept_render(notebooks(code, SIZE=1), DATA, **SHOWN)
        assert len(made) == expected


def test_what_reads_something_while_it_draws_is_drawn_every_time(drawn, monkeypatch):
    made, recorder = drawn

    def reads(*_, **__) -> str:
        made.append(1)
        recorder.inputs[f"file {len(made)}"] = ""
        return "<svg/>"

    monkeypatch.setattr(reused, "render", reads)
    for expected in (1, 2):
        reused.kept_render(notebooks(DRAW, SIZE=1), DATA, **SHOWN)
        assert len(made) == expected


def test_a_function_follows_the_functions_that_it_names(drawn):
    made, _ = drawn
    draw = "write = lambda each: wording.number(each.best, {step})\ndef draw(figure, data, narrow):\n    return write(BOUNDS)\n"
    for step, expected in ((1, 1), (1, 1), (10, 2)):
        reused.kept_render(notebooks(draw.format(step=step), wording=wording, BOUNDS=Bounds.exact(3)), DATA, **SHOWN)
        assert len(made) == expected


def test_a_damaged_drawing_is_drawn_again(drawn, tmp_path):
    made, _ = drawn
    reused.kept_render(notebooks(DRAW, SIZE=1), DATA, **SHOWN)
    (path,) = (tmp_path / "drawn").iterdir()
    path.write_text(path.read_text().replace("svg", "gvs"))
    assert reused.kept_render(notebooks(DRAW, SIZE=1), DATA, **SHOWN) == "<svg>2</svg>"
    assert len(made) == 2


def test_outside_of_a_build_nothing_is_kept(drawn, tmp_path, monkeypatch):
    made, _ = drawn
    monkeypatch.setattr(recording, "recorder", lambda: None)
    for expected in (1, 2):
        reused.kept_render(notebooks(DRAW, SIZE=1), DATA, **SHOWN)
        assert len(made) == expected
    assert not (tmp_path / "drawn").exists()
