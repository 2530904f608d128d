"""Which instant, which lead, which agreement is meant? What cannot be is refused with a reason."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping, Sequence

from handraiser.agreement.vocabulary import nearest, spelled
from handraiser.capture.addresses import normal_address
from handraiser.capture.values import fit_id
from handraiser.edge.web.answering import refusal
from handraiser.edge.web.api.leads import KINDS
from handraiser.errors import Mistakes
from handraiser.facts.instants import microseconds_of
from handraiser.flows.live import Live
from handraiser.flows.users import owner_named
from handraiser.scoring.cited import moment
from handraiser.store.history import lead_number
from handraiser.store.models import Publication
from handraiser.store.people import Known, Named, person, person_by
from handraiser.store.timeline import Mark

__all__ = [
    "agreement_asked",
    "agreement_published",
    "instant_asked",
    "lead_asked",
    "lead_known_by",
    "mark_asked",
    "no_nul",
    "nothing_else_asked",
    "number_asked",
    "owner_asked",
]

_MARK = re.compile(r"(-?\d{1,18})\.(\d{1,18})", re.ASCII)
_OTHERWISE = "Look it up: /api/leads?user_id=…, /api/leads?email=… or /api/leads?anonymous_id=…."


def nothing_else_asked(given: Iterable[str], known: Sequence[str]) -> None:
    """Raise Answered with 400 where there is a parameter that nobody would look at."""
    for name in given:
        if name in known:
            continue
        near = nearest(name, known)
        takes = f"It takes {spelled(known)}." if known else "It takes no parameters."
        fix = takes if near is None else f"Did you mean `{near}`? {takes}"
        raise refusal(400, f"`{name[:40]}` is no parameter of this address.", fix=fix)


def no_nul(*given: str) -> None:
    """Raise Answered with 400 where a text has a NUL, which no database keeps."""
    if any("\0" in each for each in given):
        raise refusal(400, "A text has a NUL, which nothing here has.", fix="Leave it out.")


def instant_asked(at: str | None, *, name: str = "at") -> int:
    """Return the instant that is meant, in microseconds; now where none is said. Raises Answered with 400."""
    if at is None:
        return time.time_ns() // 1_000
    try:
        found = microseconds_of(at, option=name)
        moment(found)  # an offset may carry it out of the calendar
    except Mistakes as mistakes:
        wrong = mistakes.diagnostics[0]
        raise refusal(400, wrong.says, fix=f"{wrong.fix} In an address, + is %2B.") from None
    except OverflowError:
        raise refusal(400, f"`{at}` is not an instant in UTC.", fix="Name one nearer to now.") from None
    return found


def number_asked(text: str, what: str, *, fix: str = "") -> int:
    """Return the number that an id is. Raises Answered with 404 where it can be none."""
    number = lead_number(text)
    if number is None:
        raise refusal(404, f"There is no {what} {text[:40]}.", fix=f"Ids are whole numbers. {fix}".strip())
    return number


def lead_asked(lead_id: str) -> Known:
    """Return whose id it is. Raises Answered with 404 where it is nobody's, or a mere visitor's."""
    found = person(number_asked(lead_id, "lead", fix=_OTHERWISE))
    if found is None:
        raise refusal(404, f"There is no lead {lead_id}.", fix=_OTHERWISE)
    return _a_lead(found)


def lead_known_by(asked: Mapping[str, str | None]) -> Known:
    """Return who is known by the one identifier that is given, by the names that the API calls them."""
    given = [(name, value) for name, value in asked.items() if value is not None]
    if len(given) != 1:
        raise refusal(400, "Say by what the lead is known.", fix="Give one of email, user_id, anonymous_id.")
    name, value = given[0]
    known_as = normal_address(value) if name == "email" else fit_id(value)
    if known_as is None:
        raise refusal(400, f"`{value[:80]}` cannot be anybody's {name}.", fix=f"Give another {name}.")
    found = person_by(Named(KINDS[name], known_as))
    if found is None:
        fix = "Who is new is known as soon as the worker has read what was sent."
        raise refusal(404, f"Nobody is known by the {name} {known_as[:80]}.", fix=fix)
    return _a_lead(found)


def _a_lead(found: Known) -> Known:
    if found.lead_since is None:
        says = f"{found.number} is a visitor of whom nobody knows who it is: no lead yet."
        fix = "Ask again when a user id or an e-mail address of theirs has come in."
        raise refusal(404, says, fix=fix)
    return found


def agreement_asked(live: Sequence[Live], name: str | None, *, shadow: bool) -> Live:
    """Return the agreement that is meant. Raises Answered: 404 where none is, 400 where several may be."""
    there = [one for one in live if one.shadow is shadow]
    what = "runs beside" if shadow else "is live"
    names = ", ".join(one.agreement.name for one in there)
    command = "handraiser publish --shadow" if shadow else "handraiser publish"
    fix = (
        f"Ask for one of {names}."
        if names
        else f"`{command}` begins one; /api/agreements shows which there are."
    )
    if name is None:
        if len(there) == 1:
            return there[0]
        says = (
            "There are several agreements then: say which is meant."
            if there
            else f"No agreement {what} then."
        )
        raise refusal(400 if there else 404, says, fix=fix)
    for one in there:
        if one.agreement.name == name:
            return one
    raise refusal(404, f"No agreement {name[:80]} {what} then.", fix=fix)


def agreement_published(name: str | None) -> None:
    """Raise Answered with 404 where no agreement of that name has ever been published."""
    if name is None:
        return
    names = sorted(set(Publication.objects.values_list("name", flat=True)))
    if name in names:
        return
    near = nearest(name, names)
    fix = "Publish one." if not names else f"There are {spelled(names)}."
    fix = fix if near is None else f"Did you mean `{near}`? {fix}"
    raise refusal(404, f"No agreement {name[:80]} has been published.", fix=fix)


def owner_asked(owner: str | None) -> str | None:
    """Return the address of an owner, empty for nobody. Raises Answered with 404 where no user has it."""
    if owner is None:
        return None
    try:
        return owner_named(owner, where="owner")
    except Mistakes as mistakes:
        wrong = mistakes.diagnostics[0]
        raise refusal(404, wrong.says, fix=wrong.fix) from None


def mark_asked(before: str | None) -> Mark | None:
    """Return where a page begins. Raises Answered with 400 where it is no place in a timeline."""
    if before is None:
        return None
    found = _MARK.fullmatch(before)
    if found is None:
        raise refusal(400, "`before` is no place in a timeline.", fix="Give `next` of the page before.")
    return Mark(int(found[1]), int(found[2]))
