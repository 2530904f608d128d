"""Do the names of an expression stand for what its place in the agreement lets them stand for?"""

from __future__ import annotations

from collections.abc import Iterator

from handraiser.agreement.expression import Comparison, Expression, In, Like, Name, words
from handraiser.agreement.functions import CLOCKS, NO_CLOCK
from handraiser.agreement.trouble import ConditionCode, Trouble, nearest
from handraiser.errors import Level

__all__ = ["attribute_troubles", "property_troubles"]

QUALIFIERS = ("lead", "company")
_SUMS = frozenset({"fit", "engagement", "score", "grade"})
NO_ATTRIBUTES = frozenset({"valid_from", "known_at", "created_at"})
NO_PROPERTIES = frozenset(
    {"lead_id", "event", "occurred_at", "event_id", "known_at", "verdict", "properties"}
)


def attribute_troubles(expression: Expression) -> Iterator[Trouble]:
    """What is wrong with the names where each must be an attribute of the lead or its company."""
    for part in words(expression):
        if not isinstance(part, Name):
            continue
        if not part.qualifier:
            yield _unqualified(part)
        elif part.qualifier not in QUALIFIERS:
            yield _unknown_qualifier(part)
        elif part.name in NO_ATTRIBUTES:
            yield Trouble(
                code=ConditionCode.NO_ATTRIBUTE,
                span=part.span,
                says=f"{part.qualifier}.{part.name} says when a row counts; it is no attribute.",
                fix="Use `within`, `silent_for`, or an attribute of your own.",
            )


def property_troubles(expression: Expression) -> Iterator[Trouble]:
    """What is wrong with the names where each must be a property of the event."""
    for part in words(expression):
        if isinstance(part, Name) and part.qualifier:
            yield _qualified(part)
        elif isinstance(part, Name) and part.name in NO_PROPERTIES:
            yield Trouble(
                code=ConditionCode.NO_PROPERTY,
                span=part.span,
                says=f"{part.name} is a column that every event has, not a property; here it is always null.",
                fix="Use the rule's own keys: `event`, `within`, `machines`.",
                level=Level.WARNING,
            )
    yield from _texts_in_double_quotes(expression)


def _unqualified(name: Name) -> Trouble:
    if name.quoted is not None:
        return Trouble(
            code=ConditionCode.DOUBLE_QUOTES,
            span=name.span,
            says=f'"{name.quoted}" in double quotes is a name, not a text.',
            fix=f"Use single quotes for a text: '{name.quoted}'.",
        )
    fix = f"Write lead.{name.name} or company.{name.name}."
    if name.name in CLOCKS:
        fix = NO_CLOCK
    elif name.name in _SUMS:
        fix = f"Here only attributes count; `qualify` can ask for {name.name}."
    return Trouble(
        code=ConditionCode.UNQUALIFIED,
        span=name.span,
        says=f"{name.name} does not say whose attribute it is.",
        fix=fix,
    )


def _unknown_qualifier(name: Name) -> Trouble:
    near = nearest(name.qualifier, QUALIFIERS)
    if name.qualifier in ("event", "events"):
        fix = "Properties of an event are for `where` and `points` of an event rule."
    elif near:
        fix = f"Write {near}.{name.name}."
    else:
        fix = f"Write lead.{name.name} or company.{name.name}."
    return Trouble(
        code=ConditionCode.UNKNOWN_QUALIFIER,
        span=name.span,
        says=f"There is no {name.qualifier}; attributes are those of lead and company.",
        fix=fix,
    )


def _qualified(name: Name) -> Trouble:
    if name.qualifier in QUALIFIERS:
        return Trouble(
            code=ConditionCode.QUALIFIED,
            span=name.span,
            says=f"{name.qualifier}.{name.name} is an attribute; an event has properties only.",
            fix=f"Write {name.name} if events have it; attributes are for fit rules and `qualify`.",
        )
    return Trouble(
        code=ConditionCode.UNKNOWN_QUALIFIER,
        span=name.span,
        says=f"{name.qualifier}.{name.name} is no name of a property; nothing stands before it.",
        fix=f"Write {name.name}.",
    )


def _texts_in_double_quotes(expression: Expression) -> Iterator[Trouble]:
    """A quoted name to the right of a comparison is allowed, but most likely meant as a text."""
    for part in words(expression):
        match part:
            case Comparison(_, Name(), right) | Like(_, right):
                candidates: tuple[Expression, ...] = (right,)
            case In(_, options):
                candidates = options
            case _:
                continue
        for each in candidates:
            if isinstance(each, Name) and each.quoted is not None and not each.qualifier:
                yield Trouble(
                    code=ConditionCode.NAME_OR_TEXT,
                    span=each.span,
                    says=f'"{each.quoted}" in double quotes is read as the property of that name.',
                    fix=f"Use single quotes if the text '{each.quoted}' is meant.",
                    level=Level.WARNING,
                )
