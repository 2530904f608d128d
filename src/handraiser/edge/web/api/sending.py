"""Which addresses of the API are about messages that leave?

Annotations are no texts here: names in them would be looked up where views are wrapped, which is elsewhere.
"""

import time
from collections.abc import Callable
from typing import Annotated, Literal, TypeVar

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja.params.functions import Path, Query
from ninja.security.base import AuthBase

from handraiser.edge.web.admitting import CALLER
from handraiser.edge.web.answering import refusal
from handraiser.edge.web.api import asked, outbox, sent
from handraiser.edge.web.api.description import Api, answering
from handraiser.errors import Mistakes
from handraiser.flows import again
from handraiser.flows.destinations import destination_named, disable, enable
from handraiser.flows.refusals import FlowCode

__all__ = ["add_to"]

T = TypeVar("T")
View = Callable[..., HttpResponse]
Name = Annotated[str, Path(description="The name of a destination")]
MessageId = Annotated[str, Path(description="The id of a message")]
State = Annotated[
    Literal["waiting", "dead", "delivered"] | None, Query(description="How they stand; all unless said")
]
To = Annotated[str | None, Query(description="The name of a destination; all unless said")]
Limit = Annotated[int, Query(ge=1, le=1_000, description="How many at most")]
After = Annotated[int, Query(ge=0, le=2**63 - 1, description="`next` of the page before")]
Since = Annotated[str, Query(description="When they were written at the earliest, an instant")]


def add_to(api: Api, *, asks: Callable[[View], View], writing: AuthBase) -> None:
    """Have an API answer what is asked of destinations and of their messages."""

    @api.get(
        "/destinations",
        summary="Who is told of what happens, and what waits for them",
        openapi_extra=answering(sent.Destinations),
    )
    @asks
    def list_destinations(request: HttpRequest) -> HttpResponse:
        return _written(outbox.destinations_told())

    @api.get(
        "/outgoing",
        summary="Messages in the order in which they were written: delivered, waiting, or given up",
        openapi_extra=answering(sent.OutgoingPage, 404),
    )
    @asks
    def list_outgoing(
        request: HttpRequest,
        state: State = None,
        destination: To = None,
        after: After = 0,
        limit: Limit = 100,
    ) -> HttpResponse:
        if destination is not None:
            _found(lambda: destination_named(destination))
        return _written(outbox.outgoing_after(after, most=limit, state=state, destination=destination))

    @api.post(
        "/outgoing/{message_id}/replay",
        summary="A message that was given up is sent again, under the same key",
        auth=writing,
        openapi_extra=answering(sent.Outgoing, 404, 409),
    )
    @asks
    def replay_message(request: HttpRequest, message_id: MessageId) -> HttpResponse:
        number = asked.number_asked(message_id, "message")
        found = _found(lambda: again.replay(str(number), who=str(request.META[CALLER]), now=_now()))
        return _written(outbox.outgoing_told(found))

    @api.post(
        "/destinations/{name}/replay",
        summary="All is sent again that a destination never took since an instant",
        auth=writing,
        openapi_extra=answering(sent.Replayed, 404),
    )
    @asks
    def replay_destination(request: HttpRequest, name: Name, since: Since) -> HttpResponse:
        begin = asked.instant_asked(since, name="since")
        count = _found(lambda: again.replay_all(name, since=begin, who=str(request.META[CALLER]), now=_now()))
        return _written(sent.Replayed(success=True, messages=count))

    @api.post(
        "/destinations/{name}/enable",
        summary="A destination is told again, first what has waited",
        auth=writing,
        openapi_extra=answering(sent.Destination, 404),
    )
    @asks
    def enable_destination(request: HttpRequest, name: Name) -> HttpResponse:
        _found(lambda: enable(name, who=str(request.META[CALLER]), now=_now()))
        return _written(outbox.destination_told(name))

    @api.post(
        "/destinations/{name}/disable",
        summary="A destination is told nothing more; what waits for it waits",
        auth=writing,
        openapi_extra=answering(sent.Destination, 404),
    )
    @asks
    def disable_destination(request: HttpRequest, name: Name) -> HttpResponse:
        who = str(request.META[CALLER])
        _found(lambda: disable(name, why=f"by {who}", who=who, now=_now()))
        return _written(outbox.destination_told(name))


def _found(do: Callable[[], T]) -> T:
    """Return what is done. Raises Answered with 404 or 409 where it cannot be."""
    try:
        return do()
    except Mistakes as mistakes:
        wrong = mistakes.diagnostics[0]
        status = {FlowCode.NO_SUCH_DESTINATION: 404, FlowCode.NO_SUCH_MESSAGE: 404}.get(
            FlowCode(wrong.code), 409
        )
        raise refusal(status, wrong.says, fix=wrong.fix) from None


def _now() -> int:
    return time.time_ns() // 1_000


def _written(told: msgspec.Struct) -> HttpResponse:
    return HttpResponse(msgspec.json.encode(told), content_type="application/json")
