"""A database with its tables for each test, SQLite and PostgreSQL in turn, and Django looking at it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from handraiser.edge.database import set_up
from tests.servers import Database, sqlite_database

set_up()  # before any test imports what needs it


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with all tables and no rows, to be copied."""
    folder = tmp_path_factory.mktemp("sqlite")
    sqlite_database(folder)
    return folder / "handraiser.db"


@pytest.fixture(params=["sqlite", "postgresql"])
def stored(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database of the test's own, with its tables."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("empty_sqlite"), tmp_path / "handraiser.db")
        database = Database(f"sqlite:///{tmp_path / 'handraiser.db'}")
    else:
        database = request.getfixturevalue("cluster").database()
    look_at(database.url)
    yield database
    from django.db import connections

    connections.close_all()
    if request.param == "postgresql":
        request.getfixturevalue("cluster").drop(database)


def look_at(url: str) -> None:
    """Have Django look at another database from now on."""
    from django.db import connections

    from handraiser.edge.settings import database as settings_of

    connections["default"].close()
    connections.settings = connections.configure_settings({"default": settings_of(url)})
    del connections["default"]
