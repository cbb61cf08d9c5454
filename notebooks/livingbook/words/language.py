"""What typed English words lean on: whether a sentence says who, when, how many, which is larger, or that there is none.

Word lists, not a grammar. They decide which changes of rows concern a sentence: a new origin concerns one that names a speaker, a new
day one that names a time. Too many words here mean sentences to read in vain; too few mean false sentences that nobody is told of.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

import snowballstemmer

from livingbook.changes.sentences import GLUED, ROLE, words_of_role

WORD = re.compile(r"[A-Za-z][A-Za-z’'-]*|\d{4}")
MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
ORDINAL = "first|second|third|fourth|fifth|sixth|seventh"

NONE = (
    r"\bno(?! longer\b)\b|\bnot\b|n[’']t\b|\bnone\b|\bnobody\b|\bnothing\b|\bnever\b|\bneither\b|\bnor\b|\bwithout\b|\bonly\b|\bsingle\b|\balone\b|"
    r"\bone\b|\bany(?:one|thing|where)?\b|\bunknown\b|\bmissing\b|\bleft out\b|\bevery(?:body|one|thing)?\b|\ball\b|\belse\b|\bcannot\b|"
    r"\bunpublished\b|\bsilent\b|\bsilence\b|\bthe first\b|\blittle\b|\blacks?\b|\bwithheld\b|\bopinion\b|\bremark\b"
)
COMPARE = (
    r"\b(?:more|less|fewer|most|few|many|much|majority|minority|half|twice|thrice|doubled?|tripled?|times|larger?|largest|smaller|smallest|"
    r"higher|highest|lower|lowest|bigger|biggest|heavier|above|below|beyond|exceed\w*|within|inside|outside|apart|"
    r"near(?:ly|er|est)|close|far|same|equal\w*|alike|resembl\w*|agree\w*|disagree\w*|contradict\w*|support\w*|confirm\w*|settle[sd]?|"
    r"rose|risen|rises?|rising|fell|fallen|falls?|falling|grew|grown|grows?|growth|growing|climb\w*|jump\w*|drop\w*|increas\w*|decreas\w*|"
    r"multipl\w*|shr[aiu]nk\w*|plateau|peak\w*|record|stopped|enlarged|hardly|barely|almost|rare\w*|often|mostly|quarter|third|fifth|tenth|"
    r"percent|factor|exclude[sd]?|smaller|neither|anything from|anywhere|leave room|out of)\b"
)
LOGIC = (
    r"\b(?:so|therefore|thus|hence|then|but|because|although|though|even|rather|instead|conclu\w*|means?|follow\w*|tells?|suggest\w*|"
    r"shows?|true|right|wrong|false|likel\w*|probabl\w*|enough|too|usual\w*|against|still|stood|stands?|held|kept|pace|change[sd]?|stay\w*|"
    r"ceiling|floor|range|error)\b"
)
WHO = (
    r"\b(?:said|says?|put|puts|claim\w*|counted|counts?|estimat\w*|stated|states?|reported|reports?|gave|gives?|given|published|according|by|"
    r"analysts?|president\w*|commander\w*|minist\w*|officials?|rapporteur|intelligence|investigators?|journalists?|article\w*|quotation|quoted|"
    r"project\w*|outlets?|officers?|spokes\w+|institute\w*|government\w*|agency|agency[’']s|general staff|prosecutor\w*|court department|"
    r"his|her|its|their|whose|own|same|another|other|others|both|it|they|he)\b"
)
WHEN = (
    rf"\b(?:{MONTH})\b|\b(?:19|20)\d\d\b|\b(?:spring|summer|autumn|winter|mid|early|late|since|until|till|today|latest|last|earlier|"
    rf"before|afterwards|ago|already|yet|recent\w*|current\w*|at present|so far|no longer|no later|silent|does now|still|in that year|a year)\b|"
    rf"\b(?:{ORDINAL}) (?:year|month|quarter|winter|summer)\b|\bnone after\b|\bafter\b(?= (?:it|that|then|20))"
)
COUNT = (
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|both|either|neither|several|others?|another|"
    rf"a second|a third|{ORDINAL}|pair|one|single|only)\b"
)
NOTHING = r"\b(?:no|nobody|none|nothing|never|neither|nor|without|nowhere|not|cannot)\b|n[’']t\b"
EVIDENCE = (
    r"\b(?:publi\w*|found|known|stated?|states|given?|gives|gave|says?|said|count\w*|lists?|shares?|totals?|sources?|samples?|series|figures?|"
    r"numbers?|records?|documents?|pages?|evidence|estimates?|data|dates?|dated|strengths?|origins?|reports?|reported|monthly|drawn|tests?|tested|"
    r"shown|tried|successors?|seen|searched|named?|read|readings?|matched|statements?|remarks?|polls?|surveys?|law|courts?|silent|later|one)\b"
)
# Whether a sentence says that something is not there, or there once: not every "not" does.
EXISTENCE = re.compile(
    rf"(?:{NOTHING})[^.;:]*?{EVIDENCE}|{EVIDENCE}[^.;:,]*\b(?:not|never)\b|"
    r"\b(?:only|single|alone|one|sole)\b[^.;:,]{0,40}\b(?:lists?|counts?|outlets?|sources?|origins?|pages?|leaks?|counters?|persons?|analyst\w*|"
    r"man[’']s|soldier[’']s|investigators?|opinions?|remarks?|series|estimates?|figures?|witness\w*|documents?|stud(?:y|ies)|leak\w*)\b|"
    r"\b(?:unknown|unpublished|silent|silence|missing so far|everybody else|everyone else|nobody else|all others|the only)\b",
    re.I,
)
WISH = re.compile(r"\bwould (?:change|decide|replace|settle|tell)\b", re.I)
FIGURE = re.compile(r"^[\W_]*the (?:figure|table|chart|drawing)\b|\bhalf of the figure\b", re.I)
STARK = re.compile(
    r"^[\W_]*(?:no|nobody|none|nothing|neither|only|one|a single|not one|what no)\b|\b(?:nobody|no one|was found|were found|is not known|"
    r"not (?:been )?published|(?:has|have|had) (?:not|never) been|nobody has|everyone else|everybody else|had no|has no|no other|no \w+ count|"
    r"did not fall silent|is the only|the only)\b|\bthere is no\b|\bno \w+ (?:is|are|has|was)\b",
    re.I,
)
KINDS = {"who": WHO, "when": WHEN, "compare": COMPARE, "logic": LOGIC, "none": NONE, "count": COUNT}
PATTERNS = {kind: re.compile(pattern, re.I) for kind, pattern in KINDS.items()}
# Words that say nothing of a subject: they never tie a sentence to a row.
EMPTY = frozenset(
    "a an and are as at be been but by can for from had has have he her his how if in into is it its more most no nor not of on one or other "
    "out over same she so some such than that the their them then there these they this those to under up was were what when which who will "
    "with would all any each every only per man men person persons people number numbers figure figures count counts counted said say says "
    "publish published page pages day days month months year years typical mean average known russian russia war army armies force forces "
    "soldier soldiers case cases share shares list lists category given group period names name date total least".split()
)


def plain(sentence: str) -> str:
    """A sentence without roles and markup: the words that somebody typed. A term keeps its words."""
    words = ROLE.sub(lambda match: " ⟨⟩ " if match[1] in GLUED else f" {words_of_role(*match.groups())} ", sentence)
    for pattern, kept in ((r"<[^<>]*>", ""), (r"!?\[([^\]]*)\]\([^)]*\)", r"\1"), (r"[*`]+|(?<!\w)_+|_+(?!\w)", "")):
        words = re.sub(pattern, kept, words)
    return re.sub(r"\s+", " ", words).strip()


def kinds_in(words: str) -> set[str]:
    """What a plain sentence says: any of "who", "when", "compare", "none", "count"."""
    return {kind for kind, pattern in PATTERNS.items() if pattern.search(words)}


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


def frame(text: str) -> str:
    """A text without what is computed into it as a rule: figures, names of months, percent signs."""
    return re.sub(rf"[\d.,–−%-]+|\b(?:{MONTH})\b", "#", text)
