"""Which 64-bit hashes of a long stream occur more than once?

Batches are kept sorted into parts by their top bits, so that the table in which a part's hashes are looked
up fits into the processor's cache: with tens of millions of ids, one large table waits for memory at every
look-up and takes ten times as long.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt

from handraiser.scoring.compiling import kernel

__all__ = ["seen_again"]

Hashes = npt.NDArray[np.uint64]
Starts = npt.NDArray[np.int64]
_PARTS = 1024
_SHIFT = 54
_AT_ONCE = 16  # parts that are handed to a thread together
_FEW = 200_000  # sorted as a whole sooner than parts can be handed to threads
_NONE: Hashes = np.empty(0, dtype=np.uint64)


def seen_again(batches: Iterable[Hashes], *, threads: int = 2, few: int = _FEW) -> Hashes:
    """Return each hash that occurs at least twice, once, in ascending order; `few` are simply sorted."""
    parted = [_parted(batch) for batch in batches if len(batch)]
    if sum(len(ordered) for ordered, _ in parted) <= few:
        return _again_of_few([ordered for ordered, _ in parted])
    with ThreadPoolExecutor(threads) as pool:
        found = list(pool.map(lambda first: _again_from(parted, first), range(0, _PARTS, _AT_ONCE)))
    return np.unique(np.concatenate(found))


def _again_of_few(batches: list[Hashes]) -> Hashes:
    hashes, counts = np.unique(np.concatenate([_NONE, *batches]), return_counts=True)
    return hashes[counts > 1]


def _parted(batch: Hashes) -> tuple[Hashes, Starts]:
    ordered = np.empty_like(batch)
    starts = np.zeros(_PARTS + 1, dtype=np.int64)
    _sort_into_parts(batch, ordered, starts)
    return ordered, starts


def _again_from(parted: list[tuple[Hashes, Starts]], first: int) -> Hashes:
    return np.concatenate([_again(parted, part) for part in range(first, first + _AT_ONCE)])


def _again(parted: list[tuple[Hashes, Starts]], part: int) -> Hashes:
    pieces = [ordered[starts[part] : starts[part + 1]] for ordered, starts in parted]
    total = sum(map(len, pieces))
    # Half empty at least, so that a look-up ends soon.
    table = np.zeros(1 << max(4, (2 * total).bit_length()), dtype=np.uint64)
    again = np.empty(total, dtype=np.uint64)
    count = 0
    for piece in pieces:
        count = _note(piece, table, again, count)
    return np.unique(again[:count])


@kernel
def _sort_into_parts(batch: Hashes, ordered: Hashes, starts: Starts) -> None:
    """Order a batch by its top bits; afterwards part p is `ordered[starts[p]:starts[p + 1]]`."""
    shift = np.uint64(_SHIFT)
    for k in range(batch.shape[0]):
        starts[np.int64(batch[k] >> shift) + 1] += 1
    for part in range(_PARTS):
        starts[part + 1] += starts[part]
    for k in range(batch.shape[0]):
        mine = np.int64(batch[k] >> shift)
        ordered[starts[mine]] = batch[k]
        starts[mine] += 1
    # Each start has moved to the end of its part, which is the start of the next.
    for part in range(_PARTS, 0, -1):
        starts[part] = starts[part - 1]
    starts[0] = 0


@kernel
def _note(piece: Hashes, table: Hashes, again: Hashes, count: int) -> int:
    """Put hashes into the table; those that are there already go to `again`, whose new length comes back."""
    mask = np.uint64(table.shape[0] - 1)
    one = np.uint64(1)
    for k in range(piece.shape[0]):
        # Zero marks an empty place. That 0 and 1 are taken for the same costs a look, not a mistake.
        found = max(piece[k], one)
        place = found & mask
        while table[place] != 0 and table[place] != found:
            place = (place + one) & mask
        if table[place] == found:
            again[count] = piece[k]
            count += 1
        else:
            table[place] = found
    return count
