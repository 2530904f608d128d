"""Of whom a condition can be decided is what one finds lead by lead; and no lead within reach is left out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import examples, microseconds, opened
from handraiser.agreement import load
from handraiser.learning.health import ConditionHealth, Health, Tally, health
from handraiser.scoring.survey import survey
from oracle import Oracle
from oracle_expressions import parse, truth_of
from oracle_score import Scorer
from oracle_values import Truth
from strategies import Case, cases

AT = datetime(2026, 3, 1, tzinfo=UTC)


def healthy(case: Case, at: datetime, came: list[str] | None = None, leads: int | None = None) -> Health:
    agreement = load(case.text)
    with opened(case) as inputs:
        ground = survey([agreement], inputs, threads=1)
        return health(agreement, ground, came or [""] * len(case.lead_ids), at=microseconds(at), leads=leads)


def tally(truths: list[Truth]) -> Tally:
    return Tally(true=truths.count(True), false=truths.count(False), unknown=truths.count(None))


def either(truths: list[Truth]) -> Truth:
    return True if True in truths else None if None in truths else False


@examples(3)
@given(case=cases("mixed"))
def test_a_condition_is_decided_of_whom_the_oracle_says(case: Case) -> None:
    oracle = Oracle(case.agreement, case.leads, case.companies, case.events, case.outcomes)
    for at in case.instants[:2]:
        scopes = [
            Scorer(oracle.agreement, oracle.facts, oracle._lead(lead, microseconds(at)), 0, 0, None).scope
            for lead in case.lead_ids
        ]
        found = healthy(case, at)
        assert found.looked_at == found.leads == len(case.lead_ids)
        fit = [each for each in found.conditions if each.of == "fit"]
        assert [each.rule for each in fit if not each.part] == [
            rule.name for rule in oracle.agreement.fit.rules
        ]
        for each in fit:
            if each.part:
                truths = [truth_of(parse(each.text), scope) for scope in scopes]
            else:
                bands = oracle.agreement.rules[each.rule].bands
                truths = [either([truth_of(when, scope) for when, _ in bands]) for scope in scopes]
            assert each.all == tally(truths), each.text
        for place, name in enumerate(("mql", "hand_raise", "never")):
            of_whole = [each for each in found.conditions if each.of == name and not each.part]
            if of_whole:
                said = [oracle.score(lead, at) for lead in case.lead_ids]
                assert of_whole[0].all == tally([(one.mql, one.hand_raise, one.never)[place] for one in said])


# ---- by hand

TEXT = """
agreement: asked
fit:
  rules:
    - {rule: big, title: 50 people or more, when: company.employees >= 50 or lead.vip, points: 15}
    - rule: title
      points:
        - {when: "lead.job_title ilike '%chief%'", points: 20}
        - {when: "lead.job_title ilike '%head%' and lead.country = 'DE'", points: 10}
engagement:
  rules:
    - {rule: pricing, event: Page Viewed, where: path like '/pricing%' and seconds > 10, points: 10}
    - {rule: paper, event: Paper, points: 5}
qualify: {mql: score >= 25 and lead.spam is null, never: lead.left}
"""


def a_case(
    leads: list[dict[str, Any]], companies: list[dict[str, Any]], events: list[dict[str, Any]]
) -> Case:
    return Case({}, TEXT, leads, companies, events, [], [AT], None)  # type: ignore[arg-type]  # no grid


def lead(name: str, **attributes: Any) -> dict[str, Any]:
    nothing = dict.fromkeys(("company_id", "vip", "job_title", "country", "spam", "left"))
    return {"lead_id": name, "created_at": AT - timedelta(days=40), **nothing, **attributes}


def viewed(who: str, **said: Any) -> dict[str, Any]:
    return {"lead_id": who, "event": "Page Viewed", "occurred_at": AT - timedelta(days=1), "path": None,
            "seconds": None, "verdict": None, **said}  # fmt: skip


def condition(found: Health, text: str) -> ConditionHealth:
    (one,) = [each for each in found.conditions if each.text == text]
    return one


def test_a_rule_is_decided_though_a_part_of_it_is_not_and_both_are_told_by_origin() -> None:
    leads = [
        lead("ann", vip=True), lead("ben", vip=False, company_id="c"), lead("cleo"), lead("dan", vip=False),
    ]  # fmt: skip
    companies = [{"company_id": "c", "employees": 80}]
    found = healthy(a_case(leads, companies, []), AT, ["email", "email", "", "search"], leads=400)
    assert [(each.name, each.leads) for each in found.origins] == [
        ("email", 2),
        ("search", 1),
        ("unknown", 1),
    ]
    whole = condition(found, "company.employees >= 50 or lead.vip")
    assert (whole.title, whole.part, whole.all) == (
        "50 people or more",
        False,
        Tally(true=2, false=0, unknown=2),
    )
    assert [each.unknown for each in whole.origins] == [0, 1, 1]
    assert condition(found, "company.employees >= 50").all == Tally(true=1, false=0, unknown=3)
    assert condition(found, "lead.vip").all == Tally(true=1, false=2, unknown=1)
    employees = next(each for each in found.attributes if each.name == "company.employees")
    assert (employees.all.true, employees.all.unknown) == (1, 3)
    assert (found.looked_at, found.leads) == (4, 400)


def test_what_asks_of_events_is_asked_of_those_who_did_such_a_thing() -> None:
    leads = [lead(name) for name in ("ann", "ben", "cleo", "dan", "eve")]
    events = [
        viewed("ann", path="/pricing", seconds=20), viewed("ann", path=None),  # one is enough
        viewed("ben", path="/pricing"),
        viewed("cleo", path="/blog"),
        viewed("dan", path="/pricing", seconds=20, verdict="machine"),
    ]  # fmt: skip
    found = healthy(a_case(leads, [], events), AT)
    said = {each.text: each.all for each in found.conditions if each.of == "event"}
    assert said == {
        "path like '/pricing%' and seconds > 10": Tally(true=1, false=1, unknown=1),
        "path like '/pricing%'": Tally(true=2, false=1, unknown=0),
        "seconds > 10": Tally(true=1, false=0, unknown=2),
    }


def test_when_something_new_was_last_heard_and_of_whom_it_is_known_by_month() -> None:
    def said(name: str, days: int, **attributes: Any) -> dict[str, Any]:
        at = AT - timedelta(days=days)
        return lead(name, **attributes) | {"valid_from": at, "known_at": at}

    leads = [
        said("ann", 40, country="DE"), said("ann", 3, country="DE", vip=True), said("ben", 20, country=None),
    ]  # fmt: skip
    leads[2]["created_at"] = AT - timedelta(days=20)
    found = {each.name: each for each in healthy(a_case(leads, [], []), AT).attributes}
    assert found["lead.country"].heard_at == microseconds(AT - timedelta(days=40))
    assert found["lead.vip"].heard_at == microseconds(AT - timedelta(days=3))
    assert (found["lead.job_title"].ever, found["lead.job_title"].heard_at) == (False, None)
    assert (found["company.employees"].ever, found["company.employees"].all.unknown) == (False, 2)
    assert [(each.month, each.known, each.leads) for each in found["lead.country"].months] == [
        ("2026-01", 1, 1), ("2026-02", 0, 1),
    ]  # fmt: skip


def test_what_is_worth_collecting_is_told_by_who_could_reach_the_line_with_it() -> None:
    leads = [
        lead("ann", vip=False),  # 10 of what she did: 15 more would do, or 20
        lead("ben", vip=False),  # did nothing: 20 alone are not enough
        lead("cleo", vip=False, job_title="Chief"),  # 20 and 5 are enough: qualifies already
        lead("dan", vip=False, left=True),  # is never one
        lead("eve", vip=False, job_title="Head"),  # the country gives 10, the company 15 and enough
    ]
    pricing = {"path": "/pricing", "seconds": 20}
    events = [viewed(name, **pricing) for name in ("ann", "dan", "eve")]
    events.append(viewed("cleo") | {"event": "Paper"})
    found = healthy(a_case(leads, [], events), AT, leads=50)
    assert [(each.name, each.reach, each.reach_of_all, each.points, each.rules) for each in found.worth] == [
        ("company.employees", 2, 20, 15.0, ["big"]),
        ("lead.job_title", 1, 10, 20.0, ["title"]),
        ("lead.country", 0, 0, 10.0, ["title"]),
        ("lead.left", 0, 0, 0.0, []),
        ("lead.spam", 0, 0, 0.0, []),
    ]


VALUES: dict[str, list[Any]] = {
    "employees": [10, 60],
    "vip": [True, False],
    "job_title": ["Chief", "Head", "none"],
    "country": ["DE", "US"],
}
known = st.fixed_dictionaries({name: st.sampled_from([None, *values]) for name, values in VALUES.items()})


@examples(4)
@given(said=st.lists(known, min_size=1, max_size=5), did=st.lists(st.booleans(), min_size=5, max_size=5))
def test_whoever_one_value_makes_qualify_is_among_those_within_reach(
    said: list[dict[str, Any]], did: list[bool]
) -> None:
    def case_of(person: dict[str, Any], number: int) -> Case:
        own = {name: value for name, value in person.items() if name != "employees"}
        companies = [{"company_id": "c", "employees": person["employees"]}]
        events = [viewed("ann", path="/pricing", seconds=20)] if did[number] else []
        return a_case([lead("ann", company_id="c", **own)], companies, events)

    def qualifies(case: Case) -> bool:
        return Oracle(TEXT, case.leads, case.companies, case.events).score("ann", AT).qualified

    for number, person in enumerate(said):
        case = case_of(person, number)
        reach = {each.name.partition(".")[2]: each.reach for each in healthy(case, AT).worth}
        for name, values in VALUES.items():
            if person[name] is None and not qualifies(case):
                would = any(qualifies(case_of(person | {name: value}, number)) for value in values)
                assert reach[name] >= would, (name, person)


def test_nothing_is_divided_by_where_nobody_is() -> None:
    assert Tally(true=0, false=0, unknown=0).decided is None
    assert Tally(true=1, false=2, unknown=1).decided == pytest.approx(0.75)
