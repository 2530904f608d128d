"""What `diff` calls looser or stricter is so, whatever the history: the oracle finds no lead to the contrary.

Looser: who is an MQL under the old agreement is one under the new, at that moment or before; who qualifies at
an instant does so under both. Stricter is the same the other way round, and neutral is both. Where a change
is said to bring points or to cost some, no score goes the other way.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import strategies_edits as edits
from aiming import aimed, edged
from engine import examples
from handraiser.agreement import load
from handraiser.agreement.diff import About, Change, Effect, balance, diff
from handraiser.errors import Mistakes
from oracle import Oracle
from strategies import Case, case_of, cases, yaml_text
from strategies_choice import Choose, by_hypothesis, by_seed
from strategies_edits import OF_RECYCLING, OF_RULES, OF_THE_REST, Edit, Said, edited
from strategies_times import THEMES

LOOSENING = {Effect.LOOSER, Effect.NEUTRAL}
TIGHTENING = {Effect.STRICTER, Effect.NEUTRAL}
EVERY_EDIT = OF_RULES + OF_THE_REST * 2
LAST_DIGITS = 2e-6  # sums are compared as they are shown
MIRRORED = {Effect.LOOSER: Effect.STRICTER, Effect.STRICTER: Effect.LOOSER}


def changed(case: Case, choose: Choose, some: list[Edit]) -> dict[str, Any] | None:
    """The case's agreement with something changed; None where that has made a mistake of it."""
    said = edited(choose, case.grid, case.agreement, some)
    try:
        load(yaml_text(said))
    except Mistakes:
        return None
    return said


class Standing(NamedTuple):
    """Whether a lead qualifies at an instant, since when it is an MQL, and its score."""

    qualifies: bool
    mql_at: int | None
    score: float


def asked(case: Case, said: dict[str, Any]) -> Oracle:
    return Oracle(said, case.leads, case.companies, case.events, case.outcomes)


def standings(oracle: Oracle, leads: list[str], at: datetime) -> dict[str, Standing]:
    found = {lead: oracle.score(lead, at) for lead in leads}
    return {
        lead: Standing(scored.qualified, oracle.mql_at(lead, at), scored.score)
        for lead, scored in found.items()
    }


def check(case: Case, said: dict[str, Any]) -> Effect:
    """Hold what is said of the change against what it does; what it was said to do."""
    return check_between(case, case.agreement, said, case.instants)


def check_between(case: Case, old: Said, new: Said, instants: list[datetime]) -> Effect:
    changes = diff(load(yaml_text(old)), load(yaml_text(new)))
    effect, points = balance(changes), points_moved(changes)
    if not points and effect is Effect.DEPENDS:
        return effect
    one, other = asked(case, old), asked(case, new)  # each finds its hits once, for all instants
    for at in instants:
        before, after = (standings(each, case.lead_ids, at) for each in (one, other))
        for lead in case.lead_ids:
            if effect in LOOSENING:
                assert_lets_in(before[lead], after[lead])
            if effect in TIGHTENING:
                assert_lets_in(after[lead], before[lead])
            assert points * (after[lead].score - before[lead].score) >= -LAST_DIGITS
    return effect


def points_moved(changes: list[Change]) -> int:
    """Which way scores go, by the words of the only change; 0 where they do not say.

    Nor do they where silence moves as well: a hit that gives points may end a silence that gave more.
    """
    whys = [change.why for change in changes if change.about is About.LEADS]
    (why,) = whys if len(whys) == 1 and "count as silent" not in whys[0] else ("",)
    said = {"Leads collect more points": 1, "Leads collect fewer points": -1}
    return next((sign for words, sign in said.items() if why.startswith(words)), 0)


def assert_lets_in(one: Standing, other: Standing) -> None:
    """That the second qualifies where the first does, and became an MQL no later."""
    assert other.qualifies or not one.qualifies
    assert one.mql_at is None or (other.mql_at is not None and other.mql_at <= one.mql_at)


def never_sent_back(case: Case) -> Case:
    """The case as a back-test asks: as if no lead had been recycled."""
    return replace(case, outcomes=[row for row in case.outcomes if row["stage"] != "recycled"])


@pytest.mark.parametrize("theme", THEMES)
@examples(10)
@given(data=st.data())
def test_what_is_called_looser_or_stricter_is_so_for_every_lead(theme: str, data: st.DataObject) -> None:
    case = never_sent_back(data.draw(cases(theme)))
    said = changed(case, by_hypothesis(data.draw), EVERY_EDIT)
    assume(said is not None)
    assert said is not None
    check(case, said)


@pytest.mark.parametrize("part", range(4))
def test_it_is_so_for_many_changes_and_most_of_them_are_decided(part: int) -> None:
    found = []
    for seed in range(part, 240, 4):
        case = never_sent_back(case_of(seed, THEMES[seed % len(THEMES)]))
        said = changed(case, by_seed(-seed), EVERY_EDIT)
        if said is not None:
            found.append(check(case, said))
    assert {*Effect} == set(found)
    assert found.count(Effect.DEPENDS) < len(found) / 2


# Which changes are aimed at, and in which themes they do the most. Each group has its flaw to find: hits that
# take another's place, weeks taken for parts of months, moments left out of account.
AIMED: dict[str, tuple[list[str], list[Edit]]] = {
    "which events are hits": (
        ["hours", "anything", "sessions", "silence"],
        [edits.where, edits.events, edits.machines],
    ),
    "which hits are kept": (["hours", "order", "anything"], [edits.at_most, edits.distinct]),
    "how long hits count": (["anything", "silence", "mail"], [edits.within, edits.fading, edits.silence]),
    "what they are worth": (["anything", "order", "mixed"], [edits.points, edits.at_least, edits.limit]),
    "who somebody is": (["customers", "mixed"], [edits.when, edits.bands, edits.lists, edits.group]),
    "when it is asked": (["silence", "customers", "order"], [edits.go, edits.come, edits.events]),
}


@pytest.mark.parametrize("what", AIMED)
def test_it_is_so_where_an_agreement_asks_for_just_what_is_moved(what: str) -> None:
    themes, some = AIMED[what]
    found = []
    for seed in range(60 if what == "when it is asked" else 40):
        case = never_sent_back(case_of(seed, themes[seed % len(themes)]))
        aim = aimed(case, by_seed(-seed), some)
        if aim is not None:
            found.append(check_between(case, *aim))
    assert {*found} & {Effect.LOOSER, Effect.STRICTER}


def test_it_is_so_where_a_threshold_lies_just_where_a_lead_is() -> None:
    found = []
    for seed in range(60):
        case = never_sent_back(case_of(seed))
        aim = edged(case, by_seed(-seed))
        if aim is not None:
            found.append(check_between(case, *aim))
    assert set(found) == {*Effect}


@pytest.mark.parametrize("part", range(2))
def test_what_is_said_of_leads_that_are_sent_back_is_so(part: int) -> None:
    found = set()
    for seed in range(part, 80, 2):
        case = case_of(seed, "recycling")
        said = changed(case, by_seed(-seed), OF_RECYCLING)
        if said is not None:
            found.add(check(case, said))
    assert {Effect.LOOSER, Effect.STRICTER} <= found


@examples(1)
@given(seed=st.integers(0, 100_000))
def test_the_way_back_is_the_other_way_round(seed: int) -> None:
    case = case_of(seed)
    said = changed(case, by_seed(-seed), EVERY_EDIT + OF_RECYCLING)
    assume(said is not None)
    old, new = load(case.text), load(yaml_text(said))
    effect = balance(diff(old, new))
    assert balance(diff(new, old)) is MIRRORED.get(effect, effect)


@examples(1)
@given(seed=st.integers(0, 100_000))
def test_there_are_changes_of_more_than_words_where_the_fingerprints_differ(seed: int) -> None:
    case = case_of(seed)
    said = changed(case, by_seed(-seed), EVERY_EDIT + OF_RECYCLING)
    assume(said is not None)
    old, new = load(case.text), load(yaml_text(said))
    meant = [change for change in diff(old, new) if change.about is not About.WORDS]
    assert bool(meant) is (old.fingerprint != new.fingerprint)
