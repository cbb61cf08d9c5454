"""The windows of a count, against days counted by hand."""

from datetime import date
from types import SimpleNamespace

import pandas as pd
import pytest
from desertion.counts import windows
from desertion.counts.windows import WORDS, Window, of_count
from livingbook.values.bounds import Bounds

INVASION, MOBILISATION = date(2022, 2, 24), date(2022, 9, 21)


def test_the_four_windows_of_a_list():
    row = SimpleNamespace(end=date(2024, 12, 31), known_from=date(2025, 5, 20))
    found = of_count(row, INVASION, MOBILISATION, date(2025, 6, 9))
    assert set(found) == set(WORDS)
    assert found["own"] == Window(INVASION, date(2024, 12, 31))
    # 24 Feb 2022 to 31 Dec 2024: 311 + 365 + 366 days; a month is 30.4375 days.
    assert found["own"].months == pytest.approx(1042 / 30.4375)
    assert found["mobilised"].months == pytest.approx(833 / 30.4375)


def test_a_window_that_cannot_be_is_left_out():
    row = SimpleNamespace(end=date(2022, 6, 30), known_from=date(2022, 7, 1))
    assert set(of_count(row, INVASION, MOBILISATION)) == {"own", "publication"}
    on_the_day = SimpleNamespace(end=MOBILISATION, known_from=date(2022, 10, 1))
    assert of_count(on_the_day, INVASION, MOBILISATION)["mobilised"].months == pytest.approx(1 / 30.4375)


def test_windows_that_coincide_are_one():
    row = SimpleNamespace(end=date(2024, 12, 31), known_from=date(2024, 12, 31))
    found = windows.distinct(row, INVASION, MOBILISATION, date(2025, 6, 9))
    assert list(found) == ["article", "publication", "mobilised"] and found["publication"].end == row.end


def test_a_table_of_windows_is_that_of_the_last_count():
    counts = pd.DataFrame(
        {"id": ["a", "b"], "end": [MOBILISATION, date(2022, 6, 30)], "known_from": [date(2022, 10, 1), date(2022, 7, 1)]}
    )
    spans = windows.table(counts, INVASION, MOBILISATION)
    assert list(spans.index) == list(WORDS) and spans.loc["own", "end"] == date(2022, 6, 30)
    assert spans.loc["own", "months"] == Bounds.exact(127 / 30.4375) and spans.loc["own", "months"].rows == {"b"}
    for missing in ("mobilised", "article"):
        assert spans.loc[missing, "months"].is_unknown and spans.loc[missing, "start"] is None and spans.loc[missing, "end"] is None


def test_without_a_count_all_windows_are_unknown():
    spans = windows.table(pd.DataFrame({"id": [], "end": [], "known_from": []}), INVASION, MOBILISATION)
    assert spans["months"].isna().all() and list(spans["end"]) == [None] * 4


def test_rates_over_a_window():
    year = Window(date(2023, 1, 1), date(2023, 12, 31))
    assert year.yearly(Bounds.exact(365.25), Bounds.exact(365_000)).value == pytest.approx(1000 * 365.25**2 / 365 / 365_000)
    assert year.monthly(Bounds.exact(365)).value == pytest.approx(30.4375)
    with pytest.raises(ValueError, match="ends"):
        Window(date(2023, 1, 2), date(2023, 1, 1))
