"""A web front over each database, one for all tests of a process; each test finds it empty."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import django
import pytest
from sending import Tracking

from tests.servers import Database, serving, sqlite_database

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "handraiser.edge.settings")
django.setup()  # what tells the story to a database is Django's, in this process


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tracking]:
    """A web front that runs for all tests."""
    if request.param == "sqlite":
        database = sqlite_database(tmp_path_factory.mktemp("sqlite"))
    else:
        database = request.getfixturevalue("cluster").database()
    with serving(database) as front:
        yield Tracking(front, database)


@pytest.fixture
def tracking(served: Tracking) -> Tracking:
    """A web front with nothing in its database but one key."""
    served.empty()
    return served


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    """A database of the test's own, with its tables."""
    if request.param == "sqlite":
        return sqlite_database(tmp_path)
    found: Database = request.getfixturevalue("cluster").database()
    return found
