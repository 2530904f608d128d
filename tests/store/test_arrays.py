"""Columns that go to PostgreSQL as arrays arrive as they were."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from handraiser.store.bulk import as_array
from tests.servers import Cluster


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("bigint", [1, None, -(1 << 62), np.int64(3)]),
        ("float8", [0.1, None, math.inf, np.float64(2.5)]),
        ("boolean", [True, None, False, np.True_]),
        ("text", ["a", None, 'a "b"\\', "NULL", "None", "{(,)}"]),
    ],
)
def test_a_column_arrives_as_it_was(cluster: Cluster, kind: str, values: list[Any]) -> None:
    database = cluster.database()
    assert database.one(f"SELECT ?::{kind}[]", [as_array(iter(values), kind)]) == values
    cluster.drop(database)
