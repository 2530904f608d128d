"""When is sales open, and in which time zone?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from itertools import groupby
from zoneinfo import available_timezones

from handraiser.agreement.codes import Code
from handraiser.agreement.countries import read_country
from handraiser.agreement.fields import Fields, entries, items, text, value
from handraiser.agreement.model import Hours
from handraiser.agreement.nodes import Listing, Mapping, Node, Scalar
from handraiser.agreement.notes import Notes
from handraiser.agreement.vocabulary import KEYS, nearest
from handraiser.agreement.wrong import Wrong

__all__ = ["known_zones", "read_holidays", "read_hours", "read_timezone", "read_week", "write_week"]

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NO_DAYS = ("holidays", "timezone")
_INTERVAL = re.compile(r"(\d\d?):(\d\d)\s*[-–]\s*(\d\d?):(\d\d)", re.ASCII)
_HOURS_FIX = 'Write days and open times, as in `mon-fri: "09:00-12:30, 13:30-18:00"`.'

_LINE_FIX = 'Write days and open times, as in "mon-fri 09:00-17:00"; several with semicolons.'

Intervals = tuple[tuple[int, int], ...]
_CLOSED: Intervals = ()


# What these are depends on the machine, or is nowhere.
_NO_ZONES = ("localtime", "posixrules", "Factory", "build/")


@cache
def known_zones() -> frozenset[str]:
    """Return the names of the time zones that are the same wherever they are asked for."""
    return frozenset(zone for zone in available_timezones() if not zone.startswith(_NO_ZONES))


def read_timezone(name: str) -> str | Wrong:
    """The name of a time zone that exists."""
    if name in known_zones():
        return name
    # Most people remember the city alone: Berlin, new york.
    city = name.strip().replace(" ", "_").rpartition("/")[2].lower()
    cities = sorted(zone for zone in known_zones() if zone.rpartition("/")[2].lower() == city and "/" in zone)
    meant = cities[0] if city and cities else nearest(name, known_zones())
    fix = f"Did you mean `{meant}`?" if meant else "Write a name such as `America/New_York` or `UTC`."
    return Wrong(Code.BAD_TIMEZONE, f"There is no time zone `{name}`.", fix)


def _read_owners_timezone(name: str) -> str | Wrong:
    return name if name == "owner" else read_timezone(name)


def read_hours(node: Node, notes: Notes) -> Hours:
    """The open intervals of each day of the week, the holidays and whose clock is meant."""
    week: list[Intervals] = [()] * 7
    given: dict[int, str] = {}
    rest: list[tuple[Scalar, Node]] = []
    for key, each in entries(node, notes, fix=_HOURS_FIX):
        days = _days(key.text)
        if days is None:
            rest.append((key, each))
            continue
        intervals = value(each, notes, _read_intervals, _CLOSED, fix='Write times in quotes: "09:00-18:00".')
        for day in days:
            if day in given:
                says = f"`{_DAYS[day]}` is already in `{given[day]}`."
                notes.mistake(
                    Code.BAD_DAY, key.at, says, "Give each day once; several intervals with commas."
                )
            given.setdefault(day, key.text)
            week[day] = intervals
    strange = any(key.text not in _NO_DAYS for key, _ in rest)
    if not given and not strange and isinstance(node, Mapping):
        notes.mistake(Code.EMPTY, node.at, "No day is open.", _HOURS_FIX)
    return _with_zone(tuple(rest), tuple(week), node, notes)


def read_week(words: str) -> tuple[Intervals, ...] | Wrong:
    """The open intervals of each day of the week, from one line.

    >>> read_week("mon-thu 09:00-12:30, 13:30-18:00; fri 09:00-15:00")[4]
    ((540, 900),)
    """
    week: list[Intervals] = [()] * 7
    given: set[int] = set()
    for part in words.split(";"):
        name, _, times = part.strip().partition(" ")
        days = _days(name.rstrip(":"))
        if days is None:
            return Wrong(Code.BAD_DAY, f"`{name}` is no day and no range of days.", _LINE_FIX)
        intervals = _read_intervals(times)
        if isinstance(intervals, Wrong):
            return intervals
        if given & set(days):
            twice = _DAYS[min(given & set(days))]
            return Wrong(Code.BAD_DAY, f"`{twice}` is there twice.", "Give each day once.")
        given |= set(days)
        for day in days:
            week[day] = intervals
    return tuple(week)


def write_week(week: Sequence[Sequence[Sequence[int]]]) -> str:
    """The one line from which `read_week` reads a week; empty where no time is open.

    >>> write_week(read_week("fri 09:00-15:00; mon-thu 09:00-12:30, 13:30-18:00"))
    'mon-thu 09:00-12:30, 13:30-18:00; fri 09:00-15:00'
    """
    parts = []
    for intervals, days in groupby(range(7), key=lambda day: [tuple(each) for each in week[day]]):
        first, *others = [_DAYS[day] for day in days]
        named = f"{first}-{others[-1]}" if others else first
        times = ", ".join(f"{_time(start)}-{_time(end)}" for start, end in intervals)
        parts += [f"{named} {times}"] if times else []
    return "; ".join(parts)


def _time(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def read_holidays(words: str) -> tuple[str, ...] | Wrong:
    """The codes of holiday calendars, from one line: `DE-BY`, or `US, CA`."""
    codes = []
    for part in words.split(","):
        found = read_country(part.strip())
        if isinstance(found, Wrong):
            return found
        codes.append(found)
    return tuple(dict.fromkeys(codes))


def _with_zone(
    rest: tuple[tuple[Scalar, Node], ...], week: tuple[Intervals, ...], node: Node, notes: Notes
) -> Hours:
    """The week with what else stands beside it: holidays, time zone, and keys that are no days."""
    others = []
    for key, each in rest:
        if key.text in _NO_DAYS:
            others.append((key, each))
        else:
            _not_a_day(key, notes)
    fields = Fields(
        Mapping(entries=tuple(others), at=node.at),
        notes,
        what="`hours`",
        keys=KEYS["handoff.hours"],
    )
    return Hours(
        week=week,
        holidays=_holidays(fields["holidays"], notes) if "holidays" in fields else (),
        timezone=fields.value("timezone", _read_owners_timezone, None),
    )


def _not_a_day(key: Scalar, notes: Notes) -> None:
    first, _, last = (part.strip() for part in key.text.partition("-"))
    meant = [nearest(part[:3], _DAYS) for part in (first, last) if part]
    whole = "-".join(day for day in meant if day)
    known = nearest(key.text, _NO_DAYS)
    fix = (
        f"Did you mean `{known or whole}`?"
        if known or whole
        else "Days are mon, tue, wed, thu, fri, sat, sun."
    )
    notes.mistake(Code.BAD_DAY, key.at, f"`{key.text}` is no day and no range of days.", fix)


def _days(key: str) -> list[int] | None:
    """The days that `fri` or `mon-thu` names; a range may run over Sunday. None for anything else."""
    first, dash, last = (part.strip() for part in key.partition("-"))
    if first not in _DAYS or (dash and last not in _DAYS):
        return None
    begin = _DAYS.index(first)
    length = (_DAYS.index(last) - begin) % 7 if dash else 0
    return [(begin + offset) % 7 for offset in range(length + 1)]


def _read_intervals(words: str) -> Intervals | Wrong:
    """The intervals in minutes of the day, in order; two that touch are one."""
    found: list[tuple[int, int]] = []
    for part in words.split(","):
        match = _INTERVAL.fullmatch(part.strip())
        if match is None:
            fix = 'Write it as "09:00-18:00", several with commas; a day that is closed is left out.'
            return Wrong(Code.BAD_INTERVAL, f"`{part.strip()}` is not an open interval.", fix)
        h1, m1, h2, m2 = (int(each) for each in match.groups())
        start, end = h1 * 60 + m1, h2 * 60 + m2
        if m1 > 59 or m2 > 59 or end > 24 * 60:
            return Wrong(Code.BAD_INTERVAL, f"`{part.strip()}` is no time of day.", "Times end at 24:00.")
        if start >= end:
            return Wrong(
                Code.BAD_INTERVAL,
                f"`{part.strip()}` ends before it begins.",
                "Split an interval over midnight: until 24:00, and from 00:00 on the next day.",
            )
        found.append((start, end))
    return _joined(sorted(found))


def _joined(found: list[tuple[int, int]]) -> Intervals | Wrong:
    joined: list[tuple[int, int]] = []
    for start, end in found:
        if joined and start < joined[-1][1]:
            return Wrong(
                Code.BAD_INTERVAL,
                f"Two intervals overlap at {start // 60:02}:{start % 60:02}.",
                "Let one end before the next begins.",
            )
        if joined and start == joined[-1][1]:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return tuple(joined)


def _holidays(node: Node, notes: Notes) -> tuple[str, ...]:
    """The codes of the calendars whose holidays are closed, each once."""
    each = items(node, notes, fix="Write [US, CA].") if isinstance(node, Listing) else (node,)
    codes = []
    for code in each:
        # As a text first: without quotes Norway is read as `no`.
        found = read_country(said) if (said := text(code, notes)) else ""
        if isinstance(found, Wrong):
            notes.mistake(found.code, code.at, found.says, found.fix)
        else:
            codes.append(found)
    return tuple(dict.fromkeys(code for code in codes if code))
