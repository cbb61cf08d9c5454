"""``make linkcheck``: whether every address on the web that the book's pages name still answers. Needs a network.

Links inside the book are not checked here: a build fails for one that leads nowhere. Sphinx's builder ``linkcheck`` asks the
addresses. Nothing that is published depends on the answers.
"""

from __future__ import annotations

import json
import tempfile
from collections import defaultdict
from pathlib import Path

from livingbook.formats import formats
from livingbook.project.project import Project
from livingbook.system.errors import BuildError
from livingbook.system.files import write

# Anchors are not checked: many pages create theirs by scripts, which linkcheck does not run.
SETTINGS = {
    "linkcheck_anchors": False,
    "linkcheck_timeout": 20,
    "linkcheck_retries": 2,
    "linkcheck_workers": 8,
    "linkcheck_report_timeouts_as_broken": True,
    "html_theme": "basic",
    "html_theme_options": {},
    "template_bridge": "sphinx.jinja2glue.BuiltinTemplateLoader",
}
GOOD = ("working", "redirected")


def check(project: Project) -> int:
    """Asks every address; prints those that do not answer, with the pages that name them. Returns the exit code: 0 if all answer.

    All addresses with their pages are written to ``_build/links.txt``. Raises ``BuildError`` if the pages cannot be read.
    """
    with tempfile.TemporaryDirectory(dir=project.build, prefix=".links-") as folder:
        answers = Path(folder) / "answers" / "output.json"
        try:
            formats.run_sphinx("linkcheck", project, answers.parent, SETTINGS)
        except BuildError:  # also raised for an address that does not answer; those are printed below
            if not answers.is_file():
                raise
        found = [json.loads(line) for line in answers.read_text("utf-8").splitlines()]
    asked = [each for each in found if each["uri"].startswith(("http://", "https://"))]
    pages = defaultdict(set)
    for each in asked:
        pages[each["uri"]].add(each["filename"])
    lines = (f"{address}\t{', '.join(sorted(named))}\n" for address, named in sorted(pages.items()))
    write(project.build / "links.txt", "".join(lines))
    broken = {each["uri"]: each["info"] or each["status"] for each in asked if each["status"] not in GOOD}
    for address, why in sorted(broken.items()):
        print(f"  {address}: {why}\n    in {', '.join(sorted(pages[address]))}")
    print(f"{len(pages) - len(broken)} of {len(pages)} addresses answer; all of them: {project.build / 'links.txt'}")
    return int(bool(broken))
