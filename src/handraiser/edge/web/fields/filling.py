"""What has somebody filled in of a condition, row by row or as a text, and how is it shown again?"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from django.http import QueryDict
from msgspec.structs import replace

from handraiser.agreement.operators import OPERATORS, Sort, Takes, offered
from handraiser.agreement.rows import Built, Row, put_together, slip_of, taken_apart
from handraiser.edge.web.fields.offering import Offer, Option
from handraiser.edge.web.fields.shaping import Value

__all__ = ["LONGEST", "Filled", "Line", "beginning", "filled", "lines", "written"]

LONGEST = 20_000
"""Letters of a condition."""
_MOST = 60  # rows
_DIGITS = 6  # of a number of a row
_LISTED = 12  # values to be ticked
_CHIPS = 6
_PARTS = (75, 50, 25)  # of all, at the quarters of a field's spread
_NUMBERS = (Sort.NUMBER, Sort.SUM)
_OTHER = {"and": "or", "or": "and"}


class Filled(NamedTuple):
    """A condition as it is being made.

    original  as it was when it was begun with
    typed     the text, where it is typed; None where it is filled in by rows
    """

    original: str
    typed: str | None
    built: Built


class Line(NamedTuple):
    """A row as it is shown.

    number, group  its place, and that of its group
    joined         the word before it, empty where it begins
    numbers        whether what is filled in is a number
    first, last    of its group
    strange        whether nobody has such a field
    chips          values to be put in by a click, and what is said of each
    proposed       values that people have; `ticked` those of the row that are among them
    others         those of the row that are not, one a line
    """

    number: int
    group: int
    joined: str
    first: bool
    last: bool
    row: Row
    option: Option
    numbers: bool
    operators: list[tuple[str, str]]
    takes: Takes
    strange: bool
    chips: list[tuple[str, str]]
    proposed: tuple[Value, ...]
    ticked: frozenset[str]
    others: str


def beginning(condition: str) -> Filled:
    """Return a condition as it is shown first: by rows where rows can say it."""
    condition = condition.strip()
    if not condition:
        return Filled("", None, _EMPTY)
    built = taken_apart(condition)
    if built is not None and sum(map(len, built.groups)) > _MOST:
        built = None  # nobody looks through so many rows
    return Filled(condition, condition if built is None else None, built or _EMPTY)


_EMPTY = Built("and", ((Row("", "is"),),))


def written(filled: Filled) -> tuple[str, str]:
    """Return the condition that is filled in, and what is still wrong with how it is."""
    if filled.typed is not None:
        text = filled.typed.strip()
        return text, "" if text else "Type a condition."
    rows = [row for group in filled.built.groups for row in group]
    slips = [slip_of(row) for row in rows]
    place = next((place for place, slip in enumerate(slips) if slip), None)
    if place is not None:
        return "", slips[place] if len(rows) == 1 else f"Row {place + 1}: {slips[place]}"
    if not rows:
        return "", "Add a row."
    # Whoever looks and changes nothing has changed nothing, not even blanks.
    before = taken_apart(filled.original) if filled.original else None
    unchanged = before is not None and _in_any_order(before) == _in_any_order(filled.built.canonical())
    return filled.original if unchanged else put_together(filled.built), ""


def _in_any_order(built: Built) -> Built:
    """Return the same with the values of lists in an order of their own: a form sends them in another."""
    groups = tuple(tuple(_sorted(row) for row in group) for group in built.groups)
    return replace(built, groups=groups)


def _sorted(row: Row) -> Row:
    several = OPERATORS[row.operator].takes is Takes.SEVERAL
    return replace(row, values=tuple(sorted(set(row.values)))) if several else row


# ---- what a form says


def filled(form: QueryDict, offer: Offer) -> Filled:
    """Return what a form says, with what was asked for by a button done to it."""
    original, act = form.get("original", ""), form.get("act", "")
    if "typed" in form:
        typed = form.get("typed", "")[:LONGEST].replace("\r\n", "\n")
        if act == "rows" and (begun := beginning(typed)).typed is None:
            return begun._replace(original=original)
        return Filled(original, typed, _EMPTY)
    word = "or" if form.get("word") == "or" else "and"
    groups = [[row for _, row in of] for _, of in groupby(_rows(form, offer), key=lambda each: each[0])]
    built = Built(word, tuple(tuple(group) for group in _acted(groups, act)))
    found = Filled(original, None, built)
    if act == "type":
        ready = Built(word, tuple(tuple(r for r in group if not slip_of(r)) for group in built.groups))
        return found._replace(typed=written(found)[0] or put_together(ready))
    return found


def _rows(form: QueryDict, offer: Offer) -> list[tuple[str, Row]]:
    return [
        (form.get(f"group-{number}", ""), _row(form, number, offer))
        for number in form.getlist("row")[:_MOST]
        if number.isdecimal()
    ]


def _row(form: QueryDict, number: str, offer: Offer) -> Row:
    """Return a row; where its field is another now, what was filled in for the one before is not its own."""
    field, operator = form.get(f"field-{number}", ""), form.get(f"operator-{number}", "")
    sort = offer.option(field).sort
    names = [name for name, _ in offered(sort, lists=True)]
    if field != form.get(f"was-{number}", ""):
        kept = operator if operator in names else names[0]
        return Row(field, kept, numbers=sort in _NUMBERS)
    operator = operator if operator in OPERATORS else names[0]
    more = form.get(f"more-{number}", "").replace("\r\n", "\n").split("\n")
    said = [each.strip() for each in (*form.getlist(f"value-{number}"), *more)]
    values = tuple(dict.fromkeys(each for each in said if each))
    takes = OPERATORS[operator].takes
    if takes is Takes.TWO:
        values = tuple(said[:2])
    most = {Takes.NOTHING: 0, Takes.ONE: 1, Takes.LIST: 1, Takes.TWO: 2}.get(takes)
    compares = takes in (Takes.ONE, Takes.TWO, Takes.SEVERAL) and OPERATORS[operator].pattern is None
    numbers = compares and form.get(f"numbers-{number}") == "1"
    return Row(field, operator, values[:most], numbers)


def _acted(groups: list[list[Row]], act: str) -> list[list[Row]]:
    """Return the groups with a row added or taken away."""
    does, _, place = act.partition("-")
    if does == "group":
        return [*groups, [Row("", "is")]]
    number = int(place) if place.isdecimal() and len(place) < _DIGITS else None
    if does == "join" and number is not None and number < len(groups):
        groups[number].append(Row("", "is"))
    if does == "drop" and number is not None:
        left = number
        for group in groups:
            if left < len(group):
                del group[left]
                break
            left -= len(group)
    return [group for group in groups if group] or [[Row("", "is")]]


# ---- what is shown


def lines(built: Built, offer: Offer) -> list[Line]:
    """Return rows as they are shown."""
    found: list[Line] = []
    for place, group in enumerate(built.groups):
        for inner, row in enumerate(group):
            joined = _OTHER[built.word] if inner else built.word if place else ""
            ends = inner == 0, inner == len(group) - 1
            found.append(_line(len(found), place, joined, ends, row, offer))
    return found


def _line(number: int, group: int, joined: str, ends: tuple[bool, bool], row: Row, offer: Offer) -> Line:
    option, takes = offer.option(row.field), OPERATORS[row.operator].takes
    proposed = _proposed(option, takes, offer)
    there = {each.text for each in proposed}
    if takes is Takes.TWO:
        row = replace(row, values=(*row.values, "", "")[:2])
    elif takes in (Takes.ONE, Takes.LIST) and not row.values:
        row = replace(row, values=("",))
    return Line(
        number, group, joined, *ends, row, option,
        row.numbers if any(row.values) else option.sort in _NUMBERS,
        offered(option.sort, lists=bool(offer.agreed.lists), now=row.operator), takes,
        bool(row.field) and not offer.knows(row.field), _chips(option, takes), proposed,
        frozenset(row.values) & there, "\n".join(each for each in row.values if each not in there),
    )  # fmt: skip


def _proposed(option: Option, takes: Takes, offer: Offer) -> tuple[Value, ...]:
    if option.sort is Sort.GRADE:
        return tuple(Value(each, 0, 0) for each in offer.agreed.names.every_grade)
    values: Sequence[Value] = option.field.values if option.field else ()
    return tuple(values[:_LISTED] if takes is Takes.SEVERAL else values)


def _chips(option: Option, takes: Takes) -> list[tuple[str, str]]:
    """Return the commonest values; of numbers and dates those that a part of all has, or more."""
    field = option.field
    if field is None or takes is not Takes.ONE:
        return []
    if field.spread and option.sort in (Sort.NUMBER, Sort.DATE):
        said = zip(field.spread[1:4], _PARTS, strict=True)
        return list({value: f"{part} % have as much or more" for value, part in said}.items())
    return [(each.text, f"{each.percent} %") for each in field.values[:_CHIPS]]
