"""Do the facts of a case nearly say what the agreement asks for?

An event that no rule is about is nothing odd in a case. One that is called nearly as one of a rule is: the
case would prove nothing. The same holds of properties, attributes and reasons.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from difflib import get_close_matches
from typing import NamedTuple

from handraiser.agreement.conditions import names
from handraiser.agreement.model import Agreement, EventRule, FitRule, Sql
from handraiser.agreement.nodes import Mapping, Node, Scalar, under
from handraiser.edge.case_files import Case
from handraiser.edge.case_notes import CaseCode
from handraiser.errors import Diagnostic, Level, Place

__all__ = ["doubtful_words"]

_NEAR = 0.75  # `paht` and `path`; much below it, Webinar Registered would be Webinar Attended
_OWN_EVENTS = frozenset({"Subscribed", "Unsubscribed"})  # which mean something without a rule
_COLUMNS = {
    "leads": frozenset({"lead_id", "company_id", "created_at", "valid_from", "known_at"}),
    "companies": frozenset({"company_id", "valid_from", "known_at"}),
    "events": frozenset({"lead_id", "event", "occurred_at", "event_id", "known_at", "verdict", "properties"}),
}
_SCOPES = {"leads": "lead", "companies": "company"}
_DERIVED = frozenset({"email_domain", "email_kind"})


class _Asked(NamedTuple):
    """What an agreement reads: names of events, properties, attributes and reasons."""

    events: frozenset[str]
    columns: dict[str, frozenset[str]]  # by input
    reasons: frozenset[str]


def doubtful_words(agreement: Agreement, case: Case) -> list[Diagnostic]:
    """Return a warning for each word of the case that is nearly one that the agreement reads."""
    asked = _asked(agreement)
    found: list[Diagnostic] = []
    for name, given in case.inputs.items():
        for row in given.written:
            if name in asked.columns:
                found += _columns(row, name, asked.columns[name])
            if name == "events":
                found += _value(
                    under(row, "event"), asked.events, "No rule of the agreement is about an event"
                )
            if name == "outcomes":
                found += _value(under(row, "reason"), asked.reasons, "The agreement has no reason")
    return found


def _asked(agreement: Agreement) -> _Asked:
    rules = [rule for rule in agreement.engagement.rules if isinstance(rule, EventRule)]
    attributes = {name for sql in _on_attributes(agreement) for name in names(sql.text)}
    columns = {
        given: known | {name for scope, name in attributes if scope == _SCOPES[given]}
        for given, known in _COLUMNS.items()
        if given in _SCOPES
    }
    if columns["leads"] & _DERIVED:
        columns["leads"] |= {"email"}
    read = {
        name
        for rule in rules
        for sql in (rule.where, rule.points)
        if isinstance(sql, Sql)
        for _, name in names(sql.text)
    }
    read |= {rule.distinct.lower() for rule in rules if rule.distinct is not None}
    return _Asked(
        events=frozenset(event for rule in rules for event in rule.event) | _OWN_EVENTS,
        columns=columns | {"events": _COLUMNS["events"] | read},
        reasons=frozenset(reason.name for reason in agreement.recycle.reasons),
    )


def _on_attributes(agreement: Agreement) -> list[Sql]:
    """Return every expression in which attributes may stand."""
    bands = [band for rule in agreement.fit.rules if isinstance(rule, FitRule) for band in rule.bands]
    said: list[float | Sql | None] = [one for band in bands for one in (band.when, band.points)]
    said += [agreement.qualify.mql, agreement.qualify.hand_raise, agreement.qualify.never]
    return [one for one in said if isinstance(one, Sql)]


def _columns(row: Mapping, name: str, known: frozenset[str]) -> Iterator[Diagnostic]:
    properties = under(row, "properties")
    inside = properties.entries if isinstance(properties, Mapping) and name == "events" else ()
    keys = [key for key, _ in (*row.entries, *inside)]
    given = {key.text.lower() for key in keys}
    for key in keys:
        near = _near(key.text.lower(), known)
        if near is not None and near not in given:
            yield _doubt(key.at, f"The agreement reads nothing called `{key.text}` of `{name}`.", near)


def _value(node: Node | None, known: frozenset[str], says: str) -> Iterator[Diagnostic]:
    near = _near(node.text, known) if isinstance(node, Scalar) else None
    if isinstance(node, Scalar) and near is not None:
        yield _doubt(node.at, f"{says} `{node.text}`.", near)


def _near(word: str, known: Collection[str]) -> str | None:
    """Return the known word that is nearly this one, None where it is one of them, or like none."""
    if word in known:
        return None
    by_small = {each.lower(): each for each in sorted(known)}
    found = get_close_matches(word.lower(), by_small, n=1, cutoff=_NEAR)
    # `email` and `email_id` are near by their letters, and both as they are meant.
    if not found or word.startswith(f"{found[0]}_") or found[0].startswith(f"{word}_"):
        return None
    return by_small[found[0]]


def _doubt(at: Place, says: str, near: str) -> Diagnostic:
    return Diagnostic(
        code=CaseCode.NEARLY.value, at=at, says=says, fix=f"Did you mean `{near}`?", level=Level.WARNING
    )
