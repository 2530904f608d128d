"""How is what a lead did, or what was done about it, called in a line, and by which picture?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from handraiser.agreement.wording import capital, readable
from handraiser.handoff.about import clean
from handraiser.lifecycle.stages import OUTCOMES, written
from handraiser.store.models import Assignment, Destination, LogEntry, Move, Outcome, Outgoing

__all__ = [
    "Line", "line_of_assignment", "line_of_event", "line_of_log", "line_of_message", "line_of_move",
    "line_of_outcome", "told_attributes",
]  # fmt: skip

_LONG = 200  # letters of a value
_MOST = 40  # properties of an event


class Line(NamedTuple):
    """What happened: `about` is what it was about, `said` what else there is to read of it."""

    icon: str
    what: str
    about: str = ""
    said: tuple[tuple[str, str], ...] = ()


class _Kind(NamedTuple):
    """How events of a name are told, and which of their properties say what they are about."""

    icon: str
    what: str
    about: tuple[str, ...] = ()


_MAIL = ("subject", "campaign_name", "email_subject", "campaign", "email_id")
_KINDS: Mapping[str, _Kind] = {
    "Page Viewed": _Kind(icon="eye", what="Viewed a page", about=("title", "path", "url")),
    "Page Left": _Kind(icon="clock", what="Read a page", about=("title", "path", "url")),
    "Screen Viewed": _Kind(icon="device-desktop", what="Viewed a screen", about=("name", "title")),
    "Email Delivered": _Kind(icon="mail", what="Got a mail", about=_MAIL),
    "Email Opened": _Kind(icon="mail-opened", what="Opened a mail", about=_MAIL),
    "Email Link Clicked": _Kind(icon="click", what="Clicked a link in a mail", about=(*_MAIL, "link", "url")),
    "Email Bounced": _Kind(icon="mail-off", what="A mail came back", about=_MAIL),
    "Unsubscribed": _Kind(icon="mail-off", what="Wants no more mail", about=_MAIL),
    "Subscribed": _Kind(icon="mail", what="Wants mail"),
    "Form Submitted": _Kind(icon="forms", what="Filled in a form", about=("title", "form_name", "form_id")),
    "Content Downloaded": _Kind(icon="download", what="Downloaded", about=("title", "url")),
    "Webinar Registered": _Kind(icon="video", what="Signed up for a webinar", about=("title", "name")),
    "Webinar Attended": _Kind(icon="video", what="Attended a webinar", about=("title", "name")),
    "Demo Requested": _Kind(icon="hand-stop", what="Asked for a demo", about=("title",)),
    "Trial Started": _Kind(icon="hand-stop", what="Began a trial", about=("plan", "title")),
    "Product Viewed": _Kind(icon="eye", what="Viewed a product", about=("name", "sku", "product_id")),
    "Product Added": _Kind(
        icon="shopping-cart", what="Put into the cart", about=("name", "sku", "product_id")
    ),
    "Order Completed": _Kind(icon="credit-card", what="Bought", about=("order_id",)),
    "Ad Clicked": _Kind(icon="ad", what="Clicked an ad", about=("campaign", "utm_campaign", "title")),
    "Signed In": _Kind(icon="login", what="Signed in"),
}
_OTHER = _Kind(icon="activity", what="")
_DID = {
    "call": _Kind(icon="phone", what="Called"),
    "email": _Kind(icon="send", what="Wrote a mail"),
    "meeting": _Kind(icon="calendar", what="Met"),
    "note": _Kind(icon="note", what="Noted"),
}
_BECAME = {
    "mql": _Kind(icon="flag", what="Became an MQL"),
    "sal": _Kind(icon="circle-check", what="Accepted by sales"),
    "sql": _Kind(icon="star", what="Qualified by sales"),
    "opportunity": _Kind(icon="target", what="An opportunity was opened"),
    "customer": _Kind(icon="trophy", what="Won: a customer"),
    "lost": _Kind(icon="circle-x", what="Lost"),
    "recycled": _Kind(icon="rotate", what="Sent back to marketing"),
    "disqualified": _Kind(icon="circle-x", what="Disqualified"),
    "merged": _Kind(icon="users", what="Went on as another MQL"),
    "lead": _Kind(icon="rotate", what="Reopened, as a lead"),
}
_TOLD = {
    Destination.Kind.WEBHOOK: _Kind(icon="webhook", what="Told the program"),
    Destination.Kind.SLACK: _Kind(icon="brand-slack", what="Told Slack,"),
    Destination.Kind.TEAMS: _Kind(icon="brand-teams", what="Told Teams,"),
    Destination.Kind.EMAIL: _Kind(icon="mail-forward", what="Mailed"),
}


def line_of_event(event: str, properties: Mapping[str, Any]) -> Line:
    """Return how something that a lead did is told, whatever its name and its properties are."""
    kind = _KINDS.get(event)
    by = next((name for name in (kind.about if kind else ()) if properties.get(name) not in (None, "")), None)
    there = [(name, value) for name, value in properties.items() if value is not None]
    said = tuple((name, _called(name), _plain(value)) for name, value in there[:_MOST])
    about = "" if by is None else _short(properties[by])
    if kind is None:
        return Line(_OTHER.icon, clean(event, most=_LONG), said=tuple(each[1:] for each in said))
    return Line(kind.icon, kind.what, about, tuple(each[1:] for each in said if each[0] != by))


def line_of_log(entry: LogEntry) -> Line:
    """Return how something that sales did is told."""
    kind = _DID.get(entry.kind)
    if kind is None:
        return Line(icon="list-check", what=capital(readable(entry.kind, "")), about=entry.note)
    return Line(kind.icon, kind.what, entry.note)


def line_of_move(move: Move) -> Line:
    """Return how a move from one stage to another is told."""
    kind = _BECAME.get(move.became, _Kind(icon="arrow-right", what=capital(move.became)))
    why = readable(move.why, "") if move.why else ""
    about = ", ".join(filter(None, (why, move.note)))
    if move.undoes_id is not None:
        return Line(icon="arrow-back-up", what=f"Taken back: {written(move.became)} again", about=move.note)
    what = f"{kind.what} (passed over)" if move.inferred else kind.what
    return Line(kind.icon, what, about, tuple(told_attributes(move.details)))


def line_of_outcome(said: Outcome) -> Line:
    """Return how it is told what was said of a lead without an episode, such as by a CRM."""
    stage = OUTCOMES.get(said.stage, said.stage)
    kind = _BECAME.get(stage, _Kind(icon="arrow-right", what=capital(stage)))
    why = readable(said.reason, "") if said.reason else ""
    return Line(kind.icon, kind.what, ", ".join(filter(None, (why, said.note))))


def line_of_assignment(given: Assignment) -> Line:
    """Return how it is told who got a lead."""
    to = given.user.name or given.user.email if given.user is not None else "nobody"
    return Line(icon="user", what=f"Given to {to}", about=given.why)


def line_of_message(message: Outgoing) -> Line:
    """Return how it is told that somebody, or a program, was told something of a lead."""
    there, payload = message.destination, message.payload
    data = payload.get("data") or {}
    to = ", ".join(map(str, payload.get("to") or ()))
    whom = to if there.kind == Destination.Kind.EMAIL and to else there.name
    kind = _TOLD[Destination.Kind(there.kind)]
    return Line(kind.icon, f"{kind.what} {clean(whom, most=_LONG)}", clean(data.get("text"), most=_LONG))


def told_attributes(attributes: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return attributes as people read them, in their order: `job_title` is `Job title`."""
    return [(_called(name), _plain(value)) for name, value in attributes.items()]


def _called(name: str) -> str:
    """Return the name of an attribute or a property in words."""
    return capital(readable(clean(name, most=_LONG)).strip())


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return _short(", ".join(map(_plain, value)))
    return _short(msgspec.json.encode(value).decode() if isinstance(value, dict) else value)


def _short(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return clean(value, most=_LONG)
