"""The list of files of the e-book."""

from livingbook.sphinx_ext.output.paper import completed

ENTRY = '<item id="a" href="a.xhtml" media-type="application/xhtml+xml" />'


def test_a_list_of_files_that_sphinx_words_otherwise_is_noticed(caplog):
    made = completed(f"{ENTRY}\n<guide>…</guide>", lambda entry: entry[1])
    assert made == "a.xhtml" and not caplog.records
    completed(ENTRY.replace("item ", "entry "), lambda entry: entry[0])
    # Once Sphinx has built something in this process, it puts the level before each message.
    told = [record.getMessage().removeprefix("WARNING: ") for record in caplog.records]
    assert [message.partition(" found")[0] for message in told] == ["no entries", "no guide"]
