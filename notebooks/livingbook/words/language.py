"""What typed English words lean on: whether a sentence says who, when, which is larger, what follows, or that there is none.

Word lists, not a grammar. They decide which changes of rows concern a sentence: a new origin concerns one that names a speaker, a
new day one that names a time. Too many words here mean sentences to read in vain; too few mean false ones that nobody is told of.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

import snowballstemmer

from livingbook.changes.sentences import GLUED, ROLE, words_of_role

WORD = re.compile(r"[A-Za-z][A-Za-z’'-]*|\d{4}")
YEAR = re.compile(r"\b(?:19|20)\d\d\b")
MONTHS = "January February March April May June July August September October November December"
ORDINALS = "first second third fourth fifth sixth seventh"


def _any(words: str) -> str:
    """A pattern for any of these words; a star stands for any ending, an underscore for a space."""
    alternatives = "|".join(words.split()).replace("*", r"\w*").replace("_", " ")
    return rf"\b(?:{alternatives})\b"


# What a longer series would be in words on what would change an answer.
CONTINUED = re.compile(r"\b(?:continued|past|later|after|another date|further)\b", re.I)
# Which is the last of a series, said without its number; and what may explain a number.
LAST_OF = re.compile(
    r"\b(?:last|latest|newest) (?:\w+ )?(?:totals?|counts?|steps?|figures?|polls?|reports?) (?:is|are|was)\b", re.I
)
EXPLAINS = re.compile(r"\b(?:may|might|could) (?:have|be|also)\b", re.I)
DENIED = re.compile(r"\b(?:do|does|did|has|have|is|are) (?:not|never)\b", re.I)
NOTHING = _any("no nobody none nothing never neither nor without nowhere not cannot") + "|n[’']t\\b"
COMPARE = _any(
    """more less fewer most few many much majority minority half twice thrice doubled tripled times large* small* higher
    highest lower lowest bigger biggest heavier above below beyond exceed* within inside outside apart near nearly
    nearer nearest close* far same equal* alike resembl* agree* disagree* contradict* support* confirm* settle* rose
    risen rise rises rising fell fallen fall falls falling grew grown grow* climb* jump* drop* increas* decreas*
    multipl* shrink* shrank plateau peak* record stopped enlarged hardly barely almost rare* often mostly quarter third
    fifth tenth percent factor exclude* anything_from anywhere leave_room out_of"""
)
LOGIC = _any(
    """so therefore thus hence then but because although though even rather instead conclu* mean means follow* tells suggest*
    shows true right wrong false likel* probabl* enough too usual* against still stood stand stands held kept pace
    change* stay* ceiling floor range error"""
)
WHO = _any(
    """said say says put puts claim* counted count counts estimat* stated state states reported report reports gave give gives
    given published according by analyst* president* commander* minist* official* rapporteur intelligence investigator*
    journalist* article* quotation quoted project* outlet* officer* institute* government* agency general_staff
    prosecutor* court_department his her its their whose own same another other others both it they he"""
)
# A speaker by name or office, and not only a pronoun.
SPEAKER = re.compile(
    _any(
        """said say says put puts claim* estimat* stated states reported gave gives given according analyst* president* commander*
        minist* official* rapporteur intelligence investigator* journalist* quoted producer* outlet* agency general_staff
        prosecutor*"""
    )
    + r"|(?<=[a-z,;] )[A-Z][a-z]+\b"
)
WHEN = (
    _any(
        f"""{MONTHS} spring summer autumn winter mid early late since until till today latest last earlier before afterwards ago
    already yet recent* current* at_present so_far no_longer no_later silent does_now still in_that_year a_year
    none_after"""
    )
    + rf"|\b(?:19|20)\d\d\b|\b(?:{'|'.join(ORDINALS.split())}) (?:year|month|quarter|winter|summer)\b|\bafter (?:it|that|then|20)"
)
# That there is nothing, or this alone, said so that one new row can make it false.
STARK = re.compile(
    r"^[\W_]*"
    + r"(?:no(?! matter)\b(?![:,])|(?:nobody|none|nothing|neither|only|not one|what no\w*)\b)"
    + "|"
    + _any(
        """nobody no_one is_not_known not_published not_been_published has_not_been have_not_been had_not_been
    has_never_been have_never_been had_no has_no have_no hold_no holds_no holds_none no_other
    did_not_fall_silent the_only there_is_no no_later no_published found_no found_none is_none we_found_it_only no_limit"""
    )
    + r"|\b(?:counts?|registers?|figures?|lists?|records?|series)(?: itself)? (?:is|are) missing\b"
    + r"|\b(?<!on )(?<!(?:is|be) )no (?:\w+ )?(?:list|count|figure|total|share|strength|sample|series|poll|record|report)s?\b",
    re.I,
)
# How many there are, and which is the most: words that a further row of the same kind makes false, though no number moves.
KINDS_OF_EVIDENCE = _any(
    "list* count counts total* origin* source* outlet* series page pages leak* poll* sample* strength* estimate* figure* number*"
)
COUNTED = re.compile(
    _any("two three four five six both neither either largest smallest highest lowest latest newest last record")
    + r"(?: \w+){0,2} "
    + KINDS_OF_EVIDENCE
    + r"|\banyone has\b|\bthan (?:\w+ )?any other\b",
    re.I,
)
# What a wish for figures wishes for; and how often all of them show a thing.
A_COUNT = re.compile(r"\b(?:counts?|figures?|totals?|series|statistics?|one number)\b", re.I)
THROUGHOUT = re.compile(
    _any("once twice two three four five six seven eight nine ten") + r"(?: \w+){0,3} (?:in|of) (?:the|our) (?:evidence|tables)\b",
    re.I,
)
# What was just said, as that which figures show.
SHOWS_THIS = re.compile(r"\b(?:agrees?|(?:shows?|says?|confirms?) (?:this|that|it|so))\b", re.I)
# What was just spoken of, as the whole of which a number is a part.
OF_THESE = re.compile(r"\b(?:(?:of|among|with|without) (?:them|these|those)|the (?:others|rest))\b", re.I)
# How many figures of a kind there are, where that is told of them all.
SEVERAL = re.compile(_any("three four five six seven eight nine") + r"(?: \w+){0,2} " + KINDS_OF_EVIDENCE, re.I)
# The same of any figure of a kind, whomever it counts: "no count of persons", "nobody has published", "has had no successor".
OF_ANY = re.compile(
    _any("no nobody none every all only neither")
    + r"(?: \w+){0,2} "
    + KINDS_OF_EVIDENCE
    + "|"
    + _any("nobody no_one")
    + r" (?:\w+ ){0,2}(?:publi|count|found|name)\w*|"
    + _any("no_successor was_found were_found not_published anyone_has"),
    re.I,
)
# That figures exist at all: without such a word, "no ranking is possible" is no statement about what is published.
PUBLISHED = re.compile(
    r"\b(?:publi|count|found|find|figure|number|list|record|series|total|successor|source|remark|share|poll|survey|known?\b|say|said"
    r"|estimate|strength|support|measure|match|added|statistic|silent|tables)\w*",
    re.I,
)
UNTIL = re.compile(
    _any("published known counted reported given available")
    + r" (?:until|up to|to|through)\b[^.;:|]{0,30}\b(?P<year>(?:19|20)\d\d)\b",
    re.I,
)
# That the collecting of figures came to an end: "collected up to early March 2026", "two were added later".
COLLECTED = re.compile(
    r"\b(?:collected|gathered|searched|compiled)\b[^.;]{0,30}?\b(?:up to|until|to|through)\b[^.;]{0,6}?"
    rf"(?P<part>early|mid|late)?[ -]?(?P<month>{'|'.join(MONTHS.split())}) (?P<year>20\d\d)\b",
    re.I,
)
ADDED_LATER = re.compile(r"\bonly\b.{0,60}\b(?:added|came|included) (?:later|since|afterwards)\b", re.I)
# That a series has ended, so that what goes on with it makes the words false.
ENDED = re.compile(
    r"\b(?:vanished|withdrawn|fell silent|fall silent|no longer publish\w*|(?:they|it|both|counts?) ends?"
    r"|since then there (?:are|is)\b.*\bonly)\b",
    re.I,
)
# How things stand when the sentence is read, and not on a day that it names.
NOW = re.compile(
    _any(
        """now still since_then has_since have_since no_longer ended stopped at_present today current* latest newest
        so_far"""
    ),
    re.I,
)
TIMED = re.compile(rf"\b(?:{'|'.join(MONTHS.split())}|spring|summer|autumn|winter|mid|early|late|(?:19|20)\d\d)\b", re.I)
# A span of time counted from a figure's day, and a place in a series: "four months earlier", "the one before", "then".
APART = re.compile(
    r"\b(?:(?:months?|years?|weeks?|days?) (?:earlier|later|before|after)|the one before|year of the war|then)\b", re.I
)
# A time that several figures have in common.
SAME_TIME = re.compile(r"\b(?:same|full|these|those) (?:\w+ )?(?:days?|months?|years?|time|period)\b", re.I)
# A day that is that of another figure: "by the day to which the men charged are counted".
DAY_OF_ANOTHER = re.compile(r"\b(?:by|to|up to|until) (?:the|that) day (?:to|of|on|up to)\b", re.I)
LATER = re.compile(r"\b(?:later|after|since|until|newer|successor|changed|in time|silent)\b", re.I)
NO_LATER = re.compile(r"\b(?:no|nor any) (?:later|newer|further)\b", re.I)
CORRECTED = re.compile(r"\b(?:successor|changed|corrected|revised|unchanged|no second)\b", re.I)
NOBODY_KNOWS = re.compile(r"\b(?:nobody|no one) knows\b|\bnothing is known\b", re.I)
QUOTED = re.compile(
    r"[*_>\s]*[\"“].*[\"”][*_.\s]*(?:\{[\w:-]+\}`[^`]*`[\s.]*)*$", re.S
)  # a sentence that is all somebody else's words
# Two things set against each other in size.
THAN = re.compile(
    _any(
        """than above below beyond exceed* larger smaller higher lower half twice thrice double* tripled times more less
        fewer as_many far outweigh* most few many majority minority smallest largest heavier enough"""
    ),
    re.I,
)
CONCLUDES = re.compile(
    r"^[\W_]*(?:so|therefore|thus|hence|that (?:is|was|means|shows|settles|confirms)|this (?:is|means|shows|settles|confirms)"
    r"|it (?:means|shows|follows))\b|\b(?:so that|therefore|thus|hence|it follows|we conclude|confirms?|settles?|suggests?)\b",
    re.I,
)
# What goes on from the sentence before: by a pronoun as its subject, by a conclusion, or by agreeing with it.
LEANS = re.compile(
    r"^[\W_]*(?:so|therefore|thus|hence|then|they|it|this|that(?! (?:an?|the|no)\b)|these|those|such)\b"
    r"|\b(?:therefore|thus|hence|agrees?|disagrees?)\b",
    re.I,
)
LEANS_ON_TWO = re.compile(r"^[\W_]*(?:both|neither|the two|each of (?:them|these))\b", re.I)
# A direction as a notebook words it → the words by which sentences say the same.
DIRECTIONS = {
    "stay": r"level|plateau|flat|one pace|stand still|stayed|unchanged",
    "level": r"level|plateau|flat|one pace|stand still|stayed|unchanged",
    "rose": r"ris(?:e|es|ing)|rose|climb\w*|grow\w*|grew|increas\w*",
    "fell": r"fall(?:s|ing)?|fell|drop\w*|declin\w*|decreas\w*|ended|stopped",
}
WISH = re.compile(r"\bwould (?:change|decide|replace|settle|tell)\b", re.I)  # a heading over what is not there yet
FIGURE = re.compile(r"^[\W_]*the (?:figure|table|chart|drawing)\b|\bhalf of the figure\b", re.I)
KINDS = {
    kind: re.compile(pattern, re.I)
    for kind, pattern in (("who", WHO), ("when", WHEN), ("compare", COMPARE), ("logic", LOGIC), ("none", NOTHING))
}
# Words that say nothing of a subject: they never tie a sentence to a row.
EMPTY = frozenset(
    word
    for words in (
        "a an and are as at be been but by can for from had has have he her his how if in into is it its more most no nor not",
        "of on one or other out over same she so some such than that the their them then there these they this those to under",
        "up was were what when which who will with would all any each every only per man men person persons people number",
        "numbers figure figures count counts counted said say says publish published page pages day days month months year",
        "years typical mean average known share shares",
        "list lists category given group period names name date total least",
    )
    for word in words.split()
)


def years_in(words: str) -> set[str]:
    """The years that words name, but for those that only bound a time: "past 2024"."""
    return set(re.findall(r"\b(?<!past )(?<!after )(?<!since )(?<!until )(?<!before )((?:19|20)\d\d)\b", words))


def plain(sentence: str) -> str:
    """A sentence without roles and markup: the words that somebody typed. A term keeps its words."""
    shown = re.sub(r"\{rests\}`[^`]*`", "", sentence)
    words = ROLE.sub(lambda match: " ⟨⟩ " if match[1] in GLUED else f" {words_of_role(*match.groups())} ", shown)
    for pattern, kept in ((r"<[^<>]*>", ""), (r"!?\[([^\]]*)\]\([^)]*\)", r"\1"), (r"[*`]+|(?<!\w)_+|_+(?!\w)", "")):
        words = re.sub(pattern, kept, words)
    return re.sub(r"\s+", " ", words).strip()


def kinds_in(words: str) -> set[str]:
    """What a plain sentence says: any of "who", "when", "compare", "logic", "none"."""
    return {kind for kind, pattern in KINDS.items() if pattern.search(words)}


# What a list, a poll or a strength is told apart by, in the names of measures: another kind of figure says nothing of it.
OF_KIND = {"list": "listed", "poll": "opinion", "strength": "strength", "sample": "share", "share": "share"}


def is_of_kind(words: str, measure: str) -> bool:
    """Whether a figure of a measure can make "no list", "no poll" or "no strength" false; of other nouns, any can."""
    nouns = names_a_kind(words)
    return not nouns or any(OF_KIND[noun] in measure for noun in nouns)


def names_a_kind(words: str) -> set[str]:
    """The kinds of figures of which a sentence says that there are none: "list", "poll", "share"."""
    none = r"\b(?<!on )no (?:\w+ )?(list|poll|strength|sample|share)s?\b|\b(?:nobody|no one) has \w+ a (list|poll|share)\b"
    return {(found[1] or found[2]).lower() for found in re.finditer(none, words, re.I)}


def same_direction(finding: str) -> re.Pattern[str] | None:
    """The words that say what a computed direction ("stayed level") says; ``None`` if it is no direction."""
    found = next((words for word, words in DIRECTIONS.items() if word in finding.lower()), None)
    return re.compile(rf"\b(?:{found})\b", re.I) if found else None


def last_day(found: re.Match[str]) -> str:
    """The last day (ISO) that "early March 2026" allows, of a match of ``COLLECTED``."""
    month = [each.lower() for each in MONTHS.split()].index(found["month"].lower()) + 1
    day = {"early": 10, "mid": 20}.get((found["part"] or "").lower(), 31)
    return f"{found['year']}-{month:02}-{day:02}"


def frame(text: str) -> str:
    """A text without what is computed into it as a rule: figures, names of months, percent signs."""
    return re.sub(rf"[\d.,–−%-]+|{_any(MONTHS)}", "#", text)


@cache
def _stemmer() -> snowballstemmer.stemmer:
    return snowballstemmer.stemmer("english")


@cache
def stems(words: str) -> frozenset[str]:
    """The stems of the words that name a subject: "the returns" and "returned" share one."""
    found = [word.lower().replace("’", "'").removesuffix("'s") for word in WORD.findall(words.replace("_", " ").replace("-", " "))]
    return frozenset(_stemmer().stemWords([word for word in found if word not in EMPTY and len(word) > 2]))


def stems_of(texts: Iterable[str]) -> frozenset[str]:
    """The stems of several texts together."""
    return frozenset().union(*map(stems, texts))
