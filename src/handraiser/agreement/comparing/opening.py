"""When is sales open, was it open more, and how is that said?"""

from __future__ import annotations

from collections.abc import Sequence

from handraiser.agreement.model import Agreement, Hours
from handraiser.agreement.wording import joined

__all__ = ["Zoned", "is_open_less", "open_at", "opened", "zoned"]

Zoned = tuple[Hours, str]  # with the zone that they are in
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def zoned(hours: Hours | None, agreement: Agreement) -> Zoned | None:
    """Opening hours with their zone, the agreement's where they name none."""
    return None if hours is None else (hours, hours.timezone or agreement.timezone)


def is_open_less(one: Hours, other: Hours) -> bool:
    """Whether the first is never open when the second is closed."""
    return set(one.holidays) >= set(other.holidays) and all(
        any(start <= begin and end <= stop for start, stop in there)
        for day, there in zip(one.week, other.week, strict=True)
        for begin, end in day
    )


def opened(who: str, before: Zoned | None, after: Zoned | None) -> str:
    """What is said of other hours: of days, holidays and the zone, what of them is other."""
    if before is None:
        return f"{who} now has opening hours: {open_at(after)}."
    if after is None:
        return f"{who} no longer has opening hours; before: {open_at(before)}."
    (old, old_zone), (new, new_zone) = before, after
    said = []
    differ = [day for day, (was, is_) in enumerate(zip(old.week, new.week, strict=True)) if was != is_]
    if differ:
        said.append(f"is now open {_week(new, differ)}; before: {_week(old, differ)}")
    if old.holidays != new.holidays:
        said.append(f"is now closed on {_holidays(new)}, not on {_holidays(old)}")
    if old_zone != new_zone:
        said.append(f"now goes by {_clock(new_zone)}, not by {_clock(old_zone)}")
    return f"{who} {'; '.join(said)}."


def open_at(zoned: Zoned | None) -> str:
    """When it is open, in words."""
    if zoned is None:
        return "none"
    hours, zone = zoned
    shut = f", not on {_holidays(hours)}" if hours.holidays else ""
    return f"{_week(hours)}{shut}, by {_clock(zone)}"


def _holidays(hours: Hours) -> str:
    return f"the holidays of {joined(hours.holidays, 'and')}" if hours.holidays else "any holidays"


def _clock(zone: str) -> str:
    return "the clock of the lead's owner" if zone == "owner" else f"the clock of {zone}"


def _week(hours: Hours, of: Sequence[int] = range(7)) -> str:
    """The hours of these days, days with the same ones together."""
    asked = [(_DAYS[day], hours.week[day]) for day in of]
    days = [(day, _times(times) if times else "closed") for day, times in asked if times or len(of) < 7]
    said: list[tuple[str, str, str]] = []
    for day, times in days:
        if said and said[-1][2] == times and _DAYS.index(said[-1][1]) + 1 == _DAYS.index(day):
            said[-1] = (said[-1][0], day, times)
        else:
            said.append((day, day, times))
    return ", ".join(f"{a if a == b else f'{a}–{b}'} {times}" for a, b, times in said)


def _times(intervals: Sequence[tuple[int, int]]) -> str:
    return " and ".join(f"{a // 60:02}:{a % 60:02}–{b // 60:02}:{b % 60:02}" for a, b in intervals)
