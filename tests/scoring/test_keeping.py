"""Hits that are kept as bytes and joined with new ones give what all events give at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import duckdb
import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

import handraiser.agreement as agreements
from databases import empty_database
from engine import examples, microseconds
from handraiser.agreement.model import Agreement
from handraiser.facts.inputs import Inputs
from handraiser.facts.standing import Standing
from handraiser.scoring.keeping import ground_key, joined, merged, packed, packed_all, together, unpacked
from handraiser.scoring.match import matched
from handraiser.scoring.plan import Plan, planned
from handraiser.scoring.score import find_episodes, prepare, score_table, stand
from handraiser.scoring.stream import Hits
from handraiser.scoring.survey import Ground, survey
from handraiser.scoring.wanted import Shape
from handraiser.tables.kept import kept_inputs
from kept_case import OF_COMPANIES, OF_EVENTS, OF_LEADS, Kept, kept, plainly, table
from strategies import Case, cases
from strategies_times import THEMES


class Live:
    """Agreements, and what is kept of leads from batch to batch."""

    def __init__(self, con: duckdb.DuckDBPyConnection, said: Sequence[Agreement], facts: Kept) -> None:
        self.con, self.said, self.facts = Standing(con), said, facts
        self.chunks: dict[str, list[bytes]] = defaultdict(list)
        self.sizes: dict[str, list[int]] = defaultdict(list)
        self.plan: Plan | None = None

    def inputs(self, events: pa.Table, leads: Iterable[str]) -> Inputs:
        """What is kept of some leads, with some of their events; visits are derived where none is given."""
        own = self.facts.leads.filter(pc.is_in(self.facts.leads["lead_id"], pa.array(leads, pa.string())))
        inputs = kept_inputs(
            self.con, leads=own, companies=self.facts.companies, events=events, seen=self.facts.seen
        )
        if self.facts.events["session_id"].null_count < self.facts.events.num_rows:
            return inputs
        columns = {name: each for name, each in inputs.events.columns.items() if name != "session_id"}
        return msgspec.structs.replace(inputs, events=msgspec.structs.replace(inputs.events, columns=columns))

    def take(self, events: pa.Table, leads: Iterable[str]) -> Ground:
        """Match new events of some leads, keep their hits, and return the ground of all that is known."""
        inputs = self.inputs(events, leads)
        if self.plan is None or not self.plan.fits(inputs):
            self.plan = planned(self.said, inputs)
        assert self.plan.fits(inputs)
        ground = survey(
            self.said,
            inputs,
            threads=1,
            earlier=lambda leads, shape: unpacked(
                [self.chunks[lead] for lead in leads.ids.to_pylist()], shape
            ),
            plan=self.plan,
        )
        for number, (lead, chunk) in enumerate(
            zip(ground.leads.ids.to_pylist(), packed_all(ground.fresh), strict=True)
        ):
            assert chunk == packed(ground.fresh, number)
            if chunk is not None:
                self.keep(lead, chunk, int(np.diff(ground.fresh.offsets)[number]))
        return ground

    def keep(self, lead: str, chunk: bytes, size: int) -> None:
        chunks, sizes = self.chunks[lead], self.sizes[lead]
        last = merged([*sizes, size])
        chunks[len(chunks) - last :] = [together([*chunks[len(chunks) - last :], chunk])]
        sizes[len(sizes) - last :] = [sum(sizes[len(sizes) - last :]) + size]


def numbers(case: Case, said: Sequence[Agreement], ground: Ground) -> list[object]:
    """Everything that a fold can say of the agreements at the case's instants."""
    found: list[object] = []
    for agreement in said:
        own = matched(agreement, ground)
        assert own is not None
        ready = prepare(agreement, own)
        for at in map(microseconds, case.instants):
            found.append(score_table(ready, at, points=True, threads=1).to_pylist())
            found += [each.tolist() for each in stand(ready, at, points=True, threads=1)[5:]]
        begun = find_episodes(ready, microseconds(max(case.instants)), first_only=False, threads=1)
        found += [begun.found.tolist(), begun.at.tolist(), begun.hand_raise.tolist()]
    return found


def begins(events: pa.Table) -> list[int]:
    pairs = zip(events["known_at"].to_pylist(), events["occurred_at"].to_pylist(), strict=True)
    return [max(pair) for pair in pairs]


def agreements_of(case: Case, others: Sequence[Case]) -> list[Agreement]:
    return [agreements.load(one.text) for one in (case, *others)]


@pytest.mark.parametrize("theme", THEMES)
@examples(8)
@given(data=st.data())
def test_events_that_come_bit_by_bit_give_what_they_give_at_once(theme: str, data: st.DataObject) -> None:
    case = plainly(data.draw(cases(theme)))
    said = agreements_of(case, data.draw(st.lists(cases(theme), max_size=2)))
    facts = kept(case)
    instants = begins(facts.events)
    cuts = data.draw(st.sets(st.sampled_from(instants))) if instants else set()
    everyone = set(facts.leads["lead_id"].to_pylist())
    with empty_database() as con:
        live = Live(con, said, facts)
        batch_of = np.searchsorted(sorted(cuts), instants)
        for batch in range(len(cuts) + 1):
            events = facts.events.filter(pa.array(batch_of == batch))
            live.take(
                events,
                data.draw(st.sets(st.sampled_from(sorted(everyone)))) | set(events["lead_id"].to_pylist()),
            )
        bit_by_bit = numbers(case, said, live.take(facts.events.slice(0, 0), everyone))
        at_once = numbers(case, said, survey(said, live.inputs(facts.events, everyone), threads=1))
    assert bit_by_bit == at_once


@pytest.mark.parametrize("theme", sorted({*THEMES} - {"order"}))
@examples(12)
@given(data=st.data())
def test_where_no_ties_are_told_apart_the_order_of_batches_does_not_matter(
    theme: str, data: st.DataObject
) -> None:
    case = plainly(data.draw(cases(theme)))
    said = [agreements.load(case.text)]
    facts = kept(case)
    everyone = facts.leads["lead_id"].to_pylist()
    batches = st.lists(st.integers(0, 3), min_size=facts.events.num_rows, max_size=facts.events.num_rows)
    with empty_database() as con:
        live = Live(con, said, facts)
        whole = live.inputs(facts.events, everyone)
        if any(rule.ordered for rule in planned(said, whole).events.wanted):
            return
        batch_of = np.array(data.draw(batches), dtype=np.int64)
        for batch in range(4):
            live.take(facts.events.filter(pa.array(batch_of == batch)), everyone)
        mixed = numbers(case, said, live.take(facts.events.slice(0, 0), everyone))
        at_once = numbers(case, said, survey(said, live.inputs(facts.events, everyone), threads=1))
    assert mixed == at_once


@given(sizes=st.lists(st.integers(1, 40), min_size=1, max_size=300))
def test_a_lead_has_few_chunks_and_no_hit_is_written_often(sizes: list[int]) -> None:
    chunks: list[list[int]] = []  # of each chunk, how often each of its hits has been written
    for size in sizes:
        last = merged([*map(len, chunks), size])
        again = [times + 1 for chunk in chunks[len(chunks) - last :] for times in chunk]
        chunks[len(chunks) - last :] = [again + [1] * size]
    bound = np.log(sum(sizes)) / np.log(1.5) + 1
    assert len(chunks) <= bound
    assert max(times for chunk in chunks for times in chunk) <= bound


def hits_of(case: Case) -> tuple[Ground, Plan]:
    facts = kept(case)
    with empty_database() as con:
        inputs = kept_inputs(con, **facts._asdict())
        said = [agreements.load(case.text)]
        plan = planned(said, inputs)
        return survey(said, inputs, threads=1, plan=plan), plan


@examples(5)
@given(data=st.data())
def test_hits_come_back_from_bytes_as_they_were(data: st.DataObject) -> None:
    ground, plan = hits_of(plainly(data.draw(cases())))
    chunks = [[] if chunk is None else [chunk] for chunk in packed_all(ground.fresh)]
    assert_same(unpacked(chunks, plan.events.shape), ground.fresh)
    nothing = unpacked([[] for _ in chunks], plan.events.shape)
    assert_same(joined(nothing, ground.fresh), ground.fresh)
    assert_same(joined(ground.fresh, nothing), ground.fresh)


def assert_same(one: Hits, other: Hits) -> None:
    for mine, others in zip(one, other, strict=True):
        assert np.array_equal(mine, others) if isinstance(mine, np.ndarray) else mine == others


def test_bytes_that_are_no_hits_of_these_columns_are_refused() -> None:
    rules = Shape(begin=2, source=-1, weight_of=np.array([-1, 0]), key_of=np.array([-1, -1]))
    words = [1, 3 | 1 << 16, 10, 1, 12, 5]  # one row of three columns and a weight
    chunk = np.array(words, dtype="<i8").tobytes()
    assert unpacked([[], [chunk]], rules).rows.tolist() == [[10, 1, 12]]
    for broken in (chunk[:-8], chunk + chunk[:8], np.array([1, 3, 10, 1, 12], dtype="<i8").tobytes()):
        with pytest.raises(ValueError, match="lead 1"):
            unpacked([[chunk], [broken]], rules)


SAID = """\
agreement: keys
fit: {rules: []}
engagement:
  rules:
    - {rule: paths, event: Page Viewed, where: "path <> 'x'", points: 5, distinct: title}
qualify: {mql: score > 20}
"""


def key_of(text: str, **types: set[str]) -> str:
    seen = {"event": {name: frozenset(each) for name, each in types.items()}}
    with empty_database() as con:
        inputs = kept_inputs(
            con, leads=table([], OF_LEADS), companies=table([], OF_COMPANIES), events=table([], OF_EVENTS),
            seen=seen,
        )  # fmt: skip
        return ground_key([agreements.load(text)], inputs)


def test_hits_are_kept_on_while_nothing_changes_that_they_depend_on() -> None:
    before = key_of(SAID, path={"VARCHAR"}, title={"VARCHAR"})
    assert key_of(SAID, path={"VARCHAR", "NULL"}, title={"VARCHAR"}, other={"BIGINT"}) == before
    assert key_of(SAID.replace("points: 5", "points: 7"), path={"VARCHAR"}, title={"VARCHAR"}) == before
    assert key_of(SAID.replace("score > 20", "score > 9"), path={"VARCHAR"}, title={"VARCHAR"}) == before


def test_what_hits_depend_on_changes_their_key() -> None:
    before = key_of(SAID, path={"VARCHAR"}, title={"VARCHAR"})
    assert key_of(SAID, path={"VARCHAR"}, title={"BIGINT"}) != before
    assert key_of(SAID, title={"VARCHAR"}) != before
    for changed in ("path <> 'y'", "path = 'x'"):
        assert key_of(SAID.replace("path <> 'x'", changed), path={"VARCHAR"}, title={"VARCHAR"}) != before
    assert key_of(SAID.replace("Page Viewed", "Visit"), path={"VARCHAR"}, title={"VARCHAR"}) != before
