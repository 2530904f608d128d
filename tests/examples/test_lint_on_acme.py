"""Flaws planted into Acme's agreement and data: the lint finds each of them, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from handraiser.agreement import load
from handraiser.edge.acme import agreement_text, make_acme
from handraiser.errors import Diagnostic
from handraiser.scoring.lint import lint, lint_alone
from handraiser.tables import open_inputs

Data = dict[str, pa.Table]
Edit = tuple[str, str]

AGREEMENT = agreement_text("agreement")
FIT = "  grades: {A: 40, B: 25, C: 10}"
EVENT = "    - rule: gone_quiet"
MQL = "mql: fit >= 25 and score > 50 and (whitepaper or webinar or repeat_visits)"


@pytest.fixture(scope="module")
def acme() -> Data:
    made = make_acme(end=datetime(2026, 6, 30, tzinfo=UTC), leads=1500, seed=7)
    inputs = ("leads", "companies", "events", "outcomes")
    return {name: getattr(made, name) for name in inputs}


def told(text: str, data: Data) -> list[Diagnostic]:
    inputs = open_inputs(**data, threads=1)
    try:
        return lint(load(text), inputs, threads=1)
    finally:
        inputs.con.close()


def edited(*edits: Edit) -> str:
    text = AGREEMENT
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def fit_rule(when: str) -> Edit:
    return FIT, f'    - {{rule: planted, when: "{when}", points: 5}}\n{FIT}'


def event_rule(rest: str) -> Edit:
    return EVENT, f"    - {{rule: planted, {rest}}}\n{EVENT}"


# ---- data with a flaw


def with_column(data: Data, name: str, value_of: Callable[[str], Any]) -> Data:
    ids = data["leads"]["lead_id"].to_pylist()
    return data | {"leads": data["leads"].append_column(name, pa.array([value_of(one) for one in ids]))}


def ended(data: Data, *stages: str) -> set[str]:
    found = data["outcomes"].filter(pc.is_in(data["outcomes"]["stage"], pa.array(stages)))
    return set(found["lead_id"].to_pylist())


def of_today(data: Data) -> Data:
    """Only the last row of each lead, which says nothing of since when it is so."""
    last = {lead: row for row, lead in enumerate(data["leads"]["lead_id"].to_pylist())}
    rows = data["leads"].take(pa.array(sorted(last.values())))
    return data | {"leads": rows.drop_columns(["valid_from", "known_at"])}


def with_status(data: Data) -> Data:
    bought = ended(data, "customer")
    return with_column(of_today(data), "status", lambda lead: "customer" if lead in bought else "open")


def with_deal(data: Data) -> Data:
    closed = ended(data, "customer", "lost")
    return with_column(data, "deal", lambda lead: 900.0 if lead in closed else None)


def with_salutation(data: Data) -> Data:
    return with_column(data, "Anrede", lambda lead: "Frau" if int(lead[1:]) % 2 else "Herr")


def clicked_by_machines(data: Data) -> Data:
    table = data["events"]
    verdicts = pc.if_else(pc.equal(table["event"], "Email Link Clicked"), "machine", table["verdict"])
    return data | {"events": table.set_column(table.schema.get_field_index("verdict"), "verdict", verdicts)}


def with_contracts(data: Data) -> Data:
    """Customers had signed a contract before all else, as far as the events tell."""
    table, bought = data["events"], ended(data, "customer")
    place = {lead: row for row, lead in reversed(list(enumerate(table["lead_id"].to_pylist())))}
    rows = table.take(pa.array([place[lead] for lead in sorted(bought & place.keys())]))
    signed = {"event": "Contract Signed", "event_id": [f"signed{row}" for row in range(len(rows))]}
    signed |= {"occurred_at": datetime(2023, 1, 1, tzinfo=UTC), "known_at": datetime(2023, 1, 1, tzinfo=UTC)}
    for name, value in signed.items():
        each = value if isinstance(value, list) else [value] * len(rows)
        index = table.schema.get_field_index(name)
        rows = rows.set_column(index, name, pa.array(each).cast(table.schema.field(index).type))
    return data | {"events": pa.concat_tables([table, rows])}


def same(data: Data) -> Data:
    return data


FLAWS: dict[str, tuple[str, list[Edit], Callable[[Data], Data]]] = {
    "an attribute misspelled": ("HR401", [("lead.email_kind", "lead.emailkind")], same),
    "an attribute of never misspelled": ("HR401", [("lead.email_domain", "lead.mail_domain")], same),
    "a property misspelled": ("HR402", [("path like", "pth like")], same),
    "the property of distinct misspelled": ("HR402", [("distinct: email_id", "distinct: mail_id")], same),
    "an event misspelled": ("HR403", [("event: Webinar Attended", "event: Webinar attended")], same),
    "a value misspelled": ("HR405", [("company.country = 'US'", "company.country = 'USA'")], same),
    "a title misspelled": ("HR405", [("'CRM Implementation Guide'", "'CRM Implementation guide'")], same),
    "a list misspelled": ("HR405", [("[rival.example, other.example]", "[rivall.example, x.test]")], same),
    "a reason that is not there": ("HR406", [("    not_ready: {nurture: education}\n", "")], same),
    "a threshold above everything": ("HR407", [("score > 50", "score > 500")], same),
    "a threshold above everybody": (
        "HR407",
        [("max: 100\n", "max: 9000\n"), ("score > 50", "score > 900")],
        same,
    ),
    "a threshold of fit alone": ("HR408", [(MQL, "mql: score > 30")], same),
    "clicks of machines": ("HR409", [], clicked_by_machines),
    "more visits than anybody makes": ("HR409", [("at_least: 3", "at_least: 300")], same),
    "a silence that nobody keeps": ("HR409", [("silent_for: 45 days", "silent_for: 9000 days")], same),
    "points for everybody": ("HR410", [fit_rule("lead.email is not null")], same),
    "one thing twice": (
        "HR411",
        [event_rule("event: Form Submitted, where: \"form_id in ('demo', 'trial')\", points: 10")],
        same,
    ),
    "one fact twice": ("HR411", [fit_rule("company.country like 'US%'")], same),
    "opens that decide": ("HR412", [event_rule("event: Email Opened, points: 3")], same),
    "a status of today that bars": (
        "HR413",
        [("never: ", "never: lead.status = 'customer' or ")],
        with_status,
    ),
    "a status of today that qualifies": ("HR413", [(MQL, f"{MQL} and lead.status = 'open'")], with_status),
    "a deal that is there afterwards": ("HR414", [fit_rule("lead.deal > 0")], with_deal),
    "points for customers": ("HR414", [fit_rule("lead.status = 'customer'")], with_status),
    "reloads that count": ("HR415", [("      at_most: 1 per day\n", "")], same),
    "a page that counts once for ever": ("HR416", [("at_most: 1 per day", "distinct: path")], same),
    "a contract that bars": (
        "HR418",
        [event_rule("event: Contract Signed, within: forever, points: 0"), ("never: ", "never: planted or ")],
        with_contracts,
    ),
    "a salutation": ("HR417", [fit_rule("lead.anrede = 'Frau'")], with_salutation),
}


@pytest.mark.parametrize("flaw", FLAWS)
def test_a_planted_flaw_is_found_and_nothing_else(flaw: str, acme: Data) -> None:
    code, edits, spoiled = FLAWS[flaw]
    assert {each.code for each in told(edited(*edits), spoiled(acme))} == {code}


def test_every_code_of_the_lint_is_planted_but_that_of_failing_parts() -> None:
    assert {code for code, _, _ in FLAWS.values()} == {f"HR{n}" for n in range(401, 419)} - {"HR404"}


@pytest.mark.parametrize("spoiled", [same, of_today, with_status, with_deal, with_salutation])
def test_of_acmes_own_agreement_there_is_nothing_to_say(spoiled: Callable[[Data], Data], acme: Data) -> None:
    assert told(AGREEMENT, spoiled(acme)) == []


@pytest.mark.parametrize("name", ["agreement", "case_a", "case_b"])
def test_without_data_there_is_nothing_to_say_of_acmes_agreements(name: str) -> None:
    assert lint_alone(load(agreement_text(name))) == []


def test_case_a_is_told_of_the_reasons_that_it_does_not_have(acme: Data) -> None:
    assert [each.code for each in told(agreement_text("case_a"), acme)] == ["HR406"]


def test_case_b_is_told_too_that_one_visit_of_many_pages_is_enough(acme: Data) -> None:
    found = told(agreement_text("case_b"), acme)
    assert [each.code for each in found] == ["HR406", "HR415"]
    assert "hits of `page`" in found[1].says
