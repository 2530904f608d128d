"""By which operators does a row of a condition compare, how is each called, and how is it written?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

import msgspec

__all__ = ["OPERATORS", "Operator", "Sort", "Takes", "offered"]


class Takes(StrEnum):
    """How many values an operator takes; LIST is the name of a list of the agreement."""

    NOTHING = "nothing"
    ONE = "one"
    TWO = "two"
    SEVERAL = "several"
    LIST = "list"


class Sort(StrEnum):
    """What a field is to somebody who fills in a row; a RULE holds or not, a SUM is of points or times."""

    TEXT = "text"
    DATE = "date"
    NUMBER = "number"
    BOOLEAN = "boolean"
    RULE = "rule"
    SUM = "sum"
    GRADE = "grade"


class Operator(msgspec.Struct, frozen=True):
    """A way to compare.

    written  how conditions write it: {x} is the field, {v}, {w} the values, {all} all of them
    pattern  of `like`: what stands before and behind the value
    """

    says: str
    written: str
    takes: Takes = Takes.ONE
    pattern: tuple[str, str] | None = None

    def says_in(self, field: str, values: Sequence[str]) -> str:
        """Return the comparison as conditions write it."""
        first, second = (*values, "", "")[:2]
        return self.written.format(x=field, v=first, w=second, all=", ".join(values))


def _texts(name: str, says: str, denied: str, pattern: tuple[str, str]) -> dict[str, Operator]:
    """Return an operator on texts, whatever the size of letters or exactly, and its denials."""
    return {
        name: Operator(says, "{x} ilike {v}", pattern=pattern),
        f"not_{name}": Operator(denied, "{x} not ilike {v}", pattern=pattern),
        f"{name}_exactly": Operator(f"{says} exactly", "{x} like {v}", pattern=pattern),
        f"not_{name}_exactly": Operator(f"{denied} exactly", "{x} not like {v}", pattern=pattern),
    }


OPERATORS: Mapping[str, Operator] = {
    "is": Operator("is", "{x} = {v}"),
    "is_not": Operator("is not", "{x} <> {v}"),
    "among": Operator("is one of", "{x} in ({all})", Takes.SEVERAL),
    "not_among": Operator("is none of", "{x} not in ({all})", Takes.SEVERAL),
    **_texts("contains", "contains", "does not contain", ("%", "%")),
    **_texts("begins", "begins with", "does not begin with", ("", "%")),
    **_texts("ends", "ends with", "does not end with", ("%", "")),
    "at_least": Operator("is at least", "{x} >= {v}"),
    "above": Operator("is more than", "{x} > {v}"),
    "at_most": Operator("is at most", "{x} <= {v}"),
    "below": Operator("is less than", "{x} < {v}"),
    "between": Operator("is between", "{x} between {v} and {w}", Takes.TWO),
    "not_between": Operator("is not between", "{x} not between {v} and {w}", Takes.TWO),
    "yes": Operator("is true", "{x}", Takes.NOTHING),
    "no": Operator("is not true", "not {x}", Takes.NOTHING),
    "known": Operator("is known", "{x} is not null", Takes.NOTHING),
    "unknown": Operator("is not known", "{x} is null", Takes.NOTHING),
    "listed": Operator("is in the list", "listed({x}, {v})", Takes.LIST),
    "not_listed": Operator("is not in the list", "not listed({x}, {v})", Takes.LIST),
    # Written otherwise than rows write them; offered where a condition has them.
    "is_true": Operator("is true", "{x} = true", Takes.NOTHING),
    "is_false": Operator("is false", "{x} = false", Takes.NOTHING),
    "has": Operator("has in it exactly", "contains({x}, {v})"),
    "not_has": Operator("does not have in it exactly", "not contains({x}, {v})"),
    "starts": Operator("starts with exactly", "starts_with({x}, {v})"),
    "not_starts": Operator("does not start with exactly", "not starts_with({x}, {v})"),
    "finishes": Operator("finishes with exactly", "ends_with({x}, {v})"),
    "not_finishes": Operator("does not finish with exactly", "not ends_with({x}, {v})"),
    "like": Operator("is like the pattern, exactly", "{x} like {v}"),
    "not_like": Operator("is not like the pattern, exactly", "{x} not like {v}"),
    "ilike": Operator("is like the pattern", "{x} ilike {v}"),
    "not_ilike": Operator("is not like the pattern", "{x} not ilike {v}"),
}

_KNOWN = ("known", "unknown")
_COMPARING = ("at_least", "above", "at_most", "below", "between", "not_between")
_OFFERED: Mapping[Sort, tuple[str, ...]] = {
    Sort.TEXT: (
        "is", "is_not", "among", "not_among", "contains", "not_contains", "begins", "not_begins", "ends",
        "begins_exactly", "contains_exactly", *_KNOWN, "listed", "not_listed",
    ),
    Sort.DATE: ("at_least", "below", "between", "is", *_KNOWN),
    Sort.NUMBER: (*_COMPARING, "is", "is_not", "among", *_KNOWN),
    Sort.BOOLEAN: ("yes", "no", *_KNOWN),
    Sort.RULE: ("yes", "no"),
    Sort.SUM: (*_COMPARING, "is"),
    Sort.GRADE: ("is", "is_not", "among", "not_among"),
}  # fmt: skip
_CALLED: Mapping[Sort, Mapping[str, str]] = {
    Sort.DATE: {
        "at_least": "is on or after", "above": "is after", "at_most": "is on or before", "below": "is before",
    },
    Sort.RULE: {"yes": "holds", "no": "does not hold"},
}  # fmt: skip


def offered(sort: Sort, *, lists: bool, now: str = "") -> list[tuple[str, str]]:
    """Return the operators for a sort of field, by name with what they are called.

    lists  whether the agreement has lists
    now    the one that is chosen, which is among them whatever the sort
    """
    names = [name for name in _OFFERED[sort] if lists or OPERATORS[name].takes is not Takes.LIST]
    if now in OPERATORS and now not in names:
        names.append(now)
    called = _CALLED.get(sort, {})
    return [(name, called.get(name, OPERATORS[name].says)) for name in names]
