"""Some leads tell what all have: by the same values as scoring, and without whoever is to be left out."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

import handraiser as hr
from handraiser.edge.web.fields.gathering import Gathering, Known, read_now
from handraiser.edge.web.fields.shaping import Field
from handraiser.edge.web.fields.shares import of_doings, of_leads
from handraiser.flows.consenting import note_consent
from handraiser.flows.erasing import erase
from handraiser.scoring.match import match
from handraiser.scoring.questions import attribute_columns
from handraiser.scoring.score import prepare, score_table
from handraiser.store.bulk import query
from handraiser.store.drawn import draw_leads
from handraiser.store.history import history_of, names_seen
from handraiser.store.models import User
from handraiser.store.sampling import doings, sample
from handraiser.tables.kept import kept_inputs
from tests.live.company import Clock, send, worker
from tests.live.traffic import BEGIN, month
from tests.servers import Database

NOW = BEGIN + 40 * 86_400_000_000
CONDITIONS = [
    "company.employees >= 50", "lead.job_title ilike '%chief%'", "lead.email_kind = 'free'",
    "lead.unsubscribed", "company.is_customer", "company.country in ('US', 'FR') or lead.job_title is null",
    "listed(lead.email_domain, 'few')", "lead.never_heard_of = 5", "not company.country = 'DE'",
]  # fmt: skip
AGREEMENT = """
agreement: one
lists: {few: [corp.de]}
fit: {rules: [{rule: it, when: "CONDITION", points: 1}]}
engagement: {rules: []}
qualify: {mql: score >= 1}
"""
PROPERTIES = ["path like '/pricing%'", "channel = 'paid'", "session_id is not null", "price > 0"]


def hear(*items: Any) -> None:
    send(items, NOW - 1)
    worker(Clock(NOW)).settle()


def a_month() -> None:
    clock = Clock(BEGIN)
    one = worker(clock)
    for delivery in month(seed=3, people=30, days=12):
        clock.at = max(clock.at, delivery.received_at)
        send(delivery.items, delivery.received_at)
        one.turn()
    clock.at = NOW
    one.settle()


def holds(condition: str, leads: list[int]) -> int:
    """Return of how many leads a fit rule holds now, as scoring finds it of all that they ever did."""
    agreement = hr.load(AGREEMENT.replace("CONDITION", condition))
    told = history_of(leads)
    with duckdb.connect() as con:
        inputs = kept_inputs(
            con, leads=told.leads, companies=told.companies, events=told.events, seen=names_seen(),
            outcomes=told.outcomes, customers=told.customers,
        )  # fmt: skip
        table = score_table(
            prepare(agreement, match(agreement, inputs, threads=1)), NOW, points=True, threads=1
        )
    return sum(score >= 1 for score in table.column("score").to_pylist())


def test_a_condition_holds_for_as_many_as_scoring_says(stored: Database) -> None:
    a_month()
    found = sample(NOW)
    leads = draw_leads(10_000).leads
    assert 10 < found.leads.num_rows == len(leads)
    lists = {"few": ("corp.de",)}
    told = {each: of_leads(found, each, lists) for each in CONDITIONS}
    assert {each: said.holds for each, said in told.items()} == {
        each: holds(each, leads) for each in CONDITIONS
    }
    assert all(said.of == len(leads) for said in told.values())
    assert told["lead.never_heard_of = 5"].open == len(leads)
    assert told["lead.unsubscribed"].holds > 0

    viewed = doings(found.did["Page Viewed"].latest)
    for each in PROPERTIES:
        said = of_doings(viewed, found.seen, each, lists)
        assert said.of == viewed.num_rows > 50
    assert of_doings(viewed, found.seen, "session_id is not null", lists).fails == 0
    pricing = sum(
        '"path":"/pricing' in text.replace(" ", "") for text in viewed.column("properties").to_pylist()
    )
    assert of_doings(viewed, found.seen, "path like '/pricing%'", lists).holds == pricing > 0

    known = read_now(NOW)
    with duckdb.connect() as con:
        inputs = kept_inputs(
            con, leads=found.leads, companies=found.companies, events=history_of([]).events, seen=found.seen
        )
        for each in (*known.fields["lead"], *known.fields["company"]):
            column = attribute_columns(inputs)(each.scope, each.name)
            assert column is not None, each
            assert str(column.kind) in (str(each.sort), "text"), each
    counted = {
        each.text: of_leads(found, f"{each.text} is not null", {}).holds for each in known.fields["lead"]
    }
    assert counted == {each.text: each.has for each in known.fields["lead"]}


def fields(known: Known, scope: str = "lead") -> dict[str, Field]:
    return {each.name: each for each in known.fields[scope]}


def test_values_are_told_that_several_have_and_nobody_is_known_by(stored: Database) -> None:
    jobs = ["Buyer", "Buyer", "Buyer", "Thinker"]
    for number in range(24):
        hear({
            "type": "identify", "messageId": f"i{number}", "userId": f"u{number}",
            "traits": {
                "email": f"ann{number}@made.example", "jobTitle": jobs[number % 4], "name": f"Ann {number}",
                "seats": number, "beta": number % 2 == 0, "ticket": f"T-{number}", "religion": "none",
                "contact_me": f"ann{number}@made.example", "since": f"2026-0{1 + number % 6}-01",
                "odd": "alone" if number == 3 else None, "team": "made",
            },
        })  # fmt: skip
    known = read_now(NOW)
    told = fields(known)
    assert known.leads == 24
    assert [(each.text, each.size) for each in told["job_title"].values] == [("Buyer", 18), ("Thinker", 6)]
    assert told["job_title"].values[0].percent == "75"
    assert told["seats"].spread == ("0", "5", "11", "17", "23")
    assert (told["since"].sort, told["since"].spread[0], told["since"].spread[4]) == (
        "date",
        "2026-01-01",
        "2026-06-01",
    )
    assert (told["beta"].sort, told["beta"].percent) == ("boolean", "100")
    assert (told["odd"].has, told["odd"].values) == (1, ())
    for name in ("email", "name", "ticket", "contact_me", "religion"):
        assert (told[name].has, told[name].values, bool(told[name].hidden)) == (24, (), True), name
    assert told["email_kind"].values[0][:2] == ("business", 24)
    assert told["ticket"].different == 24


def test_whoever_objects_or_is_forgotten_is_not_looked_at(stored: Database) -> None:
    for name in ("ann", "bob", "cat"):
        hear(
            {"type": "identify", "messageId": f"{name}1", "userId": name, "traits": {"team": name}},
            {"type": "track", "messageId": f"{name}2", "userId": name, "event": f"Seen by {name}"},
        )
    User.objects.create(email="adam@made.example", role="administrator", created_at=0)
    gathering = Gathering()
    before = gathering.known()
    assert before.leads == 3
    assert gathering.known() is before
    ann, bob, cat = (
        number for (number,) in query("SELECT id FROM store_person WHERE lead_since IS NOT NULL ORDER BY id")
    )
    note_consent(ann, purpose="profiling", says="objection", by="adam@made.example", now=NOW)
    assert gathering.known().leads == 2
    erase(bob, who="adam@made.example", now=NOW)
    after = gathering.known()
    assert after.leads == 1
    assert after.sample.leads.column("lead_id").to_pylist() == [str(cat)]
    assert [each.name for each in after.events] == ["Seen by cat"]


def test_of_very_many_some_are_looked_at_evenly(stored: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    hear(
        *(
            {"type": "identify", "messageId": f"i{k}", "userId": f"u{k}", "traits": {"k": k}}
            for k in range(60)
        )
    )
    everybody = draw_leads(1_000).leads
    assert len(everybody) == 60
    some = draw_leads(6).leads
    assert len(some) == 6
    assert set(some) < set(everybody)
    for k in range(3):
        hear(
            *(
                {"type": "track", "messageId": f"e{k}-{n}", "userId": f"u{k}", "event": "Seen"}
                for n in range(5)
            )
        )
    monkeypatch.setattr("handraiser.store.sampling._EACH", 2)
    monkeypatch.setattr("handraiser.store.sampling._LATEST", 1)
    did = sample(NOW).did["Seen"]
    assert (did.in_90_days, did.in_30_days, len(did.latest)) == (3, 3, 6)


def test_what_is_old_is_told_until_it_has_been_read_anew(stored: Database) -> None:
    clock = [0.0]
    read: list[int] = []

    def reading(at: int) -> Known:
        read.append(at)
        clock[0] += 1.0
        return read_now(at)

    hear({"type": "identify", "messageId": "i1", "userId": "ann", "traits": {"team": "a"}})
    gathering = Gathering(reading, lambda: clock[0])
    assert gathering.at_hand() is None
    first = gathering.known()
    hear({"type": "identify", "messageId": "i2", "userId": "bob", "traits": {"team": "b"}})
    clock[0] += 59
    assert gathering.at_hand() is first
    clock[0] += 2
    assert gathering.at_hand() is first  # it is read beside
    beside = gathering._beside
    assert beside is not None
    beside.join()
    assert gathering.at_hand() is not first
    assert (len(read), gathering.known().leads) == (2, 2)
