"""Reading files that people write for the pipeline. Content that could be misunderstood is refused, with a reason."""

from __future__ import annotations

import contextlib
import re
import tomllib
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from livingbook.system.errors import BuildError

MAX_BYTES = 64 * 1024  # of a settings file; a larger one was not written by hand, and would take long to read
MAX_PROSE_BYTES = 1024 * 1024  # of a chapter, or another text
MAX_NOTEBOOK_BYTES = 64 * 1024 * 1024


def text_of(path: Path, most: int = MAX_BYTES) -> str:
    """The text of a file, with the line ends of Unix.

    Raises ``BuildError`` if there is no file, it is not UTF-8 text, or it is larger than ``most`` bytes.
    """
    try:
        if not path.is_file():
            raise BuildError(f"{path}: {'is not a file' if path.exists() else 'there is no such file'}")
        return text_from(path, path.read_bytes(), most)
    except (OSError, ValueError) as error:
        raise BuildError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from None


def text_from(path: Path, content: bytes, most: int = MAX_BYTES) -> str:
    """The text of a file whose content was read before. Raises ``BuildError`` as ``text_of`` does; ``path`` is for its message."""
    if len(content) > most:
        raise BuildError(f"{path}: is larger than {most // 1024:,} KiB")
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        row = 1 + error.object[: error.start].count(b"\n")
        raise BuildError(f"{path}, row {row}: is not UTF-8 text: save it as UTF-8") from None


def yaml_of(path: Path) -> Any:
    """The content of a YAML file, in dictionaries, lists, texts, numbers and truth values; dates stay texts.

    Raises ``BuildError`` that names file and row for what is not YAML, for names that are not text or are given twice, and for
    anchors, aliases and tags, by which a small file could become large in memory.
    """
    return _yaml(path, text_of(path))


def yaml_from(path: Path, content: bytes) -> Any:
    """The same for a YAML file whose content was read before. Raises ``BuildError`` as ``yaml_of`` does."""
    return _yaml(path, text_from(path, content))


def toml_of(path: Path) -> dict[str, Any]:
    """The content of a TOML file. Raises ``BuildError`` that names file and row for what is not TOML."""
    return _toml(path, text_of(path))


def toml_from(path: Path, content: bytes) -> dict[str, Any]:
    """The same for a TOML file whose content was read before."""
    return _toml(path, text_from(path, content))


def _toml(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BuildError(f"{path}: {error}") from None


def _yaml(path: Path, text: str) -> Any:
    if not DEAR & set(text):
        with contextlib.suppress(yaml.YAMLError, RecursionError, ValueError):  # what is wrong, the other loader tells
            return yaml.load(text, _Quick)
    try:
        return yaml.load(text, _Plain)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f", row {mark.line + 1}" if mark else ""
        raise BuildError(f"{path}{where}: {error.problem or error.context}") from None
    except yaml.reader.ReaderError as error:
        raise BuildError(f"{path}: holds a character that must not be there, U+{int(error.character):04X}") from None
    except RecursionError:
        raise BuildError(f"{path}: is nested too deeply") from None
    except ValueError as error:
        raise BuildError(f"{path}: {error}") from None


def _refused(reason: str, node: Any) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=reason, problem_mark=node.start_mark)


class _Named(yaml.constructor.SafeConstructor):
    """Mappings whose names are texts, each given once."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        names: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.tag != "tag:yaml.org,2002:str":
                raise _refused("a name must be text: put it in quotation marks", key)
            if key.value in names:
                raise _refused(f'"{key.value}" is given twice', key)
            names.add(key.value)
        return super().construct_mapping(node, deep)


class _Plain(_Named, yaml.SafeLoader):
    """YAML without anchors, aliases, tags and dates; a date is read as text, and numbers as ``number_or_text`` reads them."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()
        if getattr(event, "anchor", None) is not None:
            raise _refused("anchors and aliases (& and *) are not read: write it out", event)
        if getattr(event, "tag", None) is not None:
            raise _refused("tags (!) are not read: take it out", event)
        return super().compose_node(parent, index)


class _Quick(_Named, getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # libyaml, where PyYAML was built with it
    """The same, many times as fast, for texts without the signs of anchors, aliases and tags."""


DEAR = frozenset("&*!")


# What a text without quotation marks is, by the rules of YAML 1.2, as a person reads it. YAML 1.1, which PyYAML follows, also has
# octal numbers (0700000 would be 229,376), numbers to the base of 60 (190:20), 0x10, and yes, no, on and off as truth values.
# All these stay texts, except that zeros before a number change nothing, that 1e5 is a number, as in
# every spreadsheet, and that 200_000 is one, as in the notebooks' own parameters.
LONGEST_NUMBER = 1000  # digits; Python refuses to read a number of some thousands
INTEGER = re.compile(r"[-+]?[0-9]+(_[0-9]+)*")
DECIMAL = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
TRUTH = re.compile(r"true|True|TRUE|false|False|FALSE")
NOTHING = re.compile(r"~|null|Null|NULL|")
_Plain.yaml_implicit_resolvers, _Quick.yaml_implicit_resolvers = {}, {}
for _tag, _pattern, _first in (
    ("bool", TRUTH, "tTfF"),
    ("int", INTEGER, "-+0123456789"),
    ("float", DECIMAL, "-+.0123456789"),
    ("null", NOTHING, ["~", "n", "N", ""]),
):
    for _loader in (_Plain, _Quick):
        _loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(rf"(?:{_pattern.pattern})\Z"), list(_first))


def number_or_text(text: str) -> int | float | bool | str:
    """What somebody means who types a value: a number or a truth value if it is written as one, else the text itself.

    ``1e5`` is the whole number 100,000, because nobody who writes a count so means a measurement.
    """
    if INTEGER.fullmatch(text):
        return int(text) if len(text) < LONGEST_NUMBER else text
    if DECIMAL.fullmatch(text) and any(c.isdigit() for c in text):
        return _decimal(text)
    return text.lower() == "true" if TRUTH.fullmatch(text) else text


def _decimal(text: str) -> int | float:
    found = float(text)
    return int(found) if "e" in text.lower() and "." not in text and found.is_integer() else found


def _construct_int(loader: _Plain, node: yaml.ScalarNode) -> int:
    return int(node.value)


def _construct_float(loader: _Plain, node: yaml.ScalarNode) -> int | float:
    return _decimal(node.value.lower().replace(".inf", "inf").replace(".nan", "nan"))


for _loader in (_Plain, _Quick):
    _loader.add_constructor("tag:yaml.org,2002:int", _construct_int)
    _loader.add_constructor("tag:yaml.org,2002:float", _construct_float)
