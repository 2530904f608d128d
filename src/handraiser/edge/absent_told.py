"""What is to be said where an agreement that is live names teams or people that are not there?"""

from __future__ import annotations

__all__ = ["absent_from_live"]


def absent_from_live(now: int) -> list[str]:
    """Return a line for each agreement that is live and names somebody who is not there."""
    from handraiser.flows.absent import absent
    from handraiser.flows.live import live_at

    told = []
    for one in live_at(now):
        doubts = [] if one.shadow else absent(one.agreement)
        if doubts:
            said = " ".join(dict.fromkeys(f"{doubt.says} {doubt.fix}" for doubt in doubts))
            told.append(f"{one.agreement.name} is live and names who is not there. {said}")
    return told
