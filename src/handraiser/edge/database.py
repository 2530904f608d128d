"""Is the database there, with all its tables? What it refuses becomes a sentence, never a trace of calls.

Nothing of Django is imported before somebody asks: commands that need no database start without it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from handraiser.errors import Diagnostic, Mistakes, Place, Unavailable

if TYPE_CHECKING:
    from django.db import Error

__all__ = ["database", "database_name", "set_up"]

_LOCK = 4_802_715  # any number, the same for all who make or change tables
_PATIENCE = 120_000  # milliseconds that one waits for another who makes the tables of an SQLite
_WRONG_URL = (
    "DATABASE_URL is no address of a database. It is postgresql://USER:PASSWORD@HOST:PORT/NAME or "
    "sqlite:///FILE; in a password, write / as %2F, @ as %40, : as %3A, # as %23 and ? as %3F."
)


@contextmanager
def database(*, new: bool, say: Callable[[list[str]], None]) -> Iterator[None]:
    """Have the database ready within, closed afterwards.

    new  whether one is made where there is none: in SQLite the file, in both the tables
    say  is told what was done to it

    Raises Unavailable for whatever the database cannot do, Mistakes where there is none and none is made.
    """
    set_up()
    from django.db import Error, connections

    try:
        say(_made_ready(new=new))
        yield
    except Error as error:
        if _is_ours(error):
            raise
        raise Unavailable(_told(error)) from error
    finally:
        connections.close_all()


def set_up() -> None:
    """Have Django know our settings and tables; a second time does nothing. Raises Unavailable.

    The environment says where the database is; no connection is made.
    """
    os.environ["DJANGO_SETTINGS_MODULE"] = "handraiser.edge.settings"
    try:
        import_module("handraiser.edge.settings")
    except ValueError:
        # Its own words may have a part of the password in them.
        raise Unavailable(_WRONG_URL) from None
    import django
    from django.apps import apps

    if not apps.ready:
        django.setup()


def database_name() -> str:
    """Return how people call the database: its file, or its name and host. It has no password in it."""
    from django.db import connection

    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"The database {os.path.abspath(settings['NAME'])}"
    return f"The database {settings['NAME']} at {settings['HOST'] or 'this machine'}"


def _made_ready(*, new: bool) -> list[str]:
    """Return what was done to the database so that it has all its tables: mostly nothing."""
    from django.db import Error, connection
    from django.db.migrations.executor import MigrationExecutor

    if connection.vendor == "sqlite":
        file = Path(connection.settings_dict["NAME"])
        if not file.exists():
            if not new:
                raise Mistakes([_no_database(database_name(), "is not there")])
            file.parent.mkdir(parents=True, exist_ok=True)
    try:
        connection.ensure_connection()
    except Error as error:  # whatever it is, such as an option that there is not: no question was asked yet
        raise Unavailable(_told(error)) from error
    loader = MigrationExecutor(connection).loader
    later = set(loader.applied_migrations) - set(loader.disk_migrations)
    if later:
        says = "was made by a later version of handraiser than this one: install that one"
        raise Unavailable(f"{database_name()} {says}.")
    missing = set(loader.disk_migrations) - set(loader.applied_migrations)
    if not missing:
        return []
    empty = not loader.applied_migrations
    if empty and not new:
        raise Mistakes([_no_database(database_name(), "has no tables of handraiser's")])
    _migrate()
    if empty:
        return [f"{database_name()} has been made."]
    names = ", ".join(name for _, name in sorted(missing))
    return [f"{database_name()} has been brought up to date: {names}."]


def _no_database(name: str, says: str) -> Diagnostic:
    return Diagnostic(
        code="HR801",
        at=Place("DATABASE_URL", line=0),
        says=f"{name} {says}.",
        fix="Stand in the folder where handraiser serves, or set HANDRAISER_FOLDER or DATABASE_URL as there. "
        "`handraiser serve` and `handraiser user add` make one.",
    )


def _migrate() -> None:
    """Make and change tables; of several who come at once, one does it and the others find it done."""
    from django.db import connection, transaction
    from django.db.migrations.executor import MigrationExecutor

    def go() -> None:
        executor = MigrationExecutor(connection)
        executor.migrate(executor.loader.graph.leaf_nodes())

    if connection.vendor == "sqlite":
        # All in one transaction, for which others wait as long as it takes on a slow machine. Foreign keys
        # cannot be let go inside of one.
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA busy_timeout = {_PATIENCE}")
        connection.disable_constraint_checking()
        try:
            with transaction.atomic():
                go()
        finally:
            connection.enable_constraint_checking()
            connection.close()  # what comes next waits no longer than anybody
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        try:
            go()
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def _is_ours(error: Error) -> bool:
    """Return whether what was asked was wrong, and not the world."""
    from django.db import DataError, IntegrityError, NotSupportedError, ProgrammingError

    if getattr(error.__cause__, "sqlstate", None) == "42501":  # insufficient_privilege
        return False
    return isinstance(error, DataError | IntegrityError | NotSupportedError | ProgrammingError)


def _told(error: Error) -> str:
    lines = str(error).strip().splitlines()
    return f"{database_name()}: {lines[0].rstrip('.') if lines else type(error).__name__}."
