"""Reading files that people write for the pipeline. Content that could be misunderstood is refused, with a reason."""

from __future__ import annotations

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
    """The text of a file. Raises ``BuildError`` if there is no file, it is not UTF-8 text, or it is larger than ``most`` bytes."""
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
        return content.decode("utf-8-sig")
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


class _Plain(yaml.SafeLoader):
    """YAML without anchors, aliases, tags and dates; a date is read as text."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()
        if getattr(event, "anchor", None) is not None:
            raise _refused("anchors and aliases (& and *) are not read: write it out", event)
        if getattr(event, "tag", None) is not None:
            raise _refused("tags (!) are not read: take it out", event)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        names: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.tag != "tag:yaml.org,2002:str":
                raise _refused("a name must be text: put it in quotation marks", key)
            if key.value in names:
                raise _refused(f'"{key.value}" is given twice', key)
            names.add(key.value)
        return super().construct_mapping(node, deep)


_Plain.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:merge")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
