"""What a book says of itself to the engine: read from one place, or refused in words."""

import pytest
from livingbook.project.project import Project
from livingbook.project.settings import Settings, read_settings, slug
from livingbook.system.errors import BuildError


def book(root, toml="", title="Trams: do they run?"):
    (root / "pyproject.toml").write_text(toml)
    (root / "_config.yml").write_text(f"title: '{title}'\n" if title else "author: nobody\n")
    return root


def test_a_book_that_says_nothing_has_a_name_by_its_title(tmp_path):
    assert read_settings(book(tmp_path)) == Settings(title="Trams: do they run?", name="trams-do-they-run")
    assert read_settings(tmp_path / "nowhere") == Settings()


def test_what_a_book_says_counts(tmp_path):
    found = read_settings(book(tmp_path, '[tool.livingbook]\nname = "trams"\ncompared_with = "spring"\nkinds = "tram_kinds"\n'))
    assert (found.name, found.compared_with, found.kinds, found.title) == ("trams", "spring", "tram_kinds", "Trams: do they run?")


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ("[tool.livingbook\n", "pyproject.toml: "),
        ('[tool.livingbook]\nname = "My Book"\n', "pyproject.toml, tool.livingbook, name = 'My Book': string should match pattern"),
        ('[tool.livingbook]\ncompare = "x"\n', "pyproject.toml, tool.livingbook, compare = 'x': there is no such setting"),
        ("[tool.livingbook]\ncard_alt = 5\n", "tool.livingbook, card_alt = 5: must be a text"),
        ("[tool]\nlivingbook = 5\n", "tool.livingbook: must be names with values"),
    ],
)
def test_a_setting_that_is_wrong_is_named(tmp_path, toml, words):
    with pytest.raises(BuildError) as caught:
        read_settings(book(tmp_path, toml))
    assert words in str(caught.value)


def test_an_edition_to_compare_with_that_is_not_there_is_named(tmp_path):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "editions.yml").write_text("latest: {as_of: latest}\n")
    (tmp_path / "notebooks" / "small.ipynb").write_text("{}")
    book(tmp_path, '[tool.livingbook]\ncompared_with = "spring"\n')
    with pytest.raises(BuildError, match=r"pyproject.toml, tool.livingbook, compared_with: no edition 'spring'; there are latest"):
        Project.at(tmp_path).editions_of_book("latest")


@pytest.mark.parametrize(("title", "name"), [("Counting the 500s", "counting-the-500s"), ("Война", "book"), ("  a  b ", "a-b")])
def test_a_title_becomes_a_name(title, name):
    assert slug(title) == name
