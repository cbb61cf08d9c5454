"""Links on a notebook's page: to download the executed notebook, and to run it on Binder or Colab if the repository is public.

The page itself requests nothing from those hosts.
"""

from __future__ import annotations

import re
from html import escape
from typing import NamedTuple
from urllib.parse import quote

from sphinx.application import Sphinx
from sphinx.config import Config

from livingbook.sphinx_ext import pieces
from livingbook.sphinx_ext.i18n import _

GITHUB = re.compile(r"https://github\.com/(?P<owner>[\w.-]+)/(?P<name>[\w.-]+?)(?:\.git)?/?")


class Repository(NamedTuple):
    """A public repository on GitHub."""

    owner: str
    name: str
    branch: str

    def binder(self, notebook: str) -> str:
        """Where Binder runs a notebook, given by its path in the repository."""
        return (
            f"https://mybinder.org/v2/gh/{self.owner}/{self.name}/{quote(self.branch, safe='')}?labpath={quote(notebook, safe='')}"
        )

    def colab(self, notebook: str) -> str:
        """Where Colab opens it."""
        return f"https://colab.research.google.com/github/{self.owner}/{self.name}/blob/{quote(self.branch)}/{quote(notebook)}"

    def first_cell(self) -> str:
        """The code of a cell that fetches the library and the tables: Colab itself fetches the notebook alone."""
        return (
            f"!git clone --quiet --depth 1 --branch {self.branch} https://github.com/{self.owner}/{self.name}\n"
            f"!pip install --quiet ./{self.name}\n"
            f"%cd {self.name}/notebooks"
        )


def repository(config: Config) -> Repository | None:
    """The repository that ``_config.yml`` names; None where it names none. Raises ValueError for an address of another kind."""
    options = config.html_theme_options
    address = options.get("repository_url") or ""
    if not address:
        return None
    found = GITHUB.fullmatch(address)
    if not found:
        raise ValueError(f"_config.yml, repository_url: {address!r} is not like https://github.com/OWNER/NAME")
    branch = options.get("repository_branch") or "main"
    if not re.fullmatch(r"[\w./-]+", branch):
        raise ValueError(f"_config.yml, repository_branch: {branch!r} is not the name of a branch")
    return Repository(found["owner"], found["name"], branch)


def lines(app: Sphinx, pagename: str) -> str:
    """HTML of the links under the title of a notebook's page; "" on other pages."""
    source = app.env.doc2path(pagename, base=False)
    if not source.endswith(".ipynb"):
        return ""
    file = source.rpartition("/")[2]
    download, binder, colab = map(escape, (_("Download this notebook, executed"), _("Run it on Binder"), _("Open it in Colab")))
    links = [f'<a class="download" download="{escape(file)}" href="{escape(file)}">{download}</a>']
    try:
        home = repository(app.config)
    except ValueError:  # ``check`` has warned of it
        home = None
    if home is None:
        return f'<p class="page-line">{links[0]}</p>'
    links += [f'<a href="{escape(home.binder(source))}">{binder}</a>', f'<a href="{escape(home.colab(source))}">{colab}</a>']
    first = escape(_("In Colab, run this cell first"))
    why = escape(
        _("Colab fetches the notebook alone. This brings the library and the tables; put it in a new cell above the first one.")
    )
    return (
        f'<p class="page-line">{" · ".join(links)}</p><details class="fold making"><summary>{first}</summary><p>{why}</p>'
        f'<pre class="citation-text">{escape(home.first_cell())}</pre></details>'
    )


def check(app: Sphinx) -> None:
    """Warns of an address in the settings from which no link can be made."""
    try:
        repository(app.config)
    except ValueError as error:
        pieces.logger.warning(str(error), type="published")


def setup(app: Sphinx) -> None:
    """Register the hooks."""
    app.connect("builder-inited", check)
