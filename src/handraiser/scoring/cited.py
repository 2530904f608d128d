"""What stood in the rows that an explanation names, in words that go into any format?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from handraiser.facts.inputs import Inputs, Source

__all__ = ["Cited", "cited_attributes", "cited_events", "cited_outcomes", "moment", "said"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Cited(NamedTuple):
    """An event as it stood in the data; properties that are NULL are left out."""

    event: str
    occurred_at: datetime
    known_at: datetime | None
    event_id: str | None
    properties: dict[str, str]


def moment(at: int) -> datetime:
    """Return an instant in microseconds as a datetime."""
    return _EPOCH + timedelta(microseconds=at)


def cited_events(inputs: Inputs) -> list[Cited]:
    """Return the events in the order of their `row`, which the relation must have."""
    events = inputs.events
    structural = [
        name if name in events.has else f"NULL AS {name}"
        for name in ("event", "occurred_at", "known_at", "event_id")
    ]
    shown = ", ".join([*structural, *(column.sql for column in events.columns.values())])
    return [
        Cited(
            event=event,
            occurred_at=moment(occurred),
            known_at=None if known is None else moment(known),
            event_id=event_id,
            properties=_properties(events, values),
        )
        for event, occurred, known, event_id, *values in inputs.con.sql(
            f"SELECT {shown} FROM {events.relation} ORDER BY row"
        ).fetchall()
    ]


def _properties(events: Source, values: list[object]) -> dict[str, str]:
    return {
        name: said(value) for name, value in zip(events.columns, values, strict=True) if value is not None
    }


def cited_outcomes(
    inputs: Inputs, lead: str, agreement: str, until: int
) -> list[tuple[datetime, str, str | None]]:
    """Return when sales said what of a lead, and why, as far as it is about an agreement, in order."""
    if inputs.outcomes is None:
        return []
    found = inputs.con.execute(
        f'SELECT "at", stage, reason FROM {inputs.outcomes.relation} '
        'WHERE lead_id = $1 AND (agreement IS NULL OR agreement = $2) AND "at" <= $3 ORDER BY "at", row',
        [lead, agreement, until],
    ).fetchall()
    return [(moment(at), stage, reason) for at, stage, reason in found]


def cited_attributes(inputs: Inputs, source: Source, scope: str, row: int) -> dict[str, str]:
    """Return what a row of leads or companies says, by the names that conditions use; {} for no row."""
    columns = source.columns
    if row < 0 or not columns:
        return {}
    shown = ", ".join(column.sql for column in columns.values())
    values = inputs.con.sql(f"SELECT {shown} FROM {source.relation} WHERE row = {row}").fetchall()[0]
    return {
        f"{scope}.{name}": said(value)
        for name, value in zip(columns, values, strict=True)
        if value is not None
    }


def said(value: object) -> str:
    """Return a value as text: numbers without a fraction where they have none, `true` and `false`."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.15g}"
    return str(value)
