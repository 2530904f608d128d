"""How does a PostgreSQL server go away and come back?"""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from random import Random

import psycopg

from tests.servers import Cluster, Database, until
from tests.torture.house import children_of

__all__ = ["crash"]


def crash(cluster: Cluster, database: Database, random: Random) -> str:
    """Let it be stopped, or crash in one of several ways, and be there again; return which."""
    how = random.choice(["stopped", "crashed", "killed", "lost one of its processes"])
    if how == "lost one of its processes":
        _kill_a_backend(database, random)
        return how  # it throws everybody out, and recovers by itself
    others = children_of(cluster.process_id)
    cluster.stop({"stopped": signal.SIGINT, "crashed": signal.SIGQUIT, "killed": signal.SIGKILL}[how])
    # While one of its processes is there, no other server begins in its folder.
    until(lambda: not any(Path(f"/proc/{each}").exists() for each in others), says="PostgreSQL does not end")
    time.sleep(0.5 * random.random())
    cluster.start()
    return how


def _kill_a_backend(database: Database, random: Random) -> None:
    try:
        found = database.rows("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
    except psycopg.OperationalError:
        return  # it is recovering from the last time
    try:
        os.kill(random.choice(found)[0], signal.SIGKILL)
    except ProcessLookupError:
        return
