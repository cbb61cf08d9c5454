"""Files that people write for the pipeline, read with care: whatever is in them is taken as it stands or refused in a sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from livingbook.system.errors import BuildError

MAX_BYTES = 64 * 1024  # of settings; what is larger was not written by hand, and takes long to read
MAX_NOTEBOOK_BYTES = 64 * 1024 * 1024


def text_of(path: Path, most: int = MAX_BYTES) -> str:
    """The text of a file. Raises ``BuildError`` where there is none, none of UTF-8, or more than ``most`` bytes of it."""
    try:
        if not path.is_file():
            raise BuildError(f"{path}: {'is not a file' if path.exists() else 'there is no such file'}")
        return text_from(path, path.read_bytes(), most)
    except (OSError, ValueError) as error:
        raise BuildError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from None


def text_from(path: Path, content: bytes, most: int = MAX_BYTES) -> str:
    """The text that the content of a file is. Raises ``BuildError`` as ``text_of`` does."""
    if len(content) > most:
        raise BuildError(f"{path}: is larger than {most // 1024:,} KiB")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = 1 + error.object[: error.start].count(b"\n")
        raise BuildError(f"{path}, row {row}: is not UTF-8 text: save it as UTF-8") from None


def yaml_of(path: Path) -> Any:
    """What a YAML file says. Raises ``BuildError`` that names file and row where it does not say it plainly.

    Anchors, aliases and tags are refused, so that a small file is a small thing; and names that are no text, or given twice.
    """
    return _yaml(path, text_of(path))


def yaml_from(path: Path, content: bytes) -> Any:
    """What the content of a YAML file says. Raises ``BuildError`` as ``yaml_of`` does."""
    return _yaml(path, text_from(path, content))


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
    """YAML without anchors, aliases, tags and dates: a date stays the text it is."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()
        if getattr(event, "anchor", None) is not None:
            raise _refused("anchors and aliases (& and *) are not read: write it out", event)
        if getattr(event, "tag", None) is not None:
            raise _refused("tags (!) are not read: take it out", event)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[str, Any]:
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
