"""A few of the blows of `make torture`: nothing acknowledged is lost, nothing is stored or decided twice."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import Cluster, postgresql, sqlite_database
from tests.torture.full_disk import can_mount, postgresql_fills_up, sqlite_fills_up
from tests.torture.rounds import killed, restarted

KILLS = 2
SEED = 4

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are found in /proc")


@pytest.fixture(scope="module")
def own_cluster() -> Iterator[Cluster]:
    """A PostgreSQL server that a test may let crash."""
    with postgresql() as running:
        yield running


@pytest.fixture
def small_disks() -> None:
    """Skip where there can be none."""
    if not can_mount():
        pytest.skip("only who may mount can make a small disk")


def test_serve_on_sqlite_survives_being_killed(tmp_path: Path) -> None:
    killed(sqlite_database(tmp_path), kills=KILLS, seed=SEED, say=print, least=0)


def test_web_and_two_workers_on_postgresql_survive_being_killed(own_cluster: Cluster) -> None:
    killed(own_cluster.database(), kills=KILLS, seed=SEED, say=print, workers=2, least=0)


def test_all_survives_a_postgresql_that_goes_away(own_cluster: Cluster) -> None:
    restarted(own_cluster, times=KILLS, seed=SEED, say=print, least=0)


@pytest.mark.usefixtures("small_disks")
def test_a_full_disk_under_sqlite_is_told_and_recovered_from() -> None:
    sqlite_fills_up(seed=SEED, say=print, least=0)


@pytest.mark.usefixtures("small_disks")
def test_a_full_disk_under_postgresql_is_told_and_recovered_from(own_cluster: Cluster) -> None:
    postgresql_fills_up(own_cluster, seed=SEED, say=print, least=0)
