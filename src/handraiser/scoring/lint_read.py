"""Which attributes, properties and sums does an agreement read, and where does it say so?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from handraiser.agreement.expression import Call, Name, words
from handraiser.agreement.model import Agreement, EventRule, FitRule, Sql
from handraiser.agreement.parser import parse
from handraiser.errors import Place
from handraiser.scoring.lint_notes import Written, spot

__all__ = ["SUMS", "Read", "attributes_in", "names_read", "sums_in"]

SUMS = ("fit", "engagement", "score")


class Read(NamedTuple):
    """A name that is read.

    scope    "lead", "company", or "" for a property of events
    name     in small letters; `spelled` is the same as it was written, and `shown` with what stands before it
    """

    scope: str
    name: str
    spelled: str
    shown: str
    at: Place


def names_read(agreement: Agreement, written: Written) -> Iterator[Read]:
    """Yield every name that an agreement reads, as often as it is read."""
    for rule in agreement.fit.rules:
        for band in rule.bands if isinstance(rule, FitRule) else ():
            yield from _names(band.when)
            yield from _names(band.points)
    for rule in agreement.engagement.rules:
        if isinstance(rule, EventRule):
            yield from _names(rule.where)
            yield from _names(rule.points)
        if isinstance(rule, EventRule) and rule.distinct is not None:
            at = written.distinct(rule.name, rule.at)
            yield Read("", rule.distinct.lower(), rule.distinct, rule.distinct, at)
    qualify = agreement.qualify
    for sql in (qualify.mql, qualify.hand_raise, qualify.never):
        # A bare name is a rule here, or a sum.
        yield from (each for each in _names(sql) if each.scope)
    for route in agreement.handoff.route:
        yield from _names(route.when)


def attributes_in(text: str) -> frozenset[tuple[str, str]]:
    """Return the attributes that an expression reads, as (scope, name)."""
    found = (part for part in words(parse(text)) if isinstance(part, Name))
    return frozenset((part.qualifier, part.name) for part in found if part.qualifier)


def sums_in(agreement: Agreement, text: str) -> list[str]:
    """Return what a condition reads that adds up: fit, score and such, `points(rule)`, `count(rule)`."""
    groups = {group.name for group in (*agreement.fit.groups, *agreement.engagement.groups)}
    found: dict[str, None] = {}
    for part in words(parse(text)):
        match part:
            case Name("", "grade"):
                found["fit"] = None  # as a letter
            case Name("", name) if name in SUMS or name in groups:
                found[name] = None
            case Call("count" | "points" as function, (Name(_, rule),)):
                found[f"{function}({rule})"] = None
    return list(found)


def _names(sql: Sql | float | None) -> Iterator[Read]:
    if not isinstance(sql, Sql):
        return
    for part in words(parse(sql.text)):
        if isinstance(part, Name):
            shown = sql.text[slice(*part.span)]
            spelled = part.quoted or shown.rpartition(".")[2].strip()
            yield Read(part.qualifier, part.name, spelled, shown, spot(sql, part.span))
