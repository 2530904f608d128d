"""How do a lead's hits become words of 64 bits, and such words hits?

A chunk is the number of its rows, a word that says which columns it has, and the columns, one after the
other: those of `rows` (see `hits`), then weights, then keys, the latter two as their bits stand.
"""

from __future__ import annotations

from handraiser.scoring.compiling import kernel
from handraiser.scoring.hits import BITS, RULES

__all__ = ["HEAD", "copy_leads", "count_rows", "read_words", "write_words"]

HEAD = 2  # words before the columns


@kernel
def write_words(start, stop, offsets, columns, rows, weights, keys, words):
    """Write the chunks of leads start..stop, of those that have rows, one after the other."""
    at = 0
    for i in range(start, stop):
        a, b = offsets[i], offsets[i + 1]
        if a == b:
            continue
        words[at] = b - a
        words[at + 1] = columns
        at += HEAD
        for table in (rows, weights, keys):
            for c in range(table.shape[1]):
                for k in range(a, b):
                    words[at] = table[k, c]
                    at += 1


@kernel
def count_rows(words, starts, columns, width, offsets):
    """Fill the offsets of the leads' rows; return a lead whose words are no chunks of these columns, or −1.

    `starts` says where the words of each lead begin, and where the last one's end.
    """
    offsets[0] = 0
    for i in range(starts.shape[0] - 1):
        at, end, rows = starts[i], starts[i + 1], 0
        while at < end:
            if at + HEAD > end or words[at + 1] != columns or words[at] < 0 or words[at] > end - at:
                return i
            rows += words[at]
            at += HEAD + words[at] * width
        if at != end:
            return i
        offsets[i + 1] = offsets[i] + rows
    return -1


@kernel
def read_words(words, starts, offsets, rows, weights, keys, met):
    """Fill the rows of all leads from their chunks, and by first rule the bits that any row has."""
    for i in range(starts.shape[0] - 1):
        at, to = starts[i], offsets[i]
        while at < starts[i + 1]:
            count = words[at]
            at += HEAD
            for table in (rows, weights, keys):
                for c in range(table.shape[1]):
                    for k in range(to, to + count):
                        table[k, c] = words[at]
                        at += 1
            for k in range(to, to + count):
                met[rows[k, RULES] >> 32] |= rows[k, RULES] & BITS
            to += count


@kernel
def copy_leads(offsets, table, behind, to_offsets, to):
    """Copy each lead's rows behind as many of its rows as the offsets `behind` say are there."""
    for i in range(offsets.shape[0] - 1):
        first = to_offsets[i] + behind[i + 1] - behind[i]
        for k in range(offsets[i], offsets[i + 1]):
            for c in range(table.shape[1]):
                to[first + k - offsets[i], c] = table[k, c]
