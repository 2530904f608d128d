"""How do happenings reach the company? Mostly seconds later; some late, some twice, some of nobody known."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
import pyarrow as pa

from .dice import DAY, HOUR, MINUTE, SECOND, Ints, dice, instants, whole_seconds, words
from .happenings import VERDICTS, Happenings
from .people import lead_ids

__all__ = ["COLUMNS", "Arrived", "arrive"]

LATE = 0.015
TWICE = 0.010
STRANGERS = 0.004
STRANGER_IDS = [f"X{i:04d}" for i in range(97)]  # people who are in no list of leads
ALPHABET = b"0123456789abcdefghjkmnpqrstvwxyz"
SCRAMBLE = 0x5DEECE66D1CE4E5

TEXT = pa.dictionary(pa.int32(), pa.string())
COLUMNS = {
    "path": TEXT,
    "url": TEXT,
    "title": TEXT,
    "referrer": TEXT,
    "utm_source": TEXT,
    "utm_medium": TEXT,
    "utm_campaign": TEXT,
    "session_id": TEXT,
    "seconds": pa.int64(),
    "form_id": TEXT,
    "email_id": TEXT,
    "product": TEXT,
    "price": pa.float64(),
    "currency": TEXT,
}


class Arrived(msgspec.Struct, frozen=True):
    """The events input as the company has it at the end, in the order in which it became known."""

    table: pa.Table
    lead: Ints
    event: pa.ChunkedArray
    at: Ints
    known_at: Ints


def arrive(batches: Sequence[Happenings], *, leads: int, seed: int, start: int, end: int) -> Arrived:
    """Return all events of the year that are known by `end`."""
    rng = dice(seed, "arrival")
    lead = np.concatenate([b.lead for b in batches])
    at = np.concatenate([b.at for b in batches])
    planned = np.concatenate([np.full(len(b.at), -1) if b.known_at is None else b.known_at for b in batches])
    known = np.where(planned >= 0, planned, at + _delay(rng, len(at)))
    again = np.flatnonzero(rng.random(len(at)) < TWICE)
    later = known[again] + whole_seconds(rng.exponential(0.2, len(again)) * DAY) + 5 * SECOND
    rows, known = np.concatenate([np.arange(len(at)), again]), np.concatenate([known, later])
    kept = np.flatnonzero((at[rows] >= start) & (at[rows] < end) & (known < end))
    kept = kept[np.argsort(known[kept], kind="stable")]
    rows, known = rows[kept], known[kept]
    lead = np.where(rng.random(len(at)) < STRANGERS, leads + lead % len(STRANGER_IDS), lead)[rows]
    table = _table(_side_by_side(batches).take(pa.array(rows)), rows, lead, (at[rows], known), leads)
    return Arrived(table, np.where(lead < leads, lead, -1), table["event"], at[rows], known)


def _table(properties: pa.Table, number: Ints, lead: Ints, times: tuple[Ints, Ints], leads: int) -> pa.Table:
    """Return the events input: ids, names and times, then the properties."""
    head = {
        "event_id": event_ids(number),
        "lead_id": words([*lead_ids(leads), *STRANGER_IDS], lead),
        "event": properties["event"],
        "occurred_at": instants(times[0]),
        "known_at": instants(times[1]),
        "verdict": properties["verdict"],
    }
    return pa.table(head | {name: properties[name] for name in COLUMNS}).combine_chunks()


def _delay(rng: np.random.Generator, size: int) -> Ints:
    """Return how much later each event is known: seconds, or hours to three weeks for the late ones."""
    soon = (rng.lognormal(0.9, 0.6, size) * 1000).astype(np.int64) * 1000
    late = np.exp(rng.uniform(np.log(HOUR), np.log(21 * DAY), size)).astype(np.int64) // MINUTE * MINUTE
    return np.where(rng.random(size) < LATE, late, soon)


def _side_by_side(batches: Sequence[Happenings]) -> pa.Table:
    """Return names, verdicts and properties of all batches in one table, NULL where a batch has none."""
    tables = []
    for batch in batches:
        size = len(batch.at)
        verdict = np.broadcast_to(np.asarray(batch.verdict, dtype=np.int64), (size,))
        name = words([batch.event], np.zeros(size, np.int64))
        columns = {"event": name, "verdict": words(VERDICTS, verdict)}
        for column, kind in COLUMNS.items():
            columns[column] = batch.properties[column] if column in batch.properties else pa.nulls(size, kind)
        tables.append(pa.table(columns))
    return pa.concat_tables(tables).unify_dictionaries().combine_chunks()


def event_ids(number: Ints) -> pa.Array:
    """Return an id for each number: different for different numbers, and without visible order.

    An odd factor is a bijection modulo a power of two, so that no two numbers share an id.
    """
    scrambled = (number.astype(np.uint64) * np.uint64(SCRAMBLE)) & np.uint64((1 << 60) - 1)
    shifts = np.arange(55, -5, -5, dtype=np.uint64)
    letters = np.frombuffer(ALPHABET, np.uint8)[(scrambled[:, None] >> shifts) & np.uint64(31)]
    ends = np.arange(0, 12 * len(number) + 1, 12, dtype=np.int32)
    return pa.Array.from_buffers(
        pa.string(), len(number), [None, pa.py_buffer(ends), pa.py_buffer(np.ascontiguousarray(letters))]
    )
