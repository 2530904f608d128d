"""How is it said that an input cannot be read, and by which code is each mistake known?

`docs/data.md` explains each with an example; a code never changes its meaning.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from difflib import get_close_matches
from enum import StrEnum

from handraiser.errors import Diagnostic, Place

__all__ = ["DataCode", "group_by_case", "mistake", "nearest", "same_name"]


class DataCode(StrEnum):
    """The codes of mistakes in what is given as data."""

    NO_FILE = "HR501"
    UNKNOWN_ENDING = "HR502"
    UNREADABLE = "HR503"
    EMPTY = "HR504"
    MISSING_COLUMN = "HR505"
    SAME_NAME = "HR506"
    NO_TIME = "HR507"
    UNKNOWN_ZONE = "HR508"
    NOT_TEXT = "HR509"
    NOT_DATA = "HR510"
    NO_OBJECTS = "HR511"
    NOTHING_USABLE = "HR512"
    TOO_MANY_KEYS = "HR513"


def mistake(code: DataCode, place: str, says: str, fix: str) -> Diagnostic:
    """Return a mistake about a whole file or frame: it stands at its first line."""
    return Diagnostic(code=code, at=Place(file=place), says=says, fix=fix)


def group_by_case(names: Iterable[str]) -> list[list[str]]:
    """Return the names in groups of those that differ in nothing but case."""
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(name.strip().lower(), []).append(name)
    return list(groups.values())


def same_name(place: str, names: Sequence[str]) -> Diagnostic:
    """Return the mistake that columns cannot be told apart by their names."""
    spelled = ", ".join(f"`{name}`" for name in names)
    return mistake(
        DataCode.SAME_NAME,
        place,
        f"{len(names)} columns have the same name, for case does not matter: {spelled}.",
        "Rename or drop all but one of them.",
    )


def nearest(word: str, known: Collection[str]) -> str | None:
    """Return the known name that was probably meant; case, spaces and marks do not tell names apart."""
    plain = {_plain(each): each for each in reversed(list(known))}
    found = get_close_matches(_plain(word), list(plain), n=1, cutoff=0.6)
    return plain[found[0]] if found else None


def _plain(word: str) -> str:
    return re.sub(r"[\W_]+", "", word).lower()
