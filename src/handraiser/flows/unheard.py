"""Which names does an agreement read that nobody has ever had, or does any more?"""

from __future__ import annotations

from collections.abc import Collection

import duckdb

from handraiser.agreement.model import Agreement, EventRule
from handraiser.agreement.trouble import nearest
from handraiser.errors import Diagnostic, Level, Place
from handraiser.facts.inputs import Inputs
from handraiser.scoring.lint_notes import LintCode, Written
from handraiser.scoring.lint_read import Read, names_read
from handraiser.scoring.questions import attribute_columns
from handraiser.store.bulk import query
from handraiser.store.history import history_of, names_seen
from handraiser.store.lately import events_lately
from handraiser.tables.kept import kept_inputs

__all__ = ["undone", "unheard"]


def unheard(agreement: Agreement) -> list[Diagnostic]:
    """Return a warning for each name that an agreement reads and nothing that came in has ever had.

    None before anything has come in: then it is so of all names.
    """
    if not query("SELECT 1 FROM store_event LIMIT 1"):
        return []
    none, seen = history_of(()), names_seen()
    found: dict[tuple[str, str], Diagnostic] = {}
    with duckdb.connect(config={"threads": 1}) as con:
        inputs = kept_inputs(con, leads=none.leads, companies=none.companies, events=none.events, seen=seen)
        for read in names_read(agreement, Written(agreement)):
            key = (read.scope, read.name)
            if key not in found and not _there(read, inputs):
                found[key] = _warning(read, seen[read.scope or "event"])
    return sorted(found.values(), key=lambda each: each.at)


def undone(agreement: Agreement) -> list[Diagnostic]:
    """Return a warning for each event that rules count and nobody does these days.

    None before anything has come in.
    """
    done, place = events_lately(), Written(agreement)
    if not done:
        return []
    rules = [rule for rule in agreement.engagement.rules if isinstance(rule, EventRule)]
    return [
        _not_done(name, place.event(rule.name, name, rule.at), nearest(name, done))
        for rule in rules
        for name in rule.event
        if name not in done
    ]


def _not_done(name: str, at: Place, near: str | None) -> Diagnostic:
    return Diagnostic(
        code=LintCode.NO_EVENT,
        at=at,
        says=f"Nobody does `{name}` these days.",
        fix=f"Did you mean `{near}`?" if near else "Look how those who send it spell it.",
        level=Level.WARNING,
    )


def _there(read: Read, inputs: Inputs) -> bool:
    """Return whether somebody has had it, or it is derived."""
    if read.scope:
        return attribute_columns(inputs)(read.scope, read.name) is not None
    return read.name in inputs.events.columns or read.name in inputs.events.has


def _warning(read: Read, seen: Collection[str]) -> Diagnostic:
    who = {"": "no event", "lead": "no lead", "company": "no company"}[read.scope]
    name = f"{read.scope}.{read.name}" if read.scope else read.name
    near = nearest(read.name, seen)
    meant = f"{read.scope}.{near}" if read.scope else near
    return Diagnostic(
        code=LintCode.NO_ATTRIBUTE if read.scope else LintCode.NO_PROPERTY,
        at=read.at,
        says=f"It reads `{name}`, which {who} has ever had: it is null until one does.",
        fix=f"Did you mean `{meant}`?" if near else "Look how those who send spell it.",
        level=Level.WARNING,
    )
