"""One lead that has done more than all others together: nobody else has to wait for that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection

from handraiser.flows.resolve import resolve_arrivals
from handraiser.store.bulk import query, statement
from handraiser.store.history import history_of
from handraiser.store.models import Activity
from tests.live.company import send
from tests.live.traffic import BEGIN
from tests.servers import Database

MANY = 20_000


def plan_of(sql: str, parameters: Any) -> str:
    explained = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
    return "\n".join(str(row[-1]) for row in query(f"{explained} {sql}", parameters))


def have_done(leads: Sequence[int], *, begin: int) -> None:
    Activity.objects.bulk_create(
        Activity(
            event_id=f"e{done}",
            person_id=lead,
            event="Done",
            occurred_at=BEGIN + done,
            known_at=BEGIN + done,
            session_id="s",
            verdict="unknown",
            properties="{}",
        )
        for done, lead in enumerate(leads, begin)
    )


def test_what_others_have_done_is_not_looked_for_among_what_one_has(database: Database) -> None:
    names = [f"ann{number}" for number in range(20)]
    send([{"type": "identify", "userId": name, "messageId": name} for name in names], BEGIN)
    resolve_arrivals()
    leads = [number for (number,) in query("SELECT id FROM store_person ORDER BY id")]
    have_done([leads[0]] * MANY, begin=0)
    statement("ANALYZE store_activity")  # as PostgreSQL does by itself now and then
    have_done(leads[1:11], begin=MANY)

    asked = []

    def note(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        if "FROM store_activity" in sql or "JOIN store_activity" in sql:
            asked.append((sql, parameters))
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(note):
        history = history_of(leads[:11], after={leads[0]: MANY - 5})
    assert history.events.num_rows == 15
    ((sql, parameters),) = asked
    plan = plan_of(sql, parameters)
    assert "store_activ_person" in plan, plan
    assert "pkey" not in plan, plan
