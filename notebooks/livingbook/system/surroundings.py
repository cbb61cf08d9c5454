"""What a build takes over from whoever starts it: the places of files and the limits of the machine, but nobody's own settings.

A setting of IPython, Python, matplotlib or docutils that somebody has made for other work would else change what the book shows.
"""

from __future__ import annotations

import importlib.util
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

# Environment variables that change what programs print, draw or find, or the order in which they do it.
SETTINGS = re.compile(
    r"PYTHON(STARTUP|WARNINGS|OPTIMIZE|DEVMODE|INSPECT|BREAKPOINT|DEBUG|VERBOSE|USERBASE|INTMAXSTRDIGITS|SAFEPATH|ASYNCIODEBUG|_COLORS"
    r"|PROFILEIMPORTTIME|CASEOK)"
    r"|IPYTHON.*|JUPYTER_(PATH|CONFIG.*|DATA_DIR|PREFER_ENV_PATH|DEFAULT_PROVISIONER_NAME)|MATPLOTLIBRC|MPLBACKEND"
    r"|LANG|LANGUAGE|LC_.*|TZ|COLUMNS|LINES|NO_COLOR|FORCE_COLOR|CLICOLOR.*|GIT_(DIR|WORK_TREE|INDEX_FILE|CONFIG.*)"
)
FIXED = {"PYTHONHASHSEED": "0", "PYTHONNOUSERSITE": "1", "LC_ALL": "C.UTF-8", "TZ": "UTC", "DOCUTILSCONFIG": ""}


def without_settings(given: Mapping[str, str]) -> dict[str, str]:
    """The environment variables of a build: those given, without settings of a user; what matters is the same everywhere."""
    kept = {name: value for name, value in given.items() if not SETTINGS.fullmatch(name)}
    return kept | FIXED | matplotlib_settings()


def matplotlib_settings() -> dict[str, str]:
    """The variable by which matplotlib takes its own settings, not those in the user's home."""
    found = importlib.util.find_spec("matplotlib")
    home = Path(found.origin).parent / "mpl-data" / "matplotlibrc" if found and found.origin else None
    return {"MATPLOTLIBRC": str(home)} if home and home.is_file() else {}


def home(build: Path) -> dict[str, str]:
    """``HOME`` below ``build`` for a user who has none to write in, as in many containers; empty for any other.

    Jupyter ends a kernel that has no home, and matplotlib keeps its list of fonts there.
    """
    own = os.path.expanduser("~")  # noqa: PTH111 - pathlib refuses where there is none
    return {} if os.access(own, os.W_OK) else {"HOME": str(build / "home")}


def set_environment() -> None:
    """Gives this process, and all that it starts, the environment variables of a build.

    Python reads some only when it starts; where such a one is set, the process begins anew without it.
    """
    wanted = without_settings(os.environ)
    lost = os.environ.keys() - wanted.keys()
    if any(name.startswith("PYTHON") for name in lost) and os.name == "posix":
        sys.stdout.flush()
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], wanted)
    os.environ.clear()
    os.environ.update(wanted)
