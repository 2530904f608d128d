"""What does a newcomer see first? A made company with a year of history, scored, and one lead explained."""

from __future__ import annotations

import shlex
import shutil
import sys
import time
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
from rich.console import Console
from rich.table import Table
from rich.text import Text

from handraiser.agreement import load
from handraiser.agreement.model import Agreement
from handraiser.agreement.wording import qualifying
from handraiser.edge.acme import AGREEMENTS, Acme, agreement_text, make_acme, write_acme
from handraiser.edge.library import instant, opened, score_inputs
from handraiser.edge.telling import tell
from handraiser.edge.working import working
from handraiser.errors import many
from handraiser.scoring.explain import Explanation, explain_lead

__all__ = ["END", "run"]

END = datetime(2026, 6, 30, tzinfo=UTC)  # when the company's year ends; what is asked is asked then
_SHOWN = 8
_NUMBERS = ("score", "fit", "engagement")
_CASES = "agreement.cases.yaml"
_INPUTS = {
    "leads": "leads.csv",
    "companies": "companies.csv",
    "events": "events.parquet",
    "outcomes": "outcomes.csv",
}


class _Story(msgspec.Struct, frozen=True):
    """What came of scoring the company: the table, the seconds it took, and the best lead's proof."""

    table: pa.Table
    seconds: float
    best: Explanation


def run(folder: Path, leads: int, console: Console) -> None:
    """Make the company into a folder, score it, explain its best lead, and say what to try next."""
    waiting = Console(stderr=True)
    with working(waiting, "Making a company"):
        acme = make_acme(end=END, leads=leads)
        _write(acme, folder)
    agreement = load(folder / "agreement.yaml")
    with working(waiting, "Scoring (the first time ever, machine code is compiled: up to a minute)"):
        story = _scored(agreement, folder)
    _introduce(console, acme, folder)
    _say_who_qualifies(console, acme, story, ZoneInfo(agreement.timezone))
    console.print(f"\n[bold]Why {story.best.lead_id}?[/bold]\n")
    console.print(tell(story.best, rules=agreement))
    console.print("\n[bold]What to try next[/bold]")
    for what, command in _commands(folder, story.best.lead_id):
        # As plain text that is not broken to fit the screen: it is there to be copied.
        console.print(Text(f"\n# {what}\n{command}"), soft_wrap=True)


def _write(acme: Acme, folder: Path) -> None:
    """Write the inputs, the three agreements and a few cases of the first."""
    write_acme(acme, folder)
    for name in AGREEMENTS:
        (folder / f"{name}.yaml").write_text(agreement_text(name), encoding="utf-8")
    cases = resources.files("handraiser.edge").joinpath("demo.cases.yaml").read_text(encoding="utf-8")
    (folder / _CASES).write_text(cases, encoding="utf-8")


def _scored(agreement: Agreement, folder: Path) -> _Story:
    at = instant(END)
    paths = {name: folder / file for name, file in _INPUTS.items()}
    with opened(**paths, timezone="UTC", threads=None) as inputs:
        score_inputs(agreement, inputs, at=at)  # compiles, the first time ever
        started = time.monotonic()
        table = score_inputs(agreement, inputs, at=at).table
        seconds = time.monotonic() - started
        best = table.column("lead_id")[_best_first(table)[0]].as_py()
        return _Story(table, seconds, explain_lead(agreement, inputs, lead=best, at=at))


def _best_first(table: pa.Table) -> list[int]:
    """Return the places of the rows: those who qualify first, then by score, then by id."""
    keys = [("qualified", "descending"), ("score", "descending"), ("lead_id", "ascending")]
    places: list[int] = pc.sort_indices(table, sort_keys=keys).to_pylist()
    return places


def _introduce(console: Console, acme: Acme, folder: Path) -> None:
    people = len(set(acme.leads.column("lead_id").to_pylist()))
    companies = len(set(acme.companies.column("company_id").to_pylist()))
    console.print(
        f"[bold]Acme CRM[/bold], a made company: {many(people, 'lead')}, {companies:,} companies and "
        f"{many(acme.events.num_rows, 'event')}\nof the year to {END:%-d %B %Y}, in {folder}/. "
        "The agreement that says what counts is\n"
        f"{folder / 'agreement.yaml'}: who they are (fit), what they do (engagement).\n"
    )


def _say_who_qualifies(console: Console, acme: Acme, story: _Story, zone: ZoneInfo) -> None:
    table, since = story.table, story.table.column("mql_at")
    became = len(since) - since.null_count
    qualified = pc.sum(table.column("qualified")).as_py() or 0
    recent = pc.sum(pc.greater(since, pa.scalar(END - timedelta(days=7), since.type))).as_py() or 0
    console.print(
        f"Scored in {story.seconds:.1f} s: {many(became, 'lead')} became marketing qualified in the year, "
        f"{recent:,} in its\nlast week; {qualifying(qualified)} now. "
        "Those with the highest scores:\n"
    )
    names = _names(acme)
    shown = Table(box=None, pad_edge=False)
    for name in ("lead", "who", "score", "fit", "engagement", "grade", "MQL since"):
        shown.add_column(name, justify="right" if name in _NUMBERS else "left", no_wrap=True)
    for row in table.take(_best_first(table)[:_SHOWN]).to_pylist():
        became_at = row["mql_at"]
        shown.add_row(
            row["lead_id"],
            names[row["lead_id"]],
            *(f"{row[name]:.1f}" for name in _NUMBERS),
            row["grade"],
            "" if became_at is None else f"{became_at.astimezone(zone):%-d %b %Y}",
        )
    console.print(shown)


def _names(acme: Acme) -> dict[str, str]:
    """Return how each lead is called; the last row knows best."""
    rows = acme.leads.select(["lead_id", "first_name", "last_name"]).to_pylist()
    return {row["lead_id"]: f"{row['first_name']} {row['last_name']}" for row in rows}


def _commands(folder: Path, lead: str) -> list[tuple[str, str]]:
    """Return what a newcomer may ask next, each with the command to copy."""
    tool = "handraiser" if shutil.which("handraiser") else shlex.quote(sys.argv[0])
    files = ("agreement.yaml", "case_b.yaml", "scores.csv", "backtest.html")
    agreement, other, out, page = (shlex.quote(str(folder / name)) for name in files)
    at = f"--at {END:%Y-%m-%d}"
    given = [f"--{name} {shlex.quote(str(folder / file))}" for name, file in _INPUTS.items()]
    data = f" \\\n    {' '.join(given[:2])} \\\n    {' '.join(given[2:])}"
    return [
        (
            "Write every lead's score to a file, with the points of each rule",
            f"{tool} score {agreement} {at} --points --out {out}{data}",
        ),
        (
            "Ask why a lead has its score, what is missing and how long it lasts",
            f"{tool} explain {agreement} {at} --lead {lead}{data}",
        ),
        (
            "See who it would have found in the year and who of them bought, as a page",
            f"{tool} backtest {agreement} --to {END:%Y-%m-%d} --format html --out {page}{data}",
        ),
        (
            "Say in business words what another agreement would change",
            f"{tool} diff {agreement} {other}",
        ),
        (
            "Change a threshold in the agreement, then see whether it is still well said",
            f"{tool} check {agreement}",
        ),
        ("and whether it still decides as you want", f"{tool} test {shlex.quote(str(folder))}"),
    ]
