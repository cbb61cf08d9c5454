"""The bibliography: a BibTeX entry for every row of the table `sources`.

Text of the table is escaped, so that pybtex, which reads the entries for the book, shows it unchanged and takes no part of it for
markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from string import ascii_lowercase

HEADING = "Generated from data/sources.csv: edit the table, not this file.\n"

KEY = re.compile(r"[a-z0-9][a-z0-9_-]*")
WEB_ADDRESS = re.compile(r"https?://[^/]")
# Names that BibTeX splits correctly into given and family names.
PLAIN_NAME = re.compile(r"[^\W\d_][\w.'’-]*( [^\W\d_][\w.'’-]*)*")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

LANGUAGES = {
    "ar": "Arabic",
    "be": "Belarusian",
    "bg": "Bulgarian",
    "cs": "Czech",
    "da": "Danish",
    "de": "German",
    "es": "Spanish",
    "et": "Estonian",
    "fi": "Finnish",
    "fr": "French",
    "hu": "Hungarian",
    "is": "Icelandic",
    "it": "Italian",
    "ja": "Japanese",
    "ka": "Georgian",
    "kk": "Kazakh",
    "lt": "Lithuanian",
    "lv": "Latvian",
    "nl": "Dutch",
    "no": "Norwegian",
    "pl": "Polish",
    "pt": "Portuguese",
    "ro": "Romanian",
    "ru": "Russian",
    "sk": "Slovak",
    "sr": "Serbian",
    "sv": "Swedish",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "zh": "Chinese",
}

# pybtex turns these commands back into the characters. A dollar sign, a caret and quotation marks stay as they are:
# pybtex shows them unchanged and has no command for them. A brace has none either, and would open or close a group,
# so it is shown by its ornamental twin.
ESCAPES = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "%": r"\%", "&": r"\&", "#": r"\#", "_": r"\_", "{": "❴", "}": "❵"}
# Two of these in a row would become one sign: -- a dash, '' a quotation mark, ?` a turned question mark, $-$ a minus.
JOINING = re.compile("(?<=[-`',?!$])(?=[-`'])|(?<=,)(?=,)|(?<=[<>])(?=[<>])")


def on_one_line(text: str) -> str:
    """`text` on one line: white space as single spaces, characters that cannot be seen left out."""
    return " ".join("".join(c for c in text if c.isprintable() or c.isspace()).split())


def escape(text: str) -> str:
    """`text` as the content of a BibTeX field, to be shown letter by letter."""
    apart = JOINING.sub("\x00", on_one_line(text))
    return "".join("{}" if c == "\x00" else ESCAPES.get(c, c) for c in apart)


def bibtex(sources: Iterable[Mapping[str, str]]) -> str:
    """BibTeX for rows of the table `sources`, in the order of their keys.

    The outlet stands as a corporate author, unless an author is named. A page of unknown date has no year, which
    author-year labels show as "n.d.". Pages of one author and year have letters: 2025a, 2025b.

    Raises ValueError for a key that is no plain key or is there twice.
    """
    rows = sorted(sources, key=lambda row: row["source"])
    keys = [row["source"] for row in rows]
    for key, following in zip(keys, [*keys[1:], None], strict=True):
        if not KEY.fullmatch(key):
            raise ValueError(f"not a key for a source: {key!r}")
        if key == following:
            raise ValueError(f"two sources have the key {key!r}")
    letters = _letters(rows)
    return "\n".join([HEADING, *(_entry(row, letters[row["source"]]) for row in rows)])


def _letters(rows: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Source → what tells it from others of its author and year, by the days on which they appeared; "" where there is no other."""
    groups: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for row in rows:
        author = on_one_line(row.get("author", "")) or on_one_line(row["outlet"])
        groups.setdefault((author.casefold(), row["published"][:4]), []).append((row["published"], row["source"]))
    found: dict[str, str] = {}
    for group in groups.values():
        several = len(group) > 1
        found |= {source: _letter(place) if several else "" for place, (_, source) in enumerate(sorted(group))}
    return found


def _letter(place: int) -> str:
    """0 → "a", 25 → "z", 26 → "aa"."""
    before, last = divmod(place, len(ascii_lowercase))
    return (_letter(before - 1) if before else "") + ascii_lowercase[last]


def _entry(row: Mapping[str, str], letter: str = "") -> str:
    """One entry. Fields are written as BibTeX wants them: braced, except for the month, which is an expression."""
    author = on_one_line(row.get("author", ""))
    outlet = escape(row["outlet"])
    fields = {
        "author": f"{{{_authors(author)}}}" if author else f"{{{{{outlet}}}}}",
        "title": f"{{{{{escape(row['title'])}}}}}",
        "howpublished": f"{{{{{outlet}}}}}" if author and outlet else "",
        **_date(row["published"], letter),
        "url": f"{{{_url(row['url'])}}}" if _url(row["url"]) else "",
        "note": f"{{{{{_note(row)}}}}}" if _note(row) else "",
    }
    lines = [f"  {name} = {content}" for name, content in fields.items() if content not in {"", "{{}}"}]
    return f"@online{{{row['source']},\n" + ",\n".join(lines) + "\n}\n"


def _authors(author: str) -> str:
    """Names that are separated by semicolons, joined by "and"; braces keep an unusual name in one piece."""
    names = [name.strip() for name in author.split(";") if name.strip()]
    return " and ".join(_author(name) for name in names)


def _author(name: str) -> str:
    plain = PLAIN_NAME.fullmatch(name) and "and" not in name.lower().split()
    return escape(name) if plain else f"{{{escape(name)}}}"


def _date(published: str, letter: str = "") -> dict[str, str]:
    """Year, and month with the day before it, as far as they are known: "2025-06-09" → 2025, 9 June. letter: after the year."""
    known = re.fullmatch(r"([0-9]{4})(?:-(0[1-9]|1[0-2])(?:-([0-9]{2}))?)?", published)
    if not known:
        return {}
    year, month, day = known.groups()
    fields = {"year": f"{{{year}{letter}}}"}
    if month:
        named = MONTHS[int(month) - 1]
        fields["month"] = f'"{int(day)}~" # {named}' if day else named
    return fields


def _url(url: str) -> str:
    """A web address. pybtex does not unescape it, so characters that could end the field are percent-encoded.

    Empty for anything but http and https, so that no entry links to a script.
    """
    if not WEB_ADDRESS.match(url):
        return ""
    return re.sub(r"[\s\x00-\x20\x7f\"<>\\^`{|}]", lambda found: "".join(f"%{b:02X}" for b in found[0].encode()), url)


def _note(row: Mapping[str, str]) -> str:
    """Language, if not English; that the date is unknown; and the table's own note."""
    language = row.get("language", "")
    parts = [
        f"in {LANGUAGES.get(language, f'the language {language}')}" if language not in {"", "en"} else "",
        "" if _date(row["published"]) else "date unknown",
        row.get("note", ""),
    ]
    note = "; ".join(part for part in map(on_one_line, parts) if part)
    return escape(note[:1].upper() + note[1:])
