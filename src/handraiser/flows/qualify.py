"""Leads of which something is new: how do they stand now, and who of them has become an MQL?

Some at a time are claimed for a while, so that several workers share them. They are scored by the
same folds as files are; one transaction then writes all that follows from it. Who dies in between has done
nothing, and another goes on: within a second where it can tell, else when the claim has run out.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.db import connection, transaction

from handraiser.flows.apart import apart, of_all
from handraiser.flows.deciding import Decided, Looked, Looking
from handraiser.flows.handing import Begun, hand_off
from handraiser.flows.live import Live, live_now
from handraiser.flows.profiling import settle, unsettled
from handraiser.scoring.registers import NEVER
from handraiser.store import remembering
from handraiser.store.bulk import among, change, insert, query, statement, written_together
from handraiser.store.consents import objecting
from handraiser.store.locks import WORKING, be_there, is_gone
from handraiser.store.snapshot import as_of_now

__all__ = ["Claim", "Qualifier"]

_log = logging.getLogger(__name__)
_LEASE = 60_000_000
_ASIDE, _NOBODY = 3_600_000_000, "aside"  # for so long nobody is about a lead that cannot be decided
_MOST = 20_000
_BYTES = 64 * 1024 * 1024  # of what these did before and now, about: it is in memory meanwhile
_NEW = 1_024  # bytes of something new
_SOON = 1_000_000  # until claims are looked for that nobody is about
_SELDOM = 10_000_000  # the same while there is enough to do
_BEHIND = 500  # all that these have ever done may have to be matched anew: it is in memory meanwhile
_STANDING = {
    "lead_id": "bigint", "publication_id": "bigint", "score": "float8", "fit": "float8",
    "engagement": "float8", "grade": "text", "qualified": "boolean", "at": "bigint",
    "decided_until": "bigint",
}  # fmt: skip
_EPISODE = {
    "lead_id": "bigint", "agreement": "text", "shadow": "boolean", "ordinal": "integer", "begun_at": "bigint",
    "decided_at": "bigint", "hand_raise": "boolean", "from_history": "boolean", "publication_id": "bigint",
    "fingerprint": "text", "reasons": "jsonb",
}  # fmt: skip


class Claim(NamedTuple):
    """A lead that is this worker's for a while: the version of what is new, and when that was received.

    imported  as `Dirty.imported`
    """

    lead: int
    version: int
    since: int
    imported: str = ""


class Qualifier:
    """One worker's way of deciding leads; `name` is unlike every other worker's."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.looking = Looking()
        self._there_by: Any = None  # the connection by which others can tell that this one is there
        self._freed_at = NEVER
        self._had_some = self._has_claims = False

    def qualify(self, now: int, *, most: int = _MOST) -> int:
        """Decide leads of which something is new, the longest waiting first; return how many."""
        decided = self._qualify(now, most)
        self._has_claims = False
        return decided

    def _qualify(self, now: int, most: int) -> int:
        claims = self.claim(now, most)
        if not claims:
            return 0
        live = live_now(now)
        if not live:
            # Whoever is published later looks at everybody.
            with transaction.atomic():
                self._done(claims, self._mine(claims))
            return len(claims)
        some = _at_once(claims)
        rest = claims[len(some) :]
        if rest:
            with transaction.atomic():
                self._mine(rest)  # in everybody's order
                self._give_back(rest)
        apart_from = self._settle(some, now)
        some = [claim for claim in some if claim.lead not in apart_from]
        if some:
            self._decide(some, live, now)
        return len(some) + len(apart_from)

    def _settle(self, claims: Sequence[Claim], now: int) -> set[int]:
        """Have leads that object to profiling be left alone, and return them, and those that do not any more.

        Who has objected was left alone at once; but then they may have turned out to be one with others.
        """
        found = unsettled([claim.lead for claim in claims])
        for claim in claims:
            if claim.lead in found:
                with apart(f"Lead {claim.lead} cannot be left alone as it wishes; that is tried again."):
                    settle(claim.lead, now=now)
                    if claim.lead in objecting([claim.lead]):
                        statement("DELETE FROM store_dirty WHERE lead_id = %s", [claim.lead])
                    else:
                        self._give_back([claim])
        return found

    def _decide(self, claims: Sequence[Claim], live: Sequence[Live], now: int) -> None:
        """Decide leads; one that cannot be decided, which is a mistake of ours, keeps no other waiting."""
        try:
            with as_of_now():
                looked = self.looking.look(
                    live, {claim.lead: claim.since for claim in claims}, now, imported=_imported(claims)
                )
            with transaction.atomic():
                self._write(claims, live, looked, now)
        except Exception as error:
            if of_all(error):
                raise
            if len(claims) == 1:
                _log.exception("Lead %s cannot be decided; it is tried again in an hour.", claims[0].lead)
                self._set_aside(claims[0], now)
                return
            half = len(claims) // 2
            self._decide(claims[:half], live, now)
            self._decide(claims[half:], live, now)

    def _set_aside(self, claim: Claim, now: int) -> None:
        with transaction.atomic():
            statement(
                "UPDATE store_dirty SET claimed_until = %s, claimed_by = %s "
                "WHERE lead_id = %s AND claimed_by = %s",
                [now + _ASIDE, _NOBODY, claim.lead, self.name],
            )

    def claim(self, now: int, most: int) -> list[Claim]:
        """Have leads for a while, the longest waiting first, that nobody else is about."""
        # Who has just had something to do looks for more; who has not, first whether there is any.
        if not self._had_some and not query("SELECT 1 FROM store_dirty LIMIT 1"):
            return []
        with transaction.atomic():
            self._be_there()
            claims = _nobodys(most)
            self._had_some = bool(claims)
            # Whoever has claims still, has failed.
            rests = _SOON if len(claims) < most else _SELDOM
            if self._has_claims or not 0 <= now - self._freed_at <= rests:
                self._freed_at = now
                if self._free(now):
                    claims = _nobodys(most)
            self._have(claims, now + _LEASE)
        self._has_claims = True
        return claims

    def _have(self, claims: Sequence[Claim], until: int) -> None:
        if claims:
            # By their numbers: what PostgreSQL takes a table for that was empty a moment ago, is no plan to
            # look for many rows in it.
            condition, parameters = among("lead_id", [claim.lead for claim in claims])
            statement(
                f"UPDATE store_dirty SET claimed_until = %s, claimed_by = %s WHERE {condition}",
                [until, self.name, *parameters],
            )

    def _be_there(self) -> None:
        """Let others tell that this one is there, as long as it is."""
        if connection.vendor == "postgresql" and connection.connection is not self._there_by:
            be_there(WORKING, self.name)
            self._there_by = connection.connection

    def _free(self, now: int) -> int:
        """Take back the claims that nobody is about any more; return how many."""
        # One of its own name is left from when it failed.
        free = "claimed_by = %s"
        parameters: list[object] = [self.name]
        if connection.vendor == "postgresql":
            gone, more = is_gone(WORKING, "claimed_by")
            free, parameters = f"{free} OR {gone}", [*parameters, *more]
        elif self._there_by is None:
            # On SQLite one decides, and who did before is gone, or will find its claims gone. Only once: two
            # who took from each other again and again would both come to nothing.
            free, parameters = "TRUE", []
            self._there_by = connection.connection
        left = query(
            "SELECT lead_id FROM store_dirty WHERE claimed_until > 0 "
            f"AND (claimed_until < %s OR claimed_by <> %s AND ({free})){_skipping_locked()}",
            [now, _NOBODY, *parameters],
        )
        if left:
            condition, parameters = among("lead_id", [lead for (lead,) in left])
            statement(f"UPDATE store_dirty SET claimed_until = 0 WHERE {condition}", parameters)
        return len(left)

    def _write(self, claims: Sequence[Claim], live: Sequence[Live], looked: Looked, now: int) -> None:
        # Whom another has claimed since, because this took too long, is another's to write down.
        mine = self._mine(claims)
        decided = [each for each in looked.decided if each.lead in mine]
        _write_standings(decided)
        _write_episodes([each for each in decided if each.begun], {one.number: one for one in live}, now)
        with written_together(len(claims)):
            for ground, news in looked.remember.items():
                own = [each for each in news if each.lead in mine]
                remembering.write(ground, own, beside=looked.remember.keys())
            self._done(claims, mine)

    def _mine(self, claims: Sequence[Claim]) -> dict[int, int]:
        """Return the version that there is now of each lead that is still this worker's; they stay so."""
        condition, parameters = among("lead_id", [claim.lead for claim in claims])
        # In the order of those who write that something is new: otherwise two could wait for each other.
        lock = " ORDER BY lead_id FOR UPDATE" if connection.vendor == "postgresql" else ""
        sql = f"SELECT lead_id, version FROM store_dirty WHERE claimed_by = %s AND {condition}{lock}"
        return dict(query(sql, [self.name, *parameters]))

    def _done(self, claims: Sequence[Claim], mine: Mapping[int, int]) -> None:
        done = [claim.lead for claim in claims if mine.get(claim.lead) == claim.version]
        condition, parameters = among("lead_id", done)
        statement(f"DELETE FROM store_dirty WHERE {condition}", parameters)
        # Of whom something else came meanwhile stays to be decided again.
        self._give_back([claim for claim in claims if mine.get(claim.lead, claim.version) != claim.version])

    def _give_back(self, claims: Sequence[Claim]) -> None:
        if claims:
            condition, parameters = among("lead_id", [claim.lead for claim in claims])
            statement(
                "UPDATE store_dirty SET claimed_until = 0, claimed_by = '' "
                f"WHERE claimed_by = %s AND {condition}",
                [self.name, *parameters],
            )


def _nobodys(most: int) -> list[Claim]:
    """Return leads that nobody is about, the longest waiting first."""
    sql = (
        "SELECT lead_id, version, since, imported FROM store_dirty WHERE claimed_until = 0 AND behind = %s "
        f"ORDER BY since LIMIT %s{_skipping_locked()}"
    )
    # Those of whom nothing is new come when there is nobody else.
    return [Claim(*row) for row in query(sql, [False, most]) or query(sql, [True, min(most, _BEHIND)])]


def _at_once(claims: Sequence[Claim]) -> Sequence[Claim]:
    """Return the first claims, as many as there is memory for: some leads have done very much."""
    sizes = remembering.sizes(claim.lead for claim in claims)
    size = 0
    for place, claim in enumerate(claims):
        size += sizes.get(claim.lead, 0) + claim.version * _NEW
        if size > _BYTES and place:
            return claims[:place]
    return claims


def _imported(claims: Sequence[Claim]) -> dict[int, frozenset[int]]:
    """Return by lead when something was known of it that came as history, as far as that has to be said."""
    return {
        claim.lead: frozenset(int(each) for each in claim.imported.split(",") if each)
        for claim in claims
        if claim.imported
    }


def _skipping_locked() -> str:
    """Return what has PostgreSQL pass over what others are about; SQLite has one writer."""
    return " FOR UPDATE SKIP LOCKED" if connection.vendor == "postgresql" else ""


def _write_standings(decided: Sequence[Decided]) -> None:
    names = [name for name in _STANDING if name not in ("lead_id", "publication_id")]
    sets = ", ".join(f'"{name}" = excluded."{name}"' for name in names)
    before = [each for each in decided if each.standing is not None]
    fresh = [each for each in decided if each.standing is None]
    columns = {name: _STANDING[name] for name in names}
    rows = [(each.standing, *_columns(each)) for each in before]
    if change("store_standing", "id", columns, rows) < len(rows):
        fresh = list(decided)  # some are not there any more
    rows = [(each.lead, each.publication, *_columns(each)) for each in fresh]
    insert("store_standing", _STANDING, rows, conflict=f"(lead_id, publication_id) DO UPDATE SET {sets}")


def _columns(each: Decided) -> tuple[object, ...]:
    return each.score, each.fit, each.engagement, each.grade, each.qualified, each.at, each.decided_until


def _write_episodes(decided: Sequence[Decided], live: dict[int, Live], now: int) -> None:
    begun = {}
    rows = []
    for each in decided:
        one = live[each.publication]
        for beginning in each.begun:
            begun[each.lead, one.agreement.name, one.shadow, beginning.ordinal] = one.agreement, beginning
            rows.append(
                (
                    each.lead, one.agreement.name, one.shadow, beginning.ordinal, beginning.at, now,
                    beginning.hand_raise, beginning.from_history, each.publication,
                    one.agreement.fingerprint, beginning.reasons,
                )
            )  # fmt: skip
    kept = insert(
        "store_episode", _EPISODE, rows, conflict="(lead_id, agreement, shadow, ordinal) DO NOTHING",
        returning="id, lead_id, agreement, shadow, ordinal",
    )  # fmt: skip
    hand_off(
        [
            Begun(number, lead, *begun[lead, name, bool(shadow), ordinal])
            for number, lead, name, shadow, ordinal in kept
            if not shadow
        ],
        now,
    )
