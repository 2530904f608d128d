"""What is running, in which processes, and how does it die? handraiser as users start it, by its commands."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

from tests.servers import Database, free_port, until

__all__ = ["House", "Program", "children_of"]

# Whose processes that answer die twice within 5.5 s, the web server takes for broken, and ends: then whatever
# watches over services begins it again. Here nobody does.
_BREATH = 6.0
_COMMAND = [sys.executable, "-c", "from handraiser.edge.cli import main; main()"]


def children_of(process: int) -> list[int]:
    """Return the processes that a process has begun, and those that these have, as far as they are there."""
    found: list[int] = []
    try:
        threads = list(Path(f"/proc/{process}/task").iterdir())
        for thread in threads:
            for child in (thread / "children").read_text().split():
                found += [int(child), *children_of(int(child))]
    except (FileNotFoundError, ProcessLookupError):
        return found
    return found


def _is_there(process: int) -> bool:
    try:
        # What is dead but has not been asked for by its parent, is dead.
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def _kill(process: int) -> bool:
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


class Program:
    """One command that runs, with all processes it has begun."""

    def __init__(self, database: Database, words: Sequence[str], log: Path) -> None:
        self.database, self.words, self.log = database, words, log
        self._lost_one_at = 0.0
        self.begin()

    def begin(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*_COMMAND, *self.words], env=self.database.environment(), stdout=log, stderr=log
            )

    def workers(self) -> list[int]:
        """Return the processes in which leads are decided."""
        if self.words[0] == "work":
            return [self.process.pid]
        return [each for each in children_of(self.process.pid) if _is_worker(each)]

    def fronts(self) -> list[int]:
        """Return the processes that answer requests."""
        return [each for each in children_of(self.process.pid) if not _is_worker(each)]

    def kill_alone(self) -> None:
        """Kill the process that was started, and begin it anew once all that it had begun is gone."""
        others = children_of(self.process.pid)
        self._killed()
        until(lambda: not any(map(_is_there, others)), says=f"{self.words[0]} left {others} behind")
        self.begin()

    def kill_all(self) -> None:
        """Kill all its processes at once, and begin it anew."""
        others = children_of(self.process.pid)
        self._killed()
        for each in others:
            _kill(each)
        until(lambda: not any(map(_is_there, others)), says="what was killed is there")
        self.begin()

    def may_lose_one(self) -> bool:
        """Return whether it can be left to it to begin another of the processes that answer."""
        return time.monotonic() - self._lost_one_at > _BREATH

    def lose_one(self, random: Random) -> None:
        """Kill one of the processes that answer."""
        until(lambda: (there := self.fronts()) and _kill(random.choice(there)), says="nobody answers")
        self._lost_one_at = time.monotonic()

    def kill_one(self, process: int) -> bool:
        """Kill one of its processes; who has begun it begins another. Return whether it was there."""
        if process == self.process.pid:
            self._killed()
            self.begin()
            return True
        return _kill(process)

    def _killed(self) -> None:
        self.process.kill()
        self.process.wait()

    def end(self) -> int:
        """Have it end as users have it; return with what."""
        others = children_of(self.process.pid)
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(60)
        until(lambda: not any(map(_is_there, others)), says=f"{self.words[0]} left {others} behind")
        return code


def _is_worker(process: int) -> bool:
    try:
        return b"worker_process" in Path(f"/proc/{process}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False


class House:
    """All programs over one database: `serve`, or `web` and some `work` apart."""

    def __init__(self, database: Database, folder: Path, *, workers: int = 0) -> None:
        self.database, self.port = database, free_port()
        self.log = folder / "log"
        front = ["web", "--processes", "2"] if workers else ["serve"]
        told = [[*front, "--port", str(self.port)], *([["work"]] * workers)]
        self.programs = [Program(database, words, self.log) for words in told]

    def fronts(self) -> Iterator[tuple[Program, int]]:
        """Yield the processes that answer, with the program that begins another when they die."""
        return ((each, process) for each in self.programs[:1] for process in each.fronts())

    def workers(self) -> Iterator[tuple[Program, int]]:
        """Yield the processes that decide, likewise."""
        return ((each, process) for each in self.programs for process in each.workers())

    def processes(self) -> set[int]:
        """Return all that answer or decide."""
        return {process for found in (self.fronts(), self.workers()) for _, process in found}

    def end(self) -> None:
        """End all of it; raise where something does not end as it should."""
        codes = [(each.words[0], each.end()) for each in self.programs]
        # 130: it was told to while it was beginning.
        assert all(code in (0, 130) for _, code in codes), codes

    def tidy(self) -> None:
        """Leave nothing of it behind, however it went."""
        for program in self.programs:
            for each in [program.process.pid, *children_of(program.process.pid)]:
                _kill(each)
            program.process.wait()
