"""Where do the made company's accidents come from?

From one seed. Every purpose has dice of its own, so that a new kind of event does not change the
rolls of the others. Instants are microseconds since 1970 until they are written down.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

__all__ = [
    "DAY",
    "HOUR",
    "MINUTE",
    "SECOND",
    "Bools",
    "Floats",
    "Ints",
    "choose",
    "dice",
    "instants",
    "whole_seconds",
    "words",
]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def dice(seed: int, purpose: str) -> np.random.Generator:
    """Return the dice for one purpose; crc32, because Python's own hash differs between runs."""
    return np.random.default_rng([seed, zlib.crc32(purpose.encode())])


def choose(rng: np.random.Generator, weights: Sequence[float], size: int) -> Ints:
    """Return `size` positions in `weights`, each as often as its weight says."""
    shares = np.cumsum(np.asarray(weights, dtype=np.float64))
    drawn = np.searchsorted(shares, rng.random(size) * shares[-1], side="right")
    position: Ints = np.minimum(drawn, len(shares) - 1).astype(np.int64)
    return position


def whole_seconds(microseconds: Floats) -> Ints:
    """Return those lengths of time as whole seconds, in microseconds."""
    whole: Ints = microseconds.astype(np.int64) // SECOND * SECOND
    return whole


def words(vocabulary: Sequence[str], position: Ints) -> pa.DictionaryArray:
    """Return the word at each position as a column; NULL where the position is negative."""
    index = pa.array(position.astype(np.int32), mask=position < 0)
    return pa.DictionaryArray.from_arrays(index, pa.array(vocabulary, pa.string()))


def instants(at: Ints, missing: Bools | None = None) -> pa.Array:
    """Return microseconds as a column of UTC instants, NULL where `missing`."""
    return pa.array(at, mask=missing).cast(pa.timestamp("us", tz="UTC"))
