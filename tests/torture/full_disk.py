"""What happens where nothing more fits on the disk? A small one is made in memory, and filled up."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers import Cluster, Database, sqlite_database, until
from tests.torture.scene import Say, at_work, progress

__all__ = ["can_mount", "postgresql_fills_up", "sqlite_fills_up"]

_SIZE = "64m"
_TIMES = 20  # that clients are refused while it is full


@contextmanager
def small_disk() -> Iterator[Path]:
    """Give a folder on a disk of its own that has little room."""
    with tempfile.TemporaryDirectory(prefix="handraiser-disk-") as made:
        Path(made).chmod(0o755)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={_SIZE}", "tmpfs", made], check=True)
        try:
            yield Path(made)
        finally:
            subprocess.run(["umount", made], check=True)


def can_mount() -> bool:
    """Return whether whoever runs this may make such a disk."""
    try:
        with small_disk():
            return True
    except (OSError, subprocess.CalledProcessError):
        return False


def sqlite_fills_up(*, seed: int, say: Say, least: int = 5) -> None:
    """Serve from SQLite on a disk that is full for a while."""
    with small_disk() as disk:
        _fills_up(sqlite_database(disk), disk, seed=seed, say=say, least=least)


def postgresql_fills_up(cluster: Cluster, *, seed: int, say: Say, least: int = 5) -> None:
    """Serve from PostgreSQL whose tables are on a disk that is full for a while."""
    with small_disk() as disk:
        folder = disk / "tables"
        folder.mkdir()
        database = cluster.database(folder=folder)
        try:
            _fills_up(database, disk, seed=seed, say=say, least=least)
        finally:
            cluster.drop(database, folder=True)


def _fills_up(database: Database, disk: Path, *, seed: int, say: Say, least: int) -> None:
    with at_work(database, seed=seed, say=say, least=least) as (house, load):
        until(lambda: database.one("SELECT count(*) FROM store_standing"), says="nothing is decided")
        there = house.processes()
        ballast = disk / "ballast"
        _fill(ballast)
        end = load.answers[503] + _TIMES
        until(lambda: load.answers[503] >= end, says=f"nobody is refused: {load.answers}")
        say(f"full: {load.answers[503]} refused so far, {len(load.acknowledged)} acknowledged")
        ballast.unlink()
        progress(load, 200)
        say(f"there is room again: {len(load.acknowledged)} acknowledged")
        assert house.processes() == there, "a full disk ended a process"


def _fill(file: Path) -> None:
    with file.open("wb", buffering=0) as out:
        for size in (1 << 20, 1 << 12):
            try:
                while True:
                    out.write(b"\0" * size)
            except OSError:  # nothing more of this size fits
                continue
