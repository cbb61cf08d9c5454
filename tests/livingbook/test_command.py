"""What a command says and with which code it ends when something goes wrong."""

import errno
from unittest.mock import Mock

import pytest
from livingbook import __main__ as command
from livingbook.system.errors import BuildError
from small_project import lay_out


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (BuildError("notebooks/rate.ipynb: no such thing"), 1, "notebooks/rate.ipynb: no such thing"),
        (
            OSError(errno.ENOSPC, "No space left on device", "a/file"),
            1,
            "a/file: No space left on device; the disk is full: make room",
        ),
        (MemoryError(), 1, "out of memory"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_what_a_person_can_mend_is_said_in_words(monkeypatch, capsys, tmp_path, error, code, words):
    monkeypatch.setitem(command.COMMANDS, "audit", Mock(side_effect=error))
    assert command.main(["--root", str(tmp_path), "audit"]) == code
    said = capsys.readouterr().err
    assert said.strip().startswith(words) and "Traceback" not in said and bool(said) == bool(words)


def test_a_fault_of_ours_is_not_hidden(monkeypatch, tmp_path):
    monkeypatch.setitem(command.COMMANDS, "audit", Mock(side_effect=OSError(errno.EXDEV, "Invalid cross-device link")))
    with pytest.raises(OSError, match="cross-device"):
        command.main(["--root", str(tmp_path), "audit"])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--data", "nowhere", "book"], "nowhere: no such data folder"),
        (["serve"], "there is no book yet; `make book` builds it"),
        (["run", "nothing"], "no notebook 'nothing'; there are "),
    ],
)
def test_what_is_not_there_is_named(tmp_path, capsys, arguments, words):
    lay_out(tmp_path)
    assert command.main(["--root", str(tmp_path), *arguments]) == 1
    assert words in capsys.readouterr().err
