"""Where would the MQLs of some time have gone, with the teams as they are now?

Nothing is written. Each MQL is routed at its own instant, in their order: by what was known of the lead then,
to who was not away then, with limits counted anew from the first one on.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import duckdb
import numpy as np

from handraiser.agreement import load
from handraiser.agreement.model import Agreement
from handraiser.flows.beginning import OWNER, wanted_by
from handraiser.flows.live import live_at
from handraiser.flows.routing import Router, Wanted, sales_for
from handraiser.handoff.asking import asking_routes, routes_met
from handraiser.scoring.attributes import values_at
from handraiser.scoring.match import matched
from handraiser.scoring.score import prepare, stand
from handraiser.scoring.survey import survey
from handraiser.store.bulk import query
from handraiser.store.history import history_of, names_seen
from handraiser.store.models import Publication, User
from handraiser.store.snapshot import as_of_now
from handraiser.tables.kept import kept_inputs

__all__ = ["Tried", "Unassigned", "Went", "try_routes"]

_AT_ONCE = 500  # leads: all that they ever did is in memory meanwhile


class Went(NamedTuple):
    """How many leads a route would have given to somebody; `route` counts from 1, `who` is an address."""

    agreement: str
    route: int
    to: str
    who: str
    leads: int


class Unassigned(NamedTuple):
    """How many leads would have been nobody's, and why."""

    agreement: str
    why: str
    leads: int


class Tried(NamedTuple):
    """What would have become of the MQLs from `since` until before `until`, in microseconds."""

    since: int
    until: int
    leads: int
    went: tuple[Went, ...]
    unassigned: tuple[Unassigned, ...]


class _Begun(NamedTuple):
    """An episode, and who stands for its lead."""

    episode: int
    lead: int
    agreement: str
    at: int
    publication: int


def try_routes(agreement: Agreement | None, *, since: int, until: int, now: int) -> Tried:
    """Return where MQLs would have gone.

    agreement  whose routes are tried with the MQLs of its name, or with all where there are none of it; None:
               those of the agreements that are live, each with its own
    """
    with as_of_now():
        begun = _begun(since, until)
        if agreement is not None:
            begun = [each for each in begun if each.agreement == agreement.name] or begun
        asked = _by_agreement(begun, agreement, now)
        at = {each.episode: each.at for each in begun}
        wanted = [each for own, some in asked for each in _wanted(own, some)]
        wanted.sort(key=lambda each: (at[each.episode], each.episode))
        first = at[wanted[0].episode] if wanted else now
        sales, owners = sales_for(wanted, now=first, locked=False, counted=False)
        addresses = dict(User.objects.values_list("pk", "email"))
    router = Router(sales, owners)
    went: Counter[tuple[str, int, str, str]] = Counter()
    nobodys: Counter[tuple[str, str]] = Counter()
    for each in wanted:
        found = router.choose(each, at[each.episode])
        if found.owner is None or found.route is None:
            nobodys[each.agreement.name, found.why] += 1
        else:
            to = each.agreement.handoff.route[found.route].to
            went[each.agreement.name, found.route + 1, to, addresses[found.owner]] += 1
    return Tried(
        since, until, len(wanted),
        tuple(Went(*key, count) for key, count in sorted(went.items())),
        tuple(Unassigned(*key, count) for key, count in sorted(nobodys.items())),
    )  # fmt: skip


def _begun(since: int, until: int) -> list[_Begun]:
    rows = query(
        "SELECT episode.id, person.root_id, agreement, begun_at, publication_id "
        "FROM store_episode AS episode JOIN store_person AS person ON person.id = lead_id "
        "WHERE shadow = %s AND begun_at >= %s AND begun_at < %s ORDER BY begun_at, episode.id",
        [False, since, until],
    )
    return [_Begun(*row) for row in rows]


def _by_agreement(
    begun: Sequence[_Begun], agreement: Agreement | None, now: int
) -> list[tuple[Agreement, list[_Begun]]]:
    """Return by whose routes to ask which episodes; of a name that is live no more, by its last."""
    if agreement is not None:
        return [(agreement, list(begun))]
    live = {one.agreement.name: one.agreement for one in live_at(now) if not one.shadow}
    some: dict[str, list[_Begun]] = defaultdict(list)
    for each in begun:
        some[each.agreement].append(each)
    found = []
    for name, own in sorted(some.items()):
        last = live.get(name)
        if last is None:
            gone = Publication.objects.get(pk=own[-1].publication)
            last = load(gone.text, file=f"publication {gone.pk}")
        found.append((last, own))
    return found


def _wanted(agreement: Agreement, begun: Sequence[_Begun]) -> Iterator[Wanted]:
    """Yield which routes leads met when they became MQLs, and who was said to own their company."""
    by_lead: dict[int, list[_Begun]] = defaultdict(list)
    for each in begun:
        by_lead[each.lead].append(each)
    leads = sorted(by_lead)
    with duckdb.connect(config={"threads": 1}) as con:
        for start in range(0, len(leads), _AT_ONCE):
            some = {lead: by_lead[lead] for lead in leads[start : start + _AT_ONCE]}
            yield from _asked(con, agreement, some)


def _asked(
    con: duckdb.DuckDBPyConnection, agreement: Agreement, by_lead: dict[int, list[_Begun]]
) -> Iterator[Wanted]:
    asking = asking_routes(agreement) or agreement
    history = history_of(by_lead)
    inputs = kept_inputs(
        con, leads=history.leads, companies=history.companies, events=history.events, seen=names_seen(),
        outcomes=history.outcomes, customers=history.customers, wanted=wanted_by([agreement]),
    )  # fmt: skip
    ground = survey([asking], inputs, threads=1)
    answers = matched(asking, ground)
    if answers is None:
        raise AssertionError("a ground has all that its agreements ask for")
    prepared = prepare(asking, answers)
    numbers = [int(each) for each in ground.leads.ids.to_pylist()]
    # A lead may have become an MQL several times: first all firsts, then all seconds.
    for turn in range(max(map(len, by_lead.values()), default=0)):
        places = [k for k, number in enumerate(numbers) if len(by_lead[number]) > turn]
        at = np.zeros(len(numbers), dtype=np.int64)
        at[places] = [by_lead[numbers[k]][turn].at for k in places]
        states = stand(prepared, at, points=False, threads=1).state[places]
        owners = values_at(ground.inputs, ground.states, states, [OWNER]).column(0).to_pylist()
        met = routes_met(agreement, ground, states)
        for k, routes, owner in zip(places, met, owners, strict=True):
            own = by_lead[numbers[k]][turn]
            yield Wanted(own.episode, own.lead, agreement, routes, None if owner is None else str(owner))
