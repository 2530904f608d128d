"""Which addresses of the API are about leads with sales?

Annotations are no texts here: names in them would be looked up where views are wrapped, which is elsewhere.
"""

import time
from collections.abc import Callable
from typing import Annotated

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja.params.functions import Path, Query
from ninja.security.base import AuthBase

from handraiser.edge.web.admitting import CALLER
from handraiser.edge.web.api import answers, asked
from handraiser.edge.web.api.description import Api, answering, taking
from handraiser.edge.web.api.handoffs import (
    alarms_after,
    handoff_told,
    handoffs_after,
    outcome_told,
    place_asked,
    stage_asked,
)
from handraiser.edge.web.api.leads import activity_told
from handraiser.edge.web.api.verdicts import (
    TAKEN,
    SayJudgement,
    SayOutcome,
    Taken,
    judgement_said,
    outcome_said,
    said_of,
)
from handraiser.lifecycle.saying import Act
from handraiser.store import models
from handraiser.store.snapshot import as_of_now

__all__ = ["add_to"]

View = Callable[..., HttpResponse]
_PAGE = 100
_LONGEST = 1_000
EpisodeId = Annotated[str, Path(description="The id of an episode")]
Owner = Annotated[str | None, Query(description="The address of an owner; empty for what is nobody's")]
TeamName = Annotated[str | None, Query(description="The name of a team")]
StageName = Annotated[str | None, Query(description="A stage, such as mql")]
IsOpen = Annotated[bool | None, Query(description="Whether open ones are meant, or those that have ended")]
Behind = Annotated[str | None, Query(description="`next` of the page before")]
Of = Annotated[str | None, Query(description="The name of an agreement; all unless said")]
LeadId = Annotated[str, Path(description="The id of a lead, or of somebody who was joined to it")]
Limit = Annotated[int, Query(ge=1, le=_LONGEST, description="How many at most")]
After = Annotated[int, Query(ge=0, le=2**63 - 1, description="`next` of the page before, however long ago")]


def add_to(api: Api, *, asks: Callable[[View], View], writing: AuthBase) -> None:
    """Have an API answer what is asked of leads with sales, and take what sales says."""

    @api.get(
        "/handoffs",
        summary="Leads with sales, what is due first at the front",
        openapi_extra=answering(answers.Handoffs, 404),
    )
    @asks
    def list_handoffs(
        request: HttpRequest,
        owner: Owner = None,
        team: TeamName = None,
        stage: StageName = None,
        open: IsOpen = None,
        agreement: Of = None,
        after: Behind = None,
        limit: Limit = _PAGE,
    ) -> HttpResponse:
        asked.agreement_published(agreement)
        place, meant, whose = place_asked(after), stage_asked(stage), asked.owner_asked(owner)
        with as_of_now():
            return _written(
                handoffs_after(
                    place, most=limit, owner=whose, team=team, stage=meant, is_open=open, agreement=agreement
                )
            )

    @api.get(
        "/episodes/{episode_id}",
        summary="A lead with sales: how far, whose, by when what, and how it came to that",
        openapi_extra=answering(answers.Handoff, 404),
    )
    @asks
    def get_episode(request: HttpRequest, episode_id: EpisodeId) -> HttpResponse:
        with as_of_now():
            return _written(handoff_told(asked.number_asked(episode_id, "episode")))

    @api.get("/alarms", summary="What a person has to see to", openapi_extra=answering(answers.Alarms))
    @asks
    def list_alarms(request: HttpRequest, after: After = 0, limit: Limit = _PAGE) -> HttpResponse:
        return _written(alarms_after(after, most=limit))

    for act, taken in TAKEN.items():
        _takes(api, act, taken, asks=asks, writing=writing)

    @api.post(
        "/leads/{lead_id}/outcomes",
        summary="What became of a lead, as another system knows it",
        auth=writing,
        openapi_extra=answering(answers.OutcomeKept, 404, 409) | taking(SayOutcome),
    )
    @asks
    def keep_outcome(request: HttpRequest, lead_id: LeadId) -> HttpResponse:
        lead = asked.lead_asked(lead_id).root
        kept = outcome_said(
            lead, request.body, through=str(request.META[CALLER]), now=time.time_ns() // 1_000
        )
        found = models.Outcome.objects.select_related("person").get(pk=kept)
        return _written(outcome_told(found))

    @api.post(
        "/leads/{lead_id}/judgements",
        summary="A person did it, or a machine: how something that a lead did counts from now on",
        auth=writing,
        openapi_extra=answering(answers.Activity, 404) | taking(SayJudgement),
    )
    @asks
    def judge_event(request: HttpRequest, lead_id: LeadId) -> HttpResponse:
        lead, now = asked.lead_asked(lead_id).root, time.time_ns() // 1_000
        event_id = judgement_said(lead, request.body, through=str(request.META[CALLER]), now=now)
        with as_of_now():
            return _written(activity_told(lead, event_id, now))


def _takes(api: Api, act: Act, taken: Taken, *, asks: Callable[[View], View], writing: AuthBase) -> None:
    """Have the API take a verdict of sales."""

    def say(request: HttpRequest, episode_id: EpisodeId) -> HttpResponse:
        number = asked.number_asked(episode_id, "episode")
        said_of(act, number, request.body, through=str(request.META[CALLER]), now=time.time_ns() // 1_000)
        with as_of_now():
            return _written(handoff_told(number))

    say.__name__ = f"say_{act}"
    api.post(
        f"/episodes/{{episode_id}}/{act}",
        summary=taken.summary,
        auth=writing,
        openapi_extra=answering(answers.Handoff, 404, 409) | taking(taken.body),
    )(asks(say))


def _written(told: msgspec.Struct) -> HttpResponse:
    return HttpResponse(msgspec.json.encode(told), content_type="application/json")
