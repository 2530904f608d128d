"""What is wrong with the body of a request, in our words rather than in those of what reads it?"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from handraiser.agreement.vocabulary import nearest

__all__ = ["wrong_with"]

_KINDS = {
    "str": "text", "int": "a whole number", "float": "a number", "bool": "true or false", "null": "null",
    "object": "an object", "array": "a list",
}  # fmt: skip
_EXPECTED = re.compile(r"Expected `(?P<wanted>[^`]*)`, got `(?P<got>[^`]*)`(?: - at `(?P<at>[^`]*)`)?")
_FIELD = re.compile(
    r"Object (?P<how>missing required|contains unknown) field `(?P<name>.*?)`(?: - at `.*`)?\Z"
)
_BYTE = re.compile(r"\(byte (\d+)\)")


def wrong_with(error: msgspec.DecodeError | UnicodeDecodeError, takes: Sequence[str]) -> str:
    """Return in a sentence why a body cannot be read; `takes` are the keys that it may have."""
    words = str(error)
    if isinstance(error, msgspec.ValidationError):
        if found := _EXPECTED.match(words):
            wanted, got = (" or ".join(map(_kind, found[name].split(" | "))) for name in ("wanted", "got"))
            key = (found["at"] or "$").removeprefix("$").removeprefix(".")
            return f"`{key}` is {got}, not {wanted}." if key else f"The body is {got}, not {wanted}."
        if found := _FIELD.match(words):
            name = found["name"][:40]
            if found["how"] == "missing required":
                return f"There is no `{name}`, which is needed."
            near = nearest(name, takes)
            meant = "" if near is None else f" Did you mean `{near}`?"
            return f"`{name}` is no key that it takes.{meant}"
        return "A value of the body cannot be used."
    if isinstance(error, UnicodeDecodeError):
        return "The body is not UTF-8."
    if where := _BYTE.search(words):
        return f"The body is not JSON: it cannot be read from byte {int(where[1]) + 1} on."
    return "The body is not JSON: it ends too early." if "truncated" in words else "The body is not JSON."


def _kind(name: str) -> str:
    return _KINDS.get(name, name)
