"""The demo's company, small, after some weeks that the real flows played; and the demo that serves it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from handraiser.edge.played.company import play
from handraiser.edge.played.marker import ENVIRONMENT
from tests.app.visitors import App
from tests.live.company import using
from tests.servers import Database, serving, sqlite_database

__all__ = ["UNTIL", "demo", "played"]

UNTIL = int(datetime(2026, 6, 30, 14, tzinfo=UTC).timestamp()) * 1_000_000


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Database, int]:
    """The database of the company, and when what was played ended."""
    database = sqlite_database(tmp_path_factory.mktemp("demo"))
    with using(database):
        play(until=UNTIL, leads=60, days=30, told=lambda now: None)
    return database, UNTIL


@pytest.fixture(scope="session")
def demo(played: tuple[Database, int]) -> Iterator[App]:
    """The company as the demo serves it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(ENVIRONMENT, "1")
        with serving(played[0]) as front:
            patch.undo()
            yield App(front, played[0])
