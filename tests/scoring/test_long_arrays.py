"""Are arrays that stand in memory of their own like any other?"""

from __future__ import annotations

import gc
import sys

import numpy as np
import pytest

from handraiser.scoring.compiling import kernel
from handraiser.scoring.room import zeros

LARGE = 1 << 20


@kernel
def _fill(table):
    for i in range(table.shape[0]):
        for c in range(table.shape[1]):
            table[i, c] = i - c


@pytest.mark.parametrize("shape", [0, 3, LARGE, (0, 2), (2, 0), (LARGE, 3), (3, LARGE)])
@pytest.mark.parametrize("dtype", [np.int64, np.float64, np.uint64, np.uint32, np.uint8])
def test_they_are_what_numpy_makes(shape: int | tuple[int, ...], dtype: type[np.generic]) -> None:
    made, usual = zeros(shape, dtype), np.zeros(shape, dtype)
    assert (made.shape, made.dtype, made.strides) == (usual.shape, usual.dtype, usual.strides)
    assert made.flags.writeable
    assert made.flags.aligned
    assert not made.any()


@pytest.mark.parametrize("rows", [10, LARGE])
def test_kernels_write_into_them(rows: int) -> None:
    table = zeros((rows, 2), np.int64)
    _fill(table)
    assert (table[:, 0] == np.arange(rows)).all()
    assert (table[:, 1] == np.arange(rows) - 1).all()
    # One type for both: a kernel is compiled once.
    assert len(_fill.signatures) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux for what a process holds")
def test_memory_is_given_back_with_the_last_view_of_it() -> None:
    def held() -> int:
        with open("/proc/self/statm") as told:
            return int(told.read().split()[1]) * 4096

    table = zeros((LARGE, 16), np.int64)
    table[:] = 1
    part, with_it = table[:1], held()
    del table
    gc.collect()
    assert held() > with_it - (64 << 20)
    assert part.all()
    del part
    gc.collect()
    assert held() < with_it - (64 << 20)
