"""How is a condition filled in row by row: a field, an operator, values?

    company.country in ('US', 'CA') and (lead.job_title ilike '%chief%' or lead.job_title ilike '%vp%')

is two groups joined by `and`, of one row and of two rows joined by `or`. What rows cannot say, arithmetic or
groups within groups, is not taken apart at all. What is taken apart and put together again says the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec

from handraiser.agreement.cursor import SQL_ONLY
from handraiser.agreement.expression import (
    Between,
    Call,
    Comparison,
    Expression,
    In,
    IsNull,
    Like,
    Literal,
    Logic,
    Name,
    Negation,
    Not,
)
from handraiser.agreement.functions import number_in
from handraiser.agreement.operators import OPERATORS, Takes
from handraiser.agreement.parser import parse
from handraiser.agreement.proving.clauses import bare
from handraiser.agreement.tokens import RESERVED
from handraiser.agreement.trouble import Unreadable

__all__ = ["Built", "Row", "put_together", "same", "slip_of", "spelled_name", "spelled_number", "taken_apart"]

_WORD = re.compile(r"[^\W\d]\w*")
_OTHER = {"and": "or", "or": "and"}
_COMPARED = {"=": "is", "<>": "is_not", ">=": "at_least", ">": "above", "<=": "at_most", "<": "below"}
_CALLED = {"contains": "has", "starts_with": "starts", "ends_with": "finishes", "listed": "listed"}


class Row(msgspec.Struct, frozen=True):
    """A comparison: a field as conditions write it, an operator by its name, its values as people write them.

    numbers  whether the values are numbers; else they are texts
    """

    field: str
    operator: str
    values: tuple[str, ...] = ()
    numbers: bool = False


class Built(msgspec.Struct, frozen=True):
    """Groups of rows: `word` joins the groups, the other word the rows of each."""

    word: str
    groups: tuple[tuple[Row, ...], ...]

    def canonical(self) -> Built:
        """Return the same as it is taken apart: rows that only one word joins are groups of their own."""
        groups = tuple(group for group in self.groups if group)
        if len(groups) != 1:
            return Built(self.word, groups)
        (rows,) = groups
        return Built(_OTHER[self.word] if len(rows) > 1 else "and", tuple((row,) for row in rows))


# ---- from rows to a condition


def put_together(built: Built) -> str:
    """Return the condition that rows say, empty where there are none; no row may have a slip."""
    groups = [group for group in built.groups if group]
    inner = f" {_OTHER[built.word]} "
    told = [inner.join(map(_written, group)) for group in groups]
    if len(told) == 1:
        return told[0]
    several = [f"({each})" if len(group) > 1 else each for each, group in zip(told, groups, strict=True)]
    return f" {built.word} ".join(several)


def slip_of(row: Row) -> str:
    """Return what is still to be filled in of a row, or is no number; empty where nothing is."""
    takes = OPERATORS[row.operator].takes
    if not row.field:
        return "Choose a field."
    if takes is Takes.NOTHING:
        return ""
    wanted = 2 if takes is Takes.TWO else 1
    if len([value for value in row.values if value]) < wanted:
        return {Takes.TWO: "Fill in both values.", Takes.LIST: "Choose a list."}.get(
            takes, "Fill in a value."
        )
    if row.numbers:
        odd = next((value for value in row.values if number_in(value) is None), None)
        return "" if odd is None else f"“{odd}” is no number: write digits, such as 12 or 0.5."
    return ""


def _written(row: Row) -> str:
    operator = OPERATORS[row.operator]
    values = [value for value in row.values if value]
    if operator.pattern is not None:
        return operator.says_in(row.field, [_pattern(values[0], operator.pattern)])
    return operator.says_in(row.field, [_literal(value, numbers=row.numbers) for value in values])


def _literal(value: str, *, numbers: bool) -> str:
    number = number_in(value) if numbers else None
    return _quoted(value) if number is None else spelled_number(number)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _pattern(value: str, around: tuple[str, str]) -> str:
    """Return a pattern that finds a value, whatever signs are in it."""
    before, after = around
    if not re.search("[%_]", value):
        return _quoted(f"{before}{value}{after}")
    return _quoted(before + re.sub("([!%_])", r"!\1", value) + after) + " escape '!'"


def spelled_number(number: float) -> str:
    """Return a number as conditions write it, with all its digits."""
    return repr(number).removesuffix(".0")


def spelled_name(qualifier: str, name: str) -> str:
    """Return an attribute or a property as conditions write it, in double quotes where it needs them."""
    plain = _WORD.fullmatch(name) and name not in RESERVED and name not in SQL_ONLY
    said = name if plain else '"' + name.replace('"', '""') + '"'
    return f"{qualifier}.{said}" if qualifier else said


# ---- from a condition to rows


def taken_apart(text: str) -> Built | None:
    """Return the rows that a condition is made of, None where it says what rows cannot say."""
    try:
        expression = parse(text)
    except Unreadable:
        return None
    built = _built(expression)
    return built if built is not None and same(put_together(built), text) else None


def same(one: str, other: str) -> bool:
    """Return whether two conditions that can be read say the same, but for blanks and brackets."""
    first, second = (bare(parse(each), names={}, lists={}) for each in (one, other))
    return first == second


def _built(expression: Expression) -> Built | None:
    if not isinstance(expression, Logic):
        row = _row(expression)
        return None if row is None else Built("and", ((row,),))
    groups = []
    for operand in expression.operands:
        joined = isinstance(operand, Logic) and operand.word == _OTHER[expression.word]
        rows = [_row(each) for each in operand.operands] if isinstance(operand, Logic) else [_row(operand)]
        if (isinstance(operand, Logic) and not joined) or None in rows:
            return None
        groups.append(tuple(row for row in rows if row is not None))
    return Built(expression.word, tuple(groups)).canonical()


def _row(part: Expression) -> Row | None:
    """Return the row of a comparison: the first that says exactly the same."""
    wanted = bare(part, names={}, lists={})
    for row in _likely(part):
        if any(value != value.strip() or "\n" in value for value in row.values) or slip_of(row):
            continue
        if bare(parse(_written(row)), names={}, lists={}) == wanted:
            return row
    return None


def _likely(part: Expression) -> Iterator[Row]:
    """Yield rows that a comparison may be."""
    match part:
        case Name():
            yield Row(_field(part), "yes")
        case Not(Name() as operand):
            yield Row(_field(operand), "no")
        case Comparison(sign, left, Literal(bool(value))) if sign == "=":
            yield Row(_field(left), "is_true" if value else "is_false")
        case Comparison(sign, left, right):
            yield from _with(left, _COMPARED[sign], [right])
        case Between(operand, low, high, negated):
            yield from _with(operand, "not_between" if negated else "between", [low, high])
        case In(operand, options, negated):
            yield from _with(operand, "not_among" if negated else "among", options)
        case IsNull(operand, negated):
            yield Row(_field(operand), "known" if negated else "unknown")
        case Like(operand, Literal(str(pattern)), exact, escape, negated):
            yield from _like(_field(operand), pattern, escape, exact=exact, negated=negated)
        case Call(function, (operand, value)) if function in _CALLED:
            yield from _with(operand, _CALLED[function], [value])
        case Not(Call(function, (operand, value))) if function in _CALLED:
            yield from _with(operand, f"not_{_CALLED[function]}", [value])


def _with(operand: Expression, operator: str, values: Sequence[Expression]) -> Iterator[Row]:
    said = [_value(each) for each in values]
    if all(isinstance(each, float) for each in said):
        yield Row(_field(operand), operator, tuple(spelled_number(float(each or 0)) for each in said), True)
    elif all(isinstance(each, str) for each in said):
        yield Row(_field(operand), operator, tuple(str(each) for each in said))


def _value(part: Expression) -> str | float | None:
    match part:
        case Literal(float() | str() as value) if not isinstance(value, bool):
            return value
        case Negation(Literal(float(value))):
            return -value
    return None


def _like(field: str, pattern: str, escape: str | None, *, exact: bool, negated: bool) -> Iterator[Row]:
    before, after = "not_" if negated else "", "_exactly" if exact else ""
    for name in ("contains", "begins", "ends"):
        start, end = OPERATORS[name].pattern or ("", "")
        if pattern.startswith(start) and pattern.endswith(end) and len(pattern) > len(start + end):
            inside = pattern[len(start) : len(pattern) - len(end)]
            plain = inside if escape is None else re.sub("!(.)", r"\1", inside)
            yield Row(field, f"{before}{name}{after}", (plain,))
    if escape is None:
        yield Row(field, f"{before}{'like' if exact else 'ilike'}", (pattern,))


def _field(part: Expression) -> str:
    """Return what is compared as conditions write it, empty where no row has such a field."""
    match part:
        case Name(qualifier, name):
            return spelled_name(qualifier, name)
        case Call("count" | "points" as function, (Name("", name),)):
            return f"{function}({name})"
    return ""
