"""A web app over each database, one for all tests of a process, and browsers to look at it with."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import django
import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.servers import serving, sqlite_database

SECRET = "only for tests, and for nothing else"  # noqa: S105  it keeps nothing
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "handraiser.edge.settings")
os.environ["HANDRAISER_SECRET"] = SECRET
# Playwright has an event loop in this thread, which nothing of Django's ever waits for.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
django.setup()

from django.conf import settings  # noqa: E402  after it was set up

from handraiser.edge.settings_read import signing_key  # noqa: E402  as above
from handraiser.edge.whatif import place  # noqa: E402  as above
from handraiser.edge.whatif.wire import WhatIf, receive, send  # noqa: E402  as above
from tests.app.made_company import demo, played  # noqa: E402  as above
from tests.app.visitors import App  # noqa: E402  as above
from tests.live.company import emptied, using  # noqa: E402  as above

__all__ = ["app", "browser", "demo", "played"]

expect.set_options(timeout=15_000)  # others test at the same time
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """A web app that runs for all tests."""
    if request.param == "sqlite":
        database = sqlite_database(tmp_path_factory.mktemp("sqlite"))
    else:
        database = request.getfixturevalue("cluster").database()
    settings.HANDRAISER_SECRET = SECRET  # where another folder's tests have set Django up before
    settings.SECRET_KEY = signing_key(SECRET, settings.DATABASES["default"])
    with serving(database) as front:
        yield App(front, database)


@pytest.fixture(scope="module")
def app(running: App) -> App:
    """A web app of nobody's yet: each module of tests has its own people, agreement and leads."""
    _forget(Path(running.database.environment()["HANDRAISER_FOLDER"]))
    with using(running.database):
        emptied()
    return running


def _forget(data: Path) -> None:
    """Have the process end that may hold the history of what was there before: to it this is another one."""
    there = place.connected(place.room(data), patience=10)
    if there is not None:
        # It may be about to end anyway.
        with there, suppress(OSError, EOFError):
            send(there, WhatIf(of="", asker="", number=0, tested="", against=""))
            receive(there)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium."""
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        yield found
        found.close()
