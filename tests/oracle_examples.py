"""The words in which the oracle's own examples are told: one lead, Ann, and days counted from one start."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from oracle import Oracle

START = datetime(2026, 1, 1, tzinfo=UTC)  # a Thursday
MICROSECOND = timedelta(microseconds=1)
ANN: list[dict[str, Any]] = [{"lead_id": "ann"}]


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def micros(at: datetime) -> int:
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // MICROSECOND


def event(at: datetime, name: str = "Visit", lead: str = "ann", **more: Any) -> dict[str, Any]:
    return {"lead_id": lead, "event": name, "occurred_at": at, **more}


def outcome(at: datetime, stage: str, lead: str = "ann", **more: Any) -> dict[str, Any]:
    return {"lead_id": lead, "stage": stage, "at": at, **more}


def visits(*days: float) -> list[dict[str, Any]]:
    return [event(day(number)) for number in days]


def agreement(
    engagement: str = "", *, fit: str = "", mql: str = "score >= 10", qualify: str = "", more: str = ""
) -> str:
    """An agreement of a few rules in YAML's flow style."""
    return f"""
agreement: example
fit: {{rules: [{fit}]}}
engagement: {{rules: [{engagement}]}}
qualify: {{mql: "{mql}"{qualify and ", " + qualify}}}
{more}
"""


def ask(text: str, events: list[dict[str, Any]] | None = None, **inputs: Any) -> Oracle:
    return Oracle(text, inputs.pop("leads", ANN), events=events or [], **inputs)


def points_of(rule: str, events: list[dict[str, Any]], at: datetime) -> float:
    """What one engagement rule, written without its name, gives Ann at an instant."""
    text = agreement(f"{{rule: it, {rule}}}")
    return ask(text, events).score("ann", at).points["it"]
