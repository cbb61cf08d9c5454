"""The tables hold aggregates only: columns and texts that could be about a person are refused.

The patterns are of what lists of people hold: a phone number, a birth date, a document, a call sign, a name with patronymic or
initials, a rank and a name, a unit and a name. A first and last name alone is allowed, because authors and officials are named so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from livingbook.contract.notation import PLAIN_NUMBER, SLUG

# fmt: off
PERSONAL_COLUMNS = frozenset(
    {
        "name", "names", "fullname", "full_name", "first_name", "firstname", "last_name", "lastname", "surname",
        "forename", "given_name", "family_name", "patronymic", "middle_name", "maiden_name", "nickname", "callsign",
        "call_sign", "person", "soldier", "serviceman", "birth", "birthday", "birthdate", "birth_date",
        "date_of_birth", "dob", "born", "birthplace", "birth_year", "age_of_person", "phone", "telephone", "mobile",
        "tel", "email", "e_mail", "mail", "address", "home_address", "street", "residence", "telegram", "vk",
        "account", "passport", "passport_no", "military_id", "id_card", "identity", "personal_number",
        "service_number", "token", "dog_tag", "inn", "snils", "tax_id", "photo", "face", "relatives", "mother",
        "father", "wife", "spouse", "next_of_kin", "фио", "имя", "имена", "фамилия", "отчество", "позывной",
        "рождения", "дата_рождения", "телефон", "паспорт", "адрес", "снилс", "инн", "личный_номер", "піб", "ім_я",
        "ім'я", "імена", "прізвище", "по_батькові", "позивний", "народження", "дата_народження", "адреса",
    }
)
# fmt: on
REFUSED = "the tables hold aggregates only, no personal data"

_CAP = "[A-ZА-ЯЁІЇЄҐ]"
_WORD = _CAP + r"[\w'’-]+"
_PATRONYMIC_END = "ович|евич|йович|ьич|овна|евна|івна|ївна|ична|ovich|evich|ovych|evych|iovych|ovna|evna|ivna"
_PATRONYMIC = _CAP + rf"[\w'’-]*(?:{_PATRONYMIC_END})\b"
_INITIALS = r"[А-ЯЁІЇЄҐ]\.\s?[А-ЯЁІЇЄҐ]\."
_CYRILLIC = r"[А-ЯЁІЇЄҐ][а-яёіїєґ'’-]+"
_RANK = r"(?:private|pvt|corporal|cpl|sergeant|sgt)\.?"
_RANK_CYRILLIC = r"(?:рядов|ефрейтор|єфрейтор|мл\.? сержант|сержант|старшин|прапорщик|солдат)\w*"
_UNIT = r"(?:в/ч|войсков\w+ част\w+|військов\w+ частин\w+|military unit|unit)\s*(?:№|no\.?|#)?\s*[0-9]{4,6}"
_NAME = rf"(?:{_WORD}\s+{_CAP}[\w.'’-]|{_CYRILLIC}\s+{_INITIALS}|{_INITIALS}\s?{_CYRILLIC})"
_MONTH = r"[^\W\d_]{3,9}"
_BIRTHDAY = r"(?:[0-9]{1,2}[ ./-]\w{1,9}[ ./-][0-9]{4}|[0-9]{4}-[0-9]{2}-[0-9]{2}|" + _MONTH + r"\.? [0-9]{1,2},? [0-9]{4})"
LONGEST_LOOKED_AT = 2_000  # characters of a cell that are searched; no field takes more, and a longer one could take minutes
PERSONAL_VALUES: dict[str, re.Pattern[str]] = {
    "a phone number": re.compile(
        r"\+[0-9](?:[ ().-]*[0-9]){9,13}(?![0-9])"
        r"|(?<![0-9])[78][ (.-]*9[0-9]{2}[ ).-]*[0-9]{3}[ .-]?[0-9]{2}[ .-]?[0-9]{2}(?![0-9])"
        r"|(?<![0-9])8 ?\([0-9]{3,5}\) ?[0-9]{1,3}[ -]?[0-9]{2}[ -]?[0-9]{2}(?![0-9])"
        r"|(?<![0-9.])\(?0[3-9][0-9]\)?[ -]?[0-9]{3}[ -]?[0-9]{2}[ -]?[0-9]{2}(?![0-9])"
        r"|(?i:\b(?:phone|tel|тел|телефон)\b)[ .:№-]{0,3}[0-9](?:[ ().-]?[0-9]){4,13}"
    ),
    "an e-mail address": re.compile(r"[\w.+-]{1,64}@[\w-]{1,64}\.\w"),
    "a date of birth": re.compile(
        r"(?i)(?:\bborn(?: on)?|\bb\.|\bdate of birth|\bd\.?o\.?b\.?"
        r"|\bдата (?:рождения|народження)|\bродил(?:ся|ась)|\bнароди(?:вся|лася?))"
        rf"\W{{0,3}}{_BIRTHDAY}|[0-9]{{4}}\s?(?:[гр]\.\s?[рн]\.|(?:года|г\.) рождения|(?:року|р\.) народження)"
    ),
    "the number of a document": re.compile(
        r"(?i)\b(?:passport|паспорт\w*|military id|военн\w+ билет\w*|військов\w+ квит\w+|личн\w+ номер\w*"
        r"|personal number)\W{0,3}(?:no|number|номер|№|сер\w*)?\W{0,3}[A-ZА-Я]{0,2}[ -]?[0-9]{2}[ -]?[0-9]{2}"
    ),
    "a call sign": re.compile(rf"\b(?i:call ?sign|позывн\w+|позивн\w+)[\s:–—-]{{0,3}}[\"'«“„‘]?{_CAP}\w"),
    "the full name of a person": re.compile(
        rf"\b(?:{_WORD}\s+{_WORD}\s+{_PATRONYMIC}|{_WORD}\s+{_PATRONYMIC}\s+{_WORD}"
        rf"|{_CYRILLIC}\s+{_INITIALS}|{_INITIALS}\s?{_CYRILLIC})"
    ),
    "a rank and a person": re.compile(
        rf"\b(?i:{_RANK})\s+(?!Military|Security|Bank|Major)(?:{_CAP}\.\s?)?{_WORD}\s+{_CAP}"
        rf"|\b(?i:{_RANK_CYRILLIC})\s+{_CYRILLIC}"
    ),
    "a military unit and a person": re.compile(
        rf"(?i:{_UNIT})\s*[,:–—-]?\s*{_NAME}|{_WORD}\s+(?:{_WORD}|{_INITIALS})\s*[,:–—(-]\s*(?i:{_UNIT})"
    ),
}
# Lower-case texts one of which stands in everything that the pattern finds: searching for them first is much quicker.
HINTS: dict[str, tuple[str, ...]] = {
    "an e-mail address": ("@",),
    "a date of birth": ("born", "birth", "b.", "dob", "рожд", "народ", "родил", "г.", "р."),
    "the number of a document": ("passport", "паспорт", "military id", "билет", "квит", "номер", "personal number"),
    "a call sign": ("call", "позывн", "позивн"),
    "a rank and a person": (
        "private", "pvt", "corporal", "cpl", "sergeant", "sgt",
        "рядов", "ефрейтор", "єфрейтор", "сержант", "старшин", "прапорщик", "солдат",
    ),
    "a military unit and a person": ("unit", "в/ч", "част"),
}  # fmt: skip
DIGITS = re.compile(r"[0-9](?:[ ().-]{0,4}[0-9]){4}")  # in every phone number
# Keys have lower-case letters only, so that just a name with a patronymic, or a phone number, can be recognised in one.
PERSONAL_KEY = re.compile(
    r"(?<![a-z])[a-z]{3,}[_-][a-z]{2,}(?:ovich|evich|ovych|evych|ovna|evna|ivna)(?![a-z])"
    r"|(?<![0-9])[78][_-]?9[0-9]{2}[_-]?[0-9]{3}[_-]?[0-9]{2}[_-]?[0-9]{2}(?![0-9])"
)


def is_personal(column: str) -> bool:
    """True if a column of this name could hold personal data: the whole name or one of its words says so."""
    spaced = re.sub(r"(?<=[a-zа-яіїєґ])(?=[A-ZА-ЯІЇЄҐ])", "_", column).casefold()
    words = [word for word in re.split(r"[^\w'’]+|_+", spaced) if word]
    return "_".join(words) in PERSONAL_COLUMNS or any(word in PERSONAL_COLUMNS for word in words)


def no_personal_details(text: str) -> Iterator[str]:
    """No text holds what looks like a person's phone number, address, birth date, document, full name or unit and name."""
    text = text[:LONGEST_LOOKED_AT]
    if PLAIN_NUMBER.fullmatch(text) or text.startswith(("http://", "https://")):
        return
    if SLUG.fullmatch(text):
        if PERSONAL_KEY.search(text):
            yield f"looks like the name or number of a person: {REFUSED}"
        return
    small = text.lower()
    for what, pattern in PERSONAL_VALUES.items():
        hinted = DIGITS.search(text) if what == "a phone number" else what not in HINTS or any(map(small.__contains__, HINTS[what]))
        if hinted and pattern.search(text):
            yield f"looks like {what}: {REFUSED}"
