"""Is what live wrote down what a replay of all that is stored gives?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import duckdb

from handraiser.agreement import load
from handraiser.facts.inputs import Inputs
from handraiser.scoring.match import match
from handraiser.scoring.registers import FOREVER
from handraiser.scoring.score import Prepared, find_episodes, prepare, score_table
from handraiser.store.bulk import query
from handraiser.store.history import history_of, names_seen
from handraiser.tables.kept import kept_inputs

__all__ = ["SHOWN", "compare_episodes", "compare_handoffs", "compare_standings"]

SHOWN = (
    "SELECT lead_id, publication_id, score, fit, engagement, grade, qualified, at FROM store_standing "
    "ORDER BY lead_id, publication_id"
)
Row = tuple[object, ...]


def compare_standings(
    shown: Mapping[int, Sequence[Row]], publications: Mapping[int, str], *, least: int = 100
) -> int:
    """Compare what was shown at instants (rows of `SHOWN`) under publications, given by their texts.

    Returns how many were compared; it is wrong that these are no more than `least`.
    """
    compared = 0
    for publication, prepared in _prepared(publications):
        for at, rows in shown.items():
            replayed = {
                row["lead_id"]: row for row in score_table(prepared, at, points=False, threads=1).to_pylist()
            }
            for lead, of, score, fit, engagement, grade, qualified, looked_at in rows:
                row = replayed.get(str(lead))
                if of != publication or row is None or looked_at != at:
                    continue  # joined to somebody else since
                compared += 1
                live = (score, fit, engagement, grade, bool(qualified))
                names = ("score", "fit", "engagement", "grade", "qualified")
                replay = tuple(row[name] for name in names)
                assert live == replay, f"lead {lead} at {at}: {live} live, {replay} replayed"
    assert compared > least
    return compared


def compare_episodes(publications: Mapping[int, str], *, least: int = 5) -> int:
    """Compare the episodes of leads that have always been one; return how many there are of a publication."""
    joined = "SELECT person.root_id FROM store_episode JOIN store_person AS person ON person.id = lead_id "
    merged = {lead for (lead,) in query(joined + "WHERE person.root_id <> lead_id")}
    found = 0
    for publication, prepared in _prepared(publications):
        begun = find_episodes(prepared, FOREVER - 1, first_only=False, threads=1)
        ids = [int(each) for each in prepared.matched.leads.ids.to_pylist()]
        replayed = {
            ids[k]: begun.at[begun.offsets[k] : begun.offsets[k] + begun.found[k]].tolist()
            for k in range(len(ids))
            if begun.found[k]
        }
        sql = (
            "SELECT lead_id, begun_at FROM store_episode AS episode "
            "JOIN store_person AS person ON person.id = lead_id "
            "WHERE person.root_id = lead_id AND publication_id = %s ORDER BY ordinal"
        )
        live: dict[int, list[int]] = defaultdict(list)
        for lead, at in query(sql, [publication]):
            live[lead].append(at)
        assert len(live) > least
        differ = {lead for lead in live.keys() | replayed.keys() if live.get(lead) != replayed.get(lead)}
        # Who had become an MQL before it turned out that it is this lead, is not made one again.
        assert differ <= merged, {lead: (live.get(lead), replayed.get(lead)) for lead in differ}
        found += sum(map(len, live.values()))
    return found


def compare_handoffs() -> int:
    """Hold every live episode that is no history to one hand-off; return how many there are."""
    episodes = query("SELECT id FROM store_episode WHERE NOT shadow AND NOT from_history ORDER BY id")
    handed = query("SELECT episode_id FROM store_handoff WHERE handed_at IS NOT NULL ORDER BY episode_id")
    assert handed == episodes
    return len(handed)


def _prepared(publications: Mapping[int, str]) -> list[tuple[int, Prepared]]:
    inputs = _inputs_of_all()
    found = []
    for publication, text in publications.items():
        agreement = load(text.strip() + "\n", file="made")
        found.append((publication, prepare(agreement, match(agreement, inputs, threads=1))))
    return found


def _inputs_of_all() -> Inputs:
    leads = [
        lead for (lead,) in query("SELECT id FROM store_person WHERE root_id = id AND lead_since IS NOT NULL")
    ]
    history = history_of(leads)
    return kept_inputs(
        duckdb.connect(),
        leads=history.leads,
        companies=history.companies,
        events=history.events,
        outcomes=history.outcomes,
        customers=history.customers,
        seen=names_seen(),
    )
