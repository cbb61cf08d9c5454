"""Errors that a user can mend, and their messages."""

from __future__ import annotations

import errno
import functools
import os
import sys

FULL = "the disk is full: make room, then run the same command again"
FORBIDDEN = "no permission to write there: give this user the right to write, or run the command as the user who owns the folder"
MEMORY = "out of memory: close other programs or run one notebook at a time (`python -m livingbook book --workers 1`)"
KILLED = "if nobody did that, the system was probably out of memory; close other programs, then run the same command again"
WORDS = {
    errno.ENOSPC: FULL,
    errno.EDQUOT: FULL,
    errno.EFBIG: FULL,
    errno.EACCES: FORBIDDEN,
    errno.EPERM: FORBIDDEN,
    errno.EROFS: FORBIDDEN,
    errno.ENOMEM: MEMORY,
    errno.EAGAIN: MEMORY,
    errno.EMFILE: "too many open files: raise the limit (`ulimit -n 4096`)",
}
SIGNS = {
    "database or disk is full": FULL,
    "disk I/O error": FULL,
    "readonly database": FORBIDDEN,
    "unable to open database": FORBIDDEN,
}  # parts of error messages of other libraries, which have no error number
SIGNS |= {os.strerror(number): words for number, words in WORDS.items()}


class BuildError(Exception):
    """The book cannot be built; the message says what to mend. It is shown without a traceback."""


def printable(text: str, longest: int = 100) -> str:
    """``text`` in a form that fits one line of a terminal: invisible characters as escapes, cut after ``longest`` characters."""
    cut = text if len(text) <= longest else text[:longest] + "…"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in cut)


def in_words(error: BaseException) -> str:
    """The message for a fault of the machine, such as a full disk, and what to do about it; "" for any other error."""
    if isinstance(error, MemoryError):
        return MEMORY
    if isinstance(error, OSError) and error.errno in WORDS:
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror}; {WORDS[error.errno]}"
    return next((words for sign, words in SIGNS.items() if sign in str(error)), "")


@functools.cache
def say_once(words: str) -> None:
    """Prints a message on the error stream the first time, and nothing when it is called with it again."""
    print(words, file=sys.stderr, flush=True)
