"""How do messages that leave stand, and who gets them?"""

from __future__ import annotations

from datetime import datetime

from handraiser.edge.web.api.sent import Destination, Destinations, Outgoing, OutgoingPage
from handraiser.flows.destinations import shown_address
from handraiser.scoring.cited import moment
from handraiser.store import models
from handraiser.store.outgoing import destinations, messages, state_of

__all__ = ["destination_told", "destinations_told", "outgoing_after", "outgoing_told"]


def destinations_told() -> Destinations:
    """Return all destinations."""
    return Destinations(destinations=[_destination(*each) for each in destinations()])


def destination_told(name: str) -> Destination:
    """Return the destination of a name. Raises LookupError where there is none."""
    for each in destinations():
        if each[0].name == name:
            return _destination(*each)
    raise LookupError(name)


def outgoing_after(after: int, *, most: int, state: str | None, destination: str | None) -> OutgoingPage:
    """Return a page of the messages with numbers above `after`."""
    found = messages(after=after, most=most + 1, state=state, destination=destination)
    page = found[:most]
    return OutgoingPage(
        messages=[outgoing_told(each) for each in page],
        next=page[-1].pk if page else after,
        more=len(found) > most,
    )


def outgoing_told(message: models.Outgoing) -> Outgoing:
    """Return a message as it stands."""
    done = message.done_at
    return Outgoing(
        id=message.pk,
        key=message.key,
        destination=message.destination.name,
        kind=message.kind,
        lead_id=str(message.lead),
        episode_id=message.episode_id,
        state=state_of(message),
        attempts=message.attempts,
        error=message.error or None,
        created_at=moment(message.created_at),
        due_at=moment(message.due_at) if done is None else None,
        done_at=None if done is None else moment(done),
        payload=message.payload,
    )


def _destination(each: models.Destination, waiting: int, dead: int) -> Destination:
    def at(instant: int | None) -> datetime | None:
        return moment(instant) if instant else None

    return Destination(
        name=each.name,
        kind=each.kind,
        address=shown_address(each),
        kinds=each.kinds,
        agreement=each.agreement or None,
        created_at=moment(each.created_at),
        failing_since=at(each.failing_since),
        rests_until=at(each.rests_until),
        disabled_at=at(each.disabled_at),
        disabled_why=each.disabled_why or None,
        waiting=waiting,
        dead=dead,
    )
