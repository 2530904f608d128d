"""How did a lead stand at an instant, and why? Computed from what is known of it, as everywhere."""

from __future__ import annotations

import json
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import duckdb
import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from handraiser.agreement.model import Agreement
from handraiser.facts.inputs import Inputs
from handraiser.flows.live import wanted_names
from handraiser.scoring.course import Course, course
from handraiser.scoring.explain import Explanation, explain_lead
from handraiser.scoring.match import Matched, match, matched
from handraiser.scoring.plan import Plan, planned
from handraiser.scoring.score import Prepared, find_episodes, prepare, score_table
from handraiser.scoring.survey import survey
from handraiser.store import remembering
from handraiser.store.history import History, history_of, names_seen
from handraiser.tables.kept import Seen, kept_inputs

__all__ = ["Stood", "Went", "course_of", "explained", "stood", "went"]

_object = msgspec.json.Decoder(dict[str, msgspec.Raw])
_DERIVED = frozenset({"email_domain", "email_kind"})
_TABLES = ("kept_leads", "kept_companies", "kept_events", "kept_outcomes")


class Stood(NamedTuple):
    """How a lead stood: what was known of it and its company, and a row for each agreement.

    rows  as `score --out` writes them, in the order of the agreements
    """

    attributes: dict[str, Any]
    company: str | None
    company_attributes: dict[str, Any]
    rows: list[dict[str, Any]]


class Went(NamedTuple):
    """How a score went, and when its lead became an MQL.

    mql_at  when it first did, whatever sales made of it; None for never
    begun   when episodes began by what sales said, and whether it asked for sales itself
    """

    course: Course
    mql_at: int | None
    begun: list[tuple[int, bool]]


class _Desk(threading.local):
    """What a thread keeps for the next question: to begin anew takes longer than most answers."""

    def __init__(self) -> None:
        self.con = duckdb.connect(config={"threads": 1})
        self.asked = 0
        self.plans: dict[tuple[str, ...], tuple[Seen, Plan]] = {}

    def clear(self) -> duckdb.DuckDBPyConnection:
        """Return the connection, now and then a new one: DuckDB keeps a little of every answer."""
        self.asked += 1
        if self.asked % _QUESTIONS == 0:
            self.con.close()
            self.con = duckdb.connect(config={"threads": 1})
        return self.con


_desk = _Desk()
_PLANS = 16
_QUESTIONS = 5_000  # to a connection


def stood(lead: int, agreements: Sequence[Agreement], at: int) -> Stood:
    """Return how a lead stood at an instant, as it was known then, under some agreements."""
    history, found = _prepared(lead, agreements)
    rows = [row for each in found for row in score_table(each, at, points=False, threads=1).to_pylist()]
    return Stood(*_held(history, at), rows)


def course_of(
    lead: int, agreements: Sequence[Agreement], place: int, *, since: int, until: int
) -> tuple[Agreement, Course]:
    """Return how the score of a lead went under one of some agreements, and which one that is.

    place  of the agreement; all are given, as the hits that are remembered are those of all of them
    """
    _, found = _prepared(lead, agreements)
    return agreements[place], course(found[place], 0, since=since, until=until)


def went(lead: int, agreement: Agreement, *, since: int, until: int) -> Went:
    """Return how a lead fares under an agreement that need not be live, as a back-test counts it."""
    with _inputs(history_of([lead]), names_seen(), wanted_names([agreement])) as inputs:
        ground = survey([agreement], inputs, threads=1)
        found = matched(agreement, ground)
        first = matched(agreement, ground, regardless=True)
    if found is None or first is None:
        raise AssertionError("the ground of an agreement has all that it asks for")
    once = find_episodes(prepare(agreement, first), until, first_only=True, threads=1)
    prepared = prepare(agreement, found)
    all_of_them = find_episodes(prepared, until, first_only=False, threads=1)
    return Went(
        course(prepared, 0, since=since, until=until),
        int(once.at[0]) if once.found[0] else None,
        [(int(all_of_them.at[k]), bool(all_of_them.hand_raise[k])) for k in range(all_of_them.found[0])],
    )


def _prepared(lead: int, agreements: Sequence[Agreement]) -> tuple[History, list[Prepared]]:
    """Return what is known of a lead, and its columns under some agreements, ready to be folded."""
    seen, wanted = names_seen(), wanted_names(agreements)
    plan = _planned(agreements, seen, wanted)
    # What the worker has found among its events need not be looked for again.
    memory = remembering.read([lead], plan.key).readable(plan.events.shape)
    history = history_of([lead], after=memory.until)
    with _inputs(history, seen, wanted) as inputs:
        ground = survey(agreements, inputs, threads=1, earlier=memory.hits, plan=plan)
        found = [matched(agreement, ground) for agreement in agreements]
    # Where they ask for more than is found in one pass, each is asked by itself.
    alone = (
        (agreement, own or _alone(lead, agreement, seen))
        for agreement, own in zip(agreements, found, strict=True)
    )
    return history, [prepare(agreement, own) for agreement, own in alone]


def explained(lead: int, agreement: Agreement, at: int) -> Explanation:
    """Return why a lead stands as it does under an agreement, with all that is said of it and what it did."""
    history = history_of([lead])
    wanted = wanted_names([agreement])
    # Of all the names there have ever been most are of no concern to it, and each costs time.
    said = {
        "lead": _names(history.leads.column("attributes")) | _DERIVED,
        "company": _names(history.companies.column("attributes")),
        "event": _names(history.events.column("properties")),
    }
    with _inputs(history, names_seen(), {scope: wanted[scope] | said[scope] for scope in wanted}) as inputs:
        return explain_lead(agreement, inputs, lead=str(lead), at=at)


def _names(texts: pa.ChunkedArray) -> frozenset[str]:
    """Return the names in JSON objects."""
    return frozenset(name.lower() for text in texts.unique().to_pylist() for name in _object.decode(text))


def _alone(lead: int, agreement: Agreement, seen: Seen) -> Matched:
    with _inputs(history_of([lead]), seen, wanted_names([agreement])) as inputs:
        return match(agreement, inputs, threads=1)


def _planned(agreements: Sequence[Agreement], seen: Seen, wanted: Mapping[str, Collection[str]]) -> Plan:
    """Return how what some agreements ask is found out: worked out once, until a new name is seen."""
    asked = tuple(agreement.fingerprint for agreement in agreements)
    if asked not in _desk.plans or _desk.plans[asked][0] != seen:
        while len(_desk.plans) >= _PLANS:
            del _desk.plans[next(iter(_desk.plans))]
        # The tables are empty: a plan depends on which columns there are.
        with _inputs(history_of(()), seen, wanted) as inputs:
            _desk.plans[asked] = seen, planned(agreements, inputs)
    return _desk.plans[asked][1]


@contextmanager
def _inputs(history: History, seen: Seen, wanted: Mapping[str, Collection[str]] | None) -> Iterator[Inputs]:
    """Have a history as inputs, with the names that are wanted, or with all there are."""
    con = _desk.clear()
    try:
        yield kept_inputs(
            con,
            leads=history.leads,
            companies=history.companies,
            events=history.events,
            outcomes=history.outcomes,
            customers=history.customers,
            seen=seen,
            wanted=wanted,
        )
    finally:
        for name in _TABLES:  # or they would stay in memory until somebody asks again
            con.unregister(name)


def _held(history: History, at: int) -> tuple[dict[str, Any], str | None, dict[str, Any]]:
    """Return the attributes that held of the one lead of a history, its company, and what held of that."""
    lead = _row_at(history.leads, at)
    if lead is None:
        return {}, None, {}
    company = lead["company_id"]
    of_company = _row_at(history.companies.filter(pc.field("company_id") == company), at) if company else None
    said = [json.loads(row["attributes"]) if row else {} for row in (lead, of_company)]
    return said[0], company, said[1]


def _row_at(rows: pa.Table, at: int) -> dict[str, Any] | None:
    """Return the row that holds: of those that count the latest valid, then the latest known."""
    begun = [row for row in rows.to_pylist() if row["valid_from"] <= at and row["known_at"] <= at]
    # No two rows have both times in common (`capture.attributes`).
    return max(begun, key=lambda row: (row["valid_from"], row["known_at"]), default=None)
