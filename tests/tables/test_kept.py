"""What the live system keeps gives the numbers that the same data give from files."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import handraiser.agreement as agreements
from databases import empty_database
from engine import examples, microseconds, opened
from handraiser.facts.inputs import Inputs, Kind
from handraiser.facts.standing import Standing
from handraiser.scoring.explain import Explanation, explain_lead
from handraiser.scoring.match import match
from handraiser.scoring.score import find_episodes, prepare, score_table
from handraiser.tables.kept import kept_inputs
from kept_case import OF_COMPANIES, OF_EVENTS, OF_LEADS, Kept, kept, plainly, table
from strategies import Case, cases
from strategies_times import THEMES


@pytest.mark.parametrize("theme", THEMES)
@examples(8)
@given(data=st.data())
def test_scores_and_episodes_are_those_of_the_same_data_in_files(theme: str, data: st.DataObject) -> None:
    case = plainly(data.draw(cases(theme)))
    with opened(case) as files, empty_database() as con:
        assert numbers(case, kept_inputs(con, **kept(case)._asdict())) == numbers(case, files)


def numbers(case: Case, inputs: Inputs) -> list[object]:
    agreement = agreements.load(case.text)
    ready = prepare(agreement, match(agreement, inputs, threads=1))
    found: list[object] = []
    for at in map(microseconds, case.instants):
        begun = find_episodes(ready, at, first_only=False, threads=1)
        found += [score_table(ready, at, points=True, threads=1).to_pylist()]
        found += [begun.found.tolist(), begun.at.tolist(), begun.hand_raise.tolist()]
    return found


@examples(5)
@given(data=st.data())
def test_a_lead_is_explained_as_from_files(data: st.DataObject) -> None:
    case = plainly(data.draw(cases()))
    agreement = agreements.load(case.text)
    lead, at = data.draw(st.sampled_from(case.lead_ids)), microseconds(case.instants[-1])
    with opened(case) as files, empty_database() as con:
        inputs = kept_inputs(con, **kept(case)._asdict())
        assert told(explain_lead(agreement, inputs, lead=lead, at=at)) == told(
            explain_lead(agreement, files, lead=lead, at=at)
        )


def told(explained: Explanation) -> object:
    """An explanation, in which a hit may be any of several at one instant of one weight."""
    return {name: value for name, value in msgspec.to_builtins(explained).items() if name != "rules"}


SAID = """\
agreement: kept
fit: {rules: []}
engagement:
  rules:
    - {rule: quiet, silent_for: 1 days, points: 10}
qualify: {mql: score > 5}
"""


def lead_with_rows(*attributes: str) -> Kept:
    """A lead that says this, day after day, and nothing else."""
    rows = [
        {
            "lead_id": "ann",
            "valid_from": day * DAY,
            "known_at": day * DAY,
            "created_at": 0,
            "attributes": each,
        }
        for day, each in enumerate(attributes)
    ]
    number = frozenset({"BIGINT", "DOUBLE"})
    seen = {"lead": {"plan": frozenset({"VARCHAR", "BIGINT", "NULL"}), "seats": number}}
    return Kept(table(rows, OF_LEADS), table([], OF_COMPANIES), table([], OF_EVENTS), seen)


DAY = 86_400_000_000


@pytest.mark.parametrize(
    ("rows", "begins"),
    [
        (('{"plan": "a"}', '{"plan": "a"}', '{"plan": "b"}'), 2),
        (('{"plan": "5"}', '{"plan": 5}', '{"plan": 6}'), 2),
        (('{"seats": 7}', '{"seats": 7.0, "plan": null}', '{"seats": 7.5}'), 2),
        (('{"plan": "a", "seats": 1}', '{"seats": 1, "plan": "a"}', '{"seats": 1}'), 2),
        (('{"plan": "a"}', '{"plan": "b"}', '{"plan": "b"}'), 1),
    ],
)
@pytest.mark.parametrize("wanted", [None, {}])
def test_a_row_is_a_moment_where_it_changes_an_attribute_whether_that_is_wanted_or_not(
    rows: tuple[str, ...], begins: int, wanted: dict[str, list[str]] | None
) -> None:
    # Silence alone begins no episode: it takes a row that changes something.
    agreement = agreements.load(SAID)
    with empty_database() as con:
        inputs = kept_inputs(con, **lead_with_rows(*rows)._asdict(), wanted=wanted)
        ready = prepare(agreement, match(agreement, inputs, threads=1))
        assert find_episodes(ready, 9 * DAY, first_only=True, threads=1).at.tolist() == [begins * DAY]


def test_of_what_is_wanted_columns_are_made_and_of_nothing_else() -> None:
    facts = lead_with_rows('{"plan": "a", "seats": 5}')
    with empty_database() as con:
        inputs = kept_inputs(con, **facts._asdict(), wanted={"lead": ["seats", "unheard_of"]})
        assert set(inputs.leads.columns) == {"lead_id", "company_id", "seats"}
        assert inputs.leads.columns["seats"].kind is Kind.NUMBER


def test_one_batch_after_the_other_is_asked_the_same_of_tables_that_stand() -> None:
    agreement = agreements.load(SAID)
    with empty_database() as con:
        standing = Standing(con)
        for days in (2, 3, 2):
            facts = lead_with_rows(*(f'{{"plan": {day}}}' for day in range(days)))
            inputs = kept_inputs(standing, **facts._asdict())
            assert len(match(agreement, inputs, threads=1).states.start) == days + 1
        assert len(con.execute("SELECT * FROM duckdb_prepared_statements()").fetchall()) == 1
