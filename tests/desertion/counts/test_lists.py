"""The lists and the leaked records: totals are told from counts of single years."""

import pandas as pd
from desertion.counts import lists


def test_a_count_of_one_year_is_no_running_total():
    days = [
        ("russia", "2022-02-24", "2024-12-15"),
        ("russia", "2024-01-01", "2024-12-31"),
        ("russia", "2022-02-24", "2022-12-31"),
        ("south", "2023-01-01", "2023-12-31"),
    ]
    rows = pd.DataFrame(days, columns=["population", "start", "end"])
    assert list(lists.running(rows)["end"]) == ["2022-12-31", "2023-12-31", "2024-12-15"]
