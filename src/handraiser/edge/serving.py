"""`handraiser serve`, `web` and `work`: the processes that take events in and decide leads."""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from handraiser.edge.absent_told import absent_from_live
from handraiser.edge.database import database, database_name, set_up
from handraiser.edge.options import Host, LiveAgreement, Port, Processes
from handraiser.edge.running import ERR, failing, now, say, texts_of
from handraiser.errors import Mistakes
from handraiser.flows.refusals import FlowCode, refused

if TYPE_CHECKING:
    from handraiser.store.models import Publication

__all__ = ["is_taken", "serve", "serve_with_workers", "until_told", "web", "work"]

_PAUSE = 1.0  # seconds until a worker that ended by itself is begun again
_NOT_HERE = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)
_FAREWELL = 30.0  # seconds for a worker to finish what it is about


def serve(agreement: LiveAgreement = None, port: Port = 8000, host: Host = "127.0.0.1") -> None:
    with failing(*([agreement] if agreement else [])), until_told():
        _refuse_taken(host, port)
        with database(new=True, say=say):
            if agreement is not None:
                _make_live(agreement)
            _refuse_wrong_settings()
            say([*_no_agreement(), *_no_key(), *absent_from_live(now()), *_nobody_signs_in(host, port)])
        serve_with_workers(host, port)


def serve_with_workers(host: str, port: int) -> None:
    """Answer at a port, with workers beside, until told to stop; then what was begun is ended."""
    # Each by itself: who resolves need not wait for who decides, nor either for the outside.
    helpers = [_Worker(part) for part in ("resolve", "decide", "deliver")]
    _say_ready(host, port)
    try:
        _serve(host, port, processes=1)
    finally:
        for helper in helpers:
            helper.ask_to_end()
        for helper in helpers:
            helper.see_it_end()


def web(port: Port = 8000, host: Host = "127.0.0.1", processes: Processes = 1) -> None:
    with failing(), until_told():
        _refuse_sqlite("web")
        _refuse_taken(host, port)
        with database(new=True, say=say):
            say([*_no_key(), *_nobody_signs_in(host, port)])
        _say_ready(host, port)
        _serve(host, port, processes=processes)


def work() -> None:
    with failing(), until_told():
        _refuse_sqlite("work")
        with database(new=True, say=say):
            _refuse_wrong_settings()
            say([_worked_on()])
        from handraiser.edge.worker import run

        run()


@contextmanager
def until_told() -> Iterator[None]:
    """Return also when told to end before all has begun: it is how these end, and no failure."""
    with suppress(KeyboardInterrupt):
        yield


def _serve(host: str, port: int, *, processes: int) -> None:
    from handraiser.edge.web.server import serve as serve_it

    serve_it(host=host, port=port, processes=processes)


def is_taken(host: str, port: int) -> bool:
    """Return whether nobody can listen there."""
    try:
        _refuse_taken(host, port)
    except Mistakes:
        return True
    return False


def _refuse_taken(host: str, port: int) -> None:
    """Say at once what the server would say much later, in its own words."""
    try:
        family, *_ = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (socket.gaierror, UnicodeError) as error:
        raise _no_such_host(host, getattr(error, "strerror", None) or str(error)) from None
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else str(error)
        if error.errno in _NOT_HERE:
            raise _no_such_host(host, why) from None
        says = f"Nobody can listen on {host}:{port}: {why}."
        fix = "Choose another port, such as --port 8001."
        raise refused(FlowCode.PORT_TAKEN, "--port", says, fix) from None


def _no_such_host(host: str, why: str) -> Mistakes:
    says = f"{host} is no address of this machine: {why}."
    fix = "Leave --host out for this machine alone, or say 0.0.0.0 for all its addresses."
    return refused(FlowCode.NO_SUCH_HOST, "--host", says, fix)


def _refuse_sqlite(command: str) -> None:
    """Say so before there is a database that nobody asked for."""
    set_up()
    from django.db import connection

    if connection.vendor == "sqlite":
        says = f"`handraiser {command}` shares its database with others, which SQLite is not made for."
        fix = "Run `handraiser serve`, which is both, or set DATABASE_URL to a PostgreSQL."
        raise refused(FlowCode.NOT_FOR_SQLITE, "DATABASE_URL", says, fix)


def _refuse_wrong_settings() -> None:
    """Say at once what no message could leave by, or be kept by."""
    from handraiser.edge.outside import days_kept, outside

    outside(now)
    days_kept()


def _no_agreement() -> Iterator[str]:
    """Yield what to say where nobody can become an MQL."""
    from handraiser.store.models import Publication

    if not Publication.objects.filter(shadow=False, live_from__lte=now()).exists():
        command = "handraiser publish AGREEMENT --marketing EMAIL --sales EMAIL"
        yield f"No agreement is live, so nobody becomes an MQL. To have one live: `{command}`, {_where()}."


def _nobody_signs_in(host: str, port: int) -> Iterator[str]:
    """Yield how the first administrator comes in, where there is none; and that sessions will not last."""
    from handraiser.edge.web.signing.links import first_link, nobody_rules
    from handraiser.edge.web.signing.secret import settle_secret

    lasting = settle_secret()
    if nobody_rules():
        link = first_link(_shown(host, port))
        yield f"Nobody can sign in yet. The first administrator comes in here, within a day: {link}"
    if not lasting:
        yield (
            "HANDRAISER_SECRET is not set: who signs in has to do so again after each restart. Set it, the "
            "same for every process; `openssl rand -base64 32` makes a good one."
        )


def _shown(host: str, port: int) -> str:
    """Return where people on this machine reach it."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{_here(host)}:{port}"


def _no_key() -> Iterator[str]:
    """Yield what to say where nobody can send."""
    from handraiser.store.models import Key

    if not Key.objects.filter(scope=Key.Scope.TRACK, revoked_at=None).exists():
        command = "handraiser key new --scope track"
        yield f"There is no key for tracking, so nobody can send. To make one: `{command}`, {_where()}."


def _where() -> str:
    """Return how another command finds the same database."""
    for name in ("DATABASE_URL", "HANDRAISER_FOLDER"):
        if os.environ.get(name):
            return f"with {name} set as here"
    return f"in this folder, {os.getcwd()}"


def _worked_on() -> str:
    from handraiser.flows.live import live_at

    name = database_name()
    live = [one.agreement.name for one in live_at(now()) if not one.shadow]
    by = f"{', '.join(live)} {'is' if len(live) == 1 else 'are'} live" if live else "no agreement is live yet"
    return f"Working on {name[0].lower()}{name[1:]}: {by}."


def _make_live(path: Path) -> None:
    """Have an agreement decide from now on; whoever starts this signs for both sides."""
    from handraiser.agreement import load
    from handraiser.edge.diagnostics import render_diagnostics
    from handraiser.flows.publishing import publish_here
    from handraiser.scoring.lint import lint_alone

    loaded = load(path)
    if doubts := lint_alone(loaded):
        ERR.print(render_diagnostics(doubts, source_text=texts_of([path])), markup=False)
    here = publish_here(loaded, now=now())
    if here.new:
        say([f"{loaded.name} is live from now on, signed for both sides by whoever started this."])
    if here.stays is not None:
        say([_stays(here.stays, path)])


def _stays(live: Publication, path: Path) -> str:
    """Return that what people have signed stays, and what takes its place."""
    from handraiser.facts.instants import iso

    if live.ends:
        return (
            f"{live.name} was ended at {iso(live.live_from)}, as both sides signed: {path} is not published; "
            "`handraiser publish` or a proposal has it live again."
        )
    signers = " and ".join(user.email for user in (live.marketing, live.sales) if user is not None)
    return (
        f"{live.name} stays live as {signers} signed it, since {iso(live.live_from)}: {path} differs from "
        "it and is not published; `handraiser publish` replaces what is live."
    )


def _say_ready(host: str, port: int) -> None:
    """Say where it is as soon as it answers there."""

    def ask() -> None:
        shown = f"[{host}]" if ":" in host else host
        while True:
            try:
                socket.create_connection((_here(host), port), 1).close()
            except OSError:
                time.sleep(0.05)
                continue
            sys.stdout.write(f"ready http://{shown}:{port}\n")
            sys.stdout.flush()
            return

    threading.Thread(target=ask, name="ready", daemon=True).start()


def _here(host: str) -> str:
    """Return where this machine hears what it says to all its addresses."""
    return "localhost" if host in ("0.0.0.0", "::") else host  # noqa: S104  nobody listens here


class _Worker:
    """A worker for a part of the work in a process of its own, begun again when it ends by itself."""

    def __init__(self, part: str) -> None:
        self._part = part
        self._ending = threading.Event()
        self._process = self._begin()
        self._thread = threading.Thread(target=self._watch, name="worker", daemon=True)
        self._thread.start()

    def _begin(self) -> subprocess.Popen[bytes]:
        module = "handraiser.edge.worker_process"
        return subprocess.Popen([sys.executable, "-m", module, str(os.getpid()), self._part])

    def _watch(self) -> None:
        while not self._ending.is_set():
            code = self._process.wait()
            if code == 0 or self._ending.wait(_PAUSE):
                return  # told to, perhaps together with this process
            ERR.print(f"The worker ended by itself ({code}); it is begun again.", markup=False)
            self._process = self._begin()

    def ask_to_end(self) -> None:
        """Have the worker finish what it is about, and end."""
        self._ending.set()
        self._process.send_signal(signal.SIGTERM)

    def see_it_end(self) -> None:
        """Return when it has; its patience has an end."""
        try:
            self._process.wait(_FAREWELL)
        except subprocess.TimeoutExpired:
            self._process.kill()
