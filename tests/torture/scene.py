"""Where does it take place? A house at work, live agreements, clients; in the end it is held to the truth."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from handraiser.flows.keys import make_key
from tests.live.company import publish, using
from tests.live.traffic import AGREEMENTS
from tests.servers import Database, until
from tests.torture.house import House
from tests.torture.load import Load, loading
from tests.torture.proof import prove, settle

__all__ = ["Say", "at_work", "progress"]

Say = Callable[[str], None]
_EXPECTED = {0, 200, 429, 503}  # answers; 0 is none


def _prepared(database: Database) -> str:
    """Have agreements live from now on; return a key for tracking."""
    now = time.time_ns() // 1_000
    with using(database):
        publish(AGREEMENTS, now)
        return make_key("track", name="clients", who="torture", now=now).text


@contextmanager
def at_work(
    database: Database, *, seed: int, say: Say, workers: int = 0, least: int = 5
) -> Iterator[tuple[House, Load]]:
    """Give a house that takes in and decides what clients send; afterwards prove what is in the database.

    workers  how many there are apart from `web`; without any it is `serve`
    least    how many episodes and standings have to be there in the end
    """
    with tempfile.TemporaryDirectory(prefix="handraiser-torture-") as made:
        folder = Path(made)
        key = _prepared(database)
        house = House(database, folder, workers=workers)
        try:
            with loading(house.port, key, seed=seed) as load:
                progress(load, 100)
                yield house, load
                progress(load, 100)
            say(f"it is quiet; {settle(database):.1f} s later all was decided")
            house.end()
            assert load.answers.keys() <= _EXPECTED, load.answers
            prove(database, acknowledged=load.acknowledged, sent=load.sent, say=say, least=least)
        except BaseException:
            say(house.log.read_text()[-4_000:])
            raise
        finally:
            house.tidy()


def progress(load: Load, messages: int) -> None:
    """Return when so many more have been acknowledged."""
    end = len(load.acknowledged) + messages
    until(lambda: len(load.acknowledged) >= end, says=f"nobody is answered any more: {load.answers}")
