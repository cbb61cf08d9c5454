"""The rules for notebooks and chapters that a build can follow without but a reader cannot: each breach, and what to do about it.

A build says them at its end and publishes nevertheless: whoever swaps in rows need not be an author. The book's own tests refuse
them. The chapter on writing a question explains why there is each rule.
"""

from __future__ import annotations

import ast
import copy
import functools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from livingbook.project.project import Project
from livingbook.project.settings import Settings
from livingbook.runs.notebook_source import source_of
from livingbook.system.files import visible_files
from livingbook.system.readers import MAX_PROSE_BYTES, text_of, yaml_of

LONGEST_CELL, TYPICAL_CELL = 25, 6  # lines of code
IN_A_ROW = 4  # code cells in a row are too many
COMMON_HEAD = ("from ", "import ", "check(", "evidence = ", "publish = ")  # lines that every notebook has
MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
# What may stand in prose although it has digits; a book's own setting ``may_be_typed`` adds to it.
MAY_BE_TYPED = (
    r"(`{3,}|~{3,}).*?\1",  # directives and code
    r"\{[\w:-]+\}`[^`]*`",  # roles: what is glued, cited or linked
    r"`[^`]*`",
    r"\$\$.*?\$\$",
    r"\$[^$]*\$",  # formulas
    r"\]\([^)]*\)",
    r"<https?:[^>]*>",  # addresses
    r"^\(.*\)=$",
    r"^\[\^\w+\]",  # labels and footnotes
    rf"\b\d{{1,2}} (?:{MONTHS})(?: \d{{4}})?\b",  # days
    r"\b(?:1[4-9]|20)\d\d(?:[–/-]\d{2,4})?\b",  # years
    r"\b[A-Z]\d\d\b",  # claims
)
# Words that count or place a number, and what a glued number can begin with: together they say a thing twice, or nothing.
APART = (
    (r"at|about|around|nearly|almost|roughly|over|above|under|below|than|least|most", r"at least|at most"),
    (r"about|around|nearly|almost|roughly|over|above|under|than", r"not known"),
)
SHOWS = ("{published-figure}", "{published-table}")
Numbers = Mapping[str, Mapping[str, Mapping[str, Any]]]  # notebook → name → entry


def faults(project: Project) -> list[str]:
    """All breaches in a project, a sentence each, with file and place."""
    notebooks = {name: source_of(project, name).notebook for name in project.notebook_names}
    chapters = {path.stem: text_of(path, MAX_PROSE_BYTES) for path in visible_files(project.root / "book", "*.md")}
    found = [
        f"notebooks/{name}.ipynb{fault}"
        for name, notebook in notebooks.items()
        for fault in faults_of_notebook(name, notebook, [each.name for each in source_of(project, name).parameters])
    ]
    found += repeated_cells(notebooks)
    for name, text in chapters.items():
        found += [f"book/{name}.md{fault}" for fault in faults_of_chapter(name, text, name in notebooks, project.settings)]
    found += left_out(project, chapters)
    return found + said_twice(chapters, staged_numbers(project))


# ---- Notebooks ------------------------------------------------------------------------------------------------------------


def faults_of_notebook(name: str, notebook: Any, parameters: Sequence[str]) -> Iterator[str]:
    """What is wrong with one notebook. parameters: the names that it declares."""
    cells = notebook.cells
    code = [(number, cell) for number, cell in enumerate(cells, start=1) if cell.cell_type == "code"]
    if len({cell.get("id", "") for cell in cells}) < len(cells):
        yield ": cells have no ids of their own: open it in JupyterLab and save it once, so that a change of one cell is one in git"
    if not cells or cells[0].cell_type != "markdown" or not cells[0].source.startswith("# "):
        yield ", cell 1: a notebook opens with its question: a text cell that begins with `# ` and the question"
    if list(parameters[:2]) != ["as_of", "data"]:
        yield ": the first two parameters are `as_of` and `data`, in this order, so that any edition can run it"
    yield from _faults_of_head(name, code)
    lengths = {number: len(cell.source.splitlines()) for number, cell in code}
    for number, length in lengths.items():
        if length > LONGEST_CELL:
            how = "divide it, or move a function into a module that a test calls"
            yield f", cell {number}: has {length} lines; at most {LONGEST_CELL}: {how}"
    if lengths and (typical := median(lengths.values())) > TYPICAL_CELL:
        yield f": half of its code cells have {typical:g} lines or more; at most {TYPICAL_CELL}: divide them"
    kinds = "".join("C" if cell.cell_type == "code" else "m" for cell in cells)
    for found in re.finditer("C" * IN_A_ROW + "+", kinds):
        yield (
            f", cell {found.start() + 1}: {len(found[0])} code cells in a row; at most {IN_A_ROW - 1}: put a text cell "
            "between them that says what comes"
        )
    yield from _typed_alt_texts(code)
    for number, cell in code:
        for what in formatted(cell.source):
            by = "`livingbook.values.wording` (number, percent, of_bounds, day)"
            yield f", cell {number}, {what}: numbers and dates are written by {by}"


def _faults_of_head(name: str, code: Sequence[tuple[int, Any]]) -> Iterator[str]:
    at = next((index for index, (_, cell) in enumerate(code) if "parameters" in cell.metadata.get("tags", [])), None)
    check = "check(get_ipython())"
    if at is not None and (at + 1 == len(code) or not code[at + 1][1].source.startswith(check)):
        yield f", cell {code[at][0]}: the code cell after the parameters begins with `{check}`, so that a wrong one stops it"
    if f'Publisher("{name}", evidence)' not in "\n".join(cell.source for _, cell in code):
        yield f': publishes under its own name, by `publish = Publisher("{name}", evidence)`'


def repeated_cells(notebooks: Mapping[str, Any]) -> list[str]:
    """Code cells of three lines and more that stand in two notebooks."""
    seen: dict[str, tuple[str, int]] = {}
    found = []
    for name, notebook in notebooks.items():
        for number, cell in enumerate(notebook.cells, start=1):
            lines = [line for line in cell.source.splitlines() if not line.startswith(COMMON_HEAD)]
            if cell.cell_type != "code" or len(lines) < 3 or "parameters" in cell.metadata.get("tags", []):
                continue
            first, at = seen.setdefault("\n".join(lines), (name, number))
            if first != name:
                found.append(
                    f"notebooks/{name}.ipynb, cell {number}: is cell {at} of {first}.ipynb again: make it a function in a module "
                    "that both import"
                )
    return found


@functools.lru_cache(maxsize=4096)
def tree_of(source: str) -> ast.Module | None:
    """The syntax tree of code, without lines for Jupyter; ``None`` if it is not Python. Callers must not change it."""
    try:
        return ast.parse(re.sub(r"^[%!].*", "", source, flags=re.M))
    except (SyntaxError, ValueError, RecursionError):
        return None


def _typed_alt_texts(code: Sequence[tuple[int, Any]]) -> Iterator[str]:
    trees = [(number, tree) for number, cell in code if (tree := tree_of(cell.source))]
    named = {name: value for _, tree in trees for name, value in _named(tree).items()}
    for number, tree in trees:
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "publish.figure":
                alt = next((keyword.value for keyword in call.keywords if keyword.arg == "alt"), None)
                if alt is None or not is_computed(_written_out(alt, named)):
                    yield (
                        f", cell {number}: the alt text of a figure is computed, so that it follows the rows: put a number into "
                        'it, as alt=f"… {wording.of_bounds(x)} …"'
                    )


def _named(tree: ast.Module) -> dict[str, ast.expr]:
    return {
        target.id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _written_out(value: ast.expr, named: Mapping[str, ast.expr]) -> ast.expr:
    """The expression with the names of texts replaced by what they stand for."""

    class Names(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:
            return named.get(node.id, node)

    return Names().visit(copy.deepcopy(value))


def is_computed(alt: ast.expr) -> bool:
    """Whether something in the text comes from the data."""
    return any(isinstance(node, (ast.FormattedValue, ast.Call, ast.Subscript)) for node in ast.walk(alt))


def formatted(source: str) -> Iterator[str]:
    """Where code writes numbers or dates by itself: a format such as {x:,.0f} or {day:%B}, or strftime."""
    tree = tree_of(source)
    for node in ast.walk(tree) if tree else ():
        form = ast.unparse(node.format_spec)[2:-1] if isinstance(node, ast.FormattedValue) and node.format_spec else ""
        if isinstance(node, ast.FormattedValue) and form and form != "02d":  # the second year of "1861–65"
            yield f"line {node.lineno}: {form}"
        if isinstance(node, ast.Attribute) and node.attr in ("strftime", "format_number"):
            yield f"line {node.lineno}: {node.attr}"


# ---- Chapters -------------------------------------------------------------------------------------------------------------


def faults_of_chapter(name: str, text: str, has_notebook: bool, settings: Settings) -> Iterator[str]:
    """What is wrong with one chapter. has_notebook: whether a notebook has its name, so that the chapter answers its question."""
    prose = re.sub(r'"[^"]*"', " ", text) if name == "corrections" else text  # there stands what the book said before, as it was
    for row, number in typed_numbers(prose, settings.may_be_typed):
        yield (
            f":{row}: the number {number} is typed, and will not follow the rows: publish it and cite it, as "
            f"{{result}}`{name}.name`; what may be typed is listed under may_be_typed in pyproject.toml"
        )
    if not has_notebook:
        return
    blocks = [block.strip() for block in text.split("\n\n") if block.strip()]
    if not blocks or not re.fullmatch(r"# .+", blocks[0]):
        yield ":1: a chapter begins with its title, `# ` and the question"
    if len(blocks) < 2 or not blocks[1].startswith("**"):
        yield ": the finding comes first, in bold: begin the first paragraph with `**`"
    if not any(f"{each} {name}." in text for each in SHOWS) and "{claims}" not in text:
        yield f": shows nothing of its notebook: put in ```{{published-figure}} {name}.… or ```{{published-table}} {name}.…"
    headings = re.findall(r"^## (.+)$", text, flags=re.M)
    if name not in settings.no_question and (missing := [each for each in settings.headings if each not in headings]):
        yield f": has no section {', '.join(f'*{each}*' for each in missing)}: a reader looks for it at the end of each question"


def typed_numbers(markdown: str, more: Sequence[str] = ()) -> list[tuple[int, str]]:
    """Numbers in prose that no notebook published, each with its row: every digit that is left when what may be typed is out."""

    def blank(found: re.Match[str]) -> str:
        return re.sub(r"[^\n]", " ", found[0])  # rows keep their numbers

    for pattern in (*MAY_BE_TYPED, *more):
        markdown = re.sub(pattern, blank, markdown, flags=re.S | re.M)
    return [(row, number) for row, line in enumerate(markdown.split("\n"), start=1) for number in re.findall(r"\S*\d\S*", line)]


def left_out(project: Project, chapters: Mapping[str, str]) -> list[str]:
    """Chapters that no line of the table of contents names."""
    listed = set(_files(yaml_of(project.root / "_toc.yml")))
    return [
        f"book/{name}.md: is not in the book: add the line `- file: book/{name}` to _toc.yml"
        for name in chapters
        if f"book/{name}" not in listed and not any(re.search(r"[*?]", each) for each in listed if each.startswith("book/"))
    ]


def _files(contents: Any) -> Iterator[str]:
    if isinstance(contents, dict):
        for key, value in contents.items():
            if key in ("root", "file", "glob") and isinstance(value, str):
                yield re.sub(r"\.(md|ipynb)$", "", value)
            yield from _files(value)
    if isinstance(contents, list):
        for each in contents:
            yield from _files(each)


# ---- Words around numbers -------------------------------------------------------------------------------------------------


def staged_numbers(project: Project) -> dict[str, Numbers]:
    """Edition → notebook → name → entry, as they are staged; the book's own edition comes first. Empty if nothing is staged."""
    folder = project.stage / "published"
    own = json.loads((folder / "editions.json").read_text("utf-8"))["own"] if (folder / "editions.json").is_file() else ""
    found: dict[str, Numbers] = {
        edition.name: {path.stem: json.loads(path.read_text("utf-8"))["results"] for path in sorted(edition.glob("*.json"))}
        for edition in sorted(folder.glob("*/"))
        if edition.is_dir()
    }
    return {own: found[own], **found} if own in found else found


def said_twice(chapters: Mapping[str, str], numbers: Mapping[str, Numbers]) -> list[str]:
    """Words of chapters that a glued number says again, in the book's own edition, which is the first of ``numbers``."""
    if not numbers:
        return []
    own = next(iter(numbers))
    return [
        f"book/{name}.md: {words} says a thing twice: take the words beside the number away, or cite one end of it, as "
        "{result}`x:low`"
        for name, text in chapters.items()
        for words in doubled(rendered(text, numbers, own))
    ]


def rendered(markdown: str, numbers: Mapping[str, Numbers], own: str) -> str:
    """The text of a chapter with its glued numbers in it, each in «», as the edition ``own`` has them."""

    def shown(role: re.Match[str]) -> str:
        name, _, edition = role[1].partition("@")
        name, _, part = name.partition(":")
        notebook, _, key = name.partition(".")
        entry = numbers.get(edition or own, {}).get(notebook, {}).get(key)
        if entry is None:
            return role[0]  # Sphinx says of it that it is not there
        return f"«{part if part and entry[part] is not None else entry['text']}»"  # what a single end is written as does not matter

    without_code = re.sub(r"^(`{3,}|~{3,})(?!\{).*?^\1", " ", markdown, flags=re.S | re.M)
    return " ".join(re.sub(r"\{result\}`([^`]+)`", shown, without_code).split())


def doubled(text: str) -> list[str]:
    """Words around a glued number that say what the number says again: "at «at least 5» men", "men «men of 2024»"."""
    found = [
        match[0] for before, number in APART for match in re.finditer(rf"\b(?:{before}) «(?:{number})\b[^»]*»", text, flags=re.I)
    ]
    found += [
        match[0]
        for match in re.finditer(r"\b([^\W\d]+) «\1\b[^»]*»|«[^»]*\b([^\W\d]+)» \2\b|\b(at least|at most) \3\b", text, flags=re.I)
    ]
    return list(dict.fromkeys(found))


def told(found: Sequence[str], path: Path, most: int = 12) -> str:
    """The faults for the end of a build; of many, the first, and the file that has all of them."""
    more = [f"  … and {len(found) - most} more: {path}"] if len(found) > most else []
    return "\n".join(
        [f"Rules of writing, {len(found)} to mend (the book is published):", *(f"  {each}" for each in found[:most]), *more]
    )
