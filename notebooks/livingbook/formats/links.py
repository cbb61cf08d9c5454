"""``make linkcheck``: every address outside of the book that its pages name, and whether it still answers. Needs a network.

Links inside the book need no such check: no book is published with one that leads nowhere. Sphinx's own ``linkcheck`` asks; an
answer is kept for nobody, and nothing that is published depends on it.
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

# Anchors are left out: many pages make theirs by scripts, which nobody runs here.
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
    """Asks every address and prints what does not answer and where it is named; returns the exit code: 0 if all answer.

    All of them, with the pages that name them, go into ``_build/links.txt``. Raises ``BuildError`` if the pages cannot be read.
    """
    with tempfile.TemporaryDirectory(dir=project.build, prefix=".links-") as folder:
        answers = Path(folder) / "answers" / "output.json"
        try:
            formats.run_sphinx("linkcheck", project, answers.parent, SETTINGS)
        except BuildError:  # an address that does not answer counts as a fault of the book, and is told below
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
