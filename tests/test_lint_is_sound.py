"""What the lint calls certain is so of every history, and it takes every agreement and history."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import examples, microseconds, opened, prepared
from handraiser.agreement.model import Agreement, Qualify, Sql
from handraiser.scoring.layout import silence_rules
from handraiser.scoring.lint import lint
from handraiser.scoring.lint_beside import Beside, anyone, highest, instead
from handraiser.scoring.lint_bounds import Bounds, bounds, every_fit, every_hits
from handraiser.scoring.lint_reach import leaves
from handraiser.scoring.match import event_rules
from handraiser.scoring.registers import TRUE
from handraiser.scoring.score import Prepared, stand
from strategies import Case, cases
from strategies_times import THEMES


@pytest.mark.parametrize("theme", THEMES)
@examples(10)
@given(data=st.data())
def test_what_is_certain_of_an_agreement_is_so_of_every_history(theme: str, data: st.DataObject) -> None:
    case = data.draw(cases(theme))
    with opened(case) as inputs:
        ready = prepared(case, inputs)
        beside = Beside(ready.agreement, inputs, ready.matched, threads=1)
        check_that_bounds_hold(case, ready)
        check_that_what_is_impossible_never_happens(beside)
        check_the_highest(case, beside)
        assert lint(ready.agreement, inputs, matched=ready.matched, threads=1) is not None


def bounds_of(agreement: Agreement) -> Bounds:
    return bounds(agreement, every_fit(agreement), every_hits(agreement))


def check_that_bounds_hold(case: Case, ready: Prepared) -> None:
    named = bounds_of(ready.agreement).named
    events = event_rules(ready.agreement)
    for at in case.instants:
        now = stand(ready, microseconds(at), points=True, threads=1)
        found = {"fit": now.fit, "engagement": now.engagement, "score": now.score}
        slots = [*events, *silence_rules(ready.agreement)]
        found |= {f"points({rule.name})": now.points[:, place] for place, rule in enumerate(slots)}
        found |= {f"count({rule.name})": now.counts[:, place] for place, rule in enumerate(events)}
        for name, values in found.items():
            low, high = named[name]
            assert (np.clip(values, low, high) == values).all(), (name, low, high, values)


def check_that_what_is_impossible_never_happens(beside: Beside) -> None:
    qualify = beside.agreement.qualify
    for whole in (qualify.mql, qualify.hand_raise):
        for sql in [] if whole is None else [whole, *(leaf.sql for leaf in leaves(whole))]:
            asking = Qualify(mql=sql)
            possible = bounds_of(msgspec.structs.replace(beside.agreement, qualify=asking)).answer & TRUE
            assert possible or anyone(instead(beside, asking), 1) is None, sql.text


def check_the_highest(case: Case, beside: Beside) -> None:
    found = highest(beside, "score")
    if found is None:  # nobody has a moment, or somebody has more than is looked for
        beyond = Qualify(mql=Sql("score >= 100000000"))
        anything = Qualify(mql=Sql("score >= -100000000"))
        assert anyone(instead(beside, beyond), 1) or not anyone(instead(beside, anything), 1)
        return
    value, (lead, at) = found
    now = stand(beside.prepared, at, points=False, threads=1)
    above = instead(beside, Qualify(mql=Sql(f"score > {value:.6f}")))
    # What sales said does not count here, and only recycling changes a score.
    assert anyone(above, 1) is None
    assert case.outcomes or now.score[lead] == pytest.approx(value, abs=1e-6)
