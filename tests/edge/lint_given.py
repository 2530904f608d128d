"""Agreements and small data for the lint, and what it says of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from handraiser.agreement import load
from handraiser.errors import Diagnostic, Level
from handraiser.scoring.lint import lint, lint_alone
from handraiser.tables import open_inputs

Row = dict[str, Any]
MAY = datetime(2026, 5, 1, 10, tzinfo=UTC)
LEADS = [f"l{number:02}" for number in range(1, 41)]


def leads(*, each: Sequence[str] = LEADS, **attributes: Any) -> list[Row]:
    """Forty leads, known since 2025; an attribute is one value, or a list with one for each."""
    rows: list[Row] = [{"lead_id": lead, "created_at": "2025-01-01"} for lead in each]
    for name, given in attributes.items():
        for place, row in enumerate(rows):
            row[name] = given[place] if isinstance(given, list) else given
    return rows


def events(
    event: str, who: Sequence[str] = LEADS, *, days: int = 0, minutes: int = 0, **more: Any
) -> list[Row]:
    """One event of each lead, so long after the first of May, 10:00."""
    at = MAY + timedelta(days=days, minutes=minutes)
    return [{"lead_id": lead, "event": event, "occurred_at": at} | more for lead in who]


def customers(who: Sequence[str], *, stage: str = "customer", at: str = "2026-06-01") -> list[Row]:
    """The outcome that ends the stories of some leads."""
    return [{"lead_id": lead, "stage": stage, "at": at} for lead in who]


def agreement(fit: str = "", events: str = "", mql: str = "score > 5", more: str = "") -> str:
    """An agreement of two lists of rules; `more` are further keys of `qualify`."""
    return (
        f"agreement: it\nfit:\n  rules: [{fit}]\nengagement:\n  rules: [{events}]\n"
        f'qualify:\n  mql: "{mql}"\n{more}'
    )


def warnings(text: str, **inputs: Any) -> list[Diagnostic]:
    """What the lint says of an agreement beside data."""
    opened = open_inputs(**({"leads": leads()} | inputs), threads=1)
    try:
        found = lint(load(text), opened, threads=1)
    finally:
        opened.con.close()
    assert all(each.level is Level.WARNING for each in found)
    return found


def codes(text: str, **inputs: Any) -> list[str]:
    return [each.code for each in warnings(text, **inputs)]


def only(text: str, **inputs: Any) -> tuple[str, str]:
    """The code of the only warning beside data, and what it says."""
    found = warnings(text, **inputs)
    assert len(found) == 1, found
    return found[0].code, found[0].says


def alone(text: str) -> list[tuple[str, str]]:
    """What the lint says of an agreement without data: codes and sentences."""
    return [(each.code, each.says) for each in lint_alone(load(text))]


def pointed(text: str, found: Diagnostic, length: int) -> str:
    """The words at which a warning points."""
    return text.splitlines()[found.at.line - 1][found.at.column - 1 :][:length]
