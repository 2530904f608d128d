"""How long is `90 days`, `half-life 30 days`, `4 business hours`, `1 per day`, `25%`?

Each function takes the text of one value and gives what it means, or `Wrong`.
"""

from __future__ import annotations

import re
from datetime import timedelta

from handraiser.agreement.codes import Code
from handraiser.agreement.model import (
    FOREVER,
    AtMost,
    Bucket,
    Decay,
    DecayKind,
    Promise,
    PromiseUnit,
)
from handraiser.agreement.vocabulary import nearest
from handraiser.agreement.wrong import Wrong

__all__ = ["read_at_most", "read_decay", "read_duration", "read_percent", "read_promise"]

_UNITS = {
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
}
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)\s*(business\s+)?([a-zA-Z]+)", re.ASCII)
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%", re.ASCII)
_AT_MOST = re.compile(r"(\d+)\s+per\s+([a-z]+)", re.ASCII)
_OFTEN = re.compile(
    r"(\d+|once|twice)\s*(?:x|times)?\s*(?:/|per|an?|each|every)\s*(hour|day|week|month)", re.ASCII
)
_TIMES = {"once": "1", "twice": "2"}
_STEPS = re.compile(r"steps\s+(\S+\s*%?)\s+every\s+(.+)")
_SHORT = {"m": "minutes", "min": "minutes", "h": "hours", "hr": "hours", "d": "days", "w": "weeks"}
_DAYS = {"month": 30, "quarter": 90, "year": 365}

_DURATION_FIX = "Write a number of `minutes`, `hours`, `days` or `weeks`, as in `30 days`, or `forever`."
_LONGEST = timedelta(days=3_653)  # ten years: a lead waits for no promise that is longer
_PROMISE_FIX = "Write it as in `4 business hours`, `30 business minutes`, `1 business day` or `24 hours`."
_DECAY_FIX = "Write `none`, `half-life 30 days`, `linear 90 days` or `steps 25% every 30 days`."


def read_duration(text: str) -> timedelta | Wrong:
    """How long the text says; `FOREVER` for `forever`."""
    if text == "forever":
        return FOREVER
    found = _AMOUNT.fullmatch(text)
    if found is None:
        return Wrong(Code.BAD_DURATION, f"`{text}` is not a duration.", _DURATION_FIX)
    amount, business, unit = found.groups()
    if business:
        return Wrong(
            Code.BAD_DURATION,
            f"`{text}` counts business time, which only promises to a lead do.",
            f"Write `{amount} {unit}`.",
        )
    return _length(text, amount, unit, code=Code.BAD_DURATION, fix=_DURATION_FIX)


def _length(text: str, amount: str, unit: str, *, code: Code, fix: str) -> timedelta | Wrong:
    one = _UNITS.get(unit.removesuffix("s"))
    days = _DAYS.get(unit.lower().removesuffix("s"))
    if days is not None and len(amount) <= 15 and "." not in amount:
        says = f"`{unit}` is no unit of time here, for not all are equally long."
        return Wrong(code, says, f"Write `{int(amount) * days} days`, or as many as you mean.")
    if one is None:
        meant = _SHORT.get(unit.lower()) or nearest(unit, [f"{name}s" for name in _UNITS])
        meant = meant.removesuffix("s") if meant and amount == "1" else meant
        fix = f"Write `{amount} {meant}`." if meant else fix
        return Wrong(code, f"`{unit}` is no unit of time here.", fix)
    # More digits than any time has; int() itself refuses thousands of them.
    if len(amount) > 15:
        return Wrong(code, f"`{amount}` {unit} is too long.", "Write a shorter time, or `forever`.")
    if "." in amount:
        says = f"`{text}` is not a whole number of {unit}."
        return Wrong(code, says, _in_smaller_units(amount, one) or fix)
    # Compared as a number first: a timedelta cannot hold every number of weeks.
    if int(amount) >= FOREVER / one:
        return Wrong(
            code, f"`{text}` is longer than a thousand years.", "Write a shorter time, or `forever`."
        )
    return int(amount) * one


def _in_smaller_units(amount: str, one: timedelta) -> str | None:
    if float(amount) > FOREVER / one:
        return None
    whole = float(amount) * one
    for name in ("day", "hour", "minute"):
        count = whole / _UNITS[name]
        if count >= 1 and count == int(count):
            return f"Write `{int(count)} {name}{'' if count == 1 else 's'}`."
    return None


def read_decay(text: str) -> Decay | Wrong:
    """How weights shrink with age, as section 6 says."""
    if text == "none":
        return Decay()
    kind, _, rest = text.partition(" ")
    percent = 0.0
    if kind == DecayKind.STEPS:
        steps = _STEPS.fullmatch(text)
        if steps is None:
            return Wrong(Code.BAD_DECAY, f"`{text}` is not a decay.", _DECAY_FIX)
        share = read_percent(steps.group(1))
        if isinstance(share, Wrong):
            return share
        if not 0 < share <= 1:
            return Wrong(Code.BAD_DECAY, "A step takes more than 0% and at most 100%.", _DECAY_FIX)
        # Kept in percent, and exactly so: 0.07 * 100 is not 7.
        percent, rest = float(steps.group(1).rstrip("% ")), steps.group(2)
    elif kind not in (DecayKind.HALF_LIFE, DecayKind.LINEAR):
        return Wrong(Code.BAD_DECAY, f"`{text}` is not a decay.", _DECAY_FIX)
    over = read_duration(rest.strip())
    if isinstance(over, Wrong):
        return over
    if over == timedelta(0):
        return Wrong(Code.BAD_DECAY, f"`{text}` leaves no time in which to decay.", _DECAY_FIX)
    return Decay() if over == FOREVER else Decay(kind=DecayKind(kind), over=over, percent=percent)


def read_promise(text: str) -> Promise | Wrong:
    """What is promised: a time on the wall, open time only, or the close of the N-th open day."""
    if text == "forever":
        return Wrong(Code.FOREVER, "A promise must end; `forever` promises nothing.", "Leave the key out.")
    found = _AMOUNT.fullmatch(text)
    if found is None:
        number, word, unit = [*text.split(), "", "", ""][:3]
        meant = f"Did you mean `{number} business {unit}`?" if nearest(word, ["business"]) else _PROMISE_FIX
        return Wrong(Code.BAD_PROMISE, f"`{text}` is not a promise.", meant)
    amount, business, unit = found.groups()
    length = _length(text, amount, unit, code=Code.BAD_PROMISE, fix=_PROMISE_FIX)
    if isinstance(length, Wrong):
        return length
    if length == timedelta(0):
        return Wrong(Code.BAD_PROMISE, f"`{text}` is over before it begins.", _PROMISE_FIX)
    if length > _LONGEST:
        return Wrong(Code.BAD_PROMISE, f"`{text}` is more than ten years.", _PROMISE_FIX)
    if not business:
        return Promise(unit=PromiseUnit.WALL, length=length)
    unit = unit.removesuffix("s")
    if unit == "week":
        return Wrong(
            Code.BAD_PROMISE, "There are no business weeks.", f"Write `{int(amount) * 5} business days`."
        )
    if unit == "day":
        return Promise(unit=PromiseUnit.BUSINESS_DAYS, days=int(amount))
    return Promise(unit=PromiseUnit.BUSINESS, length=length)


def read_percent(text: str) -> float | Wrong:
    """The share as a fraction: `25%` is 0.25."""
    found = _PERCENT.fullmatch(text)
    if found is None:
        bare = re.fullmatch(r"\d+(\.\d+)?", text, re.ASCII)
        fix = f"Write `{text}%`." if bare else "Write a number and a percent sign, as in `25%`."
        return Wrong(Code.BAD_PERCENT, f"`{text}` is not a percentage.", fix)
    return float(found.group(1)) / 100


def read_at_most(text: str) -> AtMost | Wrong:
    """How many hits count in which calendar bucket."""
    found = _AT_MOST.fullmatch(text)
    fix = "Write a whole number and `per hour`, `per day`, `per week` or `per month`, as in `1 per day`."
    if found is None:
        often = _OFTEN.fullmatch(text.lower())
        if often is not None:
            fix = f"Write `{_TIMES.get(often[1], often[1])} per {often[2]}`."
        return Wrong(Code.BAD_AT_MOST, f"`{text}` is not a limit.", fix)
    count, per = found.groups()
    if per not in list(Bucket):
        meant = nearest(per, list(Bucket))
        says = f"`{per}` is no calendar bucket."
        return Wrong(Code.BAD_AT_MOST, says, f"Write `{count} per {meant}`." if meant else fix)
    # More digits than any number of events has; int() itself refuses thousands of them.
    if len(count) > 15 or int(count) < 1:
        return Wrong(Code.BAD_AT_MOST, f"`{count}` hits is no limit.", fix)
    return AtMost(count=int(count), per=Bucket(per))
