"""Which addresses of the API are about who a lead is, and about what is kept of it?

Annotations are no texts here: names in them would be looked up where views are wrapped, which is elsewhere.
"""

import time
from collections.abc import Callable
from typing import Annotated

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja.params.functions import Path
from ninja.security.base import AuthBase

from handraiser.edge.dossier import dossier
from handraiser.edge.web.admitting import CALLER
from handraiser.edge.web.api import answers, asked
from handraiser.edge.web.api.description import Api, answering, taking
from handraiser.edge.web.api.stewarding import (
    SayConsent,
    SayErase,
    SayJoin,
    consent_said,
    consents_told,
    erased,
    joined,
)
from handraiser.store.snapshot import as_of_now

__all__ = ["add_to"]

View = Callable[..., HttpResponse]
LeadId = Annotated[str, Path(description="The id of a lead, or of somebody who was joined to it")]


def add_to(api: Api, *, asks: Callable[[View], View], writing: AuthBase) -> None:
    """Have an API answer what is kept of a lead, and take who it is and what it agrees to."""

    @api.post(
        "/leads/{lead_id}/join",
        summary="Another lead is the same person",
        auth=writing,
        openapi_extra=answering(answers.Joined, 404, 409) | taking(SayJoin),
    )
    @asks
    def join_leads(request: HttpRequest, lead_id: LeadId) -> HttpResponse:
        found = asked.lead_asked(lead_id)
        return _written(joined(found, request.body, through=_through(request), now=_now()))

    @api.get(
        "/leads/{lead_id}/consent",
        summary="What a lead agrees and objects to, and all it said of that",
        openapi_extra=answering(answers.Consents, 404),
    )
    @asks
    def get_consent(request: HttpRequest, lead_id: LeadId) -> HttpResponse:
        with as_of_now():
            return _written(consents_told(asked.lead_asked(lead_id)))

    @api.post(
        "/leads/{lead_id}/consent",
        summary="A lead agrees, objects, or takes back what it said",
        auth=writing,
        openapi_extra=answering(answers.Consents, 404) | taking(SayConsent),
    )
    @asks
    def say_consent(request: HttpRequest, lead_id: LeadId) -> HttpResponse:
        found = asked.lead_asked(lead_id)
        consent_said(found, request.body, through=_through(request), now=_now())
        with as_of_now():
            return _written(consents_told(found))

    @api.get(
        "/leads/{lead_id}/everything",
        summary="All that is kept of a lead",
        openapi_extra=answering(answers.Everything, 404),
    )
    @asks
    def get_everything(request: HttpRequest, lead_id: LeadId) -> HttpResponse:
        return HttpResponse(dossier(asked.lead_asked(lead_id), now=_now()), content_type="application/json")

    @api.post(
        "/leads/{lead_id}/erase",
        summary="A lead is forgotten, for good",
        auth=writing,
        openapi_extra=answering(answers.Erased, 404, 409) | taking(SayErase),
    )
    @asks
    def erase_lead(request: HttpRequest, lead_id: LeadId) -> HttpResponse:
        found = asked.lead_asked(lead_id)
        return _written(erased(found, request.body, through=_through(request), now=_now()))


def _through(request: HttpRequest) -> str:
    return str(request.META[CALLER])


def _now() -> int:
    return time.time_ns() // 1_000


def _written(told: msgspec.Struct) -> HttpResponse:
    return HttpResponse(msgspec.json.encode(told), content_type="application/json")
