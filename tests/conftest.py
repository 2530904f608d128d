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
settings.register_profile("check", max_examples=30, deadline=None, suppress_health_check=_QUIET)
settings.register_profile("long", max_examples=5_000, deadline=None, suppress_health_check=_QUIET)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "check"))


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Return how many processes test at once: two more than processors, as many tests wait for servers."""
    return (os.cpu_count() or 1) + 2


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server of this test process, for all that do not stop it."""
    with postgresql() as running:
        yield running
