"""A month in which sales accepts, sends back, wins and reopens: live is still what a replay gives."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from random import Random

import duckdb
import pytest

from handraiser.errors import Mistakes
from handraiser.flows import verdicts
from handraiser.flows.dirty import mark_stale_dirty
from handraiser.flows.examining import examine
from handraiser.flows.exporting import export
from handraiser.flows.live import live_now
from handraiser.flows.undoing import undo
from handraiser.scoring.match import match
from handraiser.scoring.score import prepare, score_table
from handraiser.store.bulk import query
from handraiser.store.models import Handoff, User
from handraiser.store.whole import history_inputs
from handraiser.tables.opening import open_inputs
from handraiser.tables.paths import FileKind
from tests.live.company import Clock, publish, send, worker
from tests.live.comparing import SHOWN, compare_episodes, compare_standings
from tests.live.traffic import AGREEMENTS, BEGIN, DAY, MONTHS, month
from tests.servers import Database

_RECYCLE = """
recycle:
  reasons: {not_ready: {}, later: {requalify_after: 2 days}, spam: {disqualify: true}}
  requalify_after: 0 days
  forget_engagement: %s
"""
BOTH = (
    AGREEMENTS[0].replace("lead.unsubscribed", "lead.unsubscribed or company.is_customer")
    + _RECYCLE % "true",
    AGREEMENTS[1] + _RECYCLE % "false",
)
BOSS = "boss@made.example"


def somebody_speaks(random: Random, now: int, *, regrets: bool) -> None:
    """Sales says something of one of the episodes that there are, and may take it back."""
    handoff = random.choice(list(Handoff.objects.order_by("pk")) or [None])
    if handoff is None:
        return
    says = {
        "accept": lambda: verdicts.accept(handoff.pk, by=BOSS, now=now),
        "recycle": lambda: verdicts.recycle(
            handoff.pk, by=BOSS, now=now, reason=random.choice(["not_ready", "later", "spam"])
        ),
        "win": lambda: verdicts.win(handoff.pk, by=BOSS, now=now),
        "lose": lambda: verdicts.lose(handoff.pk, by=BOSS, now=now),
        "reopen": lambda: verdicts.reopen(handoff.pk, by=BOSS, now=now),
    }
    weights = [3, 6, 1, 1, 4]
    with suppress(Mistakes):  # what is not allowed changes nothing
        says[random.choices(list(says), weights)[0]]()
        if regrets and random.random() < 0.2:
            undo(handoff.pk, by=BOSS, now=now)


@pytest.mark.parametrize("which", MONTHS)
def test_a_month_with_sales_is_the_month_replayed(database: Database, tmp_path: Path, which: int) -> None:
    seed = 2 * which + (database.vendor == "postgresql")
    clock, random = Clock(BEGIN), Random(seed)
    publications = dict(zip(publish(BOTH, BEGIN), BOTH, strict=True))
    publish([BOTH[0].replace("score >= 40", "score >= 20")], BEGIN, shadow=True)
    User.objects.create(email=BOSS, role="administrator", created_at=0)
    workers = [worker(clock), worker(clock)]
    shown: dict[int, list[tuple[object, ...]]] = {}
    for number, delivery in enumerate(month(seed=seed)):
        clock.at = max(clock.at, delivery.received_at)
        send(delivery.items, delivery.received_at)
        if number % 3 == 0:
            workers[number % 2].turn()
        if number % 5 == 0:
            somebody_speaks(random, clock.at, regrets=seed == 1)
        if number % 150 == 149:
            clock.at += 5
            workers[0].settle()
            mark_stale_dirty(clock.at, looked_at_before=clock.at)
            workers[1].settle()
            shown[clock.at] = query(SHOWN)
    clock.at += DAY
    workers[0].settle()
    taken_back = query("SELECT 1 FROM store_outcome WHERE undone_at IS NOT NULL LIMIT 1")
    assert bool(taken_back) is (seed == 1)
    if not taken_back:  # else what was shown meanwhile was by what was said then
        compare_standings(shown, publications)
        compare_episodes(publications)
    assert query("SELECT count(*) FROM store_episode WHERE ordinal > 1 AND NOT shadow")[0][0] > 3
    found = examine(clock.at)
    assert [each for each in found.differences if each.cause is None] == []
    at_most_one_is_open()
    files_and_segments_say_the_same(tmp_path, clock.at)


def at_most_one_is_open() -> None:
    """Hold every lead to one open episode of an agreement."""
    sql = (
        "SELECT person.root_id, handoff.agreement FROM store_handoff AS handoff "
        "JOIN store_episode AS episode ON episode.id = handoff.episode_id "
        "JOIN store_person AS person ON person.id = episode.lead_id WHERE ended_at IS NULL "
        "GROUP BY person.root_id, handoff.agreement HAVING count(*) > 1"
    )
    assert query(sql) == []


def files_and_segments_say_the_same(folder: Path, now: int) -> None:
    """Hold the exported files, and what is kept, read as a whole, to the same scores and first episodes."""
    export(str(folder), FileKind.PARQUET, now=now)
    paths = {name: str(folder / f"{name}.parquet") for name in ("leads", "companies", "events", "outcomes")}
    for live in live_now(now):
        with duckdb.connect() as con:
            inputs = open_inputs(**paths, con=con)
            files = score_table(prepare(live.agreement, match(live.agreement, inputs, threads=1)), now,
                                points=True, threads=1)  # fmt: skip
        with duckdb.connect() as con, history_inputs(con, folder / "none") as inputs:
            whole = score_table(prepare(live.agreement, match(live.agreement, inputs, threads=1)), now,
                                points=True, threads=1)  # fmt: skip
        assert sorted(files.to_pylist(), key=lambda row: row["lead_id"]) == sorted(
            whole.to_pylist(), key=lambda row: row["lead_id"]
        )
