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
from typing import TYPE_CHECKING

import msgspec
import typer
from rich.console import Console

from handraiser.edge.helping import Command, Commands
from handraiser.edge.options import (
    AgreementFile,
    AgreementFiles,
    At,
    Cases,
    CheckedEvents,
    CheckedLeads,
    CompaniesFile,
    DemoFolder,
    DemoLeads,
    EventsFile,
    Format,
    LeadId,
    LeadsFile,
    Out,
    OutcomesFile,
    Points,
    RejectsFile,
    Version,
    Zone,
)
from handraiser.edge.working import working
from handraiser.errors import Diagnostic, Level, Mistakes, Unavailable, many

if TYPE_CHECKING:
    from handraiser.agreement.model import Agreement
    from handraiser.facts.inputs import Inputs, Rejects

__all__ = ["app", "main"]

app = typer.Typer(
    name="handraiser",
    cls=Commands,
    help="Finds marketing qualified leads, and proves every one of them.",
    rich_markup_mode=None,
    add_completion=False,
    pretty_exceptions_enable=False,
)

_EXAMPLE = 160  # characters of a refused row that are shown; --rejects has all of it
_LONGEST = 1_000_000  # characters of an agreement of which lines are shown
_out = Console(highlight=False, soft_wrap=True)
_err = Console(stderr=True, highlight=False, soft_wrap=True)

_CHECK = """handraiser check agreement.yaml
handraiser check agreement.yaml --leads leads.csv --events events.csv"""
_SCORE = """handraiser score agreement.yaml --leads leads.csv --events events.parquet \\
    --out scores.csv
handraiser score agreement.yaml --leads leads.csv --events 'events-*.csv.gz' \\
    --companies companies.csv --at 2026-06-30 --points --out -"""
_EXPLAIN = """handraiser explain agreement.yaml --leads leads.csv --events events.csv \\
    --lead ann"""
_TEST = """handraiser test cases/
handraiser test cases/demo.cases.yaml"""
_DEMO = "handraiser demo --folder demo"


@app.callback(invoke_without_command=True)
def first(context: typer.Context, version: Version = False) -> None:
    if version:
        from importlib import metadata

        sys.stdout.write(f"handraiser {metadata.version('handraiser')}\n")
        raise typer.Exit
    if context.invoked_subcommand is None:
        sys.stdout.write(context.get_help() + "\n")
        raise typer.Exit(2)


@app.command(
    cls=Command,
    help="Show every mistake in an agreement; with data, also what looks wrong beside them.",
    epilog=_CHECK,
)
def check(
    agreement: AgreementFile,
    leads: CheckedLeads = None,
    events: CheckedEvents = None,
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
        raise typer.BadParameter("--leads and --events stand together.")
    with _failing(agreement, tell=_out):
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
            _out.print(render_diagnostics(diagnostics, source_text=_texts([agreement])), markup=False)
        if any(one.level is Level.MISTAKE for one in diagnostics):
            raise typer.Exit(1)
        if found is not None:
            rules = many(len(found.fit.rules) + len(found.engagement.rules), "rule")
            _out.print(
                f"{agreement}: no mistakes. {rules}, fingerprint {found.fingerprint[:12]}.", markup=False
            )


@app.command(cls=Command, help="Score every lead at an instant.", epilog=_SCORE)
def score(
    agreements: AgreementFiles,
    leads: LeadsFile,
    events: EventsFile,
    companies: CompaniesFile = None,
    outcomes: OutcomesFile = None,
    at: At = None,
    out: Out = None,
    points: Points = False,
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
        library.refuse_same_names(loaded)
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


@app.command(
    cls=Command,
    help="Prove one lead's score: every rule, every hit, what is missing and until when it lasts.",
    epilog=_EXPLAIN,
)
def explain(
    agreement: AgreementFile,
    leads: LeadsFile,
    events: EventsFile,
    lead: LeadId,
    companies: CompaniesFile = None,
    outcomes: OutcomesFile = None,
    at: At = None,
    format: Format = "text",
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


@app.command(
    name="test",
    cls=Command,
    help="Run your own cases: every *.cases.yaml in a folder and below it, or one.",
    epilog=_TEST,
)
def run_test(path: Cases) -> None:
    from handraiser.edge.cases import print_results, run_cases

    with _failing(tell=_out):
        with _working("Running cases"):
            results = run_cases(path)
        if not print_results(results, _out):
            raise typer.Exit(1)


@app.command(
    cls=Command,
    help="Make a company with a year of history, score it and explain a lead.",
    epilog=_DEMO,
)
def demo(folder: DemoFolder = Path("demo"), leads: DemoLeads = 2_000) -> None:
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
def _failing(*agreements: Path, tell: Console = _err) -> Iterator[None]:
    """Turn what goes wrong into words, and into the exit code of the contract.

    Mistakes are told on standard error, but where they are what was asked for.
    """
    from handraiser.edge.diagnostics import render_diagnostics

    try:
        yield
    except Mistakes as mistakes:
        tell.print(render_diagnostics(mistakes.diagnostics, source_text=_texts(agreements)), markup=False)
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
        what = "used with a doubt" if one.used else "not used"
        example = f" For example: {shorten(one.example, _EXAMPLE, placeholder=' …')}" if one.example else ""
        _err.print(f"{one.input}: {many(one.rows, 'row')} {what}: {one.reason}.{example}", markup=False)
    if path is not None:
        write_rejects(inputs, path)
    elif any(not one.used for one in rejects):
        _err.print("Use --rejects FILE to keep all of them.", markup=False)


def _texts(agreements: Sequence[Path]) -> dict[str, str]:
    """Return what stands in the agreements, by the names that messages call them."""
    return {str(path): _text(path) for path in agreements}


def _text(path: Path) -> str:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.read(_LONGEST)
    except OSError:
        return ""
