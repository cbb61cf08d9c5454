"""Loading, the date as of which the evidence is read, and the record of what was read."""

import itertools
import json
from datetime import date

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from livingbook.evidence.indexed import Indexed
from livingbook.evidence.reading import load, read_key
from livingbook.evidence.tables import EvidenceError, read_table
from livingbook.values.bounds import Bounds


def ids(folder, as_of="latest", **where):
    return set(load(folder, as_of).select("observations", **where)["id"])


def test_only_what_was_public_by_the_day_is_seen(tables):
    folder = tables([{"id": "old", "known_from": "2024-01-01"}, {"id": "new", "known_from": "2025-06-10"}])
    assert ids(folder) == {"old", "new"}
    assert ids(folder, "2025-06-09") == {"old"}
    assert ids(folder, "2025-06-10") == {"old", "new"}
    assert ids(folder, "2023-01-01") == set()


def test_other_statuses_are_seen_only_if_asked_for(tables):
    folder = tables([{"id": "kept"}, {"id": "again", "status": "rereport", "same_as": "kept"}, {"id": "bad", "status": "reject"}])
    assert ids(folder) == {"kept"}
    assert ids(folder, status="rereport") == {"again"}
    assert ids(folder, status=["use", "reject"]) == {"kept", "bad"}


def test_a_figure_that_was_public_stands_in_for_the_preferred_one_that_was_not(tables):
    folder = tables(
        [
            {"id": "kept", "known_from": "2025-06-01"},
            {"id": "first", "known_from": "2025-01-01", "status": "conflict", "same_as": "kept", "value": "90"},
            {"id": "second", "known_from": "2025-03-01", "status": "conflict", "same_as": "kept", "value": "95"},
            {"id": "other-quantity", "known_from": "2025-03-02", "status": "conflict", "same_as": "kept", "measure": "verdicts"},
        ]
    )
    assert ids(folder, "2025-02-01") == {"first"}
    assert ids(folder, "2025-04-01") == {"second"}
    assert ids(folder, "2025-06-01") == {"kept"}


def test_of_a_re_report_and_a_conflicting_figure_of_one_day_the_re_report_stands_in(tables):
    own = {"known_from": "2025-01-01", "same_as": "kept"}
    rows = [
        {"id": "kept", "known_from": "2025-06-01"},
        {"id": "a", "status": "rereport", **own},
        {"id": "b", "status": "conflict", **own},
    ]
    assert (
        ids(tables(rows), "2025-02-01") == {"a"}
        and ids(tables(rows[:2]), "2025-02-01") == {"a"}
        and ids(tables(rows[::2]), "2025-02-01") == {"b"}
    )


def test_a_rejected_row_never_stands_in(tables):
    folder = tables(
        [
            {"id": "kept", "known_from": "2025-06-01"},
            {"id": "misprint", "known_from": "2025-01-01", "status": "reject", "same_as": "kept"},
        ]
    )
    assert ids(folder, "2025-02-01") == set()


def test_selection_by_one_value_or_several(tables):
    folder = tables([{"id": "a", "category": "all"}, {"id": "b", "category": "convict"}, {"id": "c", "category": "contract"}])
    assert ids(folder, category="all") == {"a"}
    assert ids(folder, category=["convict", "contract"]) == {"b", "c"}


def test_equal_selections_are_recorded_once_in_whatever_order_they_ask(tables):
    evidence = load(tables([{"category": "x"}, {"category": "y"}]))
    evidence.select("observations", status="use", category={"y", "x"})
    evidence.select("observations", category=("x", "y"))
    assert evidence.reads == [{"table": "observations", "where": {"category": ["x", "y"], "status": "use"}}]
    assert read_key(evidence.reads[0]) == read_key({"where": {"status": "use", "category": ["x", "y"]}, "table": "observations"})


def test_a_view_reads_nothing_again(tables):
    folder = tables([{"id": "a", "known_from": "2024-01-01", "origin": "bbc"}, {"id": "b"}])
    whole = load(folder)
    whole.select("observations")
    (folder / "observations.csv").unlink()
    view = whole.view("2024-06-30")
    assert list(view.select("observations")["id"]) == ["a"] and view.folder == folder
    assert list(whole.view(without="bbc").select("observations")["id"]) == ["b"]


@pytest.mark.parametrize(
    ("field", "asked", "words"),
    [
        ("measure", "listed_abscent", "no measure 'listed_abscent' .*; close to it: listed_absent"),
        ("population", ["list_smd_2024", "list_smd_2042"], "no population 'list_smd_2042' .*; close to it: list_smd_2024"),
        ("origin", "istorie", "close to it: istories"),
        ("source", "svtv2025lst", "close to it: svtv2025list"),
        ("id", "row-1", "no id 'row-1'"),
        ("category", "al", "no category 'al' .*; close to it: all"),
    ],
)
def test_what_no_row_of_any_date_can_match_is_refused(tables, field, asked, words):
    evidence = load(tables([{"known_from": "2025-01-01"}]), "2022-01-01")
    with pytest.raises(EvidenceError, match=words):
        evidence.observations(**{field: asked})
    assert evidence.reads == []
    assert evidence.misspelt({field: [asked] if isinstance(asked, str) else asked})[field] == [
        asked if isinstance(asked, str) else asked[1]
    ]


def test_what_is_known_later_or_left_out_is_no_misspelling(tables):
    folder = tables([{"id": "later", "known_from": "2025-01-01", "category": "late"}])
    assert load(folder, "2022-01-01").observations(id="later", category="late").empty
    (folder / "left_out.csv").write_text(
        (folder / "observations.csv").read_text().replace("later,", "gone,").replace(",late,", ",other,")
    )
    assert load(folder).observations(id="gone", category="other").empty
    assert load(folder).view(without="istories").observations(id="later").empty


def test_an_unknown_field_is_named(tables):
    with pytest.raises(EvidenceError, match="no field 'measures'; the fields are id, measure"):
        load(tables([{}])).select("observations", measures="x")


def test_one_is_unknown_without_any_and_spans_several(tables):
    evidence = load(
        tables(
            [{"id": "a", "category": "x"}, {"id": "b", "category": "x", "value": "120"}, {"id": "c", "category": "y", "value": "7"}]
        )
    )
    assert evidence.one(category="y") == Bounds.exact(7)
    assert evidence.one(category="y").rows == {"c"}
    evidence.awaits(category="z")
    assert evidence.one(category="z").is_unknown
    several = evidence.one(category="x")
    assert (several.low, several.high, several.value) == (100, 120, None) and several.rows == {"a", "b"}


def test_a_figure_that_supersedes_one_keeps_the_day_on_which_that_was_first_public(tables):
    old = {"id": "old", "known_from": "2025-05-01", "status": "conflict", "same_as": "new", "value": "90"}
    folder = tables([{"id": "new", "known_from": "2026-05-12"}, old])
    assert list(load(folder).observations()["known_from"]) == [date(2025, 5, 1)]
    assert ids(folder, "2025-06-09") == {"old"}  # the correction itself was not public then
    other = tables([{"id": "new", "known_from": "2026-05-12"}, {**old, "origin": "somebody"}])
    assert list(load(other).observations()["known_from"]) == [date(2026, 5, 12)]


def test_latest_is_the_one_that_ends_last_whatever_the_order_of_rows(tables):
    evidence = load(tables([{"end": "2024-12-31", "value": "2"}, {"end": "2024-06-30", "value": "1"}]))
    assert evidence.latest().value == 2
    assert evidence.latest(measure="cases_filed").is_unknown


def test_observations_come_in_order_of_end_start_and_id(tables):
    days = {"end": "2024-12-31", "start": "2024-01-01"}
    evidence = load(
        tables(
            [{"id": "a", **days, "start": "2024-02-01"}, {"id": "c", **days}, {"id": "b", **days}, {"id": "z", "end": "2024-06-30"}]
        )
    )
    rows = evidence.observations()
    assert list(rows["id"]) == ["z", "b", "c", "a"] and list(rows.index) == [0, 1, 2, 3] and "index" not in rows
    none = evidence.observations(measure="cases_filed")
    assert none.empty and none["bounds"].dtype == rows["bounds"].dtype == "bounds"
    assert all(none[name].dtype == object for name in ("start", "end", "known_from"))


def test_dates_are_dates_and_an_empty_start_is_none(tables):
    rows = load(tables([{"start": "", "end": "2024-06-30", "known_from": "2024-07-01"}])).observations()
    assert rows.loc[0, ["start", "end", "known_from"]].tolist() == [None, date(2024, 6, 30), date(2024, 7, 1)]


def test_missing_tables_and_folders_are_named(tmp_path):
    with pytest.raises(EvidenceError, match="nowhere: no such data folder"):
        load(tmp_path / "nowhere")
    with pytest.raises(EvidenceError, match=r"sources\.csv: no such table"):
        load(tmp_path).select("sources")


def test_origins_and_sources_of_rows(tables):
    evidence = load(tables([{"id": "a", "origin": "mediazona"}, {"id": "b", "origin": "mediazona"}, {"id": "c", "origin": "bbc"}]))
    assert evidence.origins_of(["a", "b", "c"]) == ["Mediazona", "BBC News Russian"]
    assert evidence.sources_of(["a"]) == ["svtv2025list"]
    by_id = [
        {"table": "observations", "where": {"id": ids, "status": ["conflict", "reject", "rereport", "use"]}}
        for ids in (["a", "b", "c"], ["a"])
    ]
    assert evidence.reads == [by_id[0], {"table": "origins", "where": {"origin": ["bbc", "mediazona"]}}, by_id[1]]
    fresh = load(evidence.folder)
    assert fresh.origins_of([]) == [] and fresh.reads == []


def test_the_digest_of_a_read_moves_with_its_rows_and_only_with_them(tables):
    rows = [{"id": "a", "category": "x", "value": "1"}, {"id": "b", "category": "y", "value": "1"}]
    evidence = load(tables(rows))
    evidence.one(category="x")
    read = read_key(evidence.reads[0])
    was = load(tables(rows)).digest(read)
    for changed, differs in (
        ([rows[0] | {"value": "2"}, rows[1]], True),
        ([rows[0] | {"note": "seen again"}, rows[1]], True),
        ([rows[0], rows[1] | {"value": "2"}], False),
        ([rows[1], rows[0]], False),
        ([*rows, {"id": "c", "category": "x"}], True),
        ([*rows, {"id": "c", "category": "z"}], False),
    ):
        assert (load(tables(changed)).digest(read) != was) is differs, changed


def test_equal_views_of_two_days_have_one_digest(tables):
    folder = tables([{"id": "a", "known_from": "2024-01-01"}, {"id": "b", "known_from": "2025-01-01"}])
    read = read_key({"table": "observations", "where": {"status": "use"}})
    assert load(folder, "2024-02-01").digest(read) == load(folder, "2024-12-31").digest(read) != ""
    assert load(folder, "2024-02-01").digest(read) != load(folder, "2025-01-01").digest(read)


def test_a_read_of_a_table_or_field_that_is_gone_has_no_digest(tables):
    evidence = load(tables([{}]))
    gone = [{"table": "losses", "where": {}}, {"table": "claims", "where": {"x": "y"}}]
    assert [evidence.digest(read_key(read)) for read in gone] == ["", ""]


def test_the_real_tables_load_at_any_date(root):
    for as_of in ("latest", "2025-06-09", "2022-03-01"):
        rows = load(root / "data", as_of).observations()
        assert rows["id"].is_unique and all(isinstance(bounds, Bounds) for bounds in rows["bounds"])


FIELDS = {"measure": ["a", "b", "c"], "category": ["x", "y", ""], "status": ["use", "context"]}


@given(
    rows=st.lists(st.fixed_dictionaries({name: st.sampled_from(values) for name, values in FIELDS.items()}), max_size=12),
    where=st.fixed_dictionaries(
        {},
        optional={name: st.sampled_from(values) | st.lists(st.sampled_from([*values, "none"])) for name, values in FIELDS.items()},
    ),
)
def test_a_selection_is_every_row_that_matches_and_its_texts_are_those_rows(rows, where):
    table = Indexed(pd.DataFrame(rows, columns=list(FIELDS), dtype=str))
    wanted = {name: [value] if isinstance(value, str) else value for name, value in where.items()}
    matching = [[row[name] for name in FIELDS] for row in rows if all(row[name] in values for name, values in wanted.items())]
    assert table.select(where).to_numpy().tolist() == matching
    assert table.texts(where) == [json.dumps(row) for row in matching] == table.texts(where)


@pytest.mark.parametrize("as_of", ["20250609", "2025-W23-1", "2025-6-9", "2025-02-30", "today", ""])
def test_a_day_written_otherwise_is_refused_and_not_compared(tables, as_of):
    with pytest.raises(EvidenceError, match="must be latest, or a day as 2025-06-09"):
        load(tables([{}]), as_of)


def test_labels_are_found_by_their_key_whatever_the_order_of_the_columns(tables):
    folder = tables([{}])
    measures = pd.read_csv(folder / "measures.csv", dtype=str, keep_default_na=False)
    measures[measures.columns[::-1]].to_csv(folder / "measures.csv", index=False)
    assert load(folder).labels("measures")["listed_absent"] == measures.set_index("measure").loc["listed_absent", "label"]


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b'a,b\n"', b"a\n1,2\n1,2,3\n"])
def test_a_file_that_is_no_table_is_told_in_a_sentence(tmp_path, content):
    (tmp_path / "claims.csv").write_bytes(content)
    with pytest.raises(EvidenceError, match=r"claims\.csv: cannot be read as a table"):
        read_table(tmp_path, "claims")


ORIGINS = ["bbc", "mediazona", "gur"]
DATES = ["latest", "2024-06-30"]
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "origin": st.sampled_from(ORIGINS),
            "category": st.sampled_from("xy"),
            "status": st.sampled_from(["use", "rereport", "conflict"]),
            "known_from": st.sampled_from(["2024-01-01", "2025-01-01"]),
            "same_as": st.sampled_from(["", "row-0", "row-1"]),
        }
    ),
    max_size=5,
)


def named(rows):
    return [{"id": f"row-{place}", **row} for place, row in enumerate(rows)]


@pytest.mark.slow
@given(rows=ROWS, origin=st.sampled_from([*ORIGINS, "nobody"]), as_of=st.sampled_from(DATES), category=st.sampled_from("xyz"))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_leaving_out_an_origin_is_a_table_without_its_rows(tables, rows, origin, as_of, category):
    def seen(evidence):
        evidence.awaits(category=category)
        found = evidence.select("observations", category=category)
        reads = [
            *evidence.reads,
            {"table": "origins", "where": {}},
            {"table": "measures", "where": {}},
            {"table": "observations", "where": {"nothing": "x"}},
        ]
        return found.to_dict("records"), [evidence.digest(read_key(read)) for read in reads]

    less = seen(load(tables(named(rows))).view(as_of, origin))
    assert less == seen(load(tables([row for row in named(rows) if row["origin"] != origin]), as_of))


DAYS = ["2024-01-01", "2024-02-01", "2025-01-01"]


@pytest.mark.slow
def test_while_the_digest_of_views_is_as_it_was_so_is_every_view(tables):
    """A figure of one origin, what is preferred to it, and a rival, both of another; known on any days, with one of them changed."""
    read = read_key({"table": "observations", "where": {"origin": "bbc", "status": "use"}})
    found = []
    for days in itertools.product(DAYS, repeat=3):
        rows = [
            {"id": "a", "origin": "bbc", "status": "conflict", "same_as": "p"},
            {"id": "p", "origin": "gur"},
            {"id": "rival", "origin": "gur", "status": "rereport", "same_as": "p"},
        ]
        rows = [{**row, "known_from": day} for row, day in zip(rows, days, strict=True)]
        for changed in (rows, rows[:1], rows[:2], [rows[0], rows[2]], [*rows, {"id": "other", "origin": "gur"}]):
            whole = load(tables(changed))
            views = [
                whole.view(as_of, origin).digest(read)
                for as_of in ("latest", "2024-01-15", "2024-06-30")
                for origin in ("", *ORIGINS)
            ]
            found.append((whole.digest_of_views(read), views))
    assert all(views == others for (one, views), (other, others) in itertools.combinations(found, 2) if one == other)
    assert len({one for one, _ in found}) > 27
    assert all(found[place][0] == found[place + 4][0] for place in range(0, len(found), 5)), "rows that decide nothing do not count"


def test_a_row_that_stands_for_itself_is_tied_to_no_other_that_does(tables):
    read = read_key({"table": "observations", "where": {"origin": "bbc", "status": "use"}})
    rows = [{"id": "a", "origin": "bbc"}, {"id": "p", "origin": "gur"}]
    assert load(tables(rows)).digest_of_views(read) == load(tables(rows[:1])).digest_of_views(read)


def test_of_other_tables_every_view_sees_the_same_and_what_is_gone_has_no_digest(tables):
    whole = load(tables([{}]))
    read = read_key({"table": "origins", "where": {"origin": "bbc"}})
    assert whole.digest_of_views(read) == whole.digest(read) != ""
    assert whole.digest_of_views(read_key({"table": "observations", "where": {"nothing": "x"}})) == ""


def test_rows_come_by_their_keys_in_whatever_order_the_file_has_them(tables):
    folder = tables([{"id": "b"}, {"id": "a"}])
    for table in ("observations", "measures", "origins"):
        path = folder / f"{table}.csv"
        before = load(folder).select(table)
        head, *rows = path.read_text("utf-8").splitlines()
        path.write_text("\n".join([head, *rows[::-1]]) + "\n", "utf-8")
        pd.testing.assert_frame_equal(load(folder).select(table), before)
        assert len(before) > 1 and before.iloc[:, 0].is_monotonic_increasing


def test_a_table_without_a_field_of_its_own_name_is_in_an_order_too(tables):
    folder = tables([{"id": "a"}])
    for rows in ("x,2\ny,1\n", "y,1\nx,2\n"):
        (folder / "harbours.csv").write_text(f"name,boats\n{rows}", "utf-8")
        assert load(folder).select("harbours")["name"].tolist() == ["y", "x"]  # by boats, then by name
