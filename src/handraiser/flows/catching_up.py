"""An episode begins in the past: what had sales said of the lead since?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from handraiser.flows.clocks import stop
from handraiser.flows.due import keep_due
from handraiser.flows.held import Held
from handraiser.flows.live import agreement_of
from handraiser.flows.moving import open_time, stopped_by
from handraiser.lifecycle.moves import NotAllowed, way
from handraiser.lifecycle.stages import ENDED, OUTCOMES, Stage
from handraiser.store.bulk import among, query
from handraiser.store.models import Alarm, Handoff, Move, Outcome

__all__ = ["catch_up"]


def catch_up(episodes: Sequence[int]) -> None:
    """Have what was said of leads before their episodes were found be moves of these.

    Within the caller's transaction, in which the hand-offs have just been written. What does not follow from
    the stage that an episode has stays what it was said of the lead.
    """
    condition, parameters = among("episode.id", episodes)
    rows = query(
        "SELECT outcome.id, episode.id, handoff.agreement FROM store_episode AS episode "
        "JOIN store_handoff AS handoff ON handoff.episode_id = episode.id "
        "JOIN store_person AS person ON person.root_id = episode.lead_id "
        "JOIN store_outcome AS outcome ON outcome.person_id = person.id "
        "WHERE outcome.undone_at IS NULL AND outcome.episode_id IS NULL AND outcome.at > episode.begun_at "
        f"AND outcome.agreement IN ('', handoff.agreement) AND {condition} "
        "ORDER BY outcome.at, outcome.id, episode.begun_at",
        parameters,
    )
    # Each is of the latest episode that had begun by then.
    latest: dict[tuple[int, str], int] = {(outcome, name): episode for outcome, episode, name in rows}
    said = Outcome.objects.in_bulk({outcome for outcome, _ in latest})
    of: dict[int, list[Outcome]] = defaultdict(list)
    for (outcome, _), episode in latest.items():
        of[episode].append(said[outcome])
    found = Handoff.objects.filter(pk__in=of).select_related("owner", "episode__lead", "episode__publication")
    for handoff in found:
        held = Held(handoff, handoff.episode, agreement_of(handoff.episode.publication))
        for each in of[handoff.pk]:
            _move(held, each)
    keep_due(list(of))


def _move(held: Held, outcome: Outcome) -> None:
    handoff = held.handoff
    try:
        steps = way(Stage(handoff.stage), OUTCOMES[outcome.stage])
    except NotAllowed:
        return
    for place, stage in enumerate(steps):
        last = place == len(steps) - 1
        Move.objects.create(
            episode=handoff.episode, at=outcome.at, was=handoff.stage, became=stage, by=outcome.by,
            why=(outcome.reason or "") if last else f"passed over to {steps[-1]}", inferred=not last,
            note=(outcome.note or "") if last else "", fingerprint=handoff.episode.fingerprint,
        )  # fmt: skip
        handoff.stage, handoff.stage_at = stage, outcome.at
        stop([handoff.pk], stopped_by(stage), now=outcome.at)
        if stage is Stage.SAL:
            # Nobody accepts what they do not have yet.
            at = max(outcome.at, handoff.handed_at or outcome.at)
            handoff.accepted_at, handoff.accept_business = at, open_time(held, at)
        if stage in ENDED:
            handoff.ended_at, handoff.reason = outcome.at, outcome.reason
            Alarm.objects.filter(episode=handoff.pk, closed_at=None).update(closed_at=outcome.at)
    handoff.save()
    if outcome.agreement:  # else it may be of other agreements' episodes too
        Outcome.objects.filter(pk=outcome.pk).update(episode=handoff.pk)
