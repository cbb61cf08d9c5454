"""Beginning a question: a notebook, descriptions of its results, a chapter and a line in the table of contents, which build."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from livingbook.evidence.tables import read_table
from livingbook.project.project import Project
from livingbook.system.errors import BuildError
from livingbook.system.files import write
from livingbook.system.readers import text_of

TEMPLATES = Path(__file__).parents[1] / "question"
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
LINE = re.compile(r"^(?P<before>\s*- file: )book/(?P<name>[\w-]+)", re.M)
FIELDS = ("measure", "population", "category")


def add_question(project: Project, name: str, question: str = "", measure: str = "", after: str = "") -> list[str]:
    """Writes the files of a new question; returns what was written, a line each.

    question: the title; without it, the name. measure: the measure of whose rows the first figure is made; without it, the one with
    most. after: the chapter behind which the new one stands; without it, the last that answers a question. Raises ``BuildError``,
    and writes nothing, for a name that cannot be or is taken, and for a measure or chapter that there is not.
    """
    contents = project.root / "_toc.yml"
    texts = {
        TEMPLATES / "notebook.ipynb": project.notebooks / f"{name}.ipynb",
        TEMPLATES / "descriptions.yml": project.notebooks / "descriptions" / f"{name}.yml",
        TEMPLATES / "chapter.md": project.root / "book" / f"{name}.md",
    }
    if not NAME.fullmatch(name):
        raise BuildError(f"NAME={name}: a name has small English letters, digits and underscores, and begins with a letter")
    for path in texts.values():
        if path.exists():
            raise BuildError(f"{path}: is there already; choose another name")
    words = words_for(project, name, question, measure)
    listed, line = with_line(project, text_of(contents), name, after)
    for template, path in texts.items():
        write(path, filled(template.read_text("utf-8"), words))
    write(contents, listed)
    return [*map(str, texts.values()), f"{contents}, row {line}"]


def words_for(project: Project, name: str, question: str, measure: str) -> dict[str, str]:
    """What stands in the templates for their placeholders. Raises ``BuildError`` where no row is in use."""
    rows = read_table(project.data, "observations")
    rows = rows[rows["status"] == "use"]
    if measure:
        known = sorted(set(rows["measure"]))
        rows = rows[rows["measure"] == measure]
        if rows.empty:
            raise BuildError(f"MEASURE={measure}: no row in use has it; there are {', '.join(known)}")
    if rows.empty:
        raise BuildError(f"{project.data / 'observations.csv'}: no row is in use, so there is nothing to begin with")
    chosen = Counter(rows[list(FIELDS)].itertuples(index=False, name=None)).most_common(1)[0][0]
    for field, value in zip(FIELDS, chosen, strict=True):
        rows = rows[rows[field] == value]
    rows = rows.sort_values(["end", "start", "id"])
    measures = read_table(project.data, "measures").set_index("measure").loc[chosen[0]]
    unit = measures["unit"]
    return {
        "NAME": name,
        "QUESTION": question or f"{name.replace('_', ' ').capitalize()}?",
        **{field.upper(): value for field, value in zip(FIELDS, chosen, strict=True)},
        "LABEL": measures["label"][:1].lower() + measures["label"][1:],
        "UNIT": unit,
        "UNIT_TITLE": unit[:1].upper() + unit[1:],
        "SOURCE": rows["source"].iloc[-1],
    }


def filled(text: str, words: dict[str, str]) -> str:
    """A template with words in the place of its placeholders. Characters that mean something in JSON, YAML and code are changed."""
    return re.sub(r"__([A-Z]+(?:_[A-Z]+)*)__", lambda found: re.sub(r'["\\\\{}]', "’", words[found[1]]), text)


def with_line(project: Project, contents: str, name: str, after: str) -> tuple[str, int]:
    """The table of contents with a line for the chapter, and the number of its row. Everything else stays as it is.

    Raises ``BuildError`` where there is no line to put it behind.
    """
    lines = list(LINE.finditer(contents))
    if after:
        chosen = [each for each in lines if each["name"] == after]
        if not chosen:
            there = ", ".join(each["name"] for each in lines)
            raise BuildError(f"AFTER={after}: no line of _toc.yml has this chapter; there are {there}")
    else:
        chosen = [each for each in lines if answers(project, each["name"])] or lines[:1]
        if not chosen:
            raise BuildError(
                f"_toc.yml: has no line `- file: book/…` behind which the chapter could stand: add `- file: book/{name}`"
            )
    last = chosen[-1]
    end = contents.find("\n", last.end())
    end = len(contents) if end < 0 else end
    new = f"{contents[:end]}\n{last['before']}book/{name}{contents[end:]}"
    return new, contents.count("\n", 0, end) + 2


def answers(project: Project, chapter: str) -> bool:
    """Whether a chapter answers a question: a notebook has its name, and it says how it is computed."""
    path = project.root / "book" / f"{chapter}.md"
    return (
        chapter in project.notebook_names and path.is_file() and f"\n## {project.settings.headings[0]}\n" in path.read_text("utf-8")
    )
