"""What has a rule done of late, in words that a rep understands?"""

from __future__ import annotations

from handraiser.errors import many
from handraiser.learning.yields import Yield, Yields

__all__ = ["told", "told_of_all"]

_DAY = 86_400_000_000


def told(each: Yield, found: Yields) -> list[str]:
    """Return what a rule did, in parts: whom it was about, of which MQLs it was part, which it decided."""
    about = f"{each.leads:,} of {many(found.leads, 'lead')}"
    if each.kind == "event":
        often = f", {each.times:,} times" if each.times > each.leads else ""
        said = [f"Fired for {many(each.leads, 'lead')}{often} in {days(found)} days"]
    elif each.kind == "silence":
        said = [f"Holds for {about} now"]
    else:
        said = [f"Holds for {about}"]
    if not found.mqls:
        return said
    part = f"part of {each.mqls:,} of {many(found.mqls, 'MQL')}{_bought(each.won)}" if each.mqls else ""
    decided = f"decided {each.decided:,}{_bought(each.decided_won)}" if each.decided else "decided none"
    return [*said, part, decided] if part else [*said, f"part of none of {many(found.mqls, 'MQL')}"]


def told_of_all(found: Yields) -> str:
    """Return in a sentence what the rules together did."""
    if not found.mqls:
        return f"Nobody has become an MQL in the last {days(found)} days."
    others = found.mqls - found.confirmed
    earlier = (
        f" {others:,} of them began under an earlier version, or were joined to another lead since."
        if others
        else ""
    )
    many_mqls = "lead became an MQL" if found.mqls == 1 else "leads became MQLs"
    return (
        f"In the last {days(found)} days {found.mqls:,} {many_mqls}{_bought(found.won)}.{earlier} A rule "
        "decided those who would not have become one at that moment without it."
    )


def days(found: Yields) -> int:
    """Return of how many days it is told."""
    return round((found.until - found.since) / _DAY)


def _bought(won: int) -> str:
    return f", of whom {won:,} bought" if won else ""
