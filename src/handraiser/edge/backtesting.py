"""`handraiser backtest`: what would an agreement have found, and what would another?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from handraiser.edge.options import (
    Against,
    AgreementFile,
    BacktestFormat,
    BacktestOut,
    CompaniesFile,
    Episodes,
    EventsFile,
    LeadsFile,
    NeededOutcomes,
    RejectsFile,
    Since,
    Until,
    Zone,
)
from handraiser.edge.running import OUT, at_work, failing, loaded_all, say, say_rejects

if TYPE_CHECKING:
    from handraiser.edge.comparing import Comparison

__all__ = ["backtest"]

_FORMATS = ("text", "json", "html")
_FILE_WIDTH = 100  # columns of a text that goes to a file


def backtest(
    agreement: AgreementFile,
    leads: LeadsFile,
    events: EventsFile,
    outcomes: NeededOutcomes,
    against: Against = None,
    companies: CompaniesFile = None,
    since: Since = None,
    until: Until = None,
    episodes: Episodes = "first",
    out: BacktestOut = None,
    format: BacktestFormat = "text",
    timezone: Zone = None,
    rejects: RejectsFile = None,
) -> None:
    from handraiser.agreement import load
    from handraiser.edge import library
    from handraiser.edge.comparing import compare, looked_at, period
    from handraiser.edge.doubts import clocks_told, companies_told, refuse_unusable
    from handraiser.edge.overwriting import spare_inputs
    from handraiser.learning import Replay
    from handraiser.tables import check_folder, check_writable

    if format not in _FORMATS:
        raise typer.BadParameter(f"--format is text, json or html, not {format}.")
    if episodes not in ("first", "all"):
        raise typer.BadParameter(f"--episodes is first or all, not {episodes}.")
    paths = [agreement, *([against] if against else [])]
    with failing(*paths):
        first, last = period(since, until, names=("--from", "--to"))
        printed = "the back-test" if out is None else None
        spare_inputs(
            {"--out": out, "--rejects": rejects}, printed, [*paths, leads, events, companies, outcomes]
        )
        if out is not None:
            check_folder(out)
        if rejects is not None:
            check_writable(rejects)
        loaded = loaded_all(load, paths)
        with (
            at_work("Reading events") as progress,
            Replay(
                *loaded,
                leads=leads,
                events=events,
                companies=companies,
                outcomes=outcomes,
                timezone=timezone or "UTC",
                progress=progress,
            ) as replay,
        ):
            refused = library.met(replay.inputs, replay.ground.tally)
            say_rejects(replay.inputs, refused, rejects)
            refuse_unusable(replay.inputs, refused)
            say(() if timezone else clocks_told(replay.inputs, loaded))
            say(companies_told(replay.inputs))
            found = compare(
                replay,
                loaded[0],
                loaded[1] if against else None,
                since=first,
                until=last,
                episodes=episodes,
                notes=looked_at(replay, loaded[0]),
                refused=refused,
            )
        _write(found, format, out)


def _write(found: Comparison, format: str, out: str | None) -> None:
    from handraiser.edge.backtest_page import backtest_page
    from handraiser.edge.backtest_told import as_text, tell_backtest
    from handraiser.edge.comparing import written
    from handraiser.tables import write_text

    if format == "text" and out is None:
        OUT.print(tell_backtest(found), soft_wrap=False)
        return
    match format:
        case "json":
            text = written(found).decode() + "\n"
        case "html":
            text = backtest_page(found)
        case _:
            text = as_text(tell_backtest(found), width=_FILE_WIDTH)
    write_text(text, out or "-")
    if out is not None and out != "-":
        OUT.print(f"The back-test is in {out}.", markup=False)
