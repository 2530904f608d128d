"""How are numbers, times and names written for people? Plainly, and without noise."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo

from handraiser.agreement.model import FOREVER, Decay, DecayKind
from handraiser.errors import many

__all__ = [
    "adding_up",
    "apart",
    "capital",
    "counted",
    "day",
    "exact",
    "fading",
    "instant",
    "joined",
    "length",
    "number",
    "qualifying",
    "readable",
    "shortened",
    "spelled_date",
    "times",
]

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_UNITS = (("day", timedelta(days=1)), ("hour", timedelta(hours=1)), ("minute", timedelta(minutes=1)))


def number(value: float) -> str:
    """A number with two decimals at most, as in 15, 12.5, −0.13; with more where else nothing were left."""
    digits = 2 if abs(value) >= 0.005 or not value else 6
    text = f"{value:.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text.replace("-", "−")


def exact(value: float) -> str:
    """A number as somebody wrote it, with all its decimals: 15, 0.0078125, −2.5."""
    return f"{value + 0.0:.12g}".replace("-", "−")


def counted(value: float, what: str) -> str:
    """So many of something: 1 point, 2 points, −1 points."""
    return f"{exact(value)} {what}{'' if value == 1 else 's'}"


def apart(value: float, bound: float) -> tuple[str, str]:
    """Two numbers, with as many decimals as it takes to see that they differ where they do."""
    shown = number(value), number(bound)
    if shown[0] != shown[1] or value == bound:
        return shown
    return f"{value:.6f}".rstrip("0").replace("-", "−"), shown[1]


def adding_up(values: Sequence[float], total: float) -> list[float]:
    """The values to two decimals, so rounded that what is shown adds up to the total as it is shown.

    Where rounding each alone would miss it, the hundredth goes to those that lose or gain most by rounding.
    """
    cents = [round(value * 100) for value in values]
    short = round(total * 100) - sum(cents)
    step = 1 if short > 0 else -1
    by_loss = sorted(range(len(values)), key=lambda k: step * (cents[k] - values[k] * 100))
    for k in by_loss[: abs(short)]:
        cents[k] += step
    return [each / 100 for each in cents]


def instant(at: datetime, zone: tzinfo) -> str:
    """A time to the minute in a zone: 4 May 2026, 09:58."""
    local = at.astimezone(zone)
    return f"{local.day} {_MONTHS[local.month - 1]} {local.year}, {local:%H:%M}"


def spelled_date(at: datetime) -> str:
    """A day of an instant in its own zone: 4 May 2026."""
    return f"{at.day} {_MONTHS[at.month - 1]} {at.year}"


def day(at: datetime, zone: tzinfo, *, seen_from: datetime) -> str:
    """A day in a zone, with the year only where it is not that of the day it is seen from."""
    local, here = at.astimezone(zone), seen_from.astimezone(zone)
    year = "" if local.year == here.year else f" {local.year}"
    return f"{local.day} {_MONTHS[local.month - 1]}{year}"


def length(duration: timedelta) -> str:
    """A duration in the greatest unit that it is a whole number of: 30 days, 36 hours."""
    if duration == FOREVER:
        return "forever"
    for unit, size in _UNITS:
        if duration % size == timedelta(0):
            return many(duration // size, unit)
    return f"{number(duration.total_seconds())} seconds"


def fading(decay: Decay) -> str:
    """How points shrink with age; nothing where they do not."""
    match decay.kind:
        case DecayKind.HALF_LIFE:
            return f"half its worth after {length(decay.over)}"
        case DecayKind.LINEAR:
            return f"worth nothing after {length(decay.over)}"
        case DecayKind.STEPS:
            return f"{number(decay.percent)} % less every {length(decay.over)}"
    return ""


def times(count: int) -> str:
    """How often: once, twice, 5 times."""
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def qualifying(count: int) -> str:
    """How many qualify: `1 qualifies`, `2 qualify`."""
    return f"{count:,} {'qualifies' if count == 1 else 'qualify'}"


def readable(name: str, title: str = "") -> str:
    """What a rule is called: its title, else its name in words."""
    return title or name.replace("_", " ")


def capital(words: str) -> str:
    """Words as they begin a line."""
    return words[:1].upper() + words[1:]


def joined(words: Sequence[str], last: str) -> str:
    """Words as a list in a sentence: `a, b or c`."""
    return f" {last} ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)


def shortened(text: str, most: int) -> str:
    """A text in one line and not too long."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"
