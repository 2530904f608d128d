"""A lead is as far as its furthest open episode, whatever else there is of it."""

from __future__ import annotations

import re
from itertools import pairwise, product
from pathlib import Path

import pytest

from handraiser.lifecycle.moves import ALLOWED, NotAllowed, way
from handraiser.lifecycle.saying import MAY, Act, bonds, may
from handraiser.lifecycle.stages import CLOSED, ENDED, OPEN, Reached, Stage, furthest, stage_of

DECISION = Path(__file__).parents[2] / "docs/decisions/0011-what-becomes-of-an-mql.md"
TABLE = re.search(
    r"^\| from \| to \|\n\|---\|---\|\n((?:\|.*\|\n)+)", DECISION.read_text(encoding="utf-8"), re.M
)
assert TABLE is not None
ROWS = [[cell.strip() for cell in row.strip("|").split("|")] for row in TABLE[1].splitlines()]
# A join that is undone leads back, as a verdict does that is taken back: that is no move onwards.
DECIDED = {
    stage: tuple(becomes.removesuffix(" (reopened by hand)").split(", "))
    for stages, becomes in ROWS
    for stage in stages.split(", ")
    if stage != "merged"
}


def test_the_decision_has_a_row_for_each_stage_that_can_become_another() -> None:
    assert set(DECIDED) == {*OPEN, *CLOSED}


@pytest.mark.parametrize(("was", "becomes"), list(product(Stage, Stage)))
def test_a_stage_follows_another_only_where_the_decision_says_so(was: Stage, becomes: Stage) -> None:
    if becomes in DECIDED.get(was, ()):
        assert way(was, becomes)[-1] is becomes
        return
    with pytest.raises(NotAllowed) as raised:
        way(was, becomes)
    # Never silence: what would be allowed is named.
    assert raised.value.allowed == DECIDED.get(was, ())
    for stage in DECIDED.get(was, ()):
        assert stage in str(raised.value)


@pytest.mark.parametrize(("was", "becomes"), [(a, b) for a, some in ALLOWED.items() for b in some])
def test_whoever_passes_over_stages_has_been_there(was: Stage, becomes: Stage) -> None:
    passed = way(was, becomes)[:-1]
    has_been = {
        Stage.SQL: ["sal"],
        Stage.OPPORTUNITY: ["sal", "sql"],
        Stage.CUSTOMER: ["sal", "sql", "opportunity"],
        Stage.LOST: ["sal", "sql"],  # no opportunity is made up for what was lost
    }.get(becomes, [])
    before = list(OPEN[: OPEN.index(was) + 1]) if was in OPEN else list(Stage)
    assert list(passed) == [stage for stage in has_been if stage not in before]


def test_a_way_takes_no_detours() -> None:
    for was, becomes in ((a, b) for a, some in ALLOWED.items() for b in some):
        steps = [was, *way(was, becomes)]
        for here, there in pairwise(steps):
            assert there in ALLOWED[here], steps


def test_nothing_leads_from_an_end_but_reopening() -> None:
    for stage in ENDED:
        assert set(ALLOWED[stage]) <= {Stage.LEAD}


def test_a_lead_is_as_far_as_its_furthest_open_episode() -> None:
    there = [Reached(Stage.SQL, None), Reached(Stage.MQL, None), Reached(Stage.CUSTOMER, 9)]
    assert stage_of(there, known=True) is Stage.SQL


def test_of_episodes_that_have_ended_the_last_to_end_says_how_far_a_lead_is() -> None:
    there = [Reached(Stage.LOST, 5), Reached(Stage.RECYCLED, 7), Reached(Stage.DISQUALIFIED, 6)]
    assert stage_of(there, known=True) is Stage.RECYCLED


def test_once_a_customer_is_not_a_customer_for_ever() -> None:
    # Elsewhere "customer" is everyone who ever was one (RESEARCH.md 3, no. 17).
    there = [Reached(Stage.CUSTOMER, 5), Reached(Stage.MQL, None)]
    assert stage_of(there, known=True) is Stage.MQL
    assert stage_of([Reached(Stage.LEAD, 5)], known=True) is Stage.LEAD


def test_what_was_merged_says_nothing_of_how_far_a_lead_is() -> None:
    assert stage_of([Reached(Stage.MERGED, 9), Reached(Stage.RECYCLED, 5)], known=True) is Stage.RECYCLED
    assert stage_of([Reached(Stage.MERGED, 9)], known=True) is Stage.LEAD


def test_whoever_has_no_episode_is_a_lead_or_a_mere_visitor() -> None:
    assert stage_of([], known=True) is Stage.LEAD
    assert stage_of([], known=False) is Stage.VISITOR
    assert furthest([]) is None


ROLES = ("marketing", "sales", "manager", "administrator", "viewer")


@pytest.mark.parametrize("act", [act for act in Act if act is not Act.REOPEN])
def test_marketing_and_viewers_give_no_verdicts_of_sales(act: Act) -> None:
    for role in ("marketing", "viewer"):
        assert not may(act, bonds(role, unowned=True, in_team=True))


@pytest.mark.parametrize("act", [act for act in Act if act is not Act.UNDO])
def test_owners_managers_and_administrators_may_everything(act: Act) -> None:
    assert may(act, bonds("sales", owns=True))
    for role in ("manager", "administrator"):
        assert may(act, bonds(role))


def test_of_a_colleagues_lead_sales_may_accept_what_is_their_teams_or_nobodys_and_no_more() -> None:
    for held in (bonds("sales", unowned=True), bonds("sales", in_team=True)):
        assert {act for act in Act if may(act, held)} == {Act.ACCEPT}
    assert not any(may(act, bonds("sales")) for act in Act)


def test_marketing_may_reopen_what_is_closed_and_no_more() -> None:
    assert {act for act in Act if may(act, bonds("marketing"))} == {Act.REOPEN}


def test_what_somebody_said_only_they_take_back() -> None:
    assert may(Act.UNDO, bonds("sales", gave=True))
    for role in ROLES:
        assert not may(Act.UNDO, bonds(role, owns=True))


def test_a_viewer_may_nothing_even_of_what_is_theirs() -> None:
    held = bonds("viewer", owns=True, unowned=True, in_team=True, gave=True)
    assert not any(may(act, held) for act in MAY)
