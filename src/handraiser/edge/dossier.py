"""What is kept of one lead: all of it, for whoever asks what is known of them, and why they were scored so?

It is what `erase` would take out and what it would leave, so nothing is kept that is not in here.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import msgspec

from handraiser.edge.web.api.handoffs import handoff_told
from handraiser.edge.web.api.leads import lead_at, timeline_at
from handraiser.edge.web.api.scores import explained
from handraiser.facts.instants import iso
from handraiser.flows.erased_messages import messages_of
from handraiser.flows.erased_traces import traces_of
from handraiser.flows.live import Live, agreement_of, live_now
from handraiser.handoff.why import why
from handraiser.store.bulk import among, query
from handraiser.store.consents import consents_of, objecting
from handraiser.store.history import members_of
from handraiser.store.models import Audit, Episode, Outcome, Outgoing
from handraiser.store.people import Known
from handraiser.store.snapshot import as_of_now

__all__ = ["dossier"]

_ALL = 10_000_000  # events of one lead


def dossier(found: Known, *, now: int) -> bytes:
    """Return all that is kept of a lead, as JSON that people can read too."""
    with as_of_now():
        live = [one for one in live_now(now) if not one.shadow]
        people = sorted(members_of([found.root]))
        episodes = list(Episode.objects.filter(lead__in=people).select_related("publication").order_by("pk"))
        told = {
            "lead": lead_at(found, live, now),
            "consents": [
                {"purpose": each.purpose, "says": each.says, "at": iso(each.at), "source": each.source,
                 "noted_by": each.by, "noted_at": iso(each.noted_at), "message": each.message or None}
                for each in consents_of(found.root)
            ],
            "said": _said(people),
            "messages": _messages(people),
            "events": timeline_at(found, now, before=None, most=_ALL).events,
            "scores": _scores(found.root, live, now),
            "episodes": [_episode(each) for each in episodes],
            "outcomes": [_outcome(each) for each in Outcome.objects.filter(person__in=people).order_by("pk")],
            "told": [
                {"to": each.destination.name, "kind": each.kind, "at": iso(each.created_at),
                 "delivered": each.delivered, "said": each.payload}
                for each in Outgoing.objects.filter(lead__in=people).order_by("pk").select_related(
                    "destination"
                )
            ],
            "changes": _changes(people, episodes),
        }  # fmt: skip
    head = {"what": f"Everything that is kept of lead {found.root}", "at": iso(now)}
    return msgspec.json.format(msgspec.json.encode(head | told), indent=2)


def _scores(lead: int, live: Iterable[Live], now: int) -> list[Any]:
    """Return how each agreement scores a lead and why, rule by rule; of who objects to that, nothing."""
    return [] if objecting([lead]) else [explained(lead, one.agreement, now) for one in live]


def _said(people: Collection[int]) -> list[Mapping[str, Any]]:
    condition, parameters = among("person_id", people)
    rows = query(
        'SELECT valid_from, known_at, "values", company.key FROM store_personpatch AS patch '
        f"LEFT JOIN store_company AS company ON company.id = patch.company_id WHERE {condition} "
        "ORDER BY patch.id",
        parameters,
    )
    return [
        {"from": iso(since), "known_at": iso(known_at), "values": json.loads(said), "company": company}
        for since, known_at, said, company in rows
    ]


def _messages(people: Collection[int]) -> list[Mapping[str, Any]]:
    condition, parameters = among("seq", messages_of(people, traces_of(people)))
    rows = query(
        "SELECT message_id, kind, event, user_id, anonymous_id, group_id, previous_id, occurred_at, "
        f"received_at, body FROM store_event WHERE {condition} ORDER BY seq",
        parameters,
    )
    names = ("message_id", "kind", "event", "user_id", "anonymous_id", "group_id", "previous_id")
    return [
        dict(zip(names, ids, strict=True))
        | {"occurred_at": iso(occurred), "received_at": iso(received), "body": json.loads(body)}
        for *ids, occurred, received, body in rows
    ]


def _episode(episode: Episode) -> Mapping[str, Any]:
    said = why(agreement_of(episode.publication), episode.reasons, hand_raise=episode.hand_raise)
    told: dict[str, Any] = {
        "id": episode.pk, "agreement": episode.agreement, "shadow": episode.shadow,
        "begun_at": iso(episode.begun_at), "decided_at": iso(episode.decided_at),
        "why": said, "reasons": episode.reasons,
    }  # fmt: skip
    return told if episode.shadow else told | {"with_sales": handoff_told(episode.pk)}


def _outcome(outcome: Outcome) -> Mapping[str, Any]:
    names = ("agreement", "stage", "reason", "amount", "currency", "competitor", "note", "misled_by", "by")
    told = {name: getattr(outcome, name) for name in names}
    undone = None if outcome.undone_at is None else iso(outcome.undone_at)
    return {**told, "at": iso(outcome.at), "undone_at": undone}


def _changes(people: Collection[int], episodes: Collection[Episode]) -> list[Mapping[str, Any]]:
    about = [*(f"lead {each}" for each in people), *(f"episode {each.pk}" for each in episodes)]
    rows = Audit.objects.filter(subject__in=about).order_by("pk")
    return [
        {
            "at": iso(each.at),
            "who": each.who,
            "did": each.did,
            "subject": each.subject,
            "details": each.details,
        }
        for each in rows
    ]
