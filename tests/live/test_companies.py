"""Where somebody works is, as the worker has it, where their history says; and what is said again counts."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest

from handraiser.flows.examining import examine
from handraiser.flows.unjoin import unjoin
from handraiser.store.bulk import query
from handraiser.store.history import history_of
from tests.live.company import HOUR, SECOND, Live
from tests.servers import Database

BIG = """
agreement: big
fit:
  rules:
    - {rule: big, when: company.employees >= 100, points: 20}
    - {rule: plan, when: lead.plan = 'pro', points: 3}
engagement: {rules: []}
qualify: {mql: fit >= 20}
"""
SEEDS = range(60 if os.environ.get("HYPOTHESIS_PROFILE") == "long" else 3)
ANN, BOB = {"userId": "ann"}, {"userId": "bob"}


@pytest.fixture
def live(database: Database) -> Live:
    return Live(BIG)


def group(live: Live, who: Mapping[str, str], company: str, *, ago: int = 0, **traits: object) -> None:
    """Somebody's client says now where they work, or did some time ago."""
    live.hear({"type": "group", "groupId": company, "traits": traits, "timestamp": at(live, ago), **who})
    live.later(HOUR)


def say(live: Live, who: Mapping[str, str], *, ago: int = 0, **traits: object) -> None:
    live.hear({"type": "identify", "traits": traits, "timestamp": at(live, ago), **who})
    live.later(HOUR)


def at(live: Live, ago: int) -> str:
    return datetime.fromtimestamp((live.clock.at - ago) / SECOND, tz=UTC).isoformat()


def is_as_its_history(live: Live) -> bool:
    """Return whether the company of every lead is that of its last attribute row, and all else as it is."""
    leads = dict(
        query(
            "SELECT person.id, company.key FROM store_person AS person LEFT JOIN store_company AS company "
            "ON company.id = company_id WHERE root_id = person.id AND lead_since IS NOT NULL"
        )
    )
    rows = history_of(leads).leads.to_pylist()
    in_order = sorted(rows, key=lambda row: (row["valid_from"], row["known_at"]))
    assert leads == {int(row["lead_id"]): row["company_id"] for row in in_order}
    return [each for each in examine(live.clock.at).differences if each.cause is None] == []


def test_a_group_call_that_is_late_does_not_move_a_lead_back(live: Live) -> None:
    group(live, ANN, "acme")
    group(live, ANN, "old", ago=2 * HOUR)
    group(live, BOB, "acme", employees=500)
    assert live.score(live.lead("user", "ann")) == 20
    assert live.lead("user", "ann") in [each.lead_id for each in live.episodes()]
    assert is_as_its_history(live)


def test_of_two_who_are_one_the_later_company_is_that_of_both(live: Live) -> None:
    group(live, ANN, "acme")
    group(live, {"userId": "u2"}, "bolt")
    live.hear({"type": "alias", "previousId": "u2", "userId": "ann"})
    group(live, BOB, "bolt", employees=500)
    assert live.score(live.lead("user", "ann")) == 20
    assert is_as_its_history(live)


def test_a_group_call_beats_the_address_however_late_it_is(live: Live) -> None:
    say(live, ANN, email="ann@corp.de")
    group(live, ANN, "acme", ago=2 * HOUR, employees=500)
    assert live.score(live.lead("user", "ann")) == 20
    group(live, ANN, "bolt", ago=9 * HOUR)
    assert live.score(live.lead("user", "ann")) == 20
    assert is_as_its_history(live)


def test_a_group_call_for_the_company_of_the_address_beats_earlier_ones(live: Live) -> None:
    say(live, ANN, email="ann@corp.example.com")
    group(live, ANN, "example.com", employees=500)
    group(live, ANN, "bolt", ago=9 * HOUR)
    assert live.score(live.lead("user", "ann")) == 20
    assert is_as_its_history(live)


def test_who_is_one_with_somebody_at_another_address_keeps_their_company(live: Live) -> None:
    say(live, ANN, email="ann@corp.de")
    say(live, {"anonymousId": "b"}, email="ann@acme.com")
    say(live, {"userId": "ann", "anonymousId": "b"}, email="ann@acme.com")
    group(live, BOB, "corp.de", employees=500)
    assert live.lead("email", "ann@acme.com") == live.lead("user", "ann")
    assert live.score(live.lead("user", "ann")) == 20
    assert is_as_its_history(live)


def test_two_who_are_two_again_are_each_where_they_were(live: Live) -> None:
    group(live, ANN, "acme")
    group(live, {"userId": "u2"}, "bolt")
    live.hear({"type": "alias", "previousId": "u2", "userId": "ann"})
    live.later(HOUR)
    ((join,),) = query("SELECT id FROM store_join")
    unjoin(join, by="test", now=live.clock.at)
    group(live, ANN, "old", ago=9 * HOUR)
    group(live, BOB, "acme", employees=500)
    assert [live.score(live.lead("user", each)) for each in ("ann", "u2")] == [20, 0]
    assert is_as_its_history(live)


def test_what_is_imported_of_a_company_is_known_after_all_who_have_left_it_were_decided(live: Live) -> None:
    group(live, ANN, "acme")
    live.later(9 * HOUR)
    group(live, ANN, "bolt")
    traits = {"type": "group", "groupId": "acme", "traits": {"employees": 500}, "userId": "carl"}
    live.hear({**traits, "timestamp": at(live, 8 * HOUR)}, imported=True)
    assert live.episodes() == [] or live.lead("user", "ann") not in [e.lead_id for e in live.episodes()]
    assert is_as_its_history(live)


def test_what_is_said_again_after_something_late_counts(live: Live) -> None:
    say(live, ANN, plan="pro")
    live.later(9 * HOUR)
    say(live, ANN, city="Rome")
    say(live, ANN, plan="free", ago=5 * HOUR)
    assert live.score(live.lead("user", "ann")) == 0
    say(live, ANN, plan="pro")
    assert live.score(live.lead("user", "ann")) == 3
    assert is_as_its_history(live)


def test_what_is_said_again_by_who_is_one_with_another_counts(live: Live) -> None:
    say(live, ANN, plan="pro")
    live.later(9 * HOUR)
    say(live, {"userId": "u2"}, plan="free")
    live.hear({"type": "alias", "previousId": "u2", "userId": "ann"})
    assert live.score(live.lead("user", "ann")) == 0
    say(live, ANN, plan="pro", ago=5 * HOUR)
    assert live.score(live.lead("user", "ann")) == 0
    say(live, ANN, plan="pro")
    assert live.score(live.lead("user", "ann")) == 3
    assert is_as_its_history(live)


def anything(random: Random, live: Live) -> dict[str, Any]:
    """Return a message of one of a few people, now or late, about whatever."""
    who: dict[str, str] = {}
    if random.random() < 0.7:
        who["userId"] = random.choice(["ann", "bob", "cleo"])
    if random.random() < 0.6 or not who:
        who["anonymousId"] = random.choice(["b1", "b2", "b3"])
    stamp = at(live, random.choice([0, 0, HOUR, 3 * HOUR, 90 * HOUR]))
    traits: dict[str, object] = {"plan": random.choice(["pro", "free", None])}
    if random.random() < 0.4:
        traits["email"] = random.choice(["x@corp.de", "y@acme.com", "z@gmail.com"])
    company = random.choice(["acme", "bolt", "corp.de"])
    what: dict[str, dict[str, Any]] = {
        "identify": {"type": "identify", "traits": traits},
        "page": {"type": "page"},
        "group": {"type": "group", "groupId": company, "traits": {"employees": random.choice([5, 500])}},
        "joins": {"type": "group", "groupId": company},
        "alias": {"type": "alias", "previousId": random.choice(["ann", "bob", "b1", "b2"])},
    }
    said = what[random.choice([*what, "identify", "group"])]
    if said["type"] == "alias":
        who = {"userId": random.choice(["ann", "bob", "cleo"])}
    return {**said, **who, "timestamp": stamp}


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_is_said_in_whatever_order(live: Live, seed: int) -> None:
    random = Random(seed)
    for _ in range(12):
        for _ in range(random.randrange(1, 6)):
            live.hear(*(anything(random, live) for _ in range(random.choice([1, 1, 4]))))
            live.later(random.choice([SECOND, HOUR]))
        joins = [number for (number,) in query("SELECT id FROM store_join WHERE undone_at IS NULL")]
        if joins and random.random() < 0.3:
            unjoin(random.choice(joins), by="test", now=live.clock.at)
            live.worker.settle()
        assert is_as_its_history(live)
