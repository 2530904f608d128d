"""What does somebody expect to say of an MQL at its stage, and what is there for those who look for it?"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from handraiser.edge.web.queue.verdicts import says_of
from handraiser.lifecycle.saying import Act

__all__ = ["Step", "Steps", "steps_of"]

_EXPECTED = {
    "mql": (Act.ACCEPT, Act.LOG, Act.RECYCLE),
    "sal": (Act.SQL, Act.LOG, Act.RECYCLE),
    "sql": (Act.OPPORTUNITY, Act.LOG, Act.LOST),
    "opportunity": (Act.WON, Act.LOG, Act.LOST),
}
# Of these the stages between are passed over.
_AHEAD = (Act.SQL, Act.OPPORTUNITY, Act.WON, Act.LOST)
_SHORT = {
    Act.RECYCLE: "Send back", Act.LOG: "Log", Act.SQL: "Qualified", Act.OPPORTUNITY: "Opportunity",
}  # fmt: skip


class Step(NamedTuple):
    """Something to say: by the word of its verb, as a button says it, and in few words."""

    act: str
    says: str
    short: str


class Steps(NamedTuple):
    """What there is to say of a hand-off.

    expected  what is most often said at its stage
    more      what is said less often
    ahead     what passes over stages, or has it end before its time
    """

    expected: list[Step]
    more: list[Step]
    ahead: list[Step]

    @property
    def others(self) -> bool:
        """Whether there is more than what is expected."""
        return bool(self.more or self.ahead)


def steps_of(stage: str, may: Collection[Act]) -> Steps:
    """Return what may be said at a stage, of what somebody may say of it."""
    expected = _EXPECTED.get(stage, (Act.REOPEN,))
    ahead = [act for act in _AHEAD if act not in expected]
    more = [act for act in Act if act not in (*expected, *ahead, Act.UNDO)]
    return Steps(_steps(expected, may), _steps(more, may), _steps(ahead, may))


def _steps(acts: Iterable[Act], may: Collection[Act]) -> list[Step]:
    return [Step(act.value, says_of(act), _SHORT.get(act, says_of(act))) for act in acts if act in may]
