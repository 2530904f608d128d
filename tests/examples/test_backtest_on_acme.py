"""A back-test of the made company gives what plain walking through its data gives."""

from __future__ import annotations

from datetime import UTC, datetime
from statistics import median

import pytest
from direct import mql_dates

import handraiser as hr
from handraiser.edge.acme import Acme, agreement_text, make_acme
from handraiser.edge.comparing import Comparison

END = datetime(2026, 6, 30, tzinfo=UTC)
Dates = dict[str, datetime]


@pytest.fixture(scope="module")
def acme() -> Acme:
    return make_acme(end=END, leads=1000, seed=11)


@pytest.fixture(scope="module")
def walked(acme: Acme) -> tuple[Dates, Dates]:
    """When each lead became an MQL under the two cases, unless sales had closed it by then."""
    closed: Dates = {}
    for row in sorted(acme.outcomes.to_pylist(), key=lambda row: row["at"]):
        if row["stage"] in ("customer", "disqualified"):
            closed.setdefault(row["lead_id"], row["at"])
    found: tuple[Dates, Dates] = ({}, {})
    for lead, dates in mql_dates(acme).items():
        for case, at in zip(found, dates, strict=True):
            if at is not None and at < closed.get(lead, END):
                case[lead] = at
    return found


@pytest.fixture(scope="module")
def bought(acme: Acme) -> Dates:
    found: Dates = {}
    for row in acme.outcomes.to_pylist():
        if row["stage"] == "customer":
            found[row["lead_id"]] = min(row["at"], found.get(row["lead_id"], row["at"]))
    return found


@pytest.fixture(scope="module")
def compared(acme: Acme) -> Comparison:
    return hr.backtest(
        hr.load(agreement_text("case_a")),
        against=hr.load(agreement_text("case_b")),
        leads=acme.leads,
        companies=acme.companies,
        events=acme.events,
        outcomes=acme.outcomes,
        until=END,
    )


@pytest.mark.parametrize("case", [0, 1], ids=["Case A", "Case B"])
def test_precision_and_recall_are_the_planted_ones(
    case: int, compared: Comparison, walked: tuple[Dates, Dates], bought: Dates
) -> None:
    found = (compared.test, compared.against)[case]
    mqls = walked[case]
    reached = [lead for lead, at in bought.items() if lead in mqls and mqls[lead] < at]
    assert found is not None
    assert (found.mqls, found.customers, found.customers_reached) == (len(mqls), len(bought), len(reached))
    assert found.precision == len(reached) / len(mqls)
    assert found.recall == len(reached) / len(bought)


def test_who_is_gained_and_lost_is_told_with_a_reason(
    compared: Comparison, walked: tuple[Dates, Dates]
) -> None:
    assert {each.lead_id for each in compared.gained} == set(walked[0]) - set(walked[1])
    assert {each.lead_id for each in compared.lost} == set(walked[1]) - set(walked[0])
    assert all("agree" not in each.reason for each in [*compared.gained, *compared.lost])


def test_days_run_from_when_the_lead_was_made(
    compared: Comparison, acme: Acme, walked: tuple[Dates, Dates]
) -> None:
    created: Dates = {}
    for row in acme.leads.to_pylist():
        created[row["lead_id"]] = min(row["created_at"], created.get(row["lead_id"], row["created_at"]))
    days = [(at - created[lead]).total_seconds() / 86_400 for lead, at in walked[0].items()]
    assert compared.test.median_days_to_mql == pytest.approx(median(days))
