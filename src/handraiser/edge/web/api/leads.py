"""What is told of a lead: put together from what is stored and what is computed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from handraiser.edge.web.api import answers
from handraiser.edge.web.api.scores import stood
from handraiser.flows.live import Live
from handraiser.lifecycle.stages import stage_of
from handraiser.scoring.cited import moment
from handraiser.store import models
from handraiser.store.consents import OBJECTION, PROFILING, standing
from handraiser.store.handoffs import Stood, reached_by, stood_at
from handraiser.store.history import members_of
from handraiser.store.people import Known, Link, Named, episodes_of, identifiers_of, links_of
from handraiser.store.timeline import Done, Mark, what_was_done

__all__ = [
    "KINDS",
    "activity_told",
    "agreements_at",
    "join_told",
    "joined_to",
    "lead_at",
    "someone",
    "timeline_at",
]

KINDS = {"user_id": "user", "email": "email", "anonymous_id": "anonymous"}
"""How the API calls what somebody is known by, and how the store does."""
_NAMES = {kind: name for name, kind in KINDS.items()} | {"hand": "hand"}


def lead_at(found: Known, live: Collection[Live], at: int) -> answers.Lead:
    """Return a lead as of an instant. It is one: `lead_since` is known."""
    objects = [
        purpose for purpose, says in standing([found.root]).get(found.root, {}).items() if says == OBJECTION
    ]
    if PROFILING in objects:
        live = ()  # nothing is computed of them
    known = stood(found.root, [one.agreement for one in live], at)
    members = members_of([found.root])
    episodes = episodes_of(found.root, at)
    handed = stood_at([each.pk for each in episodes], at)
    company = None
    if known.company is not None:
        company = answers.Company(id=known.company, attributes=known.company_attributes)
    return answers.Lead(
        id=str(found.root),
        joined_to=joined_to(found),
        at=moment(at),
        created_at=moment(found.lead_since or 0),
        stage=stage_of(reached_by(found.root, handed.values(), at), known=True),
        identifiers=_identified(identifiers_of(members)),
        attributes=known.attributes,
        company=company,
        members=[
            answers.Member(id=str(number), since=moment(member.since))
            for number, member in sorted(members.items())
            if number != found.root
        ],
        joins=[join_told(link) for link in links_of(members)],
        objects=sorted(objects),
        agreements=[_standing(one, row, episodes, handed) for one, row in zip(live, known.rows, strict=True)],
    )


def joined_to(found: Known) -> str | None:
    """Return who stands for somebody, None for who stands for themselves."""
    return None if found.root == found.number else str(found.root)


def join_told(link: Link) -> answers.Join:
    """Return a join as the API tells it."""
    return answers.Join(
        id=link.number,
        joined=str(link.joined),
        to=str(link.person),
        because=_identified([link.because])[0],
        at=moment(link.at),
        undone_at=None if link.undone_at is None else moment(link.undone_at),
    )


def someone(found: Known) -> answers.Someone:
    """Return a person, lead or not."""
    return answers.Someone(
        id=str(found.number),
        created_at=None if found.lead_since is None else moment(found.lead_since),
        identifiers=_identified(identifiers_of(members_of([found.root]))),
    )


def timeline_at(found: Known, at: int, *, before: Mark | None, most: int) -> answers.Timeline:
    """Return a page of what a lead did, as it was known at an instant."""
    done = what_was_done(members_of([found.root]), at=at, before=before, most=most + 1)
    more = len(done) > most
    return answers.Timeline(
        id=str(found.root),
        joined_to=joined_to(found),
        at=moment(at),
        events=[_activity(each) for each in done[:most]],
        next="{0.occurred_at}.{0.number}".format(done[most - 1].mark) if more else None,
    )


def activity_told(root: int, event_id: str, at: int) -> answers.Activity:
    """Return something that a lead did, which has to be there."""
    number = models.Activity.objects.only("pk").get(event_id=event_id).pk
    (done,) = what_was_done(members_of([root]), at=at, before=None, most=1, only=number)
    return _activity(done)


def _identified(named: Iterable[Named]) -> list[answers.Identified]:
    return [answers.Identified(kind=_NAMES[each.kind], value=each.value) for each in named]


def _standing(
    one: Live, row: dict[str, Any], episodes: Sequence[models.Episode], handed: Mapping[int, Stood]
) -> answers.Standing:
    agreement = one.agreement
    own = [each for each in episodes if (each.agreement, each.shadow) == (agreement.name, one.shadow)]
    return answers.Standing(
        agreement=agreement.name,
        title=agreement.title,
        fingerprint=agreement.fingerprint,
        shadow=one.shadow,
        live_from=moment(one.since),
        score=row["score"],
        fit=row["fit"],
        engagement=row["engagement"],
        grade=row["grade"],
        qualified=row["qualified"],
        mql_at=row["mql_at"],
        episodes=[_episode(each, handed.get(each.pk)) for each in own],
    )


def _episode(each: models.Episode, stood: Stood | None) -> answers.Episode:
    return answers.Episode(
        id=each.pk,
        lead_id=str(each.lead_id),
        ordinal=each.ordinal,
        begun_at=moment(each.begun_at),
        decided_at=moment(each.decided_at),
        hand_raise=each.hand_raise,
        from_history=each.from_history,
        fingerprint=each.fingerprint,
        reasons=msgspec.convert(each.reasons, answers.Reasons),
        stage=None if stood is None else stood.stage,
        owner=None if stood is None else stood.owner,
        handed_at=None if stood is None or stood.handed_at is None else moment(stood.handed_at),
        ended_at=None if stood is None or stood.ended_at is None else moment(stood.ended_at),
    )


def _activity(each: Done) -> answers.Activity:
    return answers.Activity(
        event_id=each.event_id,
        event=each.event,
        occurred_at=moment(each.mark.occurred_at),
        known_at=moment(each.known_at),
        session_id=each.session_id,
        verdict=each.verdict,
        properties=msgspec.json.decode(each.properties),
        member=str(each.person),
    )


def agreements_at(live: Collection[Live], at: int) -> answers.Agreements:
    """Return which agreements these are, and who signed them."""
    rows = models.Publication.objects.filter(pk__in=[one.number for one in live])
    by_number = {row.pk: row for row in rows.select_related("marketing", "sales")}
    told = [_agreement(one, by_number[one.number]) for one in live]
    return answers.Agreements(at=moment(at), agreements=told)


def _agreement(one: Live, row: models.Publication) -> answers.Agreement:
    return answers.Agreement(
        agreement=one.agreement.name,
        title=one.agreement.title,
        fingerprint=one.agreement.fingerprint,
        shadow=one.shadow,
        live_from=moment(one.since),
        begun_at=None if row.begun_at is None else moment(row.begun_at),
        published_at=moment(row.published_at),
        marketing=None if row.marketing is None else row.marketing.email,
        sales=None if row.sales is None else row.sales.email,
    )
