"""The command line: docs/contract.md says what of it others may rely on.

Exit codes: 0 done, 1 a mistake in what the user gave, 2 misuse of a command, 3 the world failed.
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import msgspec
import typer

from handraiser.edge import (
    backtesting,
    diffing,
    doctoring,
    erasing,
    exporting,
    publishing,
    routes_tried,
    serving,
)
from handraiser.edge.agreements import agreements
from handraiser.edge.alarms import alarms
from handraiser.edge.away import away
from handraiser.edge.destinations import destinations, outbox
from handraiser.edge.episodes import episodes, outcome
from handraiser.edge.helping import Command, Commands
from handraiser.edge.keys import keys
from handraiser.edge.leads import consents, leads
from handraiser.edge.options import (
    AgreementFile,
    AgreementFiles,
    At,
    Cases,
    CheckedEvents,
    CheckedLeads,
    CompaniesFile,
    DemoAgain,
    DemoDays,
    DemoFolder,
    DemoLeads,
    DemoNotServed,
    EventsFile,
    Format,
    LeadId,
    LeadsFile,
    Out,
    OutcomesFile,
    Points,
    Port,
    RejectsFile,
    Version,
    Zone,
)
from handraiser.edge.proposals import proposals
from handraiser.edge.rejecting import rejects
from handraiser.edge.running import (
    ERR,
    OUT,
    at_work,
    failing,
    loaded_all,
    say,
    say_rejects,
    say_rejects_of,
    texts_of,
)
from handraiser.edge.teams import teams
from handraiser.edge.users import users
from handraiser.errors import Diagnostic, Level, Mistakes, many

__all__ = ["app", "main"]

app = typer.Typer(
    name="handraiser",
    cls=Commands,
    help="Finds marketing qualified leads, and proves every one of them.",
    rich_markup_mode=None,
    add_completion=False,
    pretty_exceptions_enable=False,
)


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
_BACKTEST = """handraiser backtest agreement.yaml --leads leads.csv --events events.csv \\
    --outcomes outcomes.csv
handraiser backtest new.yaml --against agreement.yaml --leads leads.csv \\
    --events events.csv --outcomes outcomes.csv --format html --out test.html"""
_DIFF = """handraiser diff agreement.yaml next.yaml
handraiser diff agreement.yaml next.yaml --format json"""
_PUBLISH = """handraiser publish agreement.yaml --marketing mara@example.com \\
    --sales sam@example.com
handraiser publish next.yaml --shadow"""
_DOCTOR = """handraiser doctor
handraiser doctor --repair"""
_ROUTES = """handraiser routes
handraiser routes next.yaml --from 2026-06-01 --to 2026-07-01"""
_EXPORT = """handraiser export history
handraiser export history --format csv
handraiser export --lead 17 --out lead-17.json"""
_ERASE = """handraiser erase 17
handraiser erase ann@example.com --yes"""
_SERVE = """handraiser serve --agreement agreement.yaml
DATABASE_URL=postgresql://me@db.example/leads handraiser serve --port 8080"""
_WEB = "handraiser web --port 8080 --processes 2"
_WORK = "handraiser work"
_OUTCOME = """handraiser outcome 3 customer --amount 1100 --by sam@example.com
handraiser outcome 3 lost --agreement crm-software --at 2026-06-30"""
_DEMO = """handraiser demo
handraiser demo --no-serve --folder acme"""


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
    timezone: Zone = None,
    rejects: RejectsFile = None,
) -> None:
    from handraiser.agreement import read
    from handraiser.edge import library
    from handraiser.edge.diagnostics import render_diagnostics
    from handraiser.edge.doubts import clocks_told, companies_told
    from handraiser.edge.overwriting import spare_inputs
    from handraiser.scoring.lint import lint, lint_alone

    if (leads is None) != (events is None):
        raise typer.BadParameter("--leads and --events stand together.")
    with failing(agreement, tell=OUT):
        files: list[str | Path | None] = [agreement, leads, events, companies, outcomes]
        spare_inputs({"--rejects": rejects}, "what is found", files)
        found, diagnostics = read(agreement)
        if found is not None and leads is not None and events is not None:
            with (
                at_work("Checking") as progress,
                library.opened(
                    leads=leads,
                    events=events,
                    companies=companies,
                    outcomes=outcomes,
                    timezone=timezone or "UTC",
                    threads=None,
                ) as inputs,
            ):
                diagnostics = (*diagnostics, *lint(found, inputs, progress=progress))
                say_rejects(inputs, library.refused(inputs), rejects)
                say(() if timezone else clocks_told(inputs, [found]))
                say(companies_told(inputs))
        elif found is not None:
            diagnostics = (*diagnostics, *lint_alone(found))
        if diagnostics:
            OUT.print(render_diagnostics(diagnostics, source_text=texts_of([agreement])), markup=False)
        if any(one.level is Level.MISTAKE for one in diagnostics):
            raise typer.Exit(1)
        if found is not None:
            rules = many(len(found.fit.rules) + len(found.engagement.rules), "rule")
            OUT.print(
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
    timezone: Zone = None,
    rejects: RejectsFile = None,
) -> None:
    from handraiser.agreement import load
    from handraiser.edge import library
    from handraiser.edge.doubts import (
        clocks_told,
        companies_told,
        nobody_told,
        refuse_unusable,
        warnings_told,
    )
    from handraiser.edge.overwriting import spare_inputs
    from handraiser.edge.summary import summary
    from handraiser.scoring.lint import lint_run
    from handraiser.tables import check_writable, write_table

    if points and out is None:
        raise typer.BadParameter("--points adds columns to what --out writes: give --out, too.")
    with failing(*agreements):
        loaded = loaded_all(load, agreements)
        library.refuse_same_names(loaded)
        instant = library.instant(at)
        given = [*agreements, leads, events, companies, outcomes]
        spare_inputs({"--out": out, "--rejects": rejects}, None, given)
        if out is not None:
            check_writable(out)
        if rejects is not None:
            check_writable(rejects)
        with (
            at_work("Reading events") as progress,
            library.opened(
                leads=leads,
                events=events,
                companies=companies,
                outcomes=outcomes,
                timezone=timezone or "UTC",
                threads=None,
            ) as inputs,
        ):
            one = loaded[0] if len(loaded) == 1 else loaded
            found: list[Diagnostic] = []
            scored = library.score_inputs(
                one,
                inputs,
                at=instant,
                points=points,
                progress=progress,
                look=lambda each, matched: found.extend(lint_run(each, inputs, matched)),
            )
            say_rejects(inputs, scored.rejects, rejects)
            refuse_unusable(inputs, scored.rejects)
            say(() if timezone else clocks_told(inputs, loaded))
            say(companies_told(inputs))
            say(warnings_told(found, [str(path) for path in agreements]))
            say(nobody_told(inputs, scored.tally))
        if out is not None:
            write_table(scored.table, out)
        if out != "-":
            console = ERR if str(rejects) == "-" else OUT
            summary(console, loaded, scored, at=instant, out=out, warnings=len(found))


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
    timezone: Zone = None,
    rejects: RejectsFile = None,
) -> None:
    from handraiser.agreement import load
    from handraiser.edge import library
    from handraiser.edge.doubts import clocks_told
    from handraiser.edge.overwriting import spare_inputs
    from handraiser.edge.telling import tell
    from handraiser.scoring.explain import explain_lead

    if format not in ("text", "json"):
        raise typer.BadParameter(f"--format is text or json, not {format}.")
    with failing(agreement):
        files: list[str | Path | None] = [agreement, leads, events, companies, outcomes]
        spare_inputs({"--rejects": rejects}, "the explanation", files)
        loaded = load(agreement)
        instant = library.instant(at)
        with (
            at_work("Reading"),
            library.opened(
                leads=leads,
                events=events,
                companies=companies,
                outcomes=outcomes,
                timezone=timezone or "UTC",
                threads=None,
            ) as inputs,
        ):
            say_rejects_of(inputs, lead, rejects)
            say(() if timezone else clocks_told(inputs, [loaded]))
            try:
                explanation = explain_lead(loaded, inputs, lead=lead, at=instant)
            except LookupError:
                raise Mistakes([library.no_such_lead(inputs, lead)]) from None
        if format == "json":
            sys.stdout.write(msgspec.json.format(msgspec.json.encode(explanation), indent=2).decode() + "\n")
        else:
            OUT.print(tell(explanation, rules=loaded))


app.command(
    cls=Command,
    help="Show who would have become an MQL in the past, and whether they bought.",
    epilog=_BACKTEST,
)(backtesting.backtest)


app.command(
    cls=Command,
    help="Tell what has changed between two agreements: looser, stricter or neutral, and why.",
    epilog=_DIFF,
)(diffing.diff)


@app.command(
    name="test",
    cls=Command,
    help="Run your own cases: every *.cases.yaml in a folder and below it, or one.",
    epilog=_TEST,
)
def run_test(path: Cases) -> None:
    from handraiser.edge.cases import print_results, run_cases

    with failing(tell=OUT):
        with at_work("Running cases"):
            results = run_cases(path)
        if not print_results(results, OUT):
            raise typer.Exit(1)


@app.command(
    cls=Command,
    help="Make a company with a year of history, score it, explain a lead, and serve it as a web app.",
    epilog=_DEMO,
)
def demo(
    folder: DemoFolder = Path("demo"),
    leads: DemoLeads = 2_000,
    days: DemoDays = 365,
    port: Port = 8000,
    again: DemoAgain = False,
    no_serve: DemoNotServed = False,
) -> None:
    from handraiser.edge.demo import run
    from handraiser.edge.played.served import lives_in, serve_company

    with failing():
        if not no_serve and not again and lives_in(folder):
            told = f"The company in {folder}/ goes on from where it was left; `--again` makes it anew."
            OUT.print(told, markup=False)
        else:
            run(folder, leads, OUT)
        if not no_serve:
            serve_company(folder, leads=leads, days=days, port=port, again=again)


app.command(
    cls=Command,
    help="Let an agreement decide from an instant on: both sides sign it here.",
    epilog=_PUBLISH,
)(publishing.publish)
app.command(
    cls=Command,
    help="Take events in and decide leads: the web front and a worker, on this machine.",
    epilog=_SERVE,
)(serving.serve)
app.command(cls=Command, help="Take events in; deciding is left to `work`. Needs PostgreSQL.", epilog=_WEB)(
    serving.web
)
app.command(cls=Command, help="Decide leads of what `web` took in. Needs PostgreSQL.", epilog=_WORK)(
    serving.work
)
app.add_typer(keys)
app.add_typer(rejects)
app.add_typer(destinations)
app.add_typer(outbox)
app.add_typer(users)
app.add_typer(teams)
app.add_typer(agreements)
app.add_typer(proposals)
app.add_typer(away)
app.add_typer(episodes)
app.add_typer(leads)
app.add_typer(consents)
app.add_typer(alarms)
app.command(cls=Command, help="Keep what became of a lead, as another system knows it.", epilog=_OUTCOME)(
    outcome
)
app.command(
    cls=Command,
    help="Show where MQLs would have gone, with the teams as they are now. Nothing is changed.",
    epilog=_ROUTES,
)(routes_tried.routes)
app.command(
    cls=Command,
    help="Write what is known of all leads into files, as `score` reads them; or all that is kept of one.",
    epilog=_EXPORT,
)(exporting.export)
app.command(
    cls=Command,
    help="Forget a lead: nothing says any more who it was, and what is counted stays.",
    epilog=_ERASE,
)(erasing.erase)
app.command(
    cls=Command,
    help="Prove that what is stored is what the events give: scores, episodes, hits.",
    epilog=_DOCTOR,
)(doctoring.doctor)


def main() -> None:
    """Run the command line."""
    # As Ctrl-C does: what is half written is taken away on the way out.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    app()
