from __future__ import annotations

from docutils import nodes
from livingbook.sphinx_ext.directives import library


def test_a_class_and_a_function_that_differ_by_a_capital_have_ids_of_their_own():
    members = [{"name": name, "about": "", "signature": name, "members": []} for name in ("Answer", "answer", "last_pace")]
    made = library.section("desertion.chapters.explorer", {"about": "About.", "members": members})
    found = [identifier for term in made.findall(nodes.term) for identifier in term["ids"]]
    assert found == [f"library-desertion-chapters-explorer-{name}" for name in ("Answer", "answer", "last_pace")]
