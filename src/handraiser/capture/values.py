"""What of a client's JSON can be kept, and under which name?"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Container, Mapping
from functools import lru_cache
from typing import Any

__all__ = ["DEPTH", "Json", "fit_id", "fit_text", "lower_name", "named", "snake_name"]

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]

DEPTH = 32  # of objects and lists in each other: what goes deeper is no value
_LENGTH = 512  # of an id or a name, in characters, as in `protocol`
_SHORT = 64  # characters of a key that is worth remembering
_WHOLE = 1 << 63  # whole numbers beyond this are floats, as they are to every condition

# What programs send as an id when they have none. Letters may be of either size.
_NO_ID = frozenset(
    {
        "null", "(null)", "nil", "<nil>", "none", "undefined", "undef", "nan", "-1", "true", "false", "n/a",
        "anonymous", "anon", "guest", "unknown", "not_set", "(not set)", "not_authenticated", "unidentified",
        "id", "userid", "user_id", "distinctid", "distinct_id", "anonymousid", "anonymous_id", "email",
        "[object object]", "{}", "[]", '""', "''",
    }
)  # fmt: skip
_LONGEST = max(map(len, _NO_ID))
_ZEROS = re.compile(r"[0\-]+")
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[\s\-]+")


def lower_name(key: str) -> str:
    """Return the name of a property: as the client has it, in small letters."""
    return key.strip().lower()


def snake_name(key: str) -> str:
    """Return the name of a trait: `jobTitle`, `Job Title` and `job_title` are all `job_title`."""
    return re.sub("_+", "_", _WORDS.sub("_", key.strip())).lower()


def named(
    given: Mapping[str, Any], name: Callable[[str], str], *, barred: Container[str] = (), nulls: bool = False
) -> dict[str, Json]:
    """Return what can be kept of an object, by name, but for what is `barred`; null only with `nulls`.

    Of two keys with one name the first stays. A key that is empty, has a NUL or is longer than an id may be
    (512 characters) is dropped, and so is a value in which there is a number beyond any float, or that is
    deeper than DEPTH. Whole numbers of more than 64 bits become floats, and texts lose NUL characters.
    """
    found: dict[str, Json] = {}
    for key, value in given.items():
        known_as = _name(key, name) if len(key) <= _SHORT else _fit_name(key, name)
        if not known_as or known_as in found or known_as in barred:
            continue
        if type(value) is str and "\0" not in value:
            found[known_as] = value  # most are such
            continue
        try:
            kept = _fit(value, 0)
        except _NoValue:
            continue
        if kept is not None or (value is None and nulls):
            found[known_as] = kept
    return found


def _fit_name(key: str, name: Callable[[str], str]) -> str:
    """Return the name of a key, empty where it can have none."""
    known_as = name(key)
    return known_as if len(known_as) <= _LENGTH and "\0" not in known_as else ""


_name = lru_cache(maxsize=8_192)(_fit_name)  # almost all are the same few


class _NoValue(Exception):  # noqa: N818  it never leaves this module
    """Something here is no value."""


def _fit(value: Any, depth: int) -> Json:
    if isinstance(value, str):
        return fit_text(value)
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float):
        return _fit_number(value)
    if depth == DEPTH or not isinstance(value, list | dict):
        raise _NoValue
    if isinstance(value, list):
        return [_fit(each, depth + 1) for each in value]
    return {fit_text(key): _fit(each, depth + 1) for key, each in value.items()}


def fit_text(text: str) -> str:
    """Return a text without NUL characters, which PostgreSQL does not know."""
    return text.replace("\0", "") if "\0" in text else text


def fit_id(value: object) -> str | None:
    """Return an id as text; None where there is none, or what programs send when they have none."""
    if value is None:
        return None
    if type(value) is not str:
        if isinstance(value, bool) or not isinstance(value, str | int):
            return None
        value = str(value)
    text = value.strip()
    if not text or len(text) > _LENGTH or "\0" in text:
        return None
    if (len(text) <= _LONGEST and text.lower() in _NO_ID) or (text[0] in "0-" and _ZEROS.fullmatch(text)):
        return None
    return text


def _fit_number(number: int | float) -> int | float:
    if isinstance(number, int) and -_WHOLE <= number < _WHOLE:
        return number
    try:
        kept = float(number)
    except OverflowError:
        raise _NoValue from None
    if not math.isfinite(kept):
        raise _NoValue
    return kept
