"""The pages say of verdicts what is so."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from handraiser.edge.web.api.verdicts import TAKEN, Body, SayJudgement, SayOutcome
from handraiser.flows.verbs import VERBS
from handraiser.lifecycle.moves import ALLOWED
from handraiser.lifecycle.saying import Act
from handraiser.lifecycle.stages import Stage
from tests.pages import tables

DOCS = Path(__file__).parents[2] / "docs"
VERDICTS = tables((DOCS / "verdicts.md").read_text(encoding="utf-8"))
CONTRACT = tables((DOCS / "contract.md").read_text(encoding="utf-8"))
BODIES = {act: taken.body for act, taken in TAKEN.items()} | {
    "outcomes": SayOutcome,
    "judgements": SayJudgement,
}


def codes(cell: str) -> tuple[str, ...]:
    return tuple(re.findall(r"`([^`]+)`", cell))


def test_the_stages_of_the_page_are_those_that_there_are_and_lead_where_it_says() -> None:
    assert {codes(row[0])[0]: codes(row[2]) for row in VERDICTS["Stages"]} == {
        stage: tuple(ALLOWED[stage]) for stage in Stage
    }


def test_the_page_has_every_verdict() -> None:
    named = [word for row in VERDICTS["Verdicts"] for word in codes(row[0])]
    assert sorted(named) == sorted(Act)
    assert set(TAKEN) == set(VERBS) == set(Act)


@pytest.mark.parametrize("word", list(BODIES))
def test_a_verdict_takes_these_keys(word: str) -> None:
    (row,) = [row for row in CONTRACT["Verdicts"] if codes(row[0]) == (word,)]
    body: type[Body | SayOutcome] = BODIES[word]
    fields = msgspec.structs.fields(body)
    assert codes(row[1]) == tuple(each.name for each in fields if each.required)
    assert codes(row[2]) == tuple(each.name for each in fields if not each.required)
