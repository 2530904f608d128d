"""How do matched events become columns of hits, lead by lead, with repeats dropped?

A stream of (hash of the lead's id, instants, bits of the rules met) goes through three kernels: events
get their lead's number from an open-addressing table and are unpacked to one row per hit; a stable
counting sort brings the rows of a lead together; `distinct` and `at_most` decide which hits are kept.
"""

from __future__ import annotations

import numpy as np

from handraiser.scoring.compiling import kernel
from handraiser.scoring.registers import NEVER
from handraiser.scoring.zones import bucket_of

__all__ = [
    "SESSION_PAUSE",
    "count_hits",
    "decide_kept",
    "fill_hits",
    "flips",
    "gather",
    "index_of_leads",
    "order_within_leads",
    "sessions",
]

SESSION_PAUSE = 30 * 60 * 1_000_000

_NO_VALUE = np.uint64(0)


@kernel
def index_of_leads(hashes):
    """Return (table, mask, clash): slots holding lead numbers by hash, −1 where free.

    `clash` is the number of a lead whose hash another lead has, −1 if there is none.
    """
    size = 1024
    while size < 4 * hashes.shape[0]:
        size *= 2
    mask = np.uint64(size - 1)
    table = np.full(size, -1, dtype=np.int32)
    clash = -1
    for i in range(hashes.shape[0]):
        slot = hashes[i] & mask
        while table[slot] >= 0:
            if hashes[table[slot]] == hashes[i]:
                clash = i
            slot = (slot + np.uint64(1)) & mask
        table[slot] = i
    return table, mask, clash


@kernel
def count_hits(ids, bits, unusable, hashes, table, mask, lead, per_lead, tally):
    """Number the leads of one batch into `lead` (−1: unknown) and count the hits they get.

    Adds to per_lead and to tally = [rows, unusable rows, rows of unknown leads]; returns the hits.
    """
    rows = 0
    for k in range(ids.shape[0]):
        tally[0] += 1
        lead[k] = -1
        b = bits[k]
        if b & unusable:
            tally[1] += 1
            continue
        h = ids[k]
        slot = h & mask
        found = -1
        while table[slot] >= 0:
            if hashes[table[slot]] == h:
                found = table[slot]
                break
            slot = (slot + np.uint64(1)) & mask
        if found < 0:
            tally[2] += 1
            continue
        lead[k] = found
        while b:
            b &= b - np.uint32(1)
            rows += 1
            per_lead[found] += 1
    return rows


@kernel
def fill_hits(lead, bits, first_rule, occurred, begin, weights, weight_of, keys, key_of, source, out):
    """Write the hits of one batch as rows of out = (lead, occurred, begin, rule, weight, key, source).

    Bit j stands for rule `first_rule` + j. `weight_of` and `key_of` name the row of `weights` and
    `keys` that a rule reads, −1 for none. Columns of no rows are not asked for.
    """
    out_lead, out_occurred, out_begin, out_rule, out_weight, out_key, out_source = out
    at = 0
    for k in range(lead.shape[0]):
        i = lead[k]
        if i < 0:
            continue
        b = bits[k]
        while b:
            low = b & (~b + np.uint32(1))
            b ^= low
            r = first_rule
            while low > np.uint32(1):
                low >>= np.uint32(1)
                r += 1
            out_lead[at] = i
            out_occurred[at] = occurred[k]
            out_rule[at] = r
            if out_begin.shape[0]:
                out_begin[at] = max(begin[k], occurred[k])
            if out_weight.shape[0]:
                out_weight[at] = weights[weight_of[r], k] if weight_of[r] >= 0 else 0.0
            if out_key.shape[0]:
                out_key[at] = keys[key_of[r], k] if key_of[r] >= 0 else _NO_VALUE
            if out_source.shape[0]:
                out_source[at] = source[k]
            at += 1


@kernel
def gather(start, stop, rows, cursor, out):
    """Move the rows of leads start..stop to their places; `cursor` holds the next place per lead."""
    lead, occurred, begin, rule, weight, key, source = rows
    out_occurred, out_begin, out_rule, out_weight, out_key, out_source = out
    for k in range(lead.shape[0]):
        i = lead[k]
        if i < start or i >= stop:
            continue
        at = cursor[i]
        cursor[i] = at + 1
        out_occurred[at] = occurred[k]
        out_rule[at] = rule[k]
        if out_begin.shape[0]:
            out_begin[at] = begin[k]
        if out_weight.shape[0]:
            out_weight[at] = weight[k]
        if out_key.shape[0]:
            out_key[at] = key[k]
        if out_source.shape[0]:
            out_source[at] = source[k]


@kernel
def order_within_leads(start, stop, offsets, occurred, begin, rule, weight, key, source):
    """Bring each lead's hits into the order of section 5: begin to count, occurred, as they came."""
    for i in range(start, stop):
        a, b = offsets[i], offsets[i + 1]
        sorted_ = True
        for k in range(a + 1, b):
            if begin[k] < begin[k - 1] or (begin[k] == begin[k - 1] and occurred[k] < occurred[k - 1]):
                sorted_ = False
                break
        if sorted_:
            continue
        # Two stable sorts, the weaker key first.
        first = np.argsort(occurred[a:b], kind="mergesort")
        order = first[np.argsort(begin[a:b][first], kind="mergesort")]
        new_begin = begin[a:b][order]  # first: `begin` may be the same array as `occurred`
        occurred[a:b] = occurred[a:b][order]
        begin[a:b] = new_begin
        rule[a:b] = rule[a:b][order]
        if weight.shape[0]:
            weight[a:b] = weight[a:b][order]
        if key.shape[0]:
            key[a:b] = key[a:b][order]
        if source.shape[0]:
            source[a:b] = source[a:b][order]


@kernel
def sessions(start, stop, offsets, occurred, begin, rule, marker, wants, key):
    """Give the hits of rules that ask for it the number of their visit as key (decision 0001, 2).

    Rows of rule `marker` are the lead's events, each followed or preceded by its hits: they share
    both instants, which is all a session depends on.
    """
    for i in range(start, stop):
        a, b = offsets[i], offsets[i + 1]
        if a == b:
            continue
        # Events already there, by occurred_at; late ones are put in their place.
        at = np.empty(b - a, dtype=np.int64)
        visit = np.empty(b - a, dtype=np.int64)
        known = 0
        visits = 0
        k = a
        while k < b:
            e = k
            session = -1
            has_event = False
            while e < b and begin[e] == begin[k] and occurred[e] == occurred[k]:
                has_event = has_event or rule[e] == marker
                e += 1
            if has_event:
                place = known
                while place > 0 and at[place - 1] > occurred[k]:
                    place -= 1
                if place > 0 and occurred[k] - at[place - 1] < SESSION_PAUSE:
                    session = visit[place - 1]
                elif place < known and at[place] - occurred[k] < SESSION_PAUSE:
                    session = visit[place]
                else:
                    visits += 1
                    session = visits
                for m in range(known, place, -1):
                    at[m] = at[m - 1]
                    visit[m] = visit[m - 1]
                at[place] = occurred[k]
                visit[place] = session
                known += 1
            for m in range(k, e):
                if wants[rule[m]]:
                    key[m] = np.uint64(session)
            k = e


@kernel
def decide_kept(start, stop, offsets, occurred, rule, key, distinct, most, bucket, instants, offset_of, kept):
    """Mark which hits `distinct` and `at_most` keep (section 5, steps 1 and 2).

    Per rule: `distinct` 1 or 0, `most` N or 0, `bucket` as in zones.BUCKETS. Key 0 is NULL.
    """
    size = 16
    slots_rule = np.zeros(size, dtype=np.int64)
    slots_bucket = np.zeros(size, dtype=np.int64)
    slots_key = np.zeros(size, dtype=np.uint64)
    slots_count = np.zeros(size, dtype=np.int64)
    slots_of = np.full(size, -1, dtype=np.int64)  # the lead a slot was filled for: no clearing between leads
    for i in range(start, stop):
        a, b = offsets[i], offsets[i + 1]
        if 2 * (b - a) > size:
            while 2 * (b - a) > size:
                size *= 2
            slots_rule = np.zeros(size, dtype=np.int64)
            slots_bucket = np.zeros(size, dtype=np.int64)
            slots_key = np.zeros(size, dtype=np.uint64)
            slots_count = np.zeros(size, dtype=np.int64)
            slots_of = np.full(size, -1, dtype=np.int64)
        for k in range(a, b):
            r = rule[k]
            kept[k] = 1
            value = key[k] if distinct[r] and key.shape[0] else _NO_VALUE
            limit = most[r]
            if limit == 0:
                if not distinct[r] or value == _NO_VALUE:
                    continue
                limit = 1
                in_bucket = 0
            else:
                in_bucket = bucket_of(occurred[k], bucket[r], instants, offset_of)
            mixed = (np.uint64(in_bucket) * np.uint64(0x9E3779B97F4A7C15)) ^ value ^ (np.uint64(r) << np.uint64(40))
            mixed = (mixed ^ (mixed >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
            slot = (mixed ^ (mixed >> np.uint64(32))) & np.uint64(size - 1)
            while slots_of[slot] == i and not (
                slots_rule[slot] == r and slots_bucket[slot] == in_bucket and slots_key[slot] == value
            ):
                slot = (slot + np.uint64(1)) & np.uint64(size - 1)
            if slots_of[slot] != i:
                slots_of[slot] = i
                slots_rule[slot] = r
                slots_bucket[slot] = in_bucket
                slots_key[slot] = value
                slots_count[slot] = 0
            slots_count[slot] += 1
            if slots_count[slot] > limit:
                kept[k] = 0


@kernel
def flips(offsets, occurred, begin, rule, leaves, returns, out_lead, out_at, out_value):
    """Write the instants at which `lead.unsubscribed` changes (decision 0001, 1); return how many.

    `leaves` and `returns` are the rules that stand for Unsubscribed and Subscribed events. An event that
    changes nothing is written only if it is the lead's first of them.
    """
    written = 0
    for i in range(offsets.shape[0] - 1):
        left = NEVER
        back = NEVER
        value = -1
        k = offsets[i]
        while k < offsets[i + 1]:
            t = begin[k]
            seen = False
            while k < offsets[i + 1] and begin[k] == t:
                if rule[k] == leaves:
                    left = max(left, occurred[k])
                    seen = True
                elif rule[k] == returns:
                    back = max(back, occurred[k])
                    seen = True
                k += 1
            now = 1 if left > NEVER and left >= back else 0
            if seen and now != value:
                value = now
                out_lead[written] = i
                out_at[written] = t
                out_value[written] = now
                written += 1
    return written
