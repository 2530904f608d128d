"""How is it said in a sentence what happened to a lead?"""

from __future__ import annotations

import shlex
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from handraiser.agreement.wording import capital, exact, readable
from handraiser.handoff.about import About, Happened, Owed, called, clean, does, due_at, zone

__all__ = ["SENTENCES", "commands", "in_words", "no_longer_yours", "to_do", "yours"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NOTE, _ADDRESS = 500, 254  # letters
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_VERBS = {
    "accept": "Accept", "contact": "Get in touch with", "call": "Call", "email": "Write to",
    "meeting": "Meet",
}  # fmt: skip
_DONE = {
    "accept": "been accepted", "contact": "been called or written to", "call": "been called",
    "email": "been written to", "meeting": "been met",
}  # fmt: skip


def in_words(at: int, zone: str) -> str:
    """Return an instant as people of a zone say it: Monday 2 March, 11:00 (Europe/Berlin)."""
    local = (_EPOCH + timedelta(microseconds=at)).astimezone(ZoneInfo(zone))
    return f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]}, {local:%H:%M} ({zone})"


def to_do(about: About, due: Owed) -> str:
    """Return what is to be done by when: `Call Ann of Acme by Monday 2 March, 11:00 (Europe/Berlin)`."""
    what = does(about, due)
    verb = _VERBS.get(what) or f"{capital(readable(what))}:"
    return f"{verb} {called(about.lead)} by {in_words(due_at(about, due), zone(about))}"


def commands(about: About, what: str) -> list[str]:
    """Return what its owner types: to accept, while that is to be done, and once the next thing is done.

    what  accept, contact, a step of the follow-up; for anything else the episode is shown

    handraiser episode accept 12 --by sam@ours.example
    handraiser episode log 12 call --by sam@ours.example
    """
    steps = {step.do for step in about.agreement.handoff.follow_up}
    by = f"--by {'EMAIL' if about.owner is None else shlex.quote(about.owner.email)}"
    accept = [f"accept {about.episode} {by}"] if about.stage == "mql" or what == "accept" else []
    if what == "contact" or what in steps:
        did = shlex.quote("call" if what == "contact" else what)
        typed = [*accept, f"log {about.episode} {did} {by}"]
    else:
        typed = accept or [f"show {about.episode}"]
    return [f"handraiser episode {each}" for each in typed]


def yours(about: About, happened: Happened) -> str:
    """Return how whoever gets a lead reads that they have it."""
    return f"{called(about.lead)} is yours now{_not_any_more(happened)}{_because(happened)}."


def no_longer_yours(about: About, happened: Happened) -> str:
    """Return how whoever had a lead reads that another has it."""
    return f"{called(about.lead)} is no longer yours, {_owner(about) or 'nobody'} has it{_because(happened)}."


def _owner(about: About) -> str:
    return "" if about.owner is None else clean(about.owner.name or about.owner.email, most=_ADDRESS)


def _said(text: str, happened: Happened, *, link: str = " by", why: bool = True) -> str:
    """Return a sentence with who did it and the reason they gave, if anybody did."""
    by = "" if happened.by in ("", "handraiser") else f"{link} {clean(happened.by, most=_ADDRESS)}"
    reason = f": {readable(clean(happened.why, most=_NOTE)).rstrip('.')}" if why and happened.why else ""
    return f"{text}{by}{reason}."


def _owed(happened: Happened) -> Owed:
    if happened.due is None:
        raise AssertionError("what is told of a promise has its deadline")
    return happened.due


def _assigned(about: About, happened: Happened) -> str:
    whose = _owner(about) or "nobody"
    return f"{called(about.lead)} is {whose}'s now{_not_any_more(happened)}{_because(happened)}."


def _not_any_more(happened: Happened) -> str:
    return f", not {clean(happened.was, most=_ADDRESS)}'s any more" if happened.was else ""


def _because(happened: Happened) -> str:
    return f": {clean(happened.why, most=_NOTE).rstrip('.')}" if happened.why else ""


def _reminder(about: About, happened: Happened) -> str:
    over = exact(round(happened.share * 100))
    return f"{to_do(about, _owed(happened))}: {over} % of the time is over."


def _broken(about: About, happened: Happened) -> str:
    due = _owed(happened)
    what = does(about, due)
    should = _DONE.get(what) or f"had “{readable(what)}” done"
    by = in_words(due_at(about, due), zone(about))
    return f"{called(about.lead)} should have {should} by {by}, and is {_owner(about) or 'nobody'}'s."


def _escalated(about: About, happened: Happened) -> str:
    # Told before it is due, nothing is broken yet.
    return _broken(about, happened) if happened.share >= 1 else _reminder(about, happened)


def _unassigned(about: About, happened: Happened) -> str:
    return f"{called(about.lead)} is nobody's{_because(happened)}."


def _contacted(about: About, happened: Happened) -> str:
    how = f" ({readable(clean(happened.did))})" if happened.did else ""
    return _said(f"First contact with {called(about.lead)}{how}", happened, why=False)


def _opportunity(about: About, happened: Happened) -> str:
    close = f", expected to close on {clean(happened.expected_close)}" if happened.expected_close else ""
    return _said(f"{called(about.lead)} is an opportunity{_worth(happened)}{close}", happened, link=", says")


def _customer(about: About, happened: Happened) -> str:
    return _said(f"{called(about.lead)} is a customer{_worth(happened)}", happened, link=", says")


def _lost(about: About, happened: Happened) -> str:
    to = f" to {clean(happened.competitor)}" if happened.competitor else ""
    return _said(f"{called(about.lead)} was lost{to}", happened, link=", says")


def _worth(happened: Happened) -> str:
    return (
        "" if happened.amount is None else f" of {exact(happened.amount)} {clean(happened.currency)}".rstrip()
    )


def _merged(about: About, happened: Happened) -> str:
    into = "another lead" if happened.into is None else f"lead {happened.into}"
    return f"{called(about.lead)} turned out to be one with {into}, which goes on."


def _undone(about: About, happened: Happened) -> str:
    was = f" {readable(clean(happened.was))}" if happened.was else " the last verdict"
    became = f"; the lead is {readable(clean(happened.became))} again" if happened.became else ""
    return _said(f"{called(about.lead)}:{was} was taken back", happened, why=False)[:-1] + f"{became}."


def _plainly(told: str, link: str = " by") -> Callable[[About, Happened], str]:
    return lambda about, happened: _said(f"{called(about.lead)} {told}", happened, link=link)


SENTENCES: dict[str, Callable[[About, Happened], str]] = {
    "lead.assigned": _assigned,
    "lead.reminder": _reminder,
    "lead.due": _broken,
    "lead.escalated": _escalated,
    "lead.unassigned": _unassigned,
    "lead.accepted": _plainly("was accepted"),
    "lead.contacted": _contacted,
    "lead.paused": _plainly("was put on hold"),
    "lead.resumed": _plainly("was taken off hold"),
    "lead.recycled": _plainly("was sent back to marketing"),
    "lead.disqualified": _plainly("was disqualified"),
    "lead.sql": _plainly("is a sales qualified lead", ", says"),
    "lead.opportunity": _opportunity,
    "lead.customer": _customer,
    "lead.lost": _lost,
    "lead.expired": lambda about, happened: f"{called(about.lead)} got no verdict in time, and expired.",
    "lead.reopened": _plainly("was opened again"),
    "lead.merged": _merged,
    "lead.undone": _undone,
}
