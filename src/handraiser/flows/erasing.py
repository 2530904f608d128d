"""Somebody is to be forgotten: what of them is taken out, and what stays to be counted?

All that says who they are goes: what they are known by, what they said, the messages it came in, notes,
what was told of them. What stays is a number with episodes and moves: when, under which agreement, why by the
names of rules, where visits came from, how much it was worth. Whoever comes with the same address later is
somebody new.

The database is done with in one transaction. What is left of it in files, the history's and the database's
own, is cleared away after that, by whoever comes first (`history`, `clearing`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from django.db import connection, transaction

from handraiser.flows.dirty import forget, mark_dirty
from handraiser.flows.erased_messages import messages_of, take_out_messages
from handraiser.flows.erased_rows import blank_selling, keep_touches
from handraiser.flows.erased_told import have_forget, programs_told
from handraiser.flows.erased_traces import Redacted, redact, traces_of
from handraiser.flows.held import Giver, hold_all
from handraiser.flows.profiling import end_open
from handraiser.flows.stewards import lead_meant
from handraiser.store.bulk import among, query, statement
from handraiser.store.history import members_of
from handraiser.store.locks import RESOLVING, alone
from handraiser.store.models import Audit, Erasure, Handoff, Person

__all__ = ["ERASED", "Erased", "erase"]

ERASED = "erased"
"""The reason of what ends because of it."""
_OF_PEOPLE = {
    "store_identifier": "person_id", "store_personpatch": "person_id", "store_consent": "person_id",
    "store_standing": "lead_id", "store_kepthits": "lead_id", "store_dirty": "lead_id",
    "store_outgoing": "lead", "store_informed": "lead",
}  # fmt: skip
_NOBODY = (
    'UPDATE store_person SET "user" = %s, email = %s, lead_since = NULL, company_id = NULL, '
    "company_from = 0, said = %s, said_until = 0, visits = %s"
)


class Erased(NamedTuple):
    """Who was forgotten: the number that is left, how many were one with it, how many messages went."""

    lead: int
    people: int
    messages: int


def erase(lead: int, *, who: str, now: int, through: str = "") -> Erased:
    """Forget a lead, with all who are one with it. Raises Mistakes where there is none.

    What was open with sales ends, and its owner is told, but not of whom. Programs that were told of it
    are told to forget it, too.
    """
    with transaction.atomic():
        alone(RESOLVING)
        root = lead_meant(lead).root
        since = Person.objects.values_list("lead_since", flat=True).get(pk=root)
        people = sorted(members_of([root]))
        # Whoever is just telling of them has done so then, and it is taken out too.
        theirs = Handoff.objects.filter(episode__lead__in=people, ended_at=None)
        hold_all(list(theirs.values_list("pk", flat=True)))
        told = programs_told(people)
        traces = traces_of(people)
        messages = messages_of(people, traces)
        forget([root])
        take_out_messages(messages)
        keep_touches(people, traces)
        blank_selling(people, traces)
        _take_out_rows(people)
        others = redact(traces)
        _look_anew(others, people, now)
        _become_nobody(people)
        end_open(root, ERASED, now=now, giver=Giver(who))
        have_forget(told, now=now)
        _delete("store_dirty", "lead_id", people)
        _note(root, people, others, since or 0, now)
        done = Erased(root, len(people), len(messages))
        Audit.objects.create(
            at=now, who=who, did="erased", subject=f"lead {root}",
            details={"people": done.people, "messages": done.messages}
            | ({"through": through} if through else {}),
        )  # fmt: skip
    return done


def _take_out_rows(people: Collection[int]) -> None:
    for table, column in _OF_PEOPLE.items():
        _delete(table, column, people)
    for column in ("joined_id", "person_id"):  # why two were one is what both were known by
        _delete("store_join", column, people)


def _delete(table: str, column: str, people: Collection[int]) -> None:
    condition, parameters = among(column, people)
    statement(f"DELETE FROM {table} WHERE {condition}", parameters)


def _become_nobody(people: Collection[int]) -> None:
    condition, parameters = among("id", people)
    statement(f"{_NOBODY} WHERE {condition}", [False, False, "{}", "[]", *parameters])


def _look_anew(others: Redacted, people: Collection[int], now: int) -> None:
    """Have those decided again of whom something was changed that named the one who is forgotten."""
    condition, parameters = among("person.id", set(others.people).difference(people))
    roots = query(
        "SELECT DISTINCT person.root_id FROM store_person AS person JOIN store_person AS root "
        f"ON root.id = person.root_id WHERE root.lead_since IS NOT NULL AND {condition}",
        parameters,
    )
    leads = [root for (root,) in roots]
    forget(leads)
    mark_dirty(dict.fromkeys(leads, now))


def _note(root: int, people: Collection[int], others: Redacted, since: int, now: int) -> None:
    """Write down who has to be looked for in files, by their numbers."""
    found: Mapping[str, Any] = {
        "people": sorted({*people, *others.people}), "companies": sorted(others.companies),
    }  # fmt: skip
    Erasure.objects.create(
        lead_id=root, people=found, lead_since=since, at=now,
        # PostgreSQL writes over what is gone when it next looks after its tables.
        cleared_at=None if connection.vendor == "sqlite" else now,
    )  # fmt: skip
