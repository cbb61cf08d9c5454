"""The command line: ``python -m livingbook book``, ``run``, ``serve``, ``new`` …"""

from __future__ import annotations

import argparse
import io
import os
import sys
from pathlib import Path

from livingbook import commands
from livingbook.live import work_live
from livingbook.project.project import Project
from livingbook.system.errors import BuildError, in_words
from livingbook.system.surroundings import home, set_environment

COMMANDS = {
    "book": commands.make_book,
    "pdf": commands.make_format,
    "epub": commands.make_format,
    "gettext": commands.write_catalogues,
    "linkcheck": commands.check_links,
    "translation": commands.make_translation,
    "run": commands.run_one,
    "serve": commands.serve_book,
    "live": work_live,
    "readme": commands.write_readme,
    "import": commands.import_rows,
    "changes": commands.show_changes,
    "read": commands.read_words,
    "sweep": commands.run_sweeps,
    "explain": commands.explain_runs,
    "verify": commands.compare_bytes,
    "audit": commands.audit_packages,
    "release": commands.make_release,
    "new": commands.begin_book,
    "question": commands.begin_question,
}

Known = argparse._SubParsersAction  # where commands are added; argparse has no public name for it


def main(arguments: list[str] | None = None) -> int:
    """Runs one command; returns the exit code. Errors that a person can mend are printed without a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # help texts are printed even in a terminal that knows only ASCII
    chosen = parser().parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):  # from here on, a letter that the terminal cannot show is printed as its code
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        project = Project.at(chosen.root, chosen.data)
        os.environ.update(home(project.build))
        return COMMANDS[chosen.command](project, chosen) or 0
    except BuildError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except (OSError, MemoryError) as error:
        if isinstance(error, BrokenPipeError):  # the reader of the output, such as `head`, has ended
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 141
        if not (words := in_words(error)):
            raise
        print(f"\n{words}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def parser() -> argparse.ArgumentParser:
    """The parser of the command line: the commands and their options."""
    parser = argparse.ArgumentParser(prog="python -m livingbook", description=__doc__)
    parser.add_argument(
        "--root", type=Path, help="the book's folder; without it, the one we are in, else the one that the engine is in"
    )
    parser.add_argument("--data", help="another data folder")
    known = parser.add_subparsers(dest="command", required=True)
    for add in (add_building, add_running, add_data, add_words, add_beginning, add_releasing):
        add(known)
    return parser


def add_edition(command: argparse.ArgumentParser) -> None:
    """The option of commands that are about a built book."""
    command.add_argument("--edition", default="latest", help="the edition the book holds")


def add_building(known: Known[argparse.ArgumentParser]) -> None:
    """Commands that make the book, or another form of it, or serve it."""
    for name, what in (
        ("book", "bring the published book up to date"),
        ("pdf", "bring the book up to date, and write it as PDF"),
        ("epub", "the same as EPUB"),
        ("gettext", "bring the book up to date, and write catalogues for translators"),
        ("linkcheck", "bring the book up to date, and ask every address it names whether it still answers"),
        ("translation", "bring the book up to date, and build it in another language"),
    ):
        made = known.add_parser(name, help=what)
        if name == "translation":
            made.add_argument("language", help="a folder of book/locale")
        if name == "book":
            made.add_argument("--out", help="a folder for the book, beside the published one, which stays as it is")
        add_edition(made)
        made.add_argument("--workers", type=int, help="notebooks run at once; without it, one a core")
    serve = known.add_parser("serve", help="serve the published book, to this machine only unless told otherwise")
    serve.add_argument("--host", default="127.0.0.1", help="the address to serve on; 0.0.0.0 serves whoever can reach this machine")
    serve.add_argument("--port", type=int, default=8500)
    serve.add_argument("--out", help="a book that was built into this folder, in place of the published one")
    live = known.add_parser(
        "live", help="serve the book to this machine only, and build what is concerned whenever a file is saved"
    )
    live.add_argument("--port", type=int, default=8600)
    live.add_argument("--no-open", dest="open", action="store_false", help="do not open a browser")
    add_edition(live)
    known.add_parser("readme", help="write the README's numbers and picture anew from the built book")


def add_running(known: Known[argparse.ArgumentParser]) -> None:
    """Commands that run notebooks without building the book, or say which would run."""
    run = known.add_parser("run", help="run one notebook with parameters of your own")
    run.add_argument("notebook")
    run.add_argument("settings", nargs="*", metavar="name=value")
    run.add_argument(
        "--and",
        dest="beside",
        action="append",
        nargs="*",
        default=[],
        metavar="name=value",
        help="other settings, whose results stand in a column beside the first; may be given several times",
    )
    run.add_argument("--out", help="the folder for table and notebook; without it, one below _build/runs that the settings name")
    sweep = known.add_parser("sweep", help="run notebooks over a grid of settings, into one tidy table")
    sweep.add_argument("spec", nargs="?", type=Path, help="a YAML file like notebooks/sweeps.yml, which is the default")
    sweep.add_argument("--only", help="this sweep of the file alone; with --notebook, the name of the table")
    sweep.add_argument("--notebook", help="in place of a file: the notebook to run")
    sweep.add_argument(
        "--set",
        dest="settings",
        nargs="+",
        default=[],
        metavar="name=values",
        help="with --notebook, what varies: strength=100000..400000:50000, or wrong=0,0.1,0.2",
    )
    sweep.add_argument("--scheduler", help="a Dask scheduler (tcp://host:port) whose workers are to run the notebooks")
    add_edition(known.add_parser("explain", help="say for every notebook whether the next build runs it, and because of what"))


def add_data(known: Known[argparse.ArgumentParser]) -> None:
    """Commands about rows: bringing them in, and what they have moved."""
    bring = known.add_parser("import", help="check new rows, show what they would change, and add them with --apply")
    bring.add_argument("rows", nargs="*", type=Path, help="files of new rows (CSV, .xlsx, .ods, JSON), or a folder of them")
    bring.add_argument("--mapping", type=Path, help="how they become rows; without it, NAME.mapping.yml beside NAME.csv")
    bring.add_argument("--template", help="write an example row and mapping of this table or measure, into imports/")
    bring.add_argument("--apply", action="store_true", help="add them; without it nothing is written")
    bring.add_argument(
        "--supersedes",
        action="append",
        default=[],
        metavar="ID",
        help="an observation that a new one of its origin takes the place of",
    )
    differ = known.add_parser(
        "changes",
        help="what differs between two editions, published books or folders of tables",
        description="Exit code: 0 nothing differs, 3 something does, 4 a verdict flipped, 5 words are to be read again.",
    )
    differ.add_argument("--from", dest="before", help="edition or folder; without it, the edition that the book is compared with")
    differ.add_argument("--to", dest="after", help="edition or folder (latest, or the newest of the kind of --from)")


def add_words(known: Known[argparse.ArgumentParser]) -> None:
    """The command about sentences that rows have made doubtful."""
    read = known.add_parser(
        "read",
        help="list the sentences that were written for other figures; with names of chapters, note that these were read again",
        description="Exit code: 0 nothing is left to read, 1 something is.",
    )
    read.add_argument("chapters", nargs="*", help="chapters that were read, or all")
    add_edition(read)


def add_beginning(known: Known[argparse.ArgumentParser]) -> None:
    """Commands that write something to begin from."""
    new = known.add_parser("new", help="begin a book of your own: a small one that builds, in a folder that is new or empty")
    new.add_argument("folder", type=Path)
    question = known.add_parser("question", help="begin a question: a notebook, its chapter and a line in _toc.yml, which build")
    question.add_argument("name", help="of notebook and chapter, as price")
    question.add_argument("--question", default="", help="the title; without it, the name")
    question.add_argument("--measure", default="", help="of whose rows the first figure is made; without it, the one with most")
    question.add_argument("--after", default="", help="the chapter behind which it stands; without it, the last that answers one")


def add_releasing(known: Known[argparse.ArgumentParser]) -> None:
    """Commands before a book goes out."""
    verify = known.add_parser(
        "verify",
        help="build the book twice under different circumstances and compare byte for byte",
        description="Exit code: 0 every byte is the same, 1 not.",
    )
    verify.add_argument("--against", help="compare the book here with this published one instead: a folder or an address")
    add_edition(verify)
    known.add_parser("audit", help="vulnerabilities, licences and materials of the locked packages")
    add_edition(known.add_parser("release", help="lay out and pack the archive to deposit"))


if __name__ == "__main__":
    set_environment()
    sys.exit(main())
