"""Into which letters does fit turn, and can a lead have each of them?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import inf

import msgspec

from handraiser.agreement.codes import Code
from handraiser.agreement.fields import Fields, entries, name_of
from handraiser.agreement.model import Band, FitRule, Limits, Section
from handraiser.agreement.notes import Notes
from handraiser.agreement.qualifying import LOWEST_GRADE
from handraiser.errors import Level, Place

__all__ = ["read_grades"]

_FIX = "Write `grades: {A: 40, B: 25}`."

Reach = tuple[float, float]


class _Grade(msgspec.Struct, frozen=True):
    """A grade and where it is named."""

    name: str
    bound: float
    at: Place


def read_grades(fields: Fields, section: Section) -> tuple[tuple[str, float], ...]:
    """The grades of `fit` from the highest bound down, no two bounds equal."""
    if "grades" not in fields:
        return ()
    notes = fields.notes
    grades = sorted(_read(fields, notes), key=lambda grade: -grade.bound)
    # What could not be read has stand-ins, from which nothing can be told.
    if not any(each.level is Level.MISTAKE for each in notes.diagnostics):
        _check_letters(grades, notes)
        _check_reach(grades, _reach(section), notes)
    return tuple((grade.name, grade.bound) for grade in grades)


def _read(fields: Fields, notes: Notes) -> Iterator[_Grade]:
    pairs = list(entries(fields["grades"], notes, fix=_FIX))
    bounds = Fields(
        fields["grades"], Notes(), what="`grades`", keys=[key.text for key, _ in pairs]
    )  # read again below, with the notes that count
    bounds.notes = notes
    found: dict[float, str] = {}
    for key, node in pairs:
        name = name_of(key, notes)
        bound = bounds.number(key.text)
        if bound is None:
            continue
        if bound in found:
            notes.mistake(
                Code.EQUAL_GRADES,
                node.at,
                f"Grades `{found[bound]}` and `{name}` have the same bound, {bound:g}.",
                "Give each grade a bound of its own.",
            )
            continue
        found[bound] = name
        yield _Grade(name, bound, key.at)


# ---- letters


def _check_letters(grades: Sequence[_Grade], notes: Notes) -> None:
    """A is better than B: whoever gives B the greater bound has written them the wrong way round."""
    letters = sorted((each for each in grades if _is_letter(each.name)), key=lambda each: each.name.upper())
    for better, worse in pairwise(letters):
        if worse.bound > better.bound:
            says = f"{_begins(worse)}, above grade `{better.name}` at {better.bound:g}."
            fix = "Give the better grade the greater bound, as in `{A: 40, B: 25, C: 10}`."
            notes.warn(Code.ODD_GRADES, worse.at, says, fix)
            return
    last = letters[-1] if letters else None
    if last is not None and last.name.upper() > LOWEST_GRADE:
        says = f"{_begins(last)}, above grade `{LOWEST_GRADE}`, which is whatever lies below all bounds."
        notes.warn(Code.ODD_GRADES, last.at, says, f"Name grades from A to {LOWEST_GRADE} only.")


def _begins(grade: _Grade) -> str:
    return f"Grade `{grade.name}` begins at {grade.bound:g}"


def _is_letter(name: str) -> bool:
    return len(name) == 1 and name.isascii() and name.isalpha()


# ---- reach


def _check_reach(grades: Sequence[_Grade], reach: Reach, notes: Notes) -> None:
    """A grade that lies beyond what fit can be, or below what it always is, is nobody's."""
    least, most = reach
    for place, grade in enumerate(grades):
        if grade.bound > most:
            why = f"it begins at {grade.bound:g}, and fit is at most {most:g}"
            fix = "Lower its bound, or give more points."
        elif place and grades[place - 1].bound <= least:
            why = f"fit is at least {least:g}, where a better one has begun"
            fix = "Take it away, or raise the bound of the better one."
        else:
            continue
        says = f"No lead can have grade `{grade.name}`: {why}."
        notes.warn(Code.UNREACHABLE_GRADE, grade.at, says, fix)


def _reach(section: Section) -> Reach:
    """The least and the most that fit can be, as far as its rules tell; without end for an expression."""
    rules = [
        (rule, _clamped(_of_bands(rule.bands), rule.limits))
        for rule in section.rules
        if isinstance(rule, FitRule)
    ]
    groups = [
        _clamped(_sum([reach for rule, reach in rules if rule.group == group.name]), group.limits)
        for group in section.groups
    ]
    alone = [reach for rule, reach in rules if rule.group is None]
    return _clamped(_sum([*groups, *alone]), section.limits)


def _of_bands(bands: Sequence[Band]) -> Reach:
    """A rule gives the points of one of its bands, or none."""
    worth = [band.points if isinstance(band.points, float) else None for band in bands]
    known = [0.0, *(points for points in worth if points is not None)]
    return (-inf, inf) if None in worth else (min(known), max(known))


def _sum(reaches: Sequence[Reach]) -> Reach:
    # Rounded as points are, lest the last bit of a sum decide.
    return round(sum(least for least, _ in reaches), 6), round(sum(most for _, most in reaches), 6)


def _clamped(reach: Reach, limits: Limits) -> Reach:
    floor = -inf if limits.min is None else limits.min
    ceiling = inf if limits.max is None else limits.max
    return min(max(reach[0], floor), ceiling), min(max(reach[1], floor), ceiling)
