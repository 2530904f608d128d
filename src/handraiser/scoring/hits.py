"""How do matched events become hits, lead by lead, with repeats dropped?

A row is an event of a known lead that meets at least one rule: `int64` columns OCCURRED and RULES, then
BEGIN where the data say when events became known, then SOURCE where they are numbered. RULES holds the
rules met as bits, so one event is one row however many rules it meets. Weights and hashes
of distinct values stand beside, a column for each rule or property that needs one.
"""

from __future__ import annotations

import numpy as np

from handraiser.scoring.compiling import borrowing, kernel
from handraiser.scoring.registers import NEVER
from handraiser.scoring.zones import bucket_of

__all__ = [
    "BITS",
    "OCCURRED",
    "PER_MASK",
    "RULES",
    "SESSION_PAUSE",
    "decide_kept",
    "find_leads",
    "flips",
    "count_leads",
    "gather",
    "gather_further",
    "index_of_leads",
    "order_within_leads",
    "part_rows",
    "renumber",
    "sessions",
    "trailing",
]

OCCURRED, RULES = 0, 1
# The low 32 bits of RULES are the rules met, the rest is the number of the first of them: 30 a row, since
# bit 31 of what the stream says means that an event cannot be used.
PER_MASK = 30
BITS = np.int64(0xFFFFFFFF)
_UNUSABLE = np.uint32(1 << 31)
SESSION_PAUSE = 30 * 60 * 1_000_000
_NO_VALUE = np.uint64(0)
_FREE = np.uint64(0)

_PLACES = np.zeros(32, dtype=np.int64)
for _bit in range(32):
    _PLACES[((0x077CB531 << _bit) & 0xFFFFFFFF) >> 27] = _bit


@borrowing
def trailing(bits):
    """Return the place of the lowest bit set, by a de Bruijn sequence."""
    low = bits & -bits
    return _PLACES[((low * 0x077CB531) & BITS) >> 27]


@kernel
def index_of_leads(hashes):
    """Return (table, mask, low, clash): where a lead's number is found by its id's hash.

    A slot, 0 where free, holds what of the hash lies above the bits `low`, and in those the number + 1. The
    bits that give way say where the search begins (`mask`), so that nearly all of the hash still counts.
    `clash` is the number of a lead that cannot be told from another, −1 if there is none.
    """
    size = 1024
    while size < 2 * hashes.shape[0]:
        size *= 2
    mask = np.uint64(size - 1)
    low = np.uint64(1)
    while low < np.uint64(hashes.shape[0]):
        low = low << np.uint64(1) | np.uint64(1)
    table = np.zeros(size, dtype=np.uint64)
    clash = -1
    for i in range(hashes.shape[0]):
        slot = hashes[i] & mask
        while table[slot] != _FREE:
            if table[slot] ^ hashes[i] <= low:
                clash = i
            slot = (slot + np.uint64(1)) & mask
        table[slot] = hashes[i] & ~low | np.uint64(i + 1)
    return table, mask, low, clash


@kernel
def find_leads(ids, bits, table, mask, low, shift, lead, cuts, tally):
    """Write each event's lead into `lead`, −1 where nobody knows it or the event makes no row.

    Rows will lie part by part, `1 << shift` leads to each: part p's from cuts[p] to cuts[p + 1]. Adds to
    tally = [events, unusable ones, ones of unknown leads, all bits ever met].
    """
    # Nothing but the look-up in this loop, so that the processor can have many of them under way.
    for k in range(ids.shape[0]):
        slot = ids[k] & mask
        entry = table[slot]
        while entry != _FREE and entry ^ ids[k] > low:
            slot = (slot + np.uint64(1)) & mask
            entry = table[slot]
        lead[k] = np.int64(entry & low) - 1
    unusable = 0
    unknown = 0
    met = np.uint32(0)
    # No branches, which would be taken or not as it comes. What makes no row is counted in cuts[0].
    for k in range(ids.shape[0]):
        broken = (bits[k] & _UNUSABLE) != 0
        nobody = lead[k] < 0
        makes_row = (bits[k] != 0) & (not broken) & (not nobody)
        unusable += broken
        unknown += nobody & (not broken)
        number = lead[k] if makes_row else np.int32(-1)
        lead[k] = number
        cuts[(number >> shift) + 1] += 1
        met |= bits[k] if makes_row else np.uint32(0)
    cuts[0] = 0
    for part in range(cuts.shape[0] - 1):
        cuts[part + 1] += cuts[part]
    tally[0] += ids.shape[0]
    tally[1] += unusable
    tally[2] += unknown
    tally[3] |= np.int64(met)


@kernel
def part_rows(lead, bits, occurred, shift, cuts, packed, order):
    """Write the rows part by part, those of a part as they came: packed = (occurred, lead << 32 | bits).

    `order`, if it has room, says where each row came from.
    """
    at = cuts.copy()
    for k in range(lead.shape[0]):
        if lead[k] < 0:
            continue
        part = lead[k] >> shift
        to = at[part]
        at[part] = to + 1
        # One array: more would be more places written to in turn than the processor keeps at hand.
        packed[to, 0] = occurred[k]
        packed[to, 1] = np.int64(lead[k]) << 32 | np.int64(bits[k])
        if order.shape[0]:
            order[to] = k


@kernel
def count_leads(part, cuts, packed, first, counts):
    """Add up how many rows each lead of a part has, from lead `first` on; `cuts` has a row for each batch."""
    for b in range(cuts.shape[0]):
        for k in range(cuts[b, part], cuts[b, part + 1]):
            counts[(packed[k, 1] >> 32) - first] += 1


@kernel
def gather(part, cuts, first_rules, packed, first, cursor, rows):
    """Write the rows of a part, batch by batch, to their leads' places.

    `cursor` holds the next place of each lead from `first` on.
    """
    for b in range(cuts.shape[0]):
        mask_number = first_rules[b] << 32
        for k in range(cuts[b, part], cuts[b, part + 1]):
            i = (packed[k, 1] >> 32) - first
            at = cursor[i]
            cursor[i] = at + 1
            rows[at, OCCURRED] = packed[k, 0]
            rows[at, RULES] = packed[k, 1] & BITS | mask_number


@kernel
def gather_further(part, cuts, packed, further, first, cursor, out):
    """Write what rows have beside, in the same way, to out = (rows, weights, keys).

    further = (known, source, weights, keys); of those that have no length there are none.
    """
    known, source, weights, keys = further
    rows, out_weights, out_keys = out
    numbered = rows.shape[1] - 1
    for b in range(cuts.shape[0]):
        for k in range(cuts[b, part], cuts[b, part + 1]):
            i = (packed[k, 1] >> 32) - first
            at = cursor[i]
            cursor[i] = at + 1
            if known.shape[0]:
                rows[at, 2] = max(known[k], packed[k, 0])
            if source.shape[0]:
                rows[at, numbered] = source[k]
            for c in range(weights.shape[0]):
                out_weights[at, c] = weights[c, k]
            for c in range(keys.shape[0]):
                out_keys[at, c] = keys[c, k]


@kernel
def _stable_order(rows, begin):
    """Return the order of the rows by (begin to count, occurred), equals as they stand: merging runs."""
    size = rows.shape[0]
    order = np.arange(size)
    other = np.empty(size, dtype=np.int64)
    width = 1
    while width < size:
        for low in range(0, size, 2 * width):
            left, middle = low, min(low + width, size)
            right, high = middle, min(low + 2 * width, size)
            for to in range(low, high):
                take_left = right >= high
                if left < middle and right < high:
                    x, y = order[left], order[right]
                    take_left = rows[x, begin] < rows[y, begin] or (
                        rows[x, begin] == rows[y, begin] and rows[x, OCCURRED] <= rows[y, OCCURRED]
                    )
                if take_left:
                    other[to] = order[left]
                    left += 1
                else:
                    other[to] = order[right]
                    right += 1
        order, other = other, order
        width *= 2
    return order


@kernel
def order_within_leads(start, stop, offsets, rows, begin, weights, keys):
    """Bring each lead's rows into the order of section 5: begin to count, occurred, as they came."""
    for i in range(start, stop):
        a, b = offsets[i], offsets[i + 1]
        in_order = True
        for k in range(a + 1, b):
            if rows[k, begin] < rows[k - 1, begin] or (
                rows[k, begin] == rows[k - 1, begin] and rows[k, OCCURRED] < rows[k - 1, OCCURRED]
            ):
                in_order = False
                break
        if in_order:
            continue
        order = _stable_order(rows[a:b], begin)
        old_rows, old_weights, old_keys = rows[a:b].copy(), weights[a:b].copy(), keys[a:b].copy()
        for to in range(b - a):
            k = order[to]
            for c in range(rows.shape[1]):
                rows[a + to, c] = old_rows[k, c]
            for c in range(weights.shape[1]):
                weights[a + to, c] = old_weights[k, c]
            for c in range(keys.shape[1]):
                keys[a + to, c] = old_keys[k, c]


@kernel
def renumber(start, stop, own, rows):
    """Write the rules of the rows start..stop as another agreement numbers them, at most PER_MASK of them.

    `own` says for each rule which one it is there, −1 for none; rows may be left without any.
    """
    for k in range(start, stop):
        bits = rows[k, RULES] & BITS
        first = rows[k, RULES] >> 32
        there = np.int64(0)
        while bits:
            r = own[first + trailing(bits)]
            bits &= bits - 1
            if r >= 0:
                there |= np.int64(1) << r
        rows[k, RULES] = there


@kernel
def sessions(start, stop, offsets, rows, begin, keys, column):
    """Write the number of its visit as key of every event (decision 0001, 2); all events are rows."""
    for i in range(start, stop):
        a, b = offsets[i], offsets[i + 1]
        # Events already there, by occurred_at; late ones are put in their place.
        at = np.empty(b - a, dtype=np.int64)
        visit = np.empty(b - a, dtype=np.int64)
        visits = 0
        for known in range(b - a):
            now = rows[a + known, OCCURRED]
            place = known
            while place > 0 and at[place - 1] > now:
                place -= 1
            if place > 0 and now - at[place - 1] < SESSION_PAUSE:
                session = visit[place - 1]
            elif place < known and at[place] - now < SESSION_PAUSE:
                session = visit[place]
            else:
                visits += 1
                session = visits
            for m in range(known, place, -1):
                at[m] = at[m - 1]
                visit[m] = visit[m - 1]
            at[place] = now
            visit[place] = session
            keys[a + known, column] = np.uint64(session)


@kernel
def decide_kept(start, stop, offsets, rows, keys, key_of, distinct, most, bucket, instants, offset_of, kept):
    """Clear in `kept` the bits of the hits that `distinct` and `at_most` drop (section 5, steps 1 and 2).

    Per rule: `key_of` its column of keys or −1, `distinct` 1 or 0, `most` N or 0, `bucket` as in
    zones.BUCKETS. Key 0 is NULL.
    """
    limited = np.zeros(
        most.shape[0] + PER_MASK, dtype=np.int64
    )  # by first rule, the bits of rules with limits
    for first in range(most.shape[0]):
        for r in range(first, min(first + PER_MASK, most.shape[0])):
            if distinct[r] or most[r]:
                limited[first] |= 1 << (r - first)
    size = 16
    slots = np.zeros((size, 4), dtype=np.int64)  # rule, bucket, value, count
    filled_for = np.full(size, -1, dtype=np.int64)  # the lead of a slot: no clearing between leads
    for i in range(start, stop):
        a, b = offsets[i], offsets[i + 1]
        room = 0
        for k in range(a, b):
            bits = rows[k, RULES] & BITS & limited[rows[k, RULES] >> 32]
            while bits:
                bits &= bits - 1
                room += 1
        if room == 0:
            continue
        if 2 * room > size:
            while 2 * room > size:
                size *= 2
            slots = np.zeros((size, 4), dtype=np.int64)
            filled_for = np.full(size, -1, dtype=np.int64)
        for k in range(a, b):
            first = rows[k, RULES] >> 32
            bits = rows[k, RULES] & BITS & limited[first]
            while bits:
                place = trailing(bits)
                bits &= bits - 1
                r = first + place
                value = keys[k, key_of[r]] if distinct[r] and key_of[r] >= 0 else _NO_VALUE
                limit = most[r]
                in_bucket = 0
                if limit > 0:
                    in_bucket = bucket_of(rows[k, OCCURRED], bucket[r], instants, offset_of)
                elif distinct[r] and value != _NO_VALUE:
                    limit = 1
                else:
                    continue
                mixed = (np.uint64(in_bucket) * np.uint64(0x9E3779B97F4A7C15)) ^ value
                mixed = (mixed ^ (np.uint64(r) << np.uint64(40))) * np.uint64(0xBF58476D1CE4E5B9)
                slot = (mixed ^ (mixed >> np.uint64(32))) & np.uint64(size - 1)
                same = np.int64(value)
                while filled_for[slot] == i and not (
                    slots[slot, 0] == r and slots[slot, 1] == in_bucket and slots[slot, 2] == same
                ):
                    slot = (slot + np.uint64(1)) & np.uint64(size - 1)
                if filled_for[slot] != i:
                    filled_for[slot] = i
                    slots[slot, 0] = r
                    slots[slot, 1] = in_bucket
                    slots[slot, 2] = same
                    slots[slot, 3] = 0
                slots[slot, 3] += 1
                if slots[slot, 3] > limit:
                    kept[k] &= ~(np.uint32(1) << np.uint32(place))


@kernel
def flips(offsets, rows, begin, leaves, returns, out_lead, out_at, out_value):
    """Write the instants at which `lead.unsubscribed` changes (decision 0001, 1); return how many.

    `leaves` and `returns` are the rules that stand for Unsubscribed and Subscribed events. An event that
    changes nothing is written only if it is the lead's first of them. Without room, they are counted only.
    """
    written = 0
    for i in range(offsets.shape[0] - 1):
        left = NEVER
        back = NEVER
        value = -1
        k = offsets[i]
        while k < offsets[i + 1]:
            t = rows[k, begin]
            seen = False
            while k < offsets[i + 1] and rows[k, begin] == t:
                bits = rows[k, RULES] & BITS
                first = rows[k, RULES] >> 32
                if first <= leaves < first + PER_MASK and bits >> (leaves - first) & 1:
                    left = max(left, rows[k, OCCURRED])
                    seen = True
                if first <= returns < first + PER_MASK and bits >> (returns - first) & 1:
                    back = max(back, rows[k, OCCURRED])
                    seen = True
                k += 1
            now = 1 if left > NEVER and left >= back else 0
            if seen and now != value:
                value = now
                if out_lead.shape[0]:
                    out_lead[written] = i
                    out_at[written] = t
                    out_value[written] = now
                written += 1
    return written
