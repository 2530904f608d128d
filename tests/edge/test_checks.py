"""`handraiser check` with data: what the data never have is a warning, with a count, an example and a fix."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from handraiser.agreement import load, read
from handraiser.edge.cli import app
from handraiser.edge.diagnostics import render_diagnostics
from handraiser.edge.library import score
from handraiser.errors import Diagnostic, Level, Mistakes, Place
from handraiser.scoring.lint import lint
from handraiser.tables import open_inputs

AT = "2026-03-01T10:00:00Z"
ANN = {"lead_id": "ann", "company_id": "acme", "country": "US", "size": "many", "seats": 4, "zero": 0}
BEN = {"lead_id": "ben", "country": "DE", "size": "12", "seats": 5, "zero": 2}
ACME = {"company_id": "acme", "industry": "law"}
EVENTS = [
    {"event": "Page Viewed", "path": "/pricing", "session": "s1"},
    {"event": "Page Viewed", "path": "/blog", "session": "s2"},
    {"event": "Content Downloaded", "title": "CRM Guide"},
    {"event": "Product Added", "price": 10, "zero": 0},
    {"event": "Product Added", "price": 10, "zero": 5},
]


def agreement(fit: str = "", events: str = "", qualify: str = "mql: score > 5", more: str = "") -> str:
    some = "{rule: visit, event: Page Viewed, points: 1}"
    return (
        f"agreement: it\nfit:\n  rules: [{fit}]\nengagement:\n  rules: [{events or some}]\n"
        f"qualify:\n  {qualify}\n{more}"
    )


def warnings(text: str, *, events: Sequence[dict[str, Any]] = EVENTS, **inputs: Any) -> list[Diagnostic]:
    given = {"leads": [ANN, BEN], "companies": [ACME]} | inputs
    rows = [{"lead_id": "ann", "occurred_at": AT} | event for event in events]
    opened = open_inputs(events=rows, threads=1, **given)
    try:
        return lint(load(text), opened)
    finally:
        opened.con.close()


def one(text: str, **inputs: Any) -> tuple[str, str, str, str]:
    """The only warning: its code, the words that it points at, what it says, and the fix."""
    found = warnings(text, **inputs)
    assert [each.level for each in found] == [Level.WARNING], found
    at = found[0].at
    pointed = re.match(r"'[^']*'|[\w.]+( \w+)*|.", text.splitlines()[at.line - 1][at.column - 1 :])
    assert pointed
    return found[0].code, pointed.group(), found[0].says, found[0].fix


def rule(rest: str, name: str = "it") -> str:
    return f"{{rule: {name}, {rest}}}"


def test_an_agreement_that_fits_its_data_has_no_warnings() -> None:
    text = agreement(
        rule("when: \"lead.country = 'US' and company.industry = 'law'\", points: 1", "fits"),
        rule("event: Page Viewed, where: \"path like '/pri%'\", distinct: session, points: 1")
        + ", {rule: cart, event: Product Added, points: price}",
        qualify='never: "lead.unsubscribed or company.is_customer"\n  mql: score > 3',
    )
    assert warnings(text) == []


# ---- names that no row has


def test_an_attribute_that_no_lead_has_comes_with_the_nearest_one() -> None:
    text = agreement(rule("when: \"lead.seats > 3 and lead.contry = 'US'\", points: 1"))
    says = "No lead has an attribute `contry`, so it is always null."
    assert one(text) == ("HR401", "lead.contry", says, "Did you mean `country`?")


def test_an_attribute_is_told_of_once_however_often_it_is_read() -> None:
    text = agreement(
        rule("when: lead.sats > 3, points: lead.sats"), qualify='mql: "score > 3 or lead.sats > 2"'
    )
    assert one(text)[:2] == ("HR401", "lead.sats")


def test_an_attribute_may_be_empty_everywhere() -> None:
    text = agreement(rule("when: lead.phone is null, points: 1"))
    assert one(text, leads=[ANN | {"phone": None}])[2] == "lead.phone is empty in every row."


def test_without_companies_their_attributes_are_never_there() -> None:
    text = agreement(qualify='mql: "score > 3 and company.industry is null"')
    says = "There are no companies in the data, so company.industry is always null."
    assert one(text, companies=None)[2] == says


def test_what_is_derived_from_an_email_needs_one() -> None:
    text = agreement(rule("when: lead.email_kind is null, points: 1"))
    says = "lead.email_kind comes from lead.email, which no lead has."
    assert one(text)[2:] == (says, "Give the leads a column `email`.")
    assert warnings(text, leads=[ANN | {"email": "ann@gmail.com"}, BEN]) == []


def test_a_name_with_a_hyphen_comes_with_how_it_is_written() -> None:
    people = [{"lead_id": "ann", "E-Mail": "ann@acme.example"}]
    email = agreement(rule("when: lead.email is not null, points: 1"))
    assert one(email, leads=people)[3] == 'Did you mean `E-Mail`? It is written lead."E-Mail".'
    kind = agreement(rule("when: lead.email_kind is not null, points: 1"))
    assert one(kind, leads=people)[3] == "If `E-Mail` is it, name that column `email`."
    quoted = agreement(rule("when: 'lead.\"E-Mail\" is not null', points: 1"))
    assert warnings(quoted, leads=people) == []


def test_a_route_is_looked_at_too() -> None:
    text = agreement(more="handoff: {route: [{when: \"lead.contry = 'US'\", to: team a}]}")
    assert one(text)[:2] == ("HR401", "lead.contry")


def test_a_property_that_no_event_has_comes_with_the_nearest_one() -> None:
    text = agreement(events=rule("event: Page Viewed, where: \"pth like '/pri%'\", points: 1"))
    says = "No event has a property `pth`, so it is always null."
    assert one(text) == ("HR402", "pth like", says, "Did you mean `path`?")


def test_a_word_that_no_event_has_as_a_property_may_be_a_text_without_quotes() -> None:
    text = agreement(events=rule("event: Page Viewed, where: path = Pricing, points: 1"))
    says = "No event has a property `Pricing`, so it is always null."
    assert one(text) == ("HR402", "Pricing", says, "If the text is meant, write 'Pricing' in single quotes.")


def test_a_property_of_other_events_only_is_no_property_of_these() -> None:
    text = agreement(events=rule("event: Page Viewed, points: price"))
    says = "Of 2 events `Page Viewed`, none has the property `price`; others may."
    assert one(text)[:3] == ("HR402", "price", says)


def test_the_property_of_distinct_is_looked_at_but_sessions_are_derived() -> None:
    misspelled = agreement(events=rule("event: Page Viewed, distinct: sesion, points: 1"))
    assert one(misspelled)[:2] == ("HR402", "sesion")
    assert warnings(agreement(events=rule("event: Page Viewed, distinct: session_id, points: 1"))) == []


@pytest.mark.parametrize(
    ("event", "pointed", "fix"),
    [
        ("page viewed", "page viewed", "Did you mean `Page Viewed` (2 events)?"),
        (
            "[Page Viewed, Content Downloadd]",
            "Content Downloadd",
            "Did you mean `Content Downloaded` (1 event)?",
        ),
    ],
)
def test_an_event_that_never_happens_comes_with_the_nearest_one(event: str, pointed: str, fix: str) -> None:
    code, word, _, how = one(agreement(events=rule(f"event: {event}, points: 1")))
    assert (code, word, how) == ("HR403", pointed, fix)


def test_without_any_event_the_warning_says_so() -> None:
    assert one(agreement(), events=[])[3] == "The data have no events that can be used."


# ---- parts that fail


def test_events_on_which_a_part_fails_are_counted_with_an_example() -> None:
    assert one(agreement(events=rule("event: Product Added, points: price / zero")))[:3] == (
        "HR404",
        "price",
        "A part of this fails on 1 of 2 events, and is null there: for example lead ann at "
        "2026-03-01 10:00:00 UTC, where price is 10 and zero is 0.",
    )


def test_leads_for_whom_a_part_fails_are_counted_with_an_example() -> None:
    assert one(agreement(rule("when: lead.size > 5, points: 1")))[:3] == (
        "HR404",
        "lead.size",
        "A part of this fails for 1 of 2 leads, and is null there: for example ann, "
        "where lead.size is 'many'.",
    )


@pytest.mark.parametrize("value", ["1.200,50", "€ 500", "5%", "$2,000", "1'200.50 CHF", "-3,5", "1 200"])
def test_numbers_in_another_notation_are_told_with_one_of_them(value: str) -> None:
    text = agreement(rule("when: lead.size > 5, points: 1"))
    fix = f"`{value}` is no number here: write 1200.5, with a point, and no other sign."
    leads = [ANN | {"size": "many"}, BEN, {"lead_id": "cid", "size": value}]
    assert one(text, leads=leads)[3] == fix
    added = [{"event": "Product Added", "price": price} for price in (value, "7")]
    assert one(agreement(events=rule("event: Product Added, points: price")), events=added)[3] == fix


@pytest.mark.parametrize("value", ["many", "2026-03-01", "1-5", "A4", "1e5x", "10-50", "1.2.3", "01.02.2026"])
def test_other_texts_are_not_taken_for_numbers(value: str) -> None:
    text = agreement(rule("when: lead.size > 5, points: 1"))
    assert one(text, leads=[ANN | {"size": value}, BEN])[3].startswith("Mend the data")


def test_a_lead_with_many_rows_is_counted_once() -> None:
    history = [ANN | {"valid_from": f"2026-0{month}-01"} for month in (1, 2, 3)]
    text = agreement(rule("when: lead.size > 5, points: 1"))
    assert "fails for 1 of 2 leads" in one(text, leads=[*history, BEN])[2]


def test_parts_of_qualify_may_fail_at_their_own_place() -> None:
    text = agreement(qualify="mql: score > 3 and lead.seats / lead.zero > 1")
    assert one(text)[:2] == ("HR404", "lead.seats")


def test_what_case_keeps_out_does_not_fail() -> None:
    guarded = "case when lead.zero <> 0 then lead.seats / lead.zero > 1 else false end"
    assert warnings(agreement(rule(f'when: "{guarded}", points: 1'))) == []


# ---- what never holds, and reasons


def test_a_condition_on_events_that_never_holds_names_the_value_meant() -> None:
    text = agreement(events=rule("event: Content Downloaded, where: title = 'CRM Guid', points: 1"))
    says = "This holds for none of 1 event `Content Downloaded`."
    assert one(text) == ("HR405", "'CRM Guid'", says, "Did you mean 'CRM Guide'?")


def test_a_condition_on_leads_that_never_holds_names_the_value_meant() -> None:
    text = agreement(rule("when: \"lead.country in ('USA')\", points: 1"))
    says = "This holds for none of 2 leads, at no time."
    assert one(text) == ("HR405", "'USA'", says, "Did you mean 'US'?")


def test_a_reason_that_the_agreement_does_not_have_is_counted() -> None:
    outcomes = [
        {"lead_id": "ann", "at": AT, "stage": "recycled", "reason": reason, "agreement": name}
        for reason, name in (("not_redy", None), ("no_budget", "it"), ("other", "elsewhere"))
    ]
    text = agreement(more="recycle:\n  reasons: {not_ready: {}, no_budget: {}}\n")
    says = "1 outcome gives the reason `not_redy`, which the agreement does not have: lead ann for one."
    assert one(text, outcomes=outcomes) == ("HR406", "{", says, "Do they mean `not_ready`?")


def test_an_agreement_without_reasons_gets_one_warning_for_all_of_them() -> None:
    outcomes = [
        {"lead_id": "ann", "at": AT, "stage": "recycled", "reason": reason} for reason in ("a", "b", "b")
    ]
    says = "The agreement has no reasons; 3 outcomes of the data give one: `a`, `b`."
    assert one(agreement(), outcomes=outcomes)[2] == says


# ---- the command


def test_check_without_data_says_what_is_certain_and_ends_well(tmp_path: Path) -> None:
    path = tmp_path / "mql.yaml"
    path.write_text(agreement(rule("when: lead.age > 30, points: 2"), qualify="mql: score > 5 and visit"))
    done = CliRunner().invoke(app, ["check", str(path)])
    assert done.exit_code == 0
    assert f"{path}:3:28: HR417 warning: By its name, `lead.age` tells a person's age." in done.output
    assert done.output.splitlines()[-2:-1] == ["1 warning"]
    assert "no mistakes" in done.output.splitlines()[-1]


# ---- how diagnostics are shown


def test_a_diagnostic_is_shown_with_its_line_and_a_sign_under_the_spot() -> None:
    text = agreement(events=rule("event: Page Viewed, pints: 1, points: 1"))
    found = read(text, file="mql.yaml")[1]
    assert render_diagnostics(found, source_text=text) == (
        "mql.yaml:5:42: HR101 Rule `it` has no key `pints`.\n"
        "     5 |   rules: [{rule: it, event: Page Viewed, pints: 1, points: 1}]\n"
        "       |                                          ^\n"
        "    fix: Did you mean `points`?\n"
        "1 mistake"
    )


def test_the_sign_stands_under_the_spot_behind_wide_signs_and_tabs() -> None:
    shown = render_diagnostics([told(column=7)], source_text={"f": "\tご注文: 問題"})
    line, sign = shown.splitlines()[1:3]
    assert line == "     1 |  ご注文: 問題"
    # Before it stand the tab's blank, three signs of two columns each, a colon and a blank.
    assert sign == "       | " + " " * (1 + 3 * 2 + 2) + "^"


def test_of_a_long_line_the_part_around_the_spot_is_shown() -> None:
    shown = render_diagnostics([told(column=501)], source_text={"f": "a" * 500 + "X" + "b" * 500})
    line, sign = shown.splitlines()[1:3]
    assert line[sign.index("^")] == "X"
    assert len(line) < 120


@pytest.mark.parametrize("place", [Place("f", 7, 1), Place("other", 1, 1), Place("f", 2, 1)])
def test_a_place_that_the_text_does_not_have_shows_no_line(place: Place) -> None:
    shown = render_diagnostics([told(at=place)], source_text={"f": "agreement: a\n\n"})
    assert shown.splitlines() == [f"{place}: HR500 It is so.", "    fix: Change it.", "1 mistake"]


SMALL = """
agreement: small
fit: {rules: []}
engagement: {rules: [{rule: visit, event: Visit, points: 1}]}
qualify: {mql: visit}
"""


@pytest.mark.parametrize(
    ("option", "given"), [("--at: HR601", {"at": "soon"}), ("--timezone: HR508", {"timezone": "Mars"})]
)
def test_of_an_option_the_place_is_its_name_alone(option: str, given: dict[str, str]) -> None:
    with pytest.raises(Mistakes) as caught:
        score(load(SMALL), leads=[{"lead_id": "ann"}], events=[], **given)
    shown = render_diagnostics(caught.value.diagnostics, source_text="agreement: a\n")
    assert shown.startswith(f"{option} ")


def test_mistakes_in_data_are_not_shown_on_lines_of_the_agreement() -> None:
    assert "agreement: a" not in render_diagnostics([told()], source_text="agreement: a\n")


def test_mistakes_and_warnings_are_counted_apart() -> None:
    warning = told(level=Level.WARNING)
    shown = render_diagnostics([told(), told(), warning], source_text="")
    assert shown.splitlines()[-1] == "2 mistakes, 1 warning"
    assert "f:1:1: HR500 warning: It is so." in shown


def told(*, at: Place | None = None, column: int = 1, level: Level = Level.MISTAKE) -> Diagnostic:
    place = at or Place("f", 1, column)
    return Diagnostic(code="HR500", at=place, says="It is so.", fix="Change it.", level=level)
