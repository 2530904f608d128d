"""Databases of both kinds, as the flows use them: in this process, through Django."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "handraiser.edge.settings")

import django

django.setup()

from tests.live.company import using
from tests.servers import Database, sqlite_database


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database with its tables, which all that uses Django in this process uses."""
    if request.param == "sqlite":
        made = sqlite_database(tmp_path)
        with using(made):
            yield made
    else:
        cluster = request.getfixturevalue("cluster")
        made = cluster.database()
        with using(made):
            yield made
        cluster.drop(made)
