"""Which addresses does the API have, and what is asked at each?

Everything is as of an instant, `at`: now unless said, past or to come. A question is answered as of one
moment of the database. Reading takes a key of scope read or write, changing something one of scope write.
"""

from __future__ import annotations

import functools
import inspect
import time
from collections.abc import Callable
from typing import Annotated, Any, Literal

import msgspec
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from ninja.errors import ValidationError
from ninja.params.functions import Path, Query
from ninja.security.base import AuthBase

from handraiser.edge.telling import tell
from handraiser.edge.web.admitting import CALLER, nobody
from handraiser.edge.web.answering import Answered, refusal
from handraiser.edge.web.api import answers, asked, keeping, selling, sending
from handraiser.edge.web.api.description import Api, answering
from handraiser.edge.web.api.episodes import episodes_after
from handraiser.edge.web.api.leads import agreements_at, join_told, lead_at, someone, timeline_at
from handraiser.edge.web.api.scores import explained
from handraiser.edge.web.keys import Caller
from handraiser.errors import Unavailable
from handraiser.flows.live import live_at
from handraiser.flows.unjoin import unjoin
from handraiser.scoring.explanation import Explanation
from handraiser.store.consents import objecting
from handraiser.store.people import link, person
from handraiser.store.snapshot import as_of_now

__all__ = ["api"]

_PAGE = 100
_KEPT = ("owner", "team", "destination", "name")  # looked up as they are
_LONGEST = 1_000


class Reading(AuthBase):
    """A key of scope read or write: whoever is here without one came another way."""

    openapi_type = "http"
    openapi_scheme = "bearer"
    openapi_description = "A key of scope read, or of scope write: `handraiser key new --scope read`."

    def __call__(self, request: HttpRequest) -> Caller:
        found = request.META.get(CALLER)
        if not isinstance(found, Caller):
            raise nobody()
        return found


class Writing(Reading):
    """A key of scope write."""

    openapi_description = "A key of scope write: `handraiser key new --scope write`."

    def __call__(self, request: HttpRequest) -> Caller:
        found = super().__call__(request)
        if found.scope != "write":
            fix = "Use one of scope write: `handraiser key new --scope write`."
            raise refusal(403, f"This key is for scope {found.scope}; it changes nothing.", fix=fix)
        return found


# Its pages would load scripts from elsewhere.
api = Api(title="handraiser", version="1", docs_url=None, auth=Reading())

At = Annotated[str | None, Query(description="The instant, ISO 8601, UTC without an offset; now unless said")]
LeadId = Annotated[str, Path(description="The id of a lead, or of somebody who was joined to it")]
JoinId = Annotated[str, Path(description="The id of a join, as a lead has it")]
Email = Annotated[str | None, Query(description="An e-mail address, in any spelling")]
UserId = Annotated[str | None, Query(description="The id that your programs know a user by")]
AnonymousId = Annotated[str | None, Query(description="The id of a browser")]
Name = Annotated[str | None, Query(description="The name of an agreement; needed where several are live")]
Shadow = Annotated[bool, Query(description="Whether one is meant that only runs beside")]
Format = Annotated[Literal["json", "text"], Query(description="For programs, or for people")]
Limit = Annotated[int, Query(ge=1, le=_LONGEST, description="How many at most")]
After = Annotated[int, Query(ge=0, le=2**63 - 1, description="`next` of the page before, however long ago")]
Since = Annotated[str | None, Query(description="When they were decided at the earliest, an instant")]
Of = Annotated[str | None, Query(description="The name of an agreement; all unless said")]
Before = Annotated[str | None, Query(description="`next` of the page before")]


def _asks(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Return a view that refuses what it does not take: a slip in a name would change what is answered."""
    names = [name for name in inspect.signature(view).parameters if name != "request"]

    @functools.wraps(view)
    def answer(request: HttpRequest, **given: Any) -> HttpResponse:
        in_path = request.resolver_match.kwargs if request.resolver_match else {}
        asked.no_nul(*(str(request.GET.get(name, in_path.get(name, ""))) for name in _KEPT))
        asked.nothing_else_asked(request.GET, [name for name in names if name not in in_path])
        return view(request, **given)

    return answer


@api.get("/leads", summary="A lead by what it is known by", openapi_extra=answering(answers.Lead, 404))
@_asks
def find_lead(
    request: HttpRequest,
    email: Email = None,
    user_id: UserId = None,
    anonymous_id: AnonymousId = None,
    at: At = None,
) -> HttpResponse:
    instant = asked.instant_asked(at)
    with as_of_now():
        found = asked.lead_known_by({"email": email, "user_id": user_id, "anonymous_id": anonymous_id})
        return _written(lead_at(found, live_at(instant), instant))


@api.get(
    "/leads/{lead_id}",
    summary="A lead: who it is and how it stands",
    openapi_extra=answering(answers.Lead, 404),
)
@_asks
def get_lead(request: HttpRequest, lead_id: LeadId, at: At = None) -> HttpResponse:
    instant = asked.instant_asked(at)
    with as_of_now():
        return _written(lead_at(asked.lead_asked(lead_id), live_at(instant), instant))


@api.get(
    "/leads/{lead_id}/explanation",
    summary="Why a lead has its score: every rule, every hit, what is missing",
    openapi_extra=answering(Explanation, 404, 409, text=True),
)
@_asks
def explain_lead(
    request: HttpRequest,
    lead_id: LeadId,
    agreement: Name = None,
    shadow: Shadow = False,
    at: At = None,
    format: Format = "json",
) -> HttpResponse:
    instant = asked.instant_asked(at)
    with as_of_now():
        lead = asked.lead_asked(lead_id).root
        meant = asked.agreement_asked(live_at(instant), agreement, shadow=shadow).agreement
        if objecting([lead]):
            fix = "Once the objection is withdrawn it is scored again."
            raise refusal(409, f"Lead {lead} objects to profiling: nothing is computed of it.", fix=fix)
        why = explained(lead, meant, instant)
    if format == "json":
        return _written(why)
    return HttpResponse(tell(why, rules=meant).plain, content_type="text/plain; charset=utf-8")


@api.get(
    "/leads/{lead_id}/events",
    summary="What a lead did, the latest first",
    openapi_extra=answering(answers.Timeline, 404),
)
@_asks
def list_events(
    request: HttpRequest,
    lead_id: LeadId,
    at: At = None,
    limit: Limit = _PAGE,
    before: Before = None,
) -> HttpResponse:
    instant = asked.instant_asked(at)
    mark = asked.mark_asked(before)
    with as_of_now():
        return _written(timeline_at(asked.lead_asked(lead_id), instant, before=mark, most=limit))


@api.get(
    "/episodes",
    summary="Who became an MQL, in the order in which it was recorded",
    openapi_extra=answering(answers.Episodes, 404),
)
@_asks
def list_episodes(
    request: HttpRequest,
    after: After = 0,
    limit: Limit = _PAGE,
    agreement: Of = None,
    since: Since = None,
    shadow: Shadow = False,
) -> HttpResponse:
    begin = None if since is None else asked.instant_asked(since, name="since")
    asked.agreement_published(agreement)
    return _written(episodes_after(after, most=limit, agreement=agreement, since=begin, shadow=shadow))


@api.get(
    "/agreements",
    summary="The agreements that decide, and those that run beside",
    openapi_extra=answering(answers.Agreements),
)
@_asks
def list_agreements(request: HttpRequest, at: At = None) -> HttpResponse:
    instant = asked.instant_asked(at)
    with as_of_now():
        return _written(agreements_at(live_at(instant), instant))


@api.post(
    "/joins/{join_id}/undo",
    summary="Two who were taken for one person are two after all",
    auth=Writing(),
    openapi_extra=answering(answers.Undone, 404, 409),
)
@_asks
def undo_join(request: HttpRequest, join_id: JoinId) -> HttpResponse:
    number = asked.number_asked(join_id, "join")
    if link(number) is None:
        raise refusal(404, f"There is no join {number}.", fix="`joins` of a lead shows which there are.")
    try:
        both = unjoin(number, by=str(request.META[CALLER]), now=time.time_ns() // 1_000)
    except Unavailable:
        raise refusal(409, f"Join {number} has been undone already.", fix="Nothing is left to do.") from None
    with as_of_now():
        undone = link(number)
        two = [found for found in map(person, both) if found is not None]
        if undone is None:
            raise AssertionError("joins are never taken away")
        return _written(
            answers.Undone(success=True, join=join_told(undone), leads=[someone(one) for one in two])
        )


selling.add_to(api, asks=_asks, writing=Writing())
sending.add_to(api, asks=_asks, writing=Writing())
keeping.add_to(api, asks=_asks, writing=Writing())


def _written(told: msgspec.Struct) -> HttpResponse:
    return HttpResponse(msgspec.json.encode(told), content_type="application/json")


@api.exception_handler(Answered)
def _refused(request: HttpRequest, answered: Answered) -> HttpResponse:
    status, body, headers = answered.answer
    return HttpResponse(body, status=status, headers=dict(headers))


@api.exception_handler(ValidationError)
def _not_meant(request: HttpRequest, error: ValidationError) -> HttpResponse:
    wrong = error.errors[0]
    name = str(wrong["loc"][-1])
    return _refused(
        request, refusal(400, f"{name}: {wrong['msg']}.", fix="/api/openapi.json says what may be.")
    )


@api.exception_handler(OperationalError)
@api.exception_handler(InterfaceError)
def _away(request: HttpRequest, error: Exception) -> HttpResponse:
    return _refused(
        request, refusal(503, "The database does not answer at the moment.", ("retry-after", "2"))
    )
