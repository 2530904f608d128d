"""The command line: docs/contract.md says what of it others may rely on.

Exit codes: 0 done, 1 a mistake in what the user gave, 2 misuse of a command, 3 the world failed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer
from rich.console import Console

from handraiser.edge.working import working
from handraiser.errors import Diagnostic, Level, Mistakes, Place, Unavailable

if TYPE_CHECKING:
    from handraiser.agreement.model import Agreement
    from handraiser.facts.inputs import Inputs, Rejects

__all__ = ["app", "main"]

app = typer.Typer(
    help="Finds marketing qualified leads, and proves every one of them.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    add_completion=False,
    pretty_exceptions_enable=False,
)

_EXAMPLE = 160  # characters of a refused row that are shown; --rejects has all of it
_out = Console(highlight=False, soft_wrap=True)
_err = Console(stderr=True, highlight=False, soft_wrap=True)

AgreementFile = Annotated[Path, typer.Argument(metavar="AGREEMENT", help="The agreement, a YAML file.")]
LeadsFile = Annotated[
    str,
    typer.Option(
        "--leads",
        metavar="F",
        help="Leads: lead_id and attributes. .csv .parquet .jsonl .ndjson, .gz; globs.",
    ),
]
EventsFile = Annotated[
    str, typer.Option("--events", metavar="F", help="Events: lead_id, event, occurred_at, properties.")
]
CompaniesFile = Annotated[
    str | None, typer.Option("--companies", metavar="F", help="Companies: company_id and attributes.")
]
OutcomesFile = Annotated[
    str | None, typer.Option("--outcomes", metavar="F", help="What sales said: lead_id, stage, at.")
]
Zone = Annotated[
    str, typer.Option("--timezone", metavar="Z", help="What times without an offset mean in the files.")
]
RejectsFile = Annotated[
    Path | None, typer.Option("--rejects", metavar="F", help="Write every row that could not be used here.")
]
At = Annotated[str | None, typer.Option("--at", metavar="T", help="The instant, ISO 8601. Default: now.")]

_SCORE_HELP = """Score every lead at an instant.

Examples:

    handraiser score agreement.yaml --leads leads.csv --events events.parquet --out scores.csv

    handraiser score agreement.yaml --leads leads.csv --events 'events-*.csv.gz' --companies companies.csv
    --outcomes outcomes.csv --at 2026-06-30 --points --out -
"""
_EXPLAIN_HELP = """Prove one lead's score: every rule, every hit, what is missing and until when it lasts.

Example:

    handraiser explain agreement.yaml --leads leads.csv --events events.csv --lead ann
"""
_CHECK_HELP = """Show every mistake in an agreement; with data, also what looks wrong beside them.

Examples:

    handraiser check agreement.yaml

    handraiser check agreement.yaml --leads leads.csv --events events.csv
"""
_TEST_HELP = """Run your own cases: every `*.cases.yaml` below a folder.

Example:

    handraiser test cases/
"""
_DEMO_HELP = """Make a company with a year of history, score it and explain a lead.

Example:

    handraiser demo --folder demo
"""


@app.command(help=_CHECK_HELP)
def check(
    agreement: AgreementFile,
    leads: Annotated[
        str | None, typer.Option("--leads", metavar="F", help="Leads, to check against.")
    ] = None,
    events: Annotated[
        str | None, typer.Option("--events", metavar="F", help="Events, to check against.")
    ] = None,
    companies: CompaniesFile = None,
    outcomes: OutcomesFile = None,
    timezone: Zone = "UTC",
    rejects: RejectsFile = None,
) -> None:
    from handraiser.agreement import read
    from handraiser.edge import library
    from handraiser.edge.diagnostics import render_diagnostics
    from handraiser.edge.overwriting import spare_inputs
    from handraiser.scoring.lint import lint

    if (leads is None) != (events is None):
        raise typer.BadParameter("data is --leads and --events together.")
    with _failing(agreement):
        spare_inputs({"--rejects": rejects}, [agreement, leads, events, companies, outcomes])
        found, diagnostics = read(agreement)
        if found is not None and leads is not None and events is not None:
            with (
                _working("Reading"),
                library.opened(
                    leads=leads,
                    events=events,
                    companies=companies,
                    outcomes=outcomes,
                    timezone=timezone,
                    threads=None,
                ) as inputs,
            ):
                diagnostics = (*diagnostics, *lint(found, inputs))
                _say_rejects(inputs, library.refused(inputs), rejects)
        if diagnostics:
            _out.print(render_diagnostics(diagnostics, source_text=_text(agreement)), markup=False)
        mistakes = [one for one in diagnostics if one.level is Level.MISTAKE]
        if not diagnostics and found is not None:
            rules = len(found.fit.rules) + len(found.engagement.rules)
            _out.print(f"{agreement}: no mistakes. {rules} rules, fingerprint {found.fingerprint[:12]}.")
        if mistakes:
            raise typer.Exit(1)


@app.command(help=_SCORE_HELP)
def score(
    agreements: Annotated[
        list[Path], typer.Argument(metavar="AGREEMENT...", help="One agreement, or several.")
    ],
    leads: LeadsFile,
    events: EventsFile,
    companies: CompaniesFile = None,
    outcomes: OutcomesFile = None,
    at: At = None,
    out: Annotated[
        str | None,
        typer.Option(
            "--out", metavar="F", help="Write one row per lead here; `-` is CSV on standard output."
        ),
    ] = None,
    points: Annotated[bool, typer.Option("--points", help="Add points_<rule> for every rule.")] = False,
    timezone: Zone = "UTC",
    rejects: RejectsFile = None,
) -> None:
    from handraiser.agreement import load
    from handraiser.edge import library
    from handraiser.edge.overwriting import spare_inputs
    from handraiser.edge.summary import summary
    from handraiser.tables import check_writable, write_table

    with _failing(*agreements):
        loaded = _loaded(load, agreements)
        instant = library.instant(at)
        given = [*agreements, leads, events, companies, outcomes]
        spare_inputs({"--out": out, "--rejects": rejects}, given)
        if out is not None:
            check_writable(out)
        if rejects is not None:
            check_writable(rejects)
        with (
            _working("Reading events") as progress,
            library.opened(
                leads=leads,
                events=events,
                companies=companies,
                outcomes=outcomes,
                timezone=timezone,
                threads=None,
            ) as inputs,
        ):
            one = loaded[0] if len(loaded) == 1 else loaded
            scored = library.score_inputs(one, inputs, at=instant, points=points, progress=progress)
            _say_rejects(inputs, scored.rejects, rejects)
        if out is not None:
            write_table(scored.table, out)
        if out != "-":
            summary(_out, loaded, scored, at=instant, out=out)


@app.command(help=_EXPLAIN_HELP)
def explain(
    agreement: AgreementFile,
    leads: LeadsFile,
    events: EventsFile,
    lead: Annotated[str, typer.Option("--lead", metavar="ID", help="The lead's lead_id.")],
    companies: CompaniesFile = None,
    outcomes: OutcomesFile = None,
    at: At = None,
    format: Annotated[
        str, typer.Option("--format", metavar="text|json", help="For people, or for programs.")
    ] = "text",
    timezone: Zone = "UTC",
    rejects: RejectsFile = None,
) -> None:
    from handraiser.agreement import load
    from handraiser.edge import library
    from handraiser.edge.overwriting import spare_inputs
    from handraiser.edge.telling import tell
    from handraiser.scoring.explain import explain_lead

    if format not in ("text", "json"):
        raise typer.BadParameter(f"--format is text or json, not {format}.")
    with _failing(agreement):
        spare_inputs({"--rejects": rejects}, [agreement, leads, events, companies, outcomes])
        loaded = load(agreement)
        instant = library.instant(at)
        with (
            _working("Reading"),
            library.opened(
                leads=leads,
                events=events,
                companies=companies,
                outcomes=outcomes,
                timezone=timezone,
                threads=None,
            ) as inputs,
        ):
            _say_rejects(inputs, library.refused(inputs), rejects)
            try:
                explanation = explain_lead(loaded, inputs, lead=lead, at=instant)
            except LookupError:
                raise Mistakes([library.no_such_lead(inputs, lead)]) from None
        if format == "json":
            sys.stdout.write(msgspec.json.format(msgspec.json.encode(explanation), indent=2).decode() + "\n")
        else:
            _out.print(tell(explanation, rules=loaded))


@app.command(name="test", help=_TEST_HELP)
def run_test(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder with your cases.")],
) -> None:
    from handraiser.edge.cases import print_results, run_cases

    with _failing():
        if not folder.is_dir():
            raise Mistakes(
                [
                    _mistake(
                        "HR701",
                        Place(str(folder)),
                        "There is no such folder.",
                        "Name the folder that holds your *.cases.yaml files.",
                    )
                ]
            )
        with _working("Running cases"):
            results = run_cases(folder)
        if not print_results(results, _out):
            raise typer.Exit(1)


@app.command(help=_DEMO_HELP)
def demo(
    folder: Annotated[
        Path, typer.Option("--folder", metavar="DIR", help="Where the company's files go.")
    ] = Path("demo"),
    leads: Annotated[
        int, typer.Option("--leads", metavar="N", help="How many leads it has.", min=10)
    ] = 2_000,
) -> None:
    from handraiser.edge.demo import run

    with _failing():
        run(folder, leads, _out)


def main() -> None:
    """Run the command line; the entry point `handraiser`."""
    app()


def _loaded(load: Callable[[Path], Agreement], paths: Sequence[Path]) -> list[Agreement]:
    """Return the agreements, or every mistake of all of them at once."""
    loaded: list[Agreement] = []
    wrong: list[Diagnostic] = []
    for path in paths:
        try:
            loaded.append(load(path))
        except Mistakes as mistakes:
            wrong += mistakes.diagnostics
    if wrong:
        raise Mistakes(wrong)
    return loaded


@contextmanager
def _failing(*agreements: Path) -> Iterator[None]:
    """Turn what goes wrong into words on standard error and the exit code of the contract."""
    from handraiser.edge.diagnostics import render_diagnostics

    try:
        yield
    except Mistakes as mistakes:
        text = _text(agreements[0]) if len(agreements) == 1 else ""
        _err.print(render_diagnostics(mistakes.diagnostics, source_text=text), markup=False)
        raise typer.Exit(1) from None
    except (Unavailable, OSError, MemoryError) as failure:
        _err.print(f"handraiser could not go on: {failure}", markup=False)
        raise typer.Exit(3) from None
    except BrokenPipeError:
        # Whoever read our output has heard enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(3) from None


def _working(what: str) -> AbstractContextManager[Callable[[int], None]]:
    return working(_err, what)


def _say_rejects(inputs: Inputs, rejects: Sequence[Rejects], path: Path | None) -> None:
    """Print what could not be used, with one example of each; write all of it where told to."""
    from handraiser.tables import write_rejects

    for one in rejects:
        rows = "row" if one.rows == 1 else "rows"
        what = "used with a doubt" if one.used else "not used"
        example = f" For example: {shorten(one.example, _EXAMPLE, placeholder=' …')}" if one.example else ""
        _err.print(f"{one.input}: {one.rows:,} {rows} {what}: {one.reason}.{example}", markup=False)
    if path is not None:
        write_rejects(inputs, path)
    elif any(not one.used for one in rejects):
        _err.print("Use --rejects F to keep all of them.", markup=False)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _mistake(code: str, at: Place, says: str, fix: str) -> Diagnostic:
    return Diagnostic(code=code, at=at, says=says, fix=fix)
