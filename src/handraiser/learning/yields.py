"""What did each rule of an agreement do of late: how often, for which MQLs, and what came of these?

What a rule *decided* is asked of the agreement itself: at the instant at which an episode began, how does the
lead stand, and would it stand so had this one rule given it nothing? (`scoring.without`). So a rule of two
points may decide, where all the others together come to two points less than it takes; and one of forty that
a lead had no need of does not. Several may have decided the same one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from handraiser.agreement.model import EventRule, SilenceRule
from handraiser.scoring.firing import fired
from handraiser.scoring.layout import silence_rules
from handraiser.scoring.match import event_rules
from handraiser.scoring.registers import TRUE
from handraiser.scoring.score import Prepared, Standing, stand
from handraiser.scoring.some import only
from handraiser.scoring.without import qualified_without

__all__ = ["Began", "Yield", "Yields", "yields"]

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


class Began(NamedTuple):
    """An episode: whose, when it began (microseconds), and whether it was won."""

    lead_id: str
    at: int
    won: bool


class Yield(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule did.

    kind         event, fit or silence
    leads        for how many leads an event rule fired in the period; of a fit or silence rule for how many
                 leads it holds at the end of it
    times        how often an event rule fired; 0 of the others
    mqls         of the MQLs of the period those for whom it held as they began
    won          how many of these bought
    decided      how many would not have begun at that moment without it
    decided_won  how many of these bought
    """

    rule: str
    kind: str
    leads: int
    times: int
    mqls: int
    won: int
    decided: int
    decided_won: int

    @property
    def is_silent(self) -> bool:
        """Whether it is a rule of events that nobody met."""
        return self.kind == "event" and not self.times


class Yields(msgspec.Struct, frozen=True, kw_only=True):
    """What the rules of an agreement did after one instant and up to another (microseconds).

    leads      how many there are
    mqls       how many episodes began in the period
    confirmed  how many of these the agreement would begin at the same moment: others began under an earlier
               one, or were joined to somebody since, of whom none of it was known then
    won        how many of all of them bought
    """

    since: int
    until: int
    leads: int
    mqls: int
    confirmed: int
    won: int
    rules: list[Yield]

    def of(self, rule: str) -> Yield | None:
        """Return what a rule did, None where there is none of that name."""
        return next((each for each in self.rules if each.rule == rule), None)


def yields(
    prepared: Prepared, began: Sequence[Began], *, since: int, until: int, hidden: Flags, threads: int
) -> Yields:
    """Return what the rules did after one instant and up to another.

    began   the episodes of the period; those of leads that are not there are left out
    hidden  whom nothing is told of
    """
    lead, at, won = _places(prepared, began, hidden)
    some = only(prepared, lead)
    standing = stand(some, at, points=True, threads=threads)
    qualifies = standing.answers[:, 3] == TRUE
    told = []
    for rule, did in _did(prepared, since, until, hidden, threads).items():
        held = _held(some, standing, rule)
        decided = qualifies & ~qualified_without(some, standing, rule)
        told.append(
            Yield(
                rule=rule,
                kind=did.kind,
                leads=did.leads,
                times=did.times,
                mqls=int(held.sum()),
                won=int((held & won).sum()),
                decided=int(decided.sum()),
                decided_won=int((decided & won).sum()),
            )
        )
    return Yields(
        since=since,
        until=until,
        leads=int((~hidden).sum()),
        mqls=len(lead),
        confirmed=int(qualifies.sum()),
        won=int(won.sum()),
        rules=told,
    )


class _Did(NamedTuple):
    """For how many leads a rule fired or holds, and how often it fired."""

    kind: str
    leads: int
    times: int = 0


def _did(prepared: Prepared, since: int, until: int, hidden: Flags, threads: int) -> dict[str, _Did]:
    """Return by rule, in the order in which they are written, what it did apart from MQLs."""
    agreement = prepared.agreement
    happened = fired(prepared, since=since, until=until, hidden=hidden)
    now = stand(prepared, until, points=False, threads=threads)
    found = {
        rule.name: _Did("fit", int((_fit_holds(prepared, now, rule.name) & ~hidden).sum()))
        for rule in agreement.fit.rules
    }
    events, silences = event_rules(agreement), silence_rules(agreement)
    for rule in agreement.engagement.rules:
        if isinstance(rule, EventRule):
            place = events.index(rule)
            found[rule.name] = _Did("event", int(happened.leads[place]), int(happened.times[place]))
        elif isinstance(rule, SilenceRule):
            found[rule.name] = _Did("silence", int(happened.silent[silences.index(rule)]))
    return found


def _places(prepared: Prepared, began: Sequence[Began], hidden: Flags) -> tuple[Ints, Ints, Flags]:
    """Return the numbers of leads whose episodes began, when, and whether they were won."""
    ids = prepared.matched.leads.ids
    asked = pa.array([each.lead_id for each in began], type=ids.type)
    found = (
        pc.fill_null(pc.index_in(asked, value_set=ids), -1).to_numpy(zero_copy_only=False).astype(np.int64)
    )
    there = found >= 0
    there[there] = ~hidden[found[there]]
    at = np.array([each.at for each in began], dtype=np.int64)
    won = np.array([each.won for each in began], dtype=bool)
    return found[there], at[there], won[there]


def _held(prepared: Prepared, standing: Standing, rule: str) -> Flags:
    """Return for which leads a rule holds."""
    agreement = prepared.agreement
    slots = [each.name for each in (*event_rules(agreement), *silence_rules(agreement))]
    if rule not in slots:
        return _fit_holds(prepared, standing, rule)
    found: Flags = standing.holds[:, slots.index(rule)] == 1
    return found


def _fit_holds(prepared: Prepared, standing: Standing, rule: str) -> Flags:
    place = [each.name for each in prepared.agreement.fit.rules].index(rule)
    found: Flags = prepared.fit.holds[standing.state, place]
    return found
