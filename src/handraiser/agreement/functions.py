"""Which functions does section 3 have, and is each one used as it must be?

Also what else is wrong with an expression whatever its names stand for: a pattern that cannot be
matched, a comparison with null that never holds.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator

from handraiser.agreement.expression import (
    Arithmetic,
    Call,
    Case,
    Comparison,
    Expression,
    Like,
    Literal,
    Negation,
    words,
)
from handraiser.agreement.trouble import ConditionCode, Trouble, nearest
from handraiser.errors import Level

__all__ = [
    "CLOCKS",
    "FUNCTIONS",
    "MAX_DIGITS",
    "NO_CLOCK",
    "TEXT_FUNCTIONS",
    "date_troubles",
    "meaning_troubles",
    "null_troubles",
    "number_in",
    "round_digits",
]

# How many arguments each function takes; None is any number from the first on.
FUNCTIONS: dict[str, tuple[int, int | None]] = {
    "lower": (1, 1),
    "upper": (1, 1),
    "trim": (1, 1),
    "length": (1, 1),
    "coalesce": (1, None),
    "nullif": (2, 2),
    "least": (1, None),
    "greatest": (1, None),
    "abs": (1, 1),
    "round": (1, 2),
    "floor": (1, 1),
    "ceil": (1, 1),
    "contains": (2, 2),
    "starts_with": (2, 2),
    "ends_with": (2, 2),
    "listed": (2, 2),
}
TEXT_FUNCTIONS = frozenset({"lower", "upper", "trim"})  # those that give a text
MAX_DIGITS = 15
NO_CLOCK = "A condition has no clock: use within on the rule, or a rule with silent_for."
_DAY = len("2026-03-31")

_NUMBER = re.compile(r"[ \t\n\v\f\r]*([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)[ \t\n\v\f\r]*")

_INSTEAD = {
    "ceiling": "ceil(x)",
    "len": "length(x)",
    "char_length": "length(x)",
    "character_length": "length(x)",
    "ifnull": "coalesce(x, y)",
    "nvl": "coalesce(x, y)",
    "isnull": "x is null",
    "if": "case when a then b else c end",
    "iff": "case when a then b else c end",
    "min": "least(x, y)",
    "max": "greatest(x, y)",
    "prefix": "starts_with(x, 'part')",
    "suffix": "ends_with(x, 'part')",
    "startswith": "starts_with(x, 'part')",
    "endswith": "ends_with(x, 'part')",
    "instr": "contains(x, 'part')",
    "strpos": "contains(x, 'part')",
    "position": "contains(x, 'part')",
    "regexp_matches": "x like '%part%'",
    "regexp_full_match": "x like '%part%'",
    "lcase": "lower(x)",
    "ucase": "upper(x)",
    "mod": "x % y",
    "pow": "x * x",
    "power": "x * x",
    "any": "x in (a, b)",
}
CLOCKS = {
    *("now", "today", "current_date", "current_time", "current_timestamp", "get_current_timestamp"),
    *("localtime", "localtimestamp", "age", "date_diff", "datediff", "date_part"),
}


def meaning_troubles(expression: Expression, *, lists: Collection[str]) -> Iterator[Trouble]:
    """What is wrong with an expression before it is asked what its names stand for."""
    for part in words(expression):
        if isinstance(part, Call):
            yield from _call_troubles(part, lists)
        elif isinstance(part, Like) and part.escape is not None:
            yield from _escape_troubles(part)
        elif isinstance(part, Comparison):
            yield from null_troubles(part)
        elif isinstance(part, Arithmetic):
            yield from date_troubles(part)
        elif isinstance(part, Case) and part.subject is not None:
            yield from _subject_troubles(part.subject)


def number_in(text: str) -> float | None:
    """The number that a text reads as, None if it is none or too large for one."""
    found = _NUMBER.fullmatch(text)
    number = float(found.group(1)) if found else math.inf
    return number if math.isfinite(number) else None


def round_digits(call: Call) -> int | None:
    """To how many digits `round` rounds; None if that is not written out as a whole number."""
    if len(call.arguments) == 1:
        return 0
    digits, sign = call.arguments[1], 1
    if isinstance(digits, Negation):
        digits, sign = digits.operand, -1
    if not isinstance(digits, Literal) or not isinstance(digits.value, float):
        return None
    if digits.value != int(digits.value) or digits.value > MAX_DIGITS:
        return None
    return sign * int(digits.value)


def _call_troubles(call: Call, lists: Collection[str]) -> Iterator[Trouble]:
    if call.function not in FUNCTIONS:
        yield _unknown_function(call)
        return
    least, most = FUNCTIONS[call.function]
    given = len(call.arguments)
    if given < least or (most is not None and given > most):
        yield _wrong_number(call, least, most)
    elif call.function == "listed":
        yield from _list_troubles(call, lists)
    elif call.function == "round" and round_digits(call) is None:
        yield Trouble(
            code=ConditionCode.BAD_ARGUMENT,
            span=call.arguments[1].span,
            says=f"round takes its digits as a whole number from -{MAX_DIGITS} to {MAX_DIGITS}.",
            fix="Write for example round(price, 2).",
        )


def _unknown_function(call: Call) -> Trouble:
    name = call.function
    near = nearest(name, FUNCTIONS)
    if name in _INSTEAD:
        fix = f"Write {_INSTEAD[name]}."
    elif name in CLOCKS:
        fix = NO_CLOCK
    elif near is not None:
        fix = f"Write {near}."
    else:
        fix = f"The functions are {', '.join(FUNCTIONS)}."
    begin = call.span[0]
    return Trouble(
        code=ConditionCode.UNKNOWN_FUNCTION,
        span=(begin, begin + len(name)),
        says=f"There is no function {name}.",
        fix=fix,
    )


def _wrong_number(call: Call, least: int, most: int | None) -> Trouble:
    wanted = f"{least} or more" if most is None else str(least) if least == most else f"{least} to {most}"
    given = len(call.arguments)
    return Trouble(
        code=ConditionCode.WRONG_NUMBER_OF_ARGUMENTS,
        span=call.span,
        says=f"{call.function} takes {wanted} argument{'' if wanted == '1' else 's'}, not {given}.",
        fix="Write listed(x, 'name')." if call.function == "listed" else f"Give it {wanted}.",
    )


def _list_troubles(call: Call, lists: Collection[str]) -> Iterator[Trouble]:
    name = call.arguments[1]
    if not isinstance(name, Literal) or not isinstance(name.value, str):
        yield Trouble(
            code=ConditionCode.BAD_ARGUMENT,
            span=name.span,
            says="listed takes the name of a list in single quotes.",
            fix="Write listed(x, 'name') with a name from `lists`.",
        )
    elif name.value not in lists:
        near = nearest(name.value, lists)
        yield Trouble(
            code=ConditionCode.UNKNOWN_LIST,
            span=name.span,
            says=f"There is no list {name.value}.",
            fix=f"Write '{near}'." if near else f"Add {name.value} under `lists`.",
        )


def _escape_troubles(like: Like) -> Iterator[Trouble]:
    """DuckDB stops at a pattern that ends with its escape character, so it must be seen here."""
    pattern = like.pattern.value if isinstance(like.pattern, Literal) else None
    if not isinstance(pattern, str):
        says, fix = "With escape, the pattern is written out in single quotes.", "Leave escape away."
    elif _ends_escaping(pattern, like.escape or ""):
        says = f"The pattern ends with its escape character {like.escape}."
        fix = "Write the character twice, or put the escaped one behind it."
    else:
        return
    yield Trouble(code=ConditionCode.BAD_ESCAPE, span=like.pattern.span, says=says, fix=fix)


def _ends_escaping(pattern: str, escape: str) -> bool:
    escaping = False
    for char in pattern:
        escaping = char == escape and not escaping
    return escaping


def null_troubles(comparison: Comparison) -> Iterator[Trouble]:
    """A comparison with null, which is never true."""
    for side in (comparison.left, comparison.right):
        if isinstance(side, Literal) and side.value is None:
            wanted = "is not null" if comparison.sign == "<>" else "is null"
            yield Trouble(
                code=ConditionCode.COMPARED_WITH_NULL,
                span=side.span,
                says="A comparison with null is never true.",
                fix=f"Write {wanted}.",
                level=Level.WARNING,
            )
            return


def date_troubles(part: Arithmetic) -> Iterator[Trouble]:
    """A day written as it is in texts, but without quotes: 2026-03-31 is 1992."""
    match part:
        case Arithmetic(
            "-", Arithmetic("-", Literal(float(year)), Literal(float(month))), Literal(float(day))
        ):
            start, end = part.span
            # With room around its signs it may be meant as it stands.
            if 1900 <= year <= 2100 and 1 <= month <= 12 and 1 <= day <= 31 and end - start == _DAY:
                written = f"{year:04.0f}-{month:02.0f}-{day:02.0f}"
                yield Trouble(
                    code=ConditionCode.DATE_AS_NUMBERS,
                    span=part.span,
                    says=f"Without quotes this is {year:.0f} less {month:.0f} less {day:.0f}, and no day.",
                    fix=f"Write '{written}'.",
                    level=Level.WARNING,
                )


def _subject_troubles(subject: Expression) -> Iterator[Trouble]:
    """Each branch asks the subject again, so subjects within subjects would grow beyond all bounds."""
    inner = next(
        (part for part in words(subject) if isinstance(part, Case) and part.subject is not None), None
    )
    if inner is not None:
        yield Trouble(
            code=ConditionCode.TOO_DEEP,
            span=inner.span,
            says="A case stands inside what another case asks about.",
            fix="Write case when … then … end, without anything between case and when.",
        )
