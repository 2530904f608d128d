"""What kinds of values are there, and how is one read as another? (AGREEMENT.md 3, readings 10 and 16)

Every value carries its kind, because what a text means depends on what stands beside it: a text beside
a number is read as a number. NULL is `None` of any kind.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

NUMBER, TEXT, BOOLEAN, NOTHING = "number", "text", "boolean", "nothing"
Value = float | str | bool | None
Truth = bool | None

A_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
ASCII_SPACES = " \t\n\r\f\v"
TRUE_WORDS = {"true", "t", "yes", "y", "1"}
FALSE_WORDS = {"false", "f", "no", "n", "0"}


class Typed(NamedTuple):
    """A value and its kind; the kind is known even where the value is NULL."""

    kind: str
    value: Value


def kind_of(value: Value) -> str:
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return BOOLEAN
    return TEXT if isinstance(value, str) else NUMBER


def finite(x: float) -> float | None:
    """Infinity and NaN are NULL."""
    return x if math.isfinite(x) else None


def as_number(typed: Typed) -> float | None:
    value = typed.value
    if value is None:
        return None
    if isinstance(value, str):
        text = value.strip(ASCII_SPACES)
        return finite(float(text)) if A_NUMBER.fullmatch(text) else None
    return finite(float(value))


def as_text(typed: Typed) -> str | None:
    value = typed.value
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(int(value)) if value == int(value) else repr(value)


def as_boolean(typed: Typed) -> Truth:
    value = typed.value
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        word = value.lower()
        return True if word in TRUE_WORDS else False if word in FALSE_WORDS else None
    return value != 0


AS: dict[str, Callable[[Typed], Value]] = {
    NUMBER: as_number,
    TEXT: as_text,
    BOOLEAN: as_boolean,
    NOTHING: lambda typed: None,
}


def common_kind(kinds: Sequence[str]) -> str:
    """A number wins over text, text over a boolean."""
    return next((kind for kind in (NUMBER, TEXT, BOOLEAN) if kind in kinds), NOTHING)


# ---- three-valued logic


def both(a: Truth, b: Truth) -> Truth:
    if a is False or b is False:
        return False
    return None if a is None or b is None else True


def either(a: Truth, b: Truth) -> Truth:
    if a is True or b is True:
        return True
    return None if a is None or b is None else False


def negated(a: Truth) -> Truth:
    return None if a is None else not a
