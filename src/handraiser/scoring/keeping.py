"""How are hits kept from one batch of events to the next?

As bytes, a few chunks for each lead: little-endian words of 64 bits as `packing` lays them out. They are
worth something as long as `ground_key` is the same. A lead's next events make one more chunk, and now and
then some of the last are written together (`merged`).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from handraiser.scoring import packing
from handraiser.scoring.hits import PER_MASK, order_within_leads
from handraiser.scoring.plan import ground_key
from handraiser.scoring.room import zeros
from handraiser.scoring.stream import Hits
from handraiser.scoring.wanted import Shape

__all__ = ["can_be_read", "ground_key", "joined", "merged", "packed", "packed_all", "together", "unpacked"]

Ints = npt.NDArray[np.int64]
_WORD = np.dtype("<i8")


def packed(hits: Hits, lead: int) -> bytes | None:
    """Return the hits of one lead as a chunk, None where it has none."""
    return _packed(hits, lead, lead + 1)[0]


def packed_all(hits: Hits) -> list[bytes | None]:
    """Return the same of every lead."""
    return _packed(hits, 0, len(hits.offsets) - 1)


def _packed(hits: Hits, start: int, stop: int) -> list[bytes | None]:
    tables = _tables(hits)
    widths = [table.shape[1] for table in tables]
    counts = np.diff(hits.offsets[start : stop + 1])
    ends = np.cumsum(np.where(counts > 0, packing.HEAD + counts * sum(widths), 0))
    words = np.empty(int(ends[-1]) if len(ends) else 0, dtype=np.int64)
    packing.write_words(start, stop, hits.offsets, _columns(*widths), *tables, words)
    data = memoryview(words.astype(_WORD, copy=False).tobytes())
    cuts = [0, *(8 * ends).tolist()]
    return [bytes(data[a:b]) if b > a else None for a, b in pairwise(cuts)]


class _Words(NamedTuple):
    """Chunks as the kernels read them: all of one lead after the other.

    starts   per lead where its words begin, and where the last one's end
    widths   how many columns of rows, weights and keys chunks of this shape have
    """

    words: Ints
    starts: Ints
    widths: tuple[int, int, int]

    def count_rows(self) -> Ints:
        """Return the offsets of the leads' rows. Raises `ValueError` where a chunk has other columns."""
        offsets = np.zeros(len(self.starts), dtype=np.int64)
        told = _columns(*self.widths)
        wrong = packing.count_rows(self.words, self.starts, told, sum(self.widths), offsets)
        if wrong >= 0:
            raise ValueError(f"the hits kept of lead {wrong} are of other columns, or cut short")
        return offsets


def _words(chunks: Sequence[Sequence[bytes]], shape: Shape) -> _Words:
    words = np.frombuffer(bytearray().join(one for own in chunks for one in own), dtype=_WORD)
    ends = np.cumsum([sum(map(len, own)) for own in chunks], dtype=np.int64) // 8
    of_rows = (3 if shape.begin else 2) + (shape.source >= 0)
    weights, keys = (int(each.max(initial=-1)) + 1 for each in (shape.weight_of, shape.key_of))
    return _Words(words.astype(np.int64, copy=False), np.append(0, ends), (of_rows, weights, keys))


def can_be_read(chunks: Sequence[bytes], shape: Shape) -> bool:
    """Return whether all chunks are hits of that shape."""
    try:
        _words([[chunk] for chunk in chunks], shape).count_rows()
    except ValueError:
        return False
    return True


def unpacked(chunks: Sequence[Sequence[bytes]], shape: Shape) -> Hits:
    """Return the hits of all leads: of each its chunks, in the order in which they were written.

    Raises `ValueError` where a chunk is none of hits of that shape.
    """
    given = _words(chunks, shape)
    offsets = given.count_rows()
    rows, weights, keys = (zeros((int(offsets[-1]), width), np.int64) for width in given.widths)
    met = np.zeros(len(shape.weight_of) + PER_MASK, dtype=np.int64)
    packing.read_words(given.words, given.starts, offsets, rows, weights, keys, met)
    return _ordered(
        Hits(
            offsets, rows, shape.begin, shape.source, weights.view(np.float64), keys.view(np.uint64),
            shape.weight_of, shape.key_of, _rules_met(met),
        )
    )  # fmt: skip


def together(chunks: Sequence[bytes]) -> bytes:
    """Return chunks of one lead as a single chunk."""
    # As arrays, 75,000 rows in two chunks would take seventeen times as long; a few, a tenth less.
    size = _WORD.itemsize
    rows = [int.from_bytes(chunk[:size], "little") for chunk in chunks]
    behind = packing.HEAD * size
    columns = (len(chunks[0]) - behind) // (size * rows[0])
    parts = [sum(rows).to_bytes(size, "little"), chunks[0][size:behind]]
    for c in range(columns):
        for chunk, count in zip(chunks, rows, strict=True):
            begin = behind + c * count * size
            parts.append(chunk[begin : begin + count * size])
    return b"".join(parts)


def joined(earlier: Hits, new: Hits) -> Hits:
    """Return the hits of both, of the same leads; of those that tie the earlier ones stand first."""
    offsets = earlier.offsets + new.offsets
    tables = []
    for before, after in zip(_tables(earlier), _tables(new), strict=True):
        table = zeros((int(offsets[-1]), before.shape[1]), np.int64)
        packing.copy_leads(earlier.offsets, before, np.zeros_like(offsets), offsets, table)
        packing.copy_leads(new.offsets, after, earlier.offsets, offsets, table)
        tables.append(table)
    rows, weights, keys = tables
    return _ordered(
        new._replace(
            offsets=offsets,
            rows=rows,
            weights=weights.view(np.float64),
            keys=keys.view(np.uint64),
            met=earlier.met | new.met,
        )
    )


def merged(sizes: Sequence[int]) -> int:
    """Return how many of a lead's last chunks are to be written together with the new one.

    sizes  how many hits the chunks have (or bytes), in their order, the new one last

    A chunk is written again only where that makes it half as large again at least, and stays at least twice
    as large as the next one: so n hits are in O(log n) chunks, and each is written O(log n) times.
    """
    together, size = 0, sizes[-1]
    for before in reversed(sizes[:-1]):
        if before >= 2 * size:
            break
        together += 1
        size += before
    return together


def _tables(hits: Hits) -> tuple[Ints, Ints, Ints]:
    return hits.rows, hits.weights.view(np.int64), hits.keys.view(np.int64)


def _columns(rows: int, weights: int, keys: int) -> int:
    """Return the word that says how many columns of each there are."""
    return rows | weights << 16 | keys << 32


def _ordered(hits: Hits) -> Hits:
    leads = len(hits.offsets) - 1
    order_within_leads(0, leads, hits.offsets, hits.rows, hits.begin, hits.weights, hits.keys)
    return hits


def _rules_met(met: Ints) -> frozenset[int]:
    return frozenset(
        first + place
        for first in np.flatnonzero(met).tolist()
        for place in range(PER_MASK)
        if int(met[first]) >> place & 1
    )
