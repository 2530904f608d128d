"""How many examples property tests draw, where they find the oracle, and the one PostgreSQL of a process."""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.servers import Cluster, postgresql

# Where handraiser keeps its data unless told otherwise: nothing of a test is left in the folder it is run in.
os.environ["HANDRAISER_FOLDER"] = tempfile.mkdtemp(prefix="handraiser-tests-")
atexit.register(shutil.rmtree, os.environ["HANDRAISER_FOLDER"], ignore_errors=True)
sys.path.insert(0, str(Path(__file__).parent))

_QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
settings.register_profile("quick", max_examples=20, deadline=None, suppress_health_check=_QUIET)
settings.register_profile("check", max_examples=15, deadline=None, suppress_health_check=_QUIET)
settings.register_profile("long", max_examples=5_000, deadline=None, suppress_health_check=_QUIET)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "check"))


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Return how many processes test at once: two more than processors, as many tests wait for servers."""
    return (os.cpu_count() or 1) + 2


# Files that take longest, the longest first. Each process begins with some of them, so that in the end nobody
# waits for one of them.
_LONG = (
    "app/test_pictures.py", "live/test_torture.py", "app/test_agreement_pages.py", "app/test_queue_page.py",
    "test_diff_against_oracle.py", "app/test_other_ways_in.py", "live/test_what_if.py",
    "handing/test_month_with_sales.py", "web/test_pressure.py", "live/test_reading.py",
    "web/test_read_api.py", "test_order_of_things.py", "verdicts/test_any_verdicts.py",
    "app/test_board_page.py",
    "store/test_database.py", "store/test_doctor.py", "store/test_export.py", "outbox/test_delivering.py",
    "store/test_serving.py", "store/test_history.py", "live/test_month.py", "app/test_what_if_page.py",
    "app/test_demo_served.py", "outbox/test_served.py",
)  # fmt: skip


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Have each process, which begins with as many tests in a row, begin with a part of the longest."""
    here, many = Path(__file__).parent, pytest_xdist_auto_num_workers(config)
    parts: list[list[pytest.Item]] = [[] for _ in range(many)]
    files: dict[str, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.path.relative_to(here).as_posix(), []).append(item)
    for place, name in enumerate(each for each in _LONG if each in files):
        turn, at = divmod(place, many)
        parts[at if turn % 2 == 0 else many - 1 - at] += files.pop(name)
    rest = [item for file in files.values() for item in file]
    share = -(-len(items) // many)
    for part in parts:
        room = max(0, share - len(part))
        part += rest[:room]
        del rest[:room]
    items[:] = [item for part in parts for item in part] + rest


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server of this test process, for all that do not stop it."""
    with postgresql() as running:
        yield running
