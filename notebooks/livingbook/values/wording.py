"""How numbers, bounds and dates are written in prose, tables and figures."""

from __future__ import annotations

import math
import re
from datetime import date

from livingbook.values.bounds import Bounds

DASH = "–"
MOVED_AT_MOST = 0.01  # of a bound that stands alone, by its rounding
SHARE = "share"  # the unit of what is printed as percent
NUMBER = r"[−-]?(?:\d[\d,]*(?:\.\d+)?|∞)%?"
SPREAD = re.compile(rf"at least (?P<least>{NUMBER})|at most (?P<most>{NUMBER})|(?P<low>{NUMBER})(?: to |{DASH})(?P<high>{NUMBER})")
VALUED = re.compile(rf"(?P<value>{NUMBER})(?: \((?P<spread>.+)\))?")


def step_of(number: float, digits: int = 3) -> float:
    """The unit to which a number is rounded to keep ``digits`` significant digits: 1,429.6 → 10 with three.

    0 and ∞ have no digits to keep: 1.
    """
    return 10.0 ** (math.floor(math.log10(abs(number))) - digits + 1) if number and math.isfinite(number) else 1.0


def supported_step(bounds: Bounds) -> float:
    """The rounding unit that the interval supports: two digits of its width, and never more than three digits.

    Whole numbers are counts as they were published, and are printed in full.
    """
    ends = [abs(end) for end in (bounds.low, bounds.value, bounds.high) if end is not None and math.isfinite(end)]
    if all(end == round(end) for end in ends):
        return 1.0
    three = step_of(max(ends))
    width = bounds.high - bounds.low
    return three if not 0 < width < math.inf else max(three, step_of(width, digits=2))


def printed_step(bounds: Bounds, step: float | None = None) -> float:
    """The rounding unit with which bounds are printed.

    step: the unit asked for; without it, what the bounds support. A bound that stands alone is rounded in one direction only,
    which can move it by a whole unit: where that is more than one per cent of it, it keeps more digits, three at most.
    """
    step = step or supported_step(bounds)
    if bounds.is_at_most:
        end, up = bounds.high, True
    elif bounds.value is None and math.isinf(bounds.high) and math.isfinite(bounds.low):
        end, up = bounds.low, False
    else:
        return step
    while step > step_of(end) and abs(rounded(end, step, up) * step - end) > MOVED_AT_MOST * abs(end):
        step /= 10
    return step


def rounded(value: float, step: float, up: bool | None = None) -> int:
    """How many steps a number is: rounded up, down, or with ``None`` to nearest."""
    scaled = round(value / step, 9)
    return round(scaled) if up is None else math.ceil(scaled) if up else math.floor(scaled)


def number(value: float, step: float = 1.0, up: bool | None = None) -> str:
    """A number rounded to a multiple of ``step``: 1429.6, step 10 → "1,430".

    up: True rounds up, False down, None to nearest. Lower bounds go down and upper bounds up, so that rounding
    never claims more than the bound.
    """
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    places = max(0, -math.floor(math.log10(step) + 1e-9))
    return f"{rounded(value, step, up) * step:,.{places}f}".replace("-", "−")


def plain(value: float) -> str:
    """A number that somebody chose, in a rule or on an axis, with its own digits: 0.25 → "0.25", 8.0 → "8"."""
    return f"{value:g}"


def percent(share: float, step: float = 0.01, up: bool | None = None) -> str:
    """A share as percent: 0.884, step 0.001 → "88.4%"."""
    return number(share * 100, step * 100, up) + "%"


def of_bounds(bounds: Bounds, unit: str = "", step: float | None = None) -> str:
    """Bounds in words: "at least 49,000", "36,000 (35,500–36,500)", "27%–31%", "−300 to 500", "not known"."""
    if bounds.is_unknown:
        return "not known"
    step = printed_step(bounds, step)
    write = percent if unit == SHARE else number
    low, high = write(bounds.low, step, up=False), write(bounds.high, step, up=True)
    if bounds.is_point:
        return write(bounds.low, step)
    if low == high:
        return low
    spread = _spread(bounds, low, high)
    return spread if bounds.value is None else f"{write(bounds.value, step)} ({spread})"


# ``str`` gives the words, so that files and tables which pandas writes have them; ``bounds`` cannot import this module itself.
Bounds.__str__ = of_bounds  # type: ignore[method-assign, assignment]


def _spread(bounds: Bounds, low: str, high: str) -> str:
    """Both ends in words; ``low`` and ``high`` are the ends as they are written."""
    if math.isinf(bounds.low) and math.isinf(bounds.high):
        return "no bounds known"
    if math.isinf(bounds.high):
        return f"at least {low}"
    if bounds.is_at_most or math.isinf(bounds.low):
        return f"at most {high}"
    # A dash before or after a minus sign would be read as another minus sign.
    return f"{low} to {high}" if bounds.low < 0 else f"{low}{DASH}{high}"


def read(text: str) -> Bounds:
    """Bounds from words, the inverse of ``of_bounds`` but for what these round. Raises ``ValueError`` for other words."""
    if text in ("not known", "no bounds known"):
        return Bounds.unknown() if text == "not known" else Bounds(-math.inf, None, math.inf)
    if valued := VALUED.fullmatch(text):
        value, words = _parsed(valued["value"]), valued["spread"] or valued["value"]
        spread = read(words) if valued["spread"] else Bounds.exact(value)
        # Beside a value, a low end of 0 is printed as one: "0–5".
        low = -math.inf if words.startswith("at most") else min(spread.low, value)
        return Bounds(low, value, max(value, spread.high))
    found = SPREAD.fullmatch(text)
    if found is None:
        raise ValueError(f"not bounds as the book prints them: {text!r}")
    if found["most"]:
        most = _parsed(found["most"])
        return Bounds(0.0 if most > 0 else -math.inf, None, most)
    low = _parsed(found["least"] or found["low"])
    return Bounds(low, None, _parsed(found["high"]) if found["high"] else math.inf)


def _parsed(written: str) -> float:
    """A number from the words of ``number`` or ``percent``."""
    digits = written.replace(",", "").replace("−", "-").replace("∞", "inf")
    return float(digits[:-1]) / 100 if digits.endswith("%") else float(digits)


def share(bounds: Bounds, step: float = 0.01) -> str:
    """A share in words, in whole percent unless ``step`` says otherwise: "27%–31%", "at most 70%"."""
    return of_bounds(bounds, SHARE, step)


def short(bounds: Bounds) -> str:
    """The value alone if there is one, else the bounds, in whole numbers; for labels with little room."""
    return of_bounds(bounds, step=1) if bounds.value is None else number(bounds.value)


def day(when: date | str) -> str:
    """A date as the book prints it: "9 June 2025"."""
    when = date.fromisoformat(when) if isinstance(when, str) else when
    return f"{when.day} {when:%B} {when.year}"


def month(when: date | str, year: bool = True) -> str:
    """A month as the book prints it: "June 2025", or "June" where the year stands beside it."""
    when = date.fromisoformat(when) if isinstance(when, str) else when
    return f"{when:%B} {when.year}" if year else f"{when:%B}"


def short_month(when: date, year: bool = True) -> str:
    """A month where there is little room: "Jun 2025", or "Jun"."""
    return f"{when:%b} {when.year}" if year else f"{when:%b}"


def plural(count: int, one: str, many: str | None = None) -> str:
    """A count with its noun: plural(1, "list") → "1 list"; plural(3, "list") → "3 lists"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def listing(items: list[str]) -> str:
    """Items as a sentence has them: "a, b and c"."""
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + " and " + items[-1] if items else ""
