"""Kill handraiser at random moments under load, and hold what is left to the truth: `make torture`."""

from __future__ import annotations

import argparse
import secrets
import sys
import time
from contextlib import nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory

from handraiser.edge.database import set_up
from tests.servers import postgresql, sqlite_database

__all__ = ["main"]


def main() -> None:
    """Do all that the command line asks for; raise at the first thing that is not as it should be."""
    asked = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    asked.add_argument("--kills", type=int, default=50, help="of what answers and of what decides, each")
    asked.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    asked.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    told = asked.parse_args()
    set_up()
    from tests.torture.full_disk import postgresql_fills_up, sqlite_fills_up
    from tests.torture.rounds import killed, restarted

    print(f"== torture --kills {told.kills} --seed {told.seed} --database {told.database}", flush=True)
    if told.database != "postgresql":
        _title("SQLite: serve is killed")
        with TemporaryDirectory(prefix="handraiser-torture-") as folder:
            killed(sqlite_database(Path(folder)), kills=told.kills, seed=told.seed, say=_say)
        _title("SQLite: the disk is full")
        sqlite_fills_up(seed=told.seed, say=_say)
    with postgresql(durable=True) if told.database != "sqlite" else nullcontext() as cluster:
        if cluster is not None:
            half = told.kills // 2
            _title("PostgreSQL: serve is killed")
            killed(cluster.database(), kills=told.kills - half, seed=told.seed, say=_say)
            _title("PostgreSQL: web and two workers are killed")
            killed(cluster.database(), kills=half, seed=told.seed + 1, say=_say, workers=2)
            _title("PostgreSQL: the server goes away")
            restarted(cluster, times=max(told.kills // 4, 1), seed=told.seed, say=_say)
            _title("PostgreSQL: the disk is full")
            postgresql_fills_up(cluster, seed=told.seed, say=_say)
    _title("all is well")


def _title(text: str) -> None:
    print(f"== {text}", flush=True)


def _say(text: str) -> None:
    sys.stdout.write(f"{time.strftime('%H:%M:%S')} {text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
