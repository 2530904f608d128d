"""What is done to the house, again and again, while clients send?"""

from __future__ import annotations

import time
from random import Random

from tests.servers import Cluster, Database, until
from tests.torture.crashing import crash
from tests.torture.house import House
from tests.torture.load import Load
from tests.torture.scene import Say, at_work, progress

__all__ = ["killed", "restarted"]

_SOON = 0.4  # seconds after some progress at the most, until something is killed


def killed(database: Database, *, kills: int, seed: int, say: Say, workers: int = 0, least: int = 5) -> None:
    """Kill what answers and what decides so many times each; the rest is as of `at_work`."""
    random = Random(seed)
    with at_work(database, seed=seed, say=say, workers=workers, least=least) as (house, load):
        for number in range(kills):
            for what in (_kill_a_front, _kill_a_worker):
                said = what(house, load, random)
                say(f"{number + 1}/{kills} {said}; {len(load.acknowledged)} acknowledged")


def _kill_a_front(house: House, load: Load, random: Random) -> str:
    """Kill a process that answers, or the one that has begun it, or all with it; say which."""
    progress(load, random.randint(1, 200))
    time.sleep(_SOON * random.random())
    program = house.programs[0]
    how = random.choice(["one", "one", "alone", "all"] if program.may_lose_one() else ["alone", "all"])
    if how == "alone":
        program.kill_alone()
    elif how == "all":
        program.kill_all()
    else:
        program.lose_one(random)
    return {
        "one": f"a process of `{program.words[0]}` that answers",
        "alone": f"`{program.words[0]}`, but none of its processes",
        "all": f"`{program.words[0]}` with all its processes",
    }[how] + " killed"


def _kill_a_worker(house: House, load: Load, random: Random) -> str:
    """Kill a process that decides while it does, or as soon as there is one."""
    if random.random() < 0.8:
        _decided(house, random.randint(1, 300))
        time.sleep(_SOON * random.random())
    until(lambda: _killed_one(house, random), says="nobody decides")
    return "a worker killed"


def _killed_one(house: House, random: Random) -> bool:
    there = list(house.workers())
    if not there:
        return False
    program, process = random.choice(there)
    return program.kill_one(process)


def _decided(house: House, activities: int) -> None:
    """Return when so much more has been written down by whoever decides."""

    def done() -> int:
        return int(house.database.one("SELECT coalesce(max(id), 0) FROM store_activity"))

    end = done() + activities
    until(lambda: done() >= end, says="nobody decides any more")


def restarted(cluster: Cluster, *, times: int, seed: int, say: Say, least: int = 5) -> None:
    """Stop PostgreSQL, or let it crash, so many times, and start it again, with two workers over it."""
    random = Random(seed)
    database = cluster.database()
    with at_work(database, seed=seed, say=say, workers=2, least=least) as (house, load):
        for number in range(times):
            progress(load, random.randint(1, 200))
            _decided(house, random.randint(1, 300))
            time.sleep(_SOON * random.random())
            how = crash(cluster, database, random)
            say(f"{number + 1}/{times} PostgreSQL {how}; {len(load.acknowledged)} acknowledged")
