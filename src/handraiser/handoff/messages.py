"""What is the outside told of what happens?

Every message has the same shape, `{"type": …, "timestamp": …, "data": {…}}`, for programs and people alike:
ids and instants, a sentence, why the lead is an MQL, and while somebody has something to do, what that is and
by when. Texts are cut to a length: no message has as much as 20 KB.
"""

from __future__ import annotations

from collections.abc import Mapping

from handraiser.agreement.wording import readable
from handraiser.facts.instants import iso
from handraiser.handoff.about import (
    About,
    Happened,
    Lead,
    Owed,
    Someone,
    called,
    clean,
    does,
    due_at,
    lead_of,
    zone,
)
from handraiser.handoff.sentences import SENTENCES, commands, in_words, no_longer_yours, to_do, yours
from handraiser.handoff.why import gave, talk, why
from handraiser.lifecycle.stages import ENDED, Stage

__all__ = [
    "ERASED", "KINDS", "About", "Happened", "Lead", "Owed", "Someone", "body", "lead_of", "told",
    "told_of_erasure", "told_of_mql", "told_to_former", "told_to_owner",
]  # fmt: skip

ERASED = "lead.erased"
KINDS = ("lead.mql", *SENTENCES, ERASED)
_TO_DO = ("lead.assigned", "lead.reminder", "lead.due", "lead.escalated", "lead.unassigned", "lead.resumed")
_NOTE, _REASON, _ADDRESS = 1_000, 500, 254  # letters
_RULES, _DUES = 12, 12
_ORDER = ("accept", "contact", "follow_up")


def body(kind: str, at: int, data: Mapping[str, object]) -> dict[str, object]:
    """Return a message as it is sent: what kind it is, when it happened (microseconds), and the data."""
    return {"type": kind, "timestamp": iso(at), "data": dict(data)}


def told_of_mql(about: About) -> dict[str, object]:
    """Return the data of `lead.mql`: who, why in three lines, what to say, what to do next and by when."""
    asked = "asks for sales" if about.hand_raise else "is an MQL"
    again = f", for the {_nth(about.ordinal)} time" if about.ordinal > 1 else ""
    ahead = "" if about.stage == Stage.MQL else f" Sales was quicker: it is {readable(about.stage)} already."
    return _data(about, f"{called(about.lead)} {asked}{again}.{ahead}") | _to_do(about)


def told(kind: str, about: About, happened: Happened) -> dict[str, object]:
    """Return the data of any other message. Raises KeyError where there is no such kind."""
    data = _data(about, SENTENCES[kind](about, happened)) | _details(about, happened)
    return data | _to_do(about) if kind in _TO_DO else data


def told_of_erasure(lead: int, at: int) -> dict[str, object]:
    """Return the data of `lead.erased`: the number that a lead was told by, and nothing else of it."""
    return {
        "text": f"Lead {lead} has been forgotten: have all go that you were told of it.",
        "at": iso(at),
        "lead": {"id": str(lead)},
    }


def told_to_owner(about: About, happened: Happened) -> dict[str, object]:
    """Return the data of `lead.assigned` as whoever gets the lead reads it."""
    return told("lead.assigned", about, happened) | {"text": yours(about, happened)}


def told_to_former(about: About, happened: Happened) -> dict[str, object]:
    """Return the data of `lead.assigned` as whoever had the lead reads it: nothing is left for them to do."""
    data = _data(about, no_longer_yours(about, happened)) | _details(about, happened)
    return data | {"why": [], "talk": []}


def _data(about: About, text: str) -> dict[str, object]:
    """Return what every message has."""
    lead, owner, reasons = about.lead, about.owner, about.reasons
    rules = gave(about.agreement, reasons)[:_RULES]
    return {
        "text": text,
        "lead": {
            "id": str(lead.number),
            "name": clean(lead.name) or None,
            "email": clean(lead.email, most=_ADDRESS) or None,
            "job_title": clean(lead.job_title) or None,
            "company": clean(lead.company) or None,
        },
        "agreement": {
            "name": about.agreement.name,
            "title": clean(about.agreement.title) or None,
            "fingerprint": about.agreement.fingerprint,
        },
        "episode": {
            "id": str(about.episode),
            "ordinal": about.ordinal,
            "begun_at": iso(about.begun_at),
            "hand_raise": about.hand_raise,
        },
        "owner": None if owner is None else {"email": owner.email, "name": clean(owner.name) or None},
        "team": clean(about.team) or None,
        "why": why(about.agreement, reasons, hand_raise=about.hand_raise),
        "talk": talk(about.agreement, reasons),
        "score": reasons["score"],
        "fit": reasons["fit"],
        "engagement": reasons["engagement"],
        "grade": reasons.get("grade"),
        "rules": [
            {"rule": clean(each.rule), "title": each.title, "points": each.points, "count": each.events}
            for each in rules
        ],
    }


def _to_do(about: About) -> dict[str, object]:
    """Return what comes next and by when, and all that is promised; nothing where it has ended."""
    if about.stage in ENDED:
        return {"next": None, "due": []}
    dues = sorted((each for each in about.dues if each.act == "due" and each.kind in _ORDER), key=_soonest)
    if not dues:
        new = about.stage == "mql"
        text = (
            f"Accept {called(about.lead)}, or say why not."
            if new
            else f"Say what becomes of {called(about.lead)}."
        )
        return {
            "next": {
                "do": "accept" if new else "say",
                "text": text,
                "commands": commands(about, "accept" if new else "say"),
                "due_at": None,
                "due": None,
                "timezone": None,
            },
            "due": [],
        }
    first = dues[0]
    step = {
        "do": does(about, first),
        "text": f"{to_do(about, first)}.",
        "commands": commands(about, does(about, first)),
        "due_at": iso(first.due_at),
        "due": in_words(first.due_at, zone(about)),
        "timezone": zone(about),
    }
    return {
        "next": step,
        "due": [{"do": does(about, each), "due_at": iso(each.due_at)} for each in dues[:_DUES]],
    }


def _details(about: About, happened: Happened) -> dict[str, object]:
    """Return what is said of this kind of message alone; what there is nothing to say of is left out."""
    said: dict[str, object] = {
        "by": clean(happened.by, most=_ADDRESS),
        "reason": clean(happened.why, most=_REASON),
        "note": clean(happened.note, most=_NOTE),
        "from": clean(happened.was, most=_ADDRESS),
        "to": clean(happened.became, most=_ADDRESS),
        "did": clean(happened.did),
        "into": None if happened.into is None else str(happened.into),
        "amount": happened.amount,
        "currency": clean(happened.currency),
        "expected_close": clean(happened.expected_close),
        "competitor": clean(happened.competitor),
    }
    found: dict[str, object] = {"at": iso(happened.at)}
    found |= {name: value for name, value in said.items() if value not in ("", None)}
    if happened.due is not None:
        found["promise"] = {
            "do": does(about, happened.due),
            "due_at": iso(due_at(about, happened.due)),
            "share": happened.share,
        }
    return found


def _soonest(due: Owed) -> tuple[int, int, int]:
    return due.due_at, _ORDER.index(due.kind), due.step


def _nth(count: int) -> str:
    """Return 2nd, 3rd, 11th, 21st."""
    ending = {1: "st", 2: "nd", 3: "rd"}.get(count % 10, "th") if count % 100 not in (11, 12, 13) else "th"
    return f"{count}{ending}"
