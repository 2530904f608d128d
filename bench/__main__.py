"""Measures everything and prints tables: `python -m bench`.

Files are measured beside DuckDB's bare GROUP BY: every line is the median of several processes, and each is
paired with a GROUP BY run just before it, so that a machine whose speed drifts does not tilt the ratio. Then
what takes events in (`bench.ingest`) and what decides leads live (`bench.live`), what hands them off
(`bench.handing`), what people look at (`bench.pages`), and what other numbers would give (`bench.whatif`);
all take further arguments when they are run by themselves.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.data import make_events, make_leads
from bench.jobs import CHANGES

_console = Console(highlight=False)


def _run(job: str, folder: Path, events: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.jobs", job, str(folder), str(events)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


class _Line:
    def __init__(self, name: str) -> None:
        self.name, self.seconds, self.ratios, self.memory, self.mqls = name, [], [], 0, set()

    def add(self, seconds: float, base: float, memory: int, mqls: int | None) -> None:
        self.seconds.append(seconds)
        self.ratios.append(seconds / base)
        self.memory = max(self.memory, memory)
        self.mqls.add(mqls)

    def row(self) -> list[str]:
        found = sorted(str(one) for one in self.mqls if one is not None)
        ratios = f"{statistics.median(self.ratios):.2f}"
        if len(self.ratios) > 1:
            ratios += f" ({min(self.ratios):.2f}-{max(self.ratios):.2f})"
        seconds = f"{statistics.median(self.seconds):.2f}"
        return [self.name, seconds, ratios, f"{self.memory / 1e9:.2f}", ", ".join(found)]


def _measure(folder: Path, events: int, runs: int, jobs: dict[str, str]) -> list[_Line]:
    lines = {"group": _Line("DuckDB GROUP BY lead_id")} | {job: _Line(name) for job, name in jobs.items()}
    changed = {name: _Line(f"refold, hits kept: {name}") for name in CHANGES}
    for _ in range(runs):
        for job in jobs:
            base = _run("group", folder, events)
            lines["group"].add(base["seconds"], base["seconds"], base["memory"], None)
            result = _run(job, folder, events)
            if job == "refold":
                for name, line in changed.items():
                    line.add(result[name]["seconds"], base["seconds"], result["memory"], result[name]["mqls"])
            else:
                lines[job].add(result["seconds"], base["seconds"], result["memory"], result["mqls"])
            _console.print(f"  {events:,} {job}", style="dim")
    kept = [line for job, line in lines.items() if job != "refold"]
    return [*kept, *changed.values()] if "refold" in jobs else kept


def _replays(folder: Path, events: int, runs: int) -> None:
    """Print what back-tests and questions to data at hand take, each beside what it is held to."""
    tests = [_run("backtests", folder, events) for _ in range(runs)]
    asked = [_run("what_if", folder, events) for _ in range(runs)]
    small = [_run("what_if", folder, 5_000_000) for _ in range(runs)]
    table = Table(title=f"{events:,} events, back-tests", title_justify="left", box=None)
    for name in ("what", "seconds", "ratio"):
        table.add_column(name, justify="left" if name == "what" else "right")

    def line(name: str, found: list[dict[str, Any]], what: str, to: str = "") -> None:
        seconds = f"{statistics.median(each[what] for each in found):.2f}"
        ratio = f"{statistics.median(each[what] / each[to] for each in found):.2f} × {to}" if to else ""
        table.add_row(name, seconds, ratio)

    line("backtest", tests, "alone")
    line("backtest --against", tests, "against", "alone")
    line("its page", tests, "page")
    line("re-fold, from Replay", asked, "refold")
    line("sweep over 50 thresholds", asked, "fifty", "refold")
    line("one parameter changed, 5,000,000 events", small, "one")
    _console.print(table)


def _print(title: str, lines: list[_Line]) -> None:
    table = Table(title=title, title_justify="left", box=None)
    for name in ("what", "seconds", "ratio to GROUP BY", "peak GB", "MQLs"):
        table.add_column(name, justify="left" if name == "what" else "right")
    for line in lines:
        table.add_row(*line.row())
    _console.print(table)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--folder", type=Path, default=Path("bench-data"), help="where the made history is kept"
    )
    parser.add_argument("--events", type=int, default=20_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--curve", default="1000000,5000000,100000000", help="further sizes, one run each")
    parser.add_argument("--no-window-sql", action="store_true", help="leave out the slow baseline")
    parser.add_argument("--live", action="store_true", help="only how soon leads are decided, live")
    asked = parser.parse_args()
    machine = platform.processor() or platform.machine()
    _console.print(f"{machine}, {os.cpu_count()} processors, Python {platform.python_version()}")
    if not asked.live:
        _files(asked)
        _by_itself("bench.ingest", asked.runs)
    _by_itself("bench.live", asked.runs)
    _by_itself("bench.handing", asked.runs)
    _by_itself("bench.pages", asked.runs)
    _by_itself("bench.whatif", asked.runs)


def _by_itself(module: str, runs: int) -> None:
    """Run a bench that prints its own table."""
    subprocess.run([sys.executable, "-m", module, "--runs", str(runs)], check=True)


def _files(asked: argparse.Namespace) -> None:
    make_leads(asked.folder, asked.events)
    make_events(asked.folder, asked.events)
    make_events(asked.folder, asked.events, ids=True)
    jobs = {
        "score": "score --at, cold",
        "first_mql": "first MQL of every lead, cold",
        "refold": "",
        "score_with_ids": "score --at, cold, 1 in 1,000 event ids twice",
    }
    lines = _measure(asked.folder, asked.events, asked.runs, jobs)
    if not asked.no_window_sql:
        lines += _measure(asked.folder, asked.events, 1, {"window_sql": "first MQL by window functions"})[1:]
    _print(f"{asked.events:,} events, {asked.events // 100:,} leads, 8 event rules, 4 fit rules", lines)
    _replays(asked.folder, asked.events, asked.runs)
    for events in (int(size) for size in asked.curve.split(",") if size):
        make_leads(asked.folder, events)
        make_events(asked.folder, events)
        _print(f"{events:,} events", _measure(asked.folder, events, 1, {"score": "score --at, cold"}))


if __name__ == "__main__":
    main()
