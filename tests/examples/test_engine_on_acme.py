"""Does the engine find in the made company what is in it?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from direct import mql_dates

from handraiser.agreement import load
from handraiser.edge.acme import Acme, agreement_text, make_acme, write_acme
from handraiser.scoring.match import match
from handraiser.scoring.score import prepare, score_table
from handraiser.tables import open_inputs

END = datetime(2026, 6, 30, tzinfo=UTC)
Dates = dict[str, datetime | None]


@pytest.fixture(scope="module")
def acme() -> Acme:
    return make_acme(end=END, leads=1000, seed=7)


@pytest.fixture(scope="module")
def walked(acme: Acme) -> dict[str, tuple[datetime | None, datetime | None]]:
    return mql_dates(acme)


@pytest.fixture(scope="module")
def dates_under(acme: Acme, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, bool], Dates]:
    """Score the company's files and give each lead's `mql_at`."""
    folder: Path = tmp_path_factory.mktemp("acme")
    write_acme(acme, folder)

    def dates(name: str, with_outcomes: bool) -> Dates:
        inputs = open_inputs(
            leads=folder / "leads.csv",
            companies=folder / "companies.csv",
            events=folder / "events.parquet",
            outcomes=folder / "outcomes.csv" if with_outcomes else None,
        )
        agreement, at = load(agreement_text(name)), round(END.timestamp()) * 1_000_000
        matched = match(agreement, inputs, threads=1)
        table = score_table(prepare(agreement, matched), at, points=False, threads=1)
        return {row["lead_id"]: row["mql_at"] for row in table.to_pylist()}

    return dates


@pytest.mark.parametrize(("position", "name"), [(0, "case_a"), (1, "case_b")])
def test_the_engine_finds_the_dates_that_plain_walking_finds(
    position: int,
    name: str,
    walked: dict[str, tuple[datetime | None, datetime | None]],
    dates_under: Callable[[str, bool], Dates],
) -> None:
    found = dates_under(name, False)
    assert found.keys() == walked.keys()
    assert {lead: date for lead, date in found.items() if date != walked[lead][position]} == {}


def test_under_the_agreement_the_company_looks_like_a_real_one(
    acme: Acme, dates_under: Callable[[str, bool], Dates]
) -> None:
    mqls = {lead: date for lead, date in dates_under("agreement", True).items() if date is not None}
    truth = {row["lead_id"]: row for row in acme.truth.to_pylist()}
    personas = Counter(truth[lead]["persona"] for lead in mqls)
    bought = {row["lead_id"]: row["at"] for row in acme.outcomes.to_pylist() if row["stage"] == "customer"}
    new = {lead: at for lead, at in bought.items() if truth[lead]["persona"] != "customer"}
    assert 0.05 < len(mqls) / len(truth) < 0.15
    assert personas["champion"] / personas.total() > 0.4
    assert personas["dead_mailbox"] == personas["student"] == 0
    assert sum(lead in mqls and mqls[lead] < at for lead, at in new.items()) / len(new) > 0.7
