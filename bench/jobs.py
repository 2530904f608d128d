"""One measurement each, run in a process of its own: `python -m bench.jobs NAME FOLDER EVENTS`.

Prints JSON: seconds of the work itself (not of starting Python or loading compiled code), peak memory of
the process, and what tells that the work was done.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from bench.data import FIRST, make_events, make_leads, make_outcomes, until
from handraiser.agreement import load
from handraiser.agreement.model import Agreement
from handraiser.edge.backtest_page import backtest_page
from handraiser.edge.comparing import Comparison, compare
from handraiser.facts.inputs import Inputs
from handraiser.learning import Replay
from handraiser.scoring.match import match
from handraiser.scoring.score import find_episodes, prepare, score_table
from handraiser.scoring.stream import processors
from handraiser.tables import open_inputs

Job = Callable[[Path, int], dict[str, Any]]
_HERE = Path(__file__).parent


def _agreement(**changes: tuple[str, str]) -> Agreement:
    text = (_HERE / "agreement.yaml").read_text()
    for old, new in changes.values():
        if old not in text:
            raise ValueError(f"bench/agreement.yaml has no `{old}`")
        text = text.replace(old, new)
    return load(text)


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def _inputs(folder: Path, events: int, *, ids: bool = False) -> Inputs:
    return open_inputs(
        leads=make_leads(folder, events), events=make_events(folder, events, ids=ids), threads=processors()
    )


def group(folder: Path, events: int) -> dict[str, Any]:
    """DuckDB's bare GROUP BY on the same file: what everything is a ratio to."""
    con = duckdb.connect()
    con.execute(f"SET threads = {processors()}")
    query = f"SELECT lead_id, count(*) FROM read_parquet('{make_events(folder, events)}') GROUP BY lead_id"
    seconds, table = _timed(lambda: con.sql(query).to_arrow_table())
    return {"seconds": seconds, "rows": table.num_rows}


def score(folder: Path, events: int, *, ids: bool = False) -> dict[str, Any]:
    """`score --at` from the files: scores, and since when each is an MQL."""
    agreement = _agreement()

    def work() -> Any:
        inputs = _inputs(folder, events, ids=ids)
        ready = prepare(agreement, match(agreement, inputs, threads=processors()), threads=processors())
        return score_table(ready, until(), points=False, threads=processors())

    seconds, table = _timed(work)
    return {"seconds": seconds, "mqls": table.num_rows - table.column("mql_at").null_count}


def score_with_ids(folder: Path, events: int) -> dict[str, Any]:
    """The same, with event ids of which one in a thousand comes twice."""
    return score(folder, events, ids=True)


def first_mql(folder: Path, events: int) -> dict[str, Any]:
    """The first MQL of every lead over the whole history, from the files."""
    agreement = _agreement()

    def work() -> int:
        inputs = _inputs(folder, events)
        ready = prepare(agreement, match(agreement, inputs, threads=processors()), threads=processors())
        found = find_episodes(ready, until(), first_only=True, threads=processors())
        return int((found.found > 0).sum())

    seconds, mqls = _timed(work)
    return {"seconds": seconds, "mqls": mqls}


def window_sql(folder: Path, events: int) -> dict[str, Any]:
    """The first MQL of every lead by window functions."""
    con = duckdb.connect()
    con.execute(f"SET threads = {processors()}")
    files = {"leads": str(make_leads(folder, events)), "events": str(make_events(folder, events))}
    query = (_HERE / "window.sql").read_text()
    seconds, rows = _timed(lambda: con.execute(query, files).fetchall())
    return {"seconds": seconds, "mqls": len(rows)}


CHANGES = {
    "points": ("points: 8,", "points: 9,"),
    "cap": ("max: 20}", "max: 30}"),
    "decay": ("half-life 14 days", "half-life 10 days"),
    "window": ("within: 60 days", "within: 45 days"),
    "threshold": ("score > 75", "score > 70"),
    "no bound": ("score > 75 and (paper or webinar or form)", "(score + 0) * 1 > 99.9"),
}


def refold(folder: Path, events: int) -> dict[str, Any]:
    """The first MQL again with one thing changed and the hits kept."""
    inputs = _inputs(folder, events)
    matched = match(_agreement(), inputs, threads=processors())
    found: dict[str, Any] = {}
    for name, change in CHANGES.items():
        agreement = _agreement(change=change)

        def work(agreement: Agreement = agreement) -> int:
            episodes = find_episodes(
                prepare(agreement, matched, threads=processors()),
                until(),
                first_only=True,
                threads=processors(),
            )
            return int((episodes.found > 0).sum())

        seconds, mqls = _timed(work)
        found[name] = {"seconds": seconds, "mqls": mqls}
    return found


def _replay(folder: Path, events: int, *agreements: Agreement) -> Replay:
    return Replay(
        *agreements,
        leads=make_leads(folder, events),
        events=make_events(folder, events),
        outcomes=make_outcomes(folder, events),
    )


def backtests(folder: Path, events: int) -> dict[str, Any]:
    """A back-test from the files, the same against another agreement, and the page of that."""
    agreement, other = _agreement(), _agreement(change=CHANGES["points"])
    found: dict[str, Any] = {}

    def work(*agreements: Agreement) -> Comparison:
        with _replay(folder, events, *agreements) as replay:
            return compare(replay, *agreements, *([None] * (2 - len(agreements))), until=until())

    found["alone"], _ = _timed(lambda: work(agreement))
    found["against"], comparison = _timed(lambda: work(agreement, other))
    found["page"], page = _timed(lambda: backtest_page(comparison))
    return found | {
        "mqls": comparison.test.mqls,
        "changed": len(comparison.gained) + len(comparison.lost),
        "bytes": len(page),
    }


def what_if(folder: Path, events: int) -> dict[str, Any]:
    """Questions to data that have been read: a re-fold, fifty thresholds, a parameter changed."""
    agreement = _agreement()
    with _replay(folder, events, agreement) as replay:
        replay.sweep(agreement, {"threshold": [75]})  # what is known of the people, once
        refold, _ = _timed(lambda: replay.run(agreement))
        fifty, swept = _timed(lambda: replay.sweep(agreement, {"threshold": list(range(51, 101))}))
        one, _ = _timed(lambda: replay.sweep(agreement, {"paper.points": [9]}))
    return {"refold": refold, "fifty": fifty, "one": one, "mqls": swept.column("mqls").to_pylist()[24]}


JOBS: dict[str, Job] = {
    job.__name__: job
    for job in (group, score, score_with_ids, first_mql, window_sql, refold, backtests, what_if)
}


def _warm() -> None:
    """Load the compiled kernels, so that a measurement is of the work alone."""
    rows = [{"lead_id": "a", "country": "US", "employees": 10, "job_title": "x"}]
    visit = {
        "lead_id": "a",
        "event": "Page Viewed",
        "occurred_at": "2025-01-02",
        "path": "/",
        "event_id": "1",
    }
    agreement = _agreement()
    inputs = open_inputs(leads=rows, events=[visit], threads=1)
    score_table(prepare(agreement, match(agreement, inputs, threads=1)), FIRST, points=False, threads=1)
    inputs.con.close()


def main() -> None:
    """Run the job named on the command line."""
    name, folder, events = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    if name not in ("group", "window_sql"):
        _warm()
    result = JOBS[name](folder, events)
    result["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    sys.stdout.write(json.dumps(msgspec.to_builtins(result)) + "\n")


if __name__ == "__main__":
    main()
