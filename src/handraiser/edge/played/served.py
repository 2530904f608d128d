"""`handraiser demo` after its story: the made company lives, is served, and somebody can sign in."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from handraiser.edge.played.keeping import Found, alone_in, database_of, found_in, take_away
from handraiser.edge.played.marker import ENVIRONMENT
from handraiser.flows.refusals import FlowCode, refused

__all__ = ["HOST", "MOST_LEADS", "lives_in", "serve_company"]

MOST_LEADS = 800  # that are played: with these a year takes about a minute
HOST = "127.0.0.1"
_MICROSECONDS = 1_000_000
_DAY = 86_400 * _MICROSECONDS
_STALE = 7 * _DAY  # left alone for longer, its year ends too early to be of use
_TRIES = 50
# What somebody has set for a server of their own is not for this one.
_OTHERS = ("DATABASE_URL", "HANDRAISER_URL", "HANDRAISER_SECRET", "HANDRAISER_MAIL_URL")


def lives_in(folder: Path) -> bool:
    """Return whether a company in a folder goes on from where it was left, with the files that it has.

    Raises Mistakes where what is there is not the demo's.
    """
    return bool(_lived_until(folder)) and (folder / "agreement.yaml").exists()


def serve_company(folder: Path, *, leads: int, days: int, port: int, again: bool) -> None:
    """Play the company where it has not been, or catch up with it; then serve it until told to stop."""
    from handraiser.edge.database import database

    with alone_in(folder):
        since = _lived_until(folder)
        if again or not since:
            since = 0
            take_away(folder)
        _prepare(folder)
        with database(new=True, say=lambda lines: None):
            if not since:
                _forget_history(folder)
            _live(since, min(leads, MOST_LEADS), days)
        _give_way(_free(port))


def _give_way(port: int) -> NoReturn:
    """Become the process that serves: a web front begins others, and these need one without threads.

    What nobody else may do with the folder meanwhile stays this process's alone.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    command = [sys.executable, "-m", "handraiser.edge.played.front_process", HOST, str(port)]
    os.execv(sys.executable, command)  # noqa: S606  our own module


def _prepare(folder: Path) -> None:
    """Have the environment say that it is the company of a folder that is served."""
    for name in _OTHERS:
        os.environ.pop(name, None)
    os.environ["HANDRAISER_FOLDER"] = str(folder)
    os.environ[ENVIRONMENT] = "1"


def _lived_until(folder: Path) -> int:
    """Return until when the company that is there has lived; 0 where there is none, or none any more.

    Raises Mistakes where what is there is not the demo's.
    """
    found, last = found_in(folder)
    if found is Found.ANOTHERS:
        says = f"{database_of(folder)} is none that `handraiser demo` has made, and stays as it is."
        raise refused(FlowCode.NOT_THE_DEMOS, "--folder", says, "Give another --folder.")
    return last if found is Found.WHOLE and _now() - last < _STALE else 0


def _forget_history(folder: Path) -> None:
    """Take away the files that scoring reads of a company that is no more."""
    from handraiser.flows.history import drop_history, history_folder

    if history_folder(folder).exists():
        drop_history(folder)


def _live(since: int, leads: int, days: int) -> None:
    from handraiser.edge.played.company import catch_up, play

    # What a year is made of stays until it has been played: whoever looks for rings in it finds none.
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
    until = _now()
    begin = since or until - days * _DAY
    with _months(begin, until) as told:
        if since:
            catch_up(since=since, until=until, told=told)
        else:
            play(until=until, leads=leads, days=days, told=told)


@contextmanager
def _months(begin: int, until: int) -> Iterator[Callable[[int], None]]:
    """Show which month is being played; silent where standard error is no terminal."""
    progress = Progress(
        TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(),
        console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty(),
    )  # fmt: skip
    with progress:
        task = progress.add_task("Making the company", total=until - begin)

        def told(now: int) -> None:
            month = datetime.fromtimestamp(now / _MICROSECONDS, UTC)
            progress.update(task, completed=now - begin, description=f"Playing {month:%B %Y}")

        yield told


def _free(port: int) -> int:
    """Return the port, or the next one that somebody can listen on."""
    from handraiser.edge.serving import is_taken

    for tried in range(port, min(port + _TRIES, 65_536)):
        if not is_taken(HOST, tried):
            return tried
    says = f"Somebody listens on {port} and the {_TRIES} ports behind it."
    raise refused(FlowCode.PORT_TAKEN, "--port", says, "Give another port.")


def _now() -> int:
    from handraiser.edge.running import now

    return now()
