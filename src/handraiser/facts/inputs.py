"""The four inputs as relations on one DuckDB connection: the form in which facts reach the engine.

`tables` makes them from files and frames, the live system from its own history; `scoring` reads
nothing else. Every time in these relations is a BIGINT of UTC microseconds, every id is VARCHAR.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

import duckdb
import msgspec
import pyarrow as pa

from handraiser.facts.standing import Standing

__all__ = ["Column", "Inputs", "Kind", "Origin", "Refused", "Rejects", "Source"]


class Kind(StrEnum):
    """What a value is to a condition: section 3 knows nothing else."""

    NUMBER = "number"
    TEXT = "text"
    BOOLEAN = "boolean"


class Column(msgspec.Struct, frozen=True):
    """An attribute or property: its name as spelled, the SQL that reads it from the relation, its kind."""

    name: str
    sql: str
    kind: Kind


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """One input as a relation.

    relation   what goes after FROM: the name of a table or view on the connection, or a query with a name
    columns    attributes or properties by lower-case name (not the structural columns below)
    has        which structural columns the data gave (`valid_from`, `known_at`, `event_id`, …)
    rows       of leads and companies, where they are at hand: what `scoring.attributes.rows_of` would ask
    """

    relation: str
    columns: dict[str, Column]
    has: frozenset[str]
    rows: pa.Table | None = None


class Rejects(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of one kind that could not be used as they stood: why, how many, and one of them.

    With `used` the row counts all the same, read in the way that the reason says.
    """

    input: str
    reason: str
    rows: int
    example: str
    used: bool = False


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """Where the refused rows of one input are to be found, for whoever wants to see all of them.

    relation    what goes after FROM: `part`, `file` and `row` of each refused row, `reason`, `used`, and its
                `owner`: the id of the lead that it is about, of companies the company's
    unread      a table of the lines of text files that never became a row: `place`, `reason`, `raw`, `owner`
    everything  of events: what the view holds, before duplicates are out, with `part`, `file` and `row`
    number      of events: SQL of one number made of those three, empty where counting rows takes time
    """

    relation: str
    unread: str = ""
    everything: str = ""
    number: str = ""


class Origin(Protocol):
    """What an input was read from; it keeps what the input needs to be read."""

    @property
    def place(self) -> str:
        """The file, or `<leads>` and the like for a frame and for several files."""

    def locate(self, keys: str) -> str:
        """Return the name of a table with the `place` and the text, `raw`, of rows.

        `keys` is what goes after FROM: `part`, `file` and `row`, which the table has too.
        """

    def clocks(self) -> bool:
        """Return whether there are times in it that do not say of which zone they are."""


class Inputs(msgspec.Struct, kw_only=True):
    """The four inputs, ready to be matched.

    leads, companies: tables with `row` (BIGINT, order in the input), `lead_id` or `company_id`
        (VARCHAR, not null), for leads `company_id` (VARCHAR), and, always present though perhaps all
        NULL, `valid_from`, `known_at`, `created_at` (BIGINT).
    events: a view or table with `lead_id`, `event`, `event_id`, `verdict` (VARCHAR), `occurred_at`,
        `known_at` (BIGINT) and `usable` (BOOLEAN, never NULL; rows that are not usable are in
        `rejects`). It is read as a stream: nothing of it is kept. Duplicate event ids are already out.
    outcomes: a table with `row`, `lead_id`, `stage`, `at` (BIGINT), `reason`, `agreement`.
    rejects: what was refused, but for events that are not usable: those are asked for when the stream
        says that there are some (`tables.event_rejects`).
    refused, origins: by the input's name, where every refused row is, and what the input was read from.
    customers: by company since when it is a customer, where that is known without asking the outcomes.
    standing: where the inputs stand as tables in memory, if they do; then there are `rows` of leads and
        companies, and events have `lead_hash`, the hash of a lead that its rows have.
    """

    con: duckdb.DuckDBPyConnection
    leads: Source
    companies: Source | None
    events: Source
    outcomes: Source | None
    rejects: list[Rejects]
    refused: dict[str, Refused] = {}
    origins: dict[str, Origin] = {}
    customers: dict[str, int] | None = None
    standing: Standing | None = None
