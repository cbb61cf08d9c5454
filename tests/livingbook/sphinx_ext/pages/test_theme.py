"""What the theme gets wrong is put right, and a theme that has changed is noticed."""

from __future__ import annotations

import dataclasses

import pytest
from livingbook.sphinx_ext.pages.templates import Templates
from small_pages import CONF, Book

NESTED = """# Index

```{toctree}
parent
references
notebooks/rate
```

## A section

See {cite:p}`source0`.

```{published-figure} rate.windows
```
"""


@pytest.fixture
def themed(book: Book) -> Book:
    """A book in the theme that books have, with everything in it that a fix of the theme is for."""
    book.write("conf.py", CONF + 'html_theme = "sphinx_book_theme"\n')
    book.write("index.md", NESTED)
    book.write("parent.md", "# Parent\n\n```{toctree}\nchild\n```\n")
    book.write("child.md", "# Child\n\n## Of the child\n")
    return book


def test_every_fix_of_the_theme_finds_what_it_puts_right(themed):
    themed.build(strict=True)
    assert themed.warnings == "" and themed.code == 0


def test_a_theme_that_has_changed_ends_the_build(themed, monkeypatch, tmp_path):
    from livingbook.sphinx_ext.output import unused
    from livingbook.sphinx_ext.pages import templates, theme_fixes

    # As if the theme worded each piece in another way: then no fix finds anything.
    changed = tuple(dataclasses.replace(fix, mend=lambda page: (page, 0)) for fix in theme_fixes.FIXES)
    monkeypatch.setattr(theme_fixes, "FIXES", changed)
    monkeypatch.setattr(unused, "BOOTSTRAP", "renamed.js")
    monkeypatch.setattr(unused, "UNUSED", ("_static/vendor/renamed", *unused.UNUSED))
    own = tmp_path / "templates"
    own.mkdir()
    (own / "layout.html").write_text("{% extends '!layout.html' %}{% block css %}{% endblock %}{% block renamed %}{% endblock %}")
    monkeypatch.setattr(templates, "OWN", own)
    themed.build(strict=True)
    assert [fix.fault for fix in changed if f"in no page it was found that {fix.fault};" not in themed.warnings] == []
    for words in ("has no renamed.js any more", "has no _static/vendor/renamed any more", "has no block 'renamed' any more"):
        assert words in themed.warnings
    assert "block 'css'" not in themed.warnings
    assert themed.code == 1


def test_a_build_of_some_pages_says_nothing_of_the_theme(themed, monkeypatch):
    from livingbook.sphinx_ext.pages import theme_fixes

    themed.build(strict=True)
    idle = dataclasses.replace(theme_fixes.FIXES[0], mend=lambda page: (page, 0))
    monkeypatch.setattr(theme_fixes, "FIXES", (*theme_fixes.FIXES, idle))
    themed.write("child.md", "# Child\n\n## Of the child\n\nAnother word.\n")
    assert themed.build(strict=True) == ["child"]
    assert themed.warnings == "" and themed.code == 0


@pytest.mark.parametrize(
    ("begin", "owes"), [('<table class="data table"><thead>', False), ('<table class="data table">\n<thead>', True)]
)
def test_only_a_table_that_the_theme_writes_is_one_in_which_to_look_for_its_faults(begin, owes):
    """The list of all rows is written as one piece of HTML; a book with no other table was refused."""
    templates = Templates()
    templates.put_right(f"<!doctype html><html><head></head><body>{begin}</thead></table></body></html>")
    assert any(fix.fault.startswith("what a wide table scrolls in") for fix in templates.concerned) == owes
