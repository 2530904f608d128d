"""The example of the language's description loads as it stands, and means what the page says."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from agreement_texts import EXAMPLE, event_rule, fit_rule, found_in, written

from handraiser import agreement
from handraiser.agreement.model import (
    FOREVER,
    Agreement,
    AtMost,
    Band,
    Bucket,
    Decay,
    DecayKind,
    Escalation,
    EventRule,
    FitRule,
    FollowUp,
    Group,
    Limits,
    Promise,
    Promises,
    PromiseUnit,
    Reason,
    SilenceRule,
    Sql,
    Targets,
)
from handraiser.agreement.recipients import (
    Recipient,
    RecipientKind,
    read_escalation,
    read_recipients,
)

HALF_LIFE = Decay(kind=DecayKind.HALF_LIFE, over=timedelta(days=30))
OFFICE = ((9 * 60, 12 * 60 + 30), (13 * 60 + 30, 18 * 60))


def business(**length: int) -> Promise:
    return Promise(unit=PromiseUnit.BUSINESS, length=timedelta(**length))


def days(number: int) -> Promise:
    return Promise(unit=PromiseUnit.BUSINESS_DAYS, days=number)


@pytest.fixture(scope="module")
def example() -> Agreement:
    return agreement.load(EXAMPLE)


def rule(found: Agreement, name: str) -> EventRule:
    one = next(each for each in found.engagement.rules if each.name == name)
    assert isinstance(one, EventRule)
    return one


def test_the_example_has_no_mistake_and_no_warning() -> None:
    assert found_in(EXAMPLE) == []


def test_a_path_and_a_text_give_the_same_agreement(tmp_path: Path, example: Agreement) -> None:
    file = tmp_path / "mql.yaml"
    file.write_text(EXAMPLE, encoding="utf-8")
    assert agreement.load(file).fingerprint == agreement.load(str(file)).fingerprint == example.fingerprint
    assert agreement.load(file).qualify.mql.at.file == str(file)
    assert example.source == EXAMPLE


def test_the_head_of_the_example_is_read(example: Agreement) -> None:
    assert (example.name, example.title) == ("crm-software", "CRM software, US mid-market")
    assert (example.timezone, example.currency) == ("America/New_York", "USD")
    assert example.lists == {"rivals": ("rival.example", "other.example")}
    assert example.targets == Targets(mqls_per_month=120, mql_to_sql=0.25, accepted_in_time=0.95)
    assert example.score == Limits(min=0)


def test_fit_rules_are_bands_and_grades_come_from_the_top(example: Agreement) -> None:
    one, _, seniority, free = example.fit.rules
    assert isinstance(one, FitRule)
    assert isinstance(seniority, FitRule)
    assert isinstance(free, FitRule)
    assert (one.name, one.title) == ("mid_market", "50 to 500 employees")
    assert [(band.when.text, band.points) for band in one.bands] == [
        ("company.employees between 50 and 500", 15.0)
    ]
    assert [band.points for band in seniority.bands] == [20.0, 10.0]
    assert free.bands[0].points == -10.0
    assert example.fit.limits == Limits(max=50)
    assert example.grades == (("A", 40.0), ("B", 25.0), ("C", 10.0))


def test_event_rules_take_the_sections_defaults_and_their_own_beat_them(example: Agreement) -> None:
    whitepaper, pricing, unsubscribed = (
        rule(example, name) for name in ("whitepaper", "pricing", "unsubscribed")
    )
    assert (whitepaper.within, whitepaper.decay) == (timedelta(days=30), HALF_LIFE)
    assert (pricing.within, pricing.decay) == (timedelta(days=90), HALF_LIFE)
    assert (unsubscribed.within, unsubscribed.decay) == (None, Decay())
    assert pricing.at_most == AtMost(count=1, per=Bucket.DAY)


def test_a_rule_with_at_least_has_no_decay(example: Agreement) -> None:
    visits = rule(example, "repeat_visits")
    assert (visits.at_least, visits.distinct, visits.decay) == (3, "session_id", Decay())


def test_groups_several_events_expressions_and_silence_are_read(example: Agreement) -> None:
    assert example.engagement.groups == (Group(name="email", limits=Limits(max=20)),)
    assert rule(example, "newsletter_click").group == "email"
    assert rule(example, "demo_request").event == ("Demo Requested", "Trial Started")
    points = rule(example, "big_cart").points
    assert isinstance(points, Sql)
    assert points.text == "least(price / 100, 25)"
    quiet = example.engagement.rules[-1]
    assert isinstance(quiet, SilenceRule)
    assert (quiet.silent_for, quiet.points) == (timedelta(days=45), -10.0)


def test_promises_hours_and_routes_are_read(example: Agreement) -> None:
    handoff = example.handoff
    assert handoff.hours is not None
    assert handoff.hours.week == (OFFICE,) * 4 + (((9 * 60, 15 * 60),), (), ())
    assert (handoff.hours.holidays, handoff.hours.timezone) == (("US",), "owner")
    wall = Promise(unit=PromiseUnit.WALL, length=timedelta(hours=24))
    assert handoff.promises == Promises(accept_within=business(hours=4), contact_within=wall)
    assert handoff.hand_raise == Promises(
        accept_within=business(minutes=30), contact_within=business(hours=1)
    )
    assert handoff.follow_up[1:] == (
        FollowUp(do="email", within=days(1)),
        FollowUp(do="call", within=days(3)),
    )
    assert handoff.remind_at == (0.5, 0.8)
    assert handoff.escalate_at == (Escalation(at=1.0, to="manager"), Escalation(at=1.5, to="reassign"))
    assert handoff.expire_after == timedelta(days=14)
    americas, emea = handoff.route
    assert americas.when is not None
    assert (americas.when.text, americas.to) == ("company.country in ('US', 'CA')", "team americas")
    assert (emea.when, emea.to, emea.promises) == (None, "team emea", Promises(accept_within=days(1)))


def test_reasons_are_read(example: Agreement) -> None:
    reasons = {reason.name: reason for reason in example.recycle.reasons}
    assert reasons["no_budget"] == Reason(
        name="no_budget", nurture="education", requalify_after=timedelta(days=90)
    )
    assert reasons["bad_data"] == Reason(name="bad_data", disqualify=True)
    assert (example.recycle.requalify_after, example.recycle.forget_engagement) == (timedelta(days=30), True)


def test_what_is_left_out_has_its_default() -> None:
    found = agreement.load(written())
    visit = rule(found, "visit")
    assert (visit.within, visit.decay, visit.limits) == (None, Decay(), Limits())
    assert (found.name, found.timezone, found.score) == ("default", "UTC", Limits(min=0))
    assert (found.recycle.requalify_after, found.recycle.forget_engagement) == (timedelta(0), False)
    assert (found.handoff.promises, found.handoff.expire_after, found.handoff.hours) == (
        Promises(),
        None,
        None,
    )


@pytest.mark.parametrize(
    ("text", "promise"),
    [
        ("4 business hours", business(hours=4)),
        ("30 business minutes", business(minutes=30)),
        ("1 business day", days(1)),
        ("3 business days", days(3)),
        ("24 hours", Promise(unit=PromiseUnit.WALL, length=timedelta(days=1))),
        ("1 week", Promise(unit=PromiseUnit.WALL, length=timedelta(days=7))),
    ],
)
def test_a_promise_is_a_time_on_the_wall_or_in_business(text: str, promise: Promise) -> None:
    more = f"handoff: {{hours: {{mon: '09:00-10:00'}}, accept_within: {text}}}"
    assert agreement.load(written(more=more)).handoff.promises.accept_within == promise


@pytest.mark.parametrize(
    ("text", "decay"),
    [
        ("none", Decay()),
        ("half-life 2 weeks", Decay(kind=DecayKind.HALF_LIFE, over=timedelta(days=14))),
        ("linear 90 days", Decay(kind=DecayKind.LINEAR, over=timedelta(days=90))),
        ("steps 7% every 12 hours", Decay(kind=DecayKind.STEPS, over=timedelta(hours=12), percent=7)),
        ("half-life forever", Decay()),
    ],
)
def test_a_decay_is_one_of_four(text: str, decay: Decay) -> None:
    found = agreement.load(event_rule(f"    event: V\n    points: 1\n    decay: {text}"))
    assert rule(found, "visit").decay == decay


@pytest.mark.parametrize("within", ["60 days", "60 day", "1440 hours", "86400 minute"])
def test_a_unit_may_stand_in_the_singular_or_the_plural(within: str) -> None:
    rule = agreement.load(event_rule(f"    event: V\n    points: 1\n    within: {within}")).engagement.rules[
        0
    ]
    assert isinstance(rule, EventRule)
    assert rule.within == timedelta(days=60)


def test_hours_may_run_over_sunday_and_touching_intervals_are_one() -> None:
    more = "handoff: {hours: {sun-tue: '13:00-24:00, 9:00-13:00'}}"
    hours = agreement.load(written(more=more)).handoff.hours
    assert hours is not None
    open_all_day = ((9 * 60, 24 * 60),)
    assert hours.week == (open_all_day, open_all_day, (), (), (), (), open_all_day)


def test_a_route_with_hours_of_its_own_may_promise_business_time() -> None:
    more = (
        "handoff:\n  accept_within: 1 business hour\n  route:\n  - {to: team a, hours: {mon: '09:00-10:00'}}"
    )
    assert found_in(written(more=more)) == []


def test_points_of_a_fit_rule_may_be_an_expression_and_a_quoted_number_is_a_number() -> None:
    found = agreement.load(fit_rule("    when: lead.x = 1\n    points: least(lead.age, 10)"))
    one = found.fit.rules[0]
    assert isinstance(one, FitRule)
    assert isinstance(one.bands[0].points, Sql)
    found = agreement.load(fit_rule('    when: lead.x = 1\n    points: " 15 "'))
    one = found.fit.rules[0]
    assert isinstance(one, FitRule)
    assert isinstance(one.bands[0], Band)
    assert one.bands[0].points == 15.0


def test_a_machine_counts_only_where_the_rule_says_so() -> None:
    for text, counts in (("count", True), ("ignore", False)):
        found = agreement.load(event_rule(f"    event: V\n    points: 1\n    machines: {text}"))
        assert rule(found, "visit").count_machines is counts


def test_a_pause_forever_is_the_longest_time_there_is() -> None:
    found = agreement.load(written(more="recycle: {requalify_after: forever}"))
    assert found.recycle.requalify_after == FOREVER


def test_a_route_may_name_several_in_their_order() -> None:
    to = "company owner,  sam@made.example , team emea"
    found, diagnostics = agreement.read(written(more=f"handoff: {{route: [{{to: '{to}'}}]}}"))
    assert found is not None
    assert not diagnostics
    assert found.handoff.route[0].to == to
    assert read_recipients(to) == (
        Recipient(RecipientKind.COMPANY_OWNER),
        Recipient(RecipientKind.USER, "sam@made.example"),
        Recipient(RecipientKind.TEAM, "emea"),
    )


def test_whom_an_escalation_tells() -> None:
    assert read_escalation("manager") == Recipient(RecipientKind.MANAGER)
    assert read_escalation("reassign") == Recipient(RecipientKind.REASSIGN)
    assert read_escalation("team emea") == Recipient(RecipientKind.TEAM, "emea")
    assert read_escalation("sam@made.example") == Recipient(RecipientKind.USER, "sam@made.example")


def test_an_unreachable_route_is_only_a_warning() -> None:
    found, diagnostics = agreement.read(
        written(more="handoff:\n  route:\n  - {to: team a}\n  - {to: team b}")
    )
    assert found is not None
    assert [each.level.value for each in diagnostics] == ["warning"]
