"""`handraiser doctor`: is what is stored what the events give?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from handraiser.edge.database import database
from handraiser.edge.options import Repair
from handraiser.edge.running import OUT, at_work, failing, now, say, whoever_asks
from handraiser.errors import many

if TYPE_CHECKING:
    from handraiser.flows.examining import Difference, Examined, What
    from handraiser.flows.examining_history import HistoryExamined

__all__ = ["doctor"]

_MINUTE = 60_000_000
_SHOWN = 5  # leads of which an example is told
_NAMED = {"lead": "leads", "company": "companies", "event": "events"}


def doctor(repair: Repair = False) -> None:
    with failing(), database(new=False, say=say):
        from handraiser.edge.settings import FOLDER
        from handraiser.flows.examining import examine
        from handraiser.flows.examining_history import examine_history
        from handraiser.flows.examining_sales import examine_sales

        instant = now()
        with at_work("Computing everything anew") as progress:
            examined = examine(instant, progress=progress)
        with at_work("Comparing the history with the database") as progress:
            history = examine_history(FOLDER, progress=progress)
        sales = examine_sales(instant)
        for line in (*_told(examined, instant), *_of_history(history), *_of_sales(sales)):
            OUT.print(line, markup=False)
        if repair:
            from handraiser.flows.repairing import repair as repair_it

            repaired = repair_it(examined, who=whoever_asks(), now=now())
            OUT.print(f"{many(repaired.leads, 'lead')} will be decided anew by the worker.", markup=False)
            if repaired.due:
                of = many(repaired.due, "hand-off")
                OUT.print(f"When something is due was kept anew of {of}.", markup=False)
            if history.differences:
                OUT.print(_history_anew(FOLDER), markup=False)
        if history.differences or sales or any(each.cause is None for each in examined.differences):
            raise typer.Exit(1)


def _history_anew(folder: Path) -> str:
    from handraiser.flows.examining_history import make_history_anew

    done = make_history_anew(folder)
    return "The history was made anew." if done else "The history is being read: repair it another time."


def _of_history(history: HistoryExamined) -> Iterator[str]:
    if history.differences:
        yield f"The history in files differs from the database: {history.differences[0]}."
        yield from (f"  and {each}" for each in history.differences[1:_SHOWN])
        if len(history.differences) > _SHOWN:
            yield f"  and {len(history.differences) - _SHOWN:,} more"
    elif history.files:
        waiting = f"; {many(history.missing, 'row')} will follow" if history.missing else ""
        has = f"{many(history.files, 'file')} with {many(history.rows, 'row')}"
        yield f"The history, {has}, is what the database has{waiting}."
    if history.behind:
        waits = "waits" if history.behind == 1 else "wait"
        files = many(history.behind, "file")
        yield f"{files} of the history {waits} for the worker to write them anew without who was forgotten."


def _of_sales(differences: list[str]) -> Iterator[str]:
    if differences:
        yield f"What is kept of leads with sales is not as it should be: {differences[0]}."
        yield from (f"  and {each}" for each in differences[1:_SHOWN])
        if len(differences) > _SHOWN:
            yield f"  and {len(differences) - _SHOWN:,} more"


def _told(examined: Examined, instant: int) -> Iterator[str]:
    counted = ", ".join(many(count, what.value, what.several) for what, count in examined.looked_at.items())
    yield f"{many(examined.leads, 'lead')} computed anew{f': {counted}' if counted else ''}."
    yield from _differences(examined.differences)
    if not examined.differences:
        yield "All of it is what the events give."
    yield from _waiting(examined, instant)


def _differences(differences: list[Difference]) -> Iterator[str]:
    groups: dict[tuple[What, str], list[Difference]] = {}
    for each in differences:
        cause = each.cause.value if each.cause is not None else "not explained"
        groups.setdefault((each.what, cause), []).append(each)
    for (what, cause), several in groups.items():
        differ = "differs" if len(several) == 1 else "differ"
        yield f"{many(len(several), what.value, what.several)} {differ}: {cause}."
        for each in several[:_SHOWN]:
            under = f" under {each.agreement}" if each.agreement else ""
            yield f"  lead {each.lead}{under}: {each.says}"
        if len(several) > _SHOWN:
            yield f"  and {len(several) - _SHOWN:,} more"


def _waiting(examined: Examined, instant: int) -> Iterator[str]:
    for (count, since), what in (
        (examined.arrivals, "request"),
        (examined.dirty, "lead"),
    ):
        if count:
            minutes = (instant - since) // _MINUTE
            long = f"up to {many(minutes + 1, 'minute')}" if minutes else "less than a minute"
            waits = "waits" if count == 1 else "wait"
            yield f"{many(count, what)} {waits} for a worker, for {long}."
    for name in examined.not_begun:
        yield f"{name} should decide by now, and no worker has begun to."
    for scope in examined.full:
        room = f"There is room for no more names of {_NAMED[scope]}"
        yield f"{room}: new ones count where an agreement reads them."
    if examined.behind:
        yield f"{many(examined.behind, 'lead')} will be looked at again when there is time for it."
    if examined.orphans:
        nobody = "of somebody who turned out to be another; --repair drops them"
        yield f"{many(examined.orphans, 'standing')} {nobody}."
    if examined.rejects:
        told = "refused and kept with the reason: `handraiser rejects list` shows them"
        yield f"{many(examined.rejects, 'item')} {told}."
