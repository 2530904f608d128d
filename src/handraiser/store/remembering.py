"""Which hits of leads have been found before? They are kept in chunks, so that little is written again.

All of it can be dropped: what is not remembered is matched again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from handraiser.scoring.attributes import Population
from handraiser.scoring.keeping import can_be_read, merged, together, unpacked
from handraiser.scoring.stream import Hits
from handraiser.scoring.wanted import Shape
from handraiser.store.bulk import among, change, delete, insert, query, query_bytes, statement

__all__ = ["Chunk", "Memory", "News", "read", "sizes", "write"]


class Chunk(NamedTuple):
    """Hits of a lead, as `scoring.keeping` writes them; empty where there were none."""

    number: int
    hits: bytes


class News(NamedTuple):
    """What is to be remembered of a lead: its hits up to an activity, and which chunks they stand for now.

    hits     None where none are new
    instead  the numbers of the chunks that are part of `hits`, rising
    latest   the number of the latest chunk, None where there is none
    """

    lead: int
    until: int
    hits: bytes | None
    instead: tuple[int, ...]
    latest: int | None


class Memory(NamedTuple):
    """What is remembered of leads: their chunks, and the latest activity that was looked at for them."""

    chunks: Mapping[int, Sequence[Chunk]]
    until: Mapping[int, int]

    def hits(self, leads: Population, shape: Shape) -> Hits | None:
        """Return the hits of leads whose ids are their numbers, None where there are none at all."""
        found = [
            [chunk.hits for chunk in self.chunks.get(int(lead), ()) if chunk.hits]
            for lead in leads.ids.to_pylist()
        ]
        return unpacked(found, shape) if any(found) else None

    def readable(self, shape: Shape) -> Memory:
        """Return what can be read: of a lead with a chunk that is none of hits, nothing is remembered."""
        if _can_be_read([chunk for own in self.chunks.values() for chunk in own], shape):
            return self
        chunks = {lead: own for lead, own in self.chunks.items() if _can_be_read(own, shape)}
        return Memory(chunks, {lead: until for lead, until in self.until.items() if lead in chunks})

    def news(
        self, leads: Sequence[int], fresh: Sequence[bytes | None], until: Mapping[int, int]
    ) -> list[News]:
        """Return what has to be written down, given the hits found now of each lead."""
        told = []
        for lead, hits in zip(leads, fresh, strict=True):
            if until[lead] == self.until.get(lead):
                continue  # nothing has been looked at
            before = self.chunks.get(lead, ())
            latest = before[-1].number if before else None
            if hits is None:
                told.append(News(lead, until[lead], None, (), latest))
                continue
            own = [chunk for chunk in before if chunk.hits]
            count = merged([*(len(chunk.hits) for chunk in own), len(hits)])
            last = own[len(own) - count :]
            instead = [chunk.number for chunk in before if not chunk.hits or chunk in last]
            whole = together([*(chunk.hits for chunk in last), hits]) if last else hits
            told.append(News(lead, until[lead], whole, tuple(instead), latest))
        return told


def _can_be_read(chunks: Sequence[Chunk], shape: Shape) -> bool:
    return can_be_read([chunk.hits for chunk in chunks if chunk.hits], shape)


def sizes(leads: Iterable[int]) -> dict[int, int]:
    """Return how many bytes are kept of leads, on all grounds; who has none is left out."""
    condition, parameters = among("lead_id", leads)
    sql = f"SELECT lead_id, sum(length(hits)) FROM store_kepthits WHERE {condition} GROUP BY lead_id"
    return {lead: int(size) for lead, size in query(sql, parameters)}


def read(leads: Iterable[int], ground: str) -> Memory:
    """Return what is remembered of leads on a ground (see `scoring.keeping.ground_key`)."""
    chunks: dict[int, list[Chunk]] = defaultdict(list)
    until: dict[int, int] = {}
    condition, parameters = among("lead_id", leads)
    sql = f"SELECT lead_id, id, until, hits FROM store_kepthits WHERE ground = %s AND {condition} ORDER BY id"
    for lead, number, latest, hits in query_bytes(sql, [ground, *parameters]):
        chunks[lead].append(Chunk(number, bytes(hits)))
        until[lead] = max(latest, until.get(lead, 0))
    return Memory(chunks, until)


def write(ground: str, news: Sequence[News], *, beside: Collection[str] = ()) -> None:
    """Remember, in the transaction that the caller has begun.

    What was kept of these leads on a ground that is not beside this one is dropped.
    """
    beginning = [each.lead for each in news if each.latest is None]
    if beginning:
        condition, parameters = among("lead_id", beginning)
        other, grounds = among("ground", beside, "text")
        # Of this ground too: what is there cannot be read.
        statement(
            f"DELETE FROM store_kepthits WHERE {condition} AND (ground = %s OR NOT ({other}))",
            [*parameters, ground, *grounds],
        )
    # The last of the chunks that they stand for becomes the new one: a row that is written in its place costs
    # half of one that is taken away and another that is added.
    useless = [(number,) for each in news for number in each.instead if number != each.instead[-1]]
    delete("store_kepthits", {"id": "bigint"}, useless)
    again = [(each.instead[-1], each.until, each.hits) for each in news if each.instead]
    change("store_kepthits", "id", {"until": "bigint", "hits": "bytea"}, again)
    rows = [
        (each.lead, ground, each.until, each.hits or b"")
        for each in news
        if not each.instead and (each.hits is not None or each.latest is None)
    ]
    insert(
        "store_kepthits", {"lead_id": "bigint", "ground": "text", "until": "bigint", "hits": "bytea"}, rows
    )
    # Where nothing was found, what was found before now reaches farther.
    farther = [(each.latest, each.until) for each in news if each.hits is None and each.latest is not None]
    change("store_kepthits", "id", {"until": "bigint"}, farther)
