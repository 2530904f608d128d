"""How healthy are the data, in words?"""

from __future__ import annotations

from handraiser.agreement.model import Agreement
from handraiser.agreement.wording import exact, joined, readable
from handraiser.errors import many
from handraiser.learning.health import UNKNOWN, Health
from handraiser.learning.worth import Worth

__all__ = ["looked_at", "of_origin", "percent", "share", "worth_told"]


def percent(part: int, of: int) -> int:
    """Return a share of 100, rounded so that it is 0 of none only, and 100 of all only."""
    if not part or part == of:
        return 100 if part else 0
    return min(99, max(1, round(100 * part / of)))


def share(part: int, of: int) -> str:
    """Return a share in words: `41 %`, and of few leads how many they are."""
    return f"{percent(part, of)} %"


def looked_at(found: Health) -> str:
    """Return of how many leads it is told."""
    if found.looked_at == found.leads:
        return f"Of all {many(found.leads, 'lead')}."
    return (
        f"Of {many(found.looked_at, 'lead')}, drawn by chance out of about {found.leads:,}: a share may be "
        "two or three points off, and more where few of them are counted."
    )


def of_origin(name: str) -> str:
    """Return whose leads an origin means: `from email`, `of whom nobody knows how they came`."""
    return "of whom nobody knows how they came" if name == UNKNOWN else f"who came first by {name}"


def worth_told(one: Worth, agreement: Agreement) -> str:
    """Return in sentences what is not known, and what that could change at most."""
    where = f", and for {one.origin_share:.0%} of those {of_origin(one.origin)}".replace("%", " %")
    says = f"is unknown for {share(one.unknown, one.leads)} of leads{where if one.origin else ''}."
    if not one.rules:
        does = "No fit rule reads it; who qualifies depends on it."
    else:
        titles = {rule.name: readable(rule.name, rule.title) for rule in agreement.fit.rules}
        rules = joined([f"“{titles[name]}”" for name in one.rules], "and")
        does = (
            f"Up to {exact(one.points)} points depend on it, by {rules}."
            if one.points
            else (f"It is read by {rules}, which gives no points.")
        )
    if one.reach_of_all:
        more = "lead" if one.reach_of_all == 1 else "leads"
        about = "" if one.reach == one.reach_of_all else "about "
        does += (
            f" With it known at most {about}{one.reach_of_all:,} more {more} could qualify as they stand now."
        )
    else:
        does += " Nobody would qualify by it alone as they stand now."
    return f"{says} {does}"
