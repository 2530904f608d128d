"""Inputs as a test gives them, and what came of them, in a form that can be read."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from handraiser.errors import Mistakes
from handraiser.facts.inputs import Inputs, Rejects
from handraiser.tables import event_rejects, open_inputs

LEADS = [{"lead_id": "anna"}]
EVENTS = [{"lead_id": "anna", "event": "Page Viewed", "occurred_at": "2026-03-01T10:00:00Z"}]


def opened(**given: object) -> Inputs:
    """The inputs; leads or events that do not matter to a test are one row each."""
    return open_inputs(**{"leads": LEADS, "events": EVENTS, **given})  # type: ignore[arg-type]  # whatever a test gives


def rows(inputs: Inputs, name: str, *columns: str) -> list[tuple[object, ...]]:
    """The columns of an input's rows: structural ones by name, attributes and properties by theirs."""
    source = getattr(inputs, name)
    read = [source.columns[each].sql if each in source.columns else f'"{each}"' for each in columns]
    order = "row" if name != "events" else "occurred_at, lead_id, event"
    return inputs.con.sql(f"SELECT {', '.join(read)} FROM {source.relation} ORDER BY {order}").fetchall()


def column(inputs: Inputs, name: str, one: str) -> list[object]:
    """One column of an input's rows."""
    return [value for (value,) in rows(inputs, name, one)]


def time(text: str) -> int:
    """An instant in the microseconds that the relations hold."""
    at = datetime.fromisoformat(text)
    since = (at if at.tzinfo else at.replace(tzinfo=UTC)) - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def reasons(rejects: list[Rejects]) -> list[tuple[str, int]]:
    """Why rows were refused, and how many."""
    return [(each.reason, each.rows) for each in rejects]


def refused_events(inputs: Inputs) -> list[tuple[str, int]]:
    """Why events were refused, and how many."""
    return reasons([each for each in inputs.rejects if each.input == "events"] + event_rejects(inputs))


def mistakes(**given: object) -> list[tuple[str, str]]:
    """The code and the sentences of every mistake that opening these inputs meets."""
    try:
        opened(**given).con.close()
    except Mistakes as raised:
        return [(each.code, f"{each.says} {each.fix}") for each in raised.diagnostics]
    return []


def lines(path: Path, *objects: object) -> Path:
    """A file of JSON Lines; a text stands in it as it is."""
    texts = [each if isinstance(each, str) else json.dumps(each) for each in objects]
    path.write_text("\n".join(texts) + "\n", encoding="utf-8")
    return path
