"""``make live``: the page while one works. A server, a workshop that is warm, and a desk at which single pages are made at once."""

from __future__ import annotations

import argparse

from livingbook.project.project import Project

RESTART = 75  # exit code of a workshop of which a module has changed


def work_live(project: Project, chosen: argparse.Namespace) -> None:
    """Serves the book and builds it at every change, until it is interrupted."""
    from livingbook.live.watching import live

    live(project, chosen.edition, chosen.port, chosen.open)
