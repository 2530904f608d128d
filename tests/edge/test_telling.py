"""What a colleague is told of a lead: what is so, what would change it, and points that add up."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import handraiser as hr
from handraiser.agreement import load
from handraiser.agreement.wording import adding_up, apart, length, number
from handraiser.edge.telling import tell
from handraiser.scoring.explain import explain_lead
from handraiser.tables import open_inputs

AGREEMENT = """
agreement: crm
title: CRM software
timezone: America/New_York
fit:
  rules:
    - {rule: mid_market, title: 50 to 500 employees, when: company.employees between 50 and 500, points: 15}
    - {rule: seniority, when: "lead.job_title ilike '%chief%'", points: 20}
  grades: {A: 30, B: 10}
engagement:
  max: 60
  decay: half-life 30 days
  groups: {email: {max: 5}}
  rules:
    - rule: guide
      event: Content Downloaded
      where: title = 'Guide'
      points: 20
      say: Ask who will run the roll-out.
    - {rule: webinar, event: Webinar Attended, points: 10, decay: none}
    - {rule: demo_request, event: Demo Requested, points: 60, decay: none}
    - {rule: click, group: email, event: Email Link Clicked, points: 3, decay: none, distinct: email_id}
    - {rule: pages, event: Page Viewed, points: 5, at_least: 2, within: 30 days}
    - {rule: gone_quiet, silent_for: 45 days, points: -5}
qualify:
  mql: fit >= 15 and score > 40 and (guide or webinar)
  hand_raise: demo_request
  never: lead.unsubscribed
"""
NOON = datetime(2026, 5, 31, 12, tzinfo=UTC)
ANN = {"lead_id": "ann", "first_name": "Ann", "last_name": "Lee", "job_title": "Chief", "company_id": "c"}


def told(*events: dict[str, Any], text: str = AGREEMENT, lead: dict[str, Any] = ANN, **inputs: Any) -> str:
    rows = [{"lead_id": "ann", "occurred_at": NOON - timedelta(days=1)} | event for event in events]
    companies = [{"company_id": "c", "name": "Acme", "employees": 120}]
    given = open_inputs(leads=[lead], companies=companies, events=rows, threads=1, **inputs)
    try:
        microseconds = round(NOON.timestamp()) * 1_000_000
        why = explain_lead(load(text), given, lead="ann", at=microseconds)
    finally:
        given.con.close()
    return tell(why, rules=load(text)).plain


def section(page: str, heading: str) -> list[str]:
    """The lines below a heading, up to the next empty one."""
    lines = page.splitlines()
    begin = next(number for number, line in enumerate(lines) if line.startswith(heading))
    rest = lines[begin + 1 :]
    return rest[: rest.index("")] if "" in rest else rest


def days_ago(days: float) -> datetime:
    return NOON - timedelta(days=days)


GUIDE = {"event": "Content Downloaded", "title": "Guide"}
BOTH = "(score > 60 or webinar) and lead.country = 'US'"
WEBINAR = {"event": "Webinar Attended", "title": "Pipelines"}


def test_a_whole_page_reads_like_this() -> None:
    page = told(
        GUIDE | {"occurred_at": days_ago(30)},
        WEBINAR | {"occurred_at": days_ago(5)},
        {"event": "Email Link Clicked", "email_id": "m1", "occurred_at": days_ago(9)},
        {"event": "Email Link Clicked", "email_id": "m1", "occurred_at": days_ago(8)},
        {"event": "Email Link Clicked", "email_id": "m2", "occurred_at": days_ago(7)},
    )
    assert page == (
        "ann · Ann Lee, Chief, Acme\n"
        "CRM software, at 31 May 2026, 08:00 (America/New_York)\n"
        "\n"
        "MQL since 1 May 2026, 08:00, and qualifies. It stays so, if nothing new happens.\n"
        "\n"
        "Say\n"
        "  • Ask who will run the roll-out.\n"
        "\n"
        "Fit 35, grade A\n"
        "      20  Seniority: lead.job_title Chief\n"
        "      15  50 to 500 employees: company.employees 120\n"
        "\n"
        "Engagement 25\n"
        "      10  Guide, once, half its worth after 30 days\n"
        "            1 May, Content Downloaded: Guide, 10 of 20 points\n"
        "      10  Webinar, once\n"
        "            26 May, Webinar Attended: Pipelines, 10 points\n"
        "       6  Click, twice\n"
        "            24 May, Email Link Clicked, 3 points\n"
        "            22 May, Email Link Clicked, 3 points\n"
        "      −1  email: 6, counted 5 at most\n"
        "\n"
        "Score 60 = fit 35 + engagement 25\n"
        "\n"
        "Not counted\n"
        "  Click: 1 × the same email_id has counted already\n"
        "\n"
        "Conditions\n"
        "  ✓ mql, all of:\n"
        "      ✓ fit >= 15: 35, 20 to spare\n"
        "      ✓ score > 40: 60, 20 to spare\n"
        "      ✓ one of: ✓ guide  ✓ webinar\n"
        "  ✗ hand_raise: demo_request\n"
        "  ✗ never: lead.unsubscribed"
    )


def test_who_is_no_mql_hears_what_is_missing_and_what_would_do() -> None:
    page = told({"event": "Page Viewed"})
    said = " ".join(page.splitlines()[3:5])
    assert said == (
        "Not an MQL. It needs over 5 more points and one of guide or webinar. Would do by itself: "
        "one demo request, one guide or one webinar."
    )


@pytest.mark.parametrize(
    ("mql", "needs"),
    [
        (
            "(score > 60 or webinar) and lead.country = 'US'",
            "(score > 60 or webinar) and lead.country = 'US'",
        ),
        ("(score > 60 or webinar) and fit >= 15", "score > 60 or webinar"),
        ("(guide or webinar) and lead.country = 'US'", "one of guide or webinar and lead.country = 'US'"),
    ],
)
def test_what_is_needed_is_put_together_as_the_agreement_has_it(mql: str, needs: str) -> None:
    text = AGREEMENT.replace("fit >= 15 and score > 40 and (guide or webinar)", mql)
    page = " ".join(told({"event": "Page Viewed"}, text=text).split())
    assert f"It needs {needs}." in page


def test_points_that_a_limit_hides_are_missing_too() -> None:
    text = AGREEMENT.replace("points: -5}", "points: -100}")
    page = told(GUIDE | {"occurred_at": days_ago(60)}, text=text)
    assert "limited to 0" in page
    # 35 + 5 − 100 = −60 is shown as 0: more than 100 are missing to more than 40
    assert "over 100 more points" in page.replace("\n", " ")


def test_it_says_until_when_the_lead_stays_qualified() -> None:
    # 35 + 20 × d > 40 holds while d > 1/4, for 60 days; but after 45 days silence costs 5.
    assert "It stays so until 14 July 2026, 08:00" in told(GUIDE).replace("\n", " ")


def test_who_raised_a_hand_is_said_to_have() -> None:
    page = told({"event": "Demo Requested"})
    assert page.splitlines()[3].startswith("MQL since 30 May 2026, 08:00 by raising its hand, and qualifies.")


def test_who_qualified_once_is_not_called_qualified() -> None:
    page = told(GUIDE | {"occurred_at": days_ago(90)})
    assert "MQL since 2 March 2026, 07:00, but it does not qualify now." in page


def test_who_is_barred_hears_by_what() -> None:
    page = told(GUIDE, {"event": "Unsubscribed"})
    assert "Barred by never: lead.unsubscribed." in page
    assert "✓ never, so it does not qualify: lead.unsubscribed" in page


def test_who_is_barred_with_a_raised_hand_needs_nothing_else() -> None:
    page = " ".join(told({"event": "Demo Requested"}, {"event": "Unsubscribed"}).split())
    assert "Barred by never: lead.unsubscribed." in page
    assert "✓ hand_raise" in page
    assert "It needs" not in page


def test_who_is_barred_and_has_raised_no_hand_hears_what_else_is_missing() -> None:
    page = " ".join(told({"event": "Unsubscribed"}).split())
    assert "Barred by never: lead.unsubscribed. It also needs over " in page


def test_long_lists_of_hits_are_summed_up() -> None:
    page = told(*[WEBINAR | {"occurred_at": days_ago(days)} for days in range(1, 8)])
    assert "Webinar, 7 times" in page
    assert len(re.findall("Webinar Attended", page)) == 2
    assert "; and 5 more" in page.replace("\n            ", " ")


def test_a_limit_is_a_line_of_its_own_so_that_the_column_adds_up() -> None:
    page = told(*[WEBINAR | {"occurred_at": days_ago(days)} for days in range(1, 8)])
    assert section(page, "Engagement")[-1] == "     −10  engagement: 70, counted 60 at most"


def test_what_is_shown_of_a_section_adds_up_to_what_is_shown_of_it() -> None:
    three = "".join(
        f"    - {{rule: r{n}, event: E{n}, points: 1, decay: half-life {n} days}}\n" for n in (3, 5, 7)
    )
    text = AGREEMENT.replace("    - {rule: webinar", three + "    - {rule: webinar")
    page = told(*[{"event": f"E{n}", "occurred_at": days_ago(1.7)} for n in (3, 5, 7)], text=text)
    shown = [line.split()[0] for line in section(page, "Engagement") if re.match(r" {2,8}[−\d]", line)]
    total = next(line for line in page.splitlines() if line.startswith("Engagement")).split()[1]
    assert round(sum(float(each.replace("−", "-")) for each in shown), 2) == float(total)


def test_pages_are_at_most_80_columns_wide() -> None:
    long = {"lead_id": "ann", "job_title": "Chief " + "very " * 60 + "long", "company_id": "c"}
    page = told(GUIDE | {"title": "Guide"}, WEBINAR | {"title": "Word " * 40}, lead=long)
    assert max(len(line) for line in page.splitlines()) <= 80


def test_clicks_of_machines_are_told_as_such() -> None:
    click = {"event": "Email Link Clicked", "verdict": "machine"}
    clicks = [click | {"email_id": each, "occurred_at": days_ago(9)} for each in ("m1", "m2", "m3")]
    assert section(told(*clicks), "Not counted") == ["  Click: 3 × made by a machine"]


def test_what_visitors_send_cannot_command_the_terminal() -> None:
    page = told(WEBINAR | {"title": "\x1b[2Jgone\x07 [bold]x[/bold]"})
    assert "\x1b" not in page
    assert "\x07" not in page
    assert "[bold]x[/bold]" in page


def test_an_agreement_of_one_section_shows_that_one_alone() -> None:
    text = "agreement: a\nfit: {rules: []}\nengagement: {rules: [{rule: visit, event: V, points: 1}]}\n"
    page = told(text=text + "qualify: {mql: visit}\n")
    assert "Fit" not in page
    assert section(page, "Engagement") == ["       0  no rule holds"]
    assert "It needs visit. Would do by itself: one visit." in page


def test_what_would_do_by_itself_says_how_many_of_it_count() -> None:
    rules = (
        "{rule: visit, event: V, points: 1, at_most: 2 per day}, "
        "{rule: mail, event: M, points: 1, distinct: email_id}, "
        "{rule: page, event: P, points: 1, distinct: path, at_most: 1 per week}"
    )
    text = (
        f"agreement: a\nfit: {{rules: []}}\nengagement: {{rules: [{rules}]}}\nqualify: {{mql: score > 2}}\n"
    )
    said = " ".join(told(text=text).split())
    assert (
        "Would do by itself: 3 × mail (each email_id counts once), 3 × page (at most 1 per week counts "
        "for each path) or 3 × visit (at most 2 per day counts)." in said
    )


# ---- numbers and lengths


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (15.0, "15"),
        (12.5, "12.5"),
        (0.125, "0.12"),
        (-0.13, "−0.13"),
        (0.0, "0"),
        (-0.001, "−0.001"),
        (1e-6, "0.000001"),
    ],
)
def test_numbers_are_written_without_noise(value: float, shown: str) -> None:
    assert number(value) == shown


def test_two_numbers_that_differ_never_look_alike() -> None:
    assert apart(50.000004, 50.0) == ("50.000004", "50")
    assert apart(50.0, 50.0) == ("50", "50")


@pytest.mark.parametrize(
    ("values", "total", "shown"),
    [
        ([1 / 3, 1 / 3, 1 / 3], 1.0, [0.34, 0.33, 0.33]),
        ([0.006, 0.006, -0.002], 0.01, [0.01, 0.0, 0.0]),
        ([], 0.0, []),
        ([10.0, 5.5], 15.5, [10.0, 5.5]),
    ],
)
def test_rounded_numbers_are_made_to_add_up(values: list[float], total: float, shown: list[float]) -> None:
    found = adding_up(values, total)
    assert round(sum(found), 2) == round(total, 2)
    assert sorted(found) == sorted(shown)


@pytest.mark.parametrize(
    ("duration", "shown"),
    [
        (timedelta(days=30), "30 days"),
        (timedelta(days=1), "1 day"),
        (timedelta(hours=36), "36 hours"),
        (timedelta(minutes=90), "90 minutes"),
    ],
)
def test_lengths_are_told_in_whole_units(duration: timedelta, shown: str) -> None:
    assert length(duration) == shown


def test_who_is_an_mql_again_is_one_since_then() -> None:
    text = """\
agreement: a
fit: {rules: []}
engagement: {rules: [{rule: v, event: Visit, points: 5}]}
qualify: {mql: score > 3}
recycle: {requalify_after: 10 days}
"""
    visits = [{"lead_id": "ann", "event": "Visit", "occurred_at": f"2026-03-{day}"} for day in ("01", "20")]
    back = {"lead_id": "ann", "at": "2026-03-05", "stage": "recycled", "reason": "not_ready"}
    agreement = hr.load(text)
    why = hr.explain(
        agreement, lead="ann", leads=[{"lead_id": "ann"}], events=visits, outcomes=[back], at="2026-03-21"
    )
    page = str(tell(why, rules=agreement))
    assert "MQL since 20 March 2026, 00:00, and qualifies." in page
    assert "An MQL twice: 1 March 2026, 00:00 and 20 March 2026, 00:00." in page


def test_what_sales_said_is_told_and_that_a_lead_is_closed() -> None:
    text = """\
agreement: a
fit: {rules: []}
engagement: {rules: [{rule: v, event: Visit, points: 5}]}
qualify: {mql: score > 3}
"""
    events = [{"lead_id": "ann", "event": "Visit", "occurred_at": "2026-03-01T10:00:00Z"}]
    outcomes = [
        {"lead_id": "ann", "at": "2026-03-05T09:00:00Z", "stage": "recycled", "reason": "not_ready"},
        {"lead_id": "ann", "at": "2026-03-09T09:00:00Z", "stage": "customer", "reason": None},
        {"lead_id": "ann", "at": "2026-03-08T09:00:00Z", "stage": "lost", "reason": None, "agreement": "b"},
    ]
    agreement = hr.load(text)

    def told(at: str) -> str:
        why = hr.explain(
            agreement, lead="ann", leads=[{"lead_id": "ann"}], events=events, outcomes=outcomes, at=at
        )
        return " ".join(str(tell(why, rules=agreement)).split())

    assert "MQL since 1 March 2026, 10:00, and qualifies." in told("2026-03-04")
    back = "It was an MQL from 1 March 2026, 10:00 until 5 March 2026, 09:00 (recycled), and qualifies."
    assert back in told("2026-03-06")
    assert back in told("2026-03-10")
    assert "Sales said" not in told("2026-03-04")
    assert "Sales said: recycled (not_ready) 5 March 2026, 09:00. " in told("2026-03-06")
    assert "closed" not in told("2026-03-06")
    assert "(not_ready) 5 March 2026, 09:00 then customer 9 March 2026, 09:00. The lead is closed" in told(
        "2026-03-10"
    )
