"""Which stage may follow which, and which are passed over on the way?"""

from __future__ import annotations

from collections.abc import Mapping

from handraiser.errors import HandraiserError
from handraiser.lifecycle.stages import CLOSED, ENDED, OPEN, Stage

__all__ = ["ALLOWED", "NotAllowed", "way"]


def _after(stage: Stage) -> tuple[Stage, ...]:
    return (*OPEN[OPEN.index(stage) + 1 :], *ENDED)


_NOTHING: tuple[Stage, ...] = ()
ALLOWED: Mapping[Stage, tuple[Stage, ...]] = (
    dict.fromkeys(Stage, _NOTHING)
    | {stage: _after(stage) for stage in OPEN}
    | dict.fromkeys(CLOSED, (Stage.LEAD,))
)
"""What an episode may become, by what it is (docs/decisions/0011-what-becomes-of-an-mql.md).

Moves back are not here: of a verdict that is taken back, and of a join that is undone. They lead where the
episode was before, whatever that is.
"""
_HAS_BEEN: Mapping[Stage, tuple[Stage, ...]] = {
    Stage.SQL: (Stage.SAL,),
    Stage.OPPORTUNITY: (Stage.SAL, Stage.SQL),
    Stage.CUSTOMER: (Stage.SAL, Stage.SQL, Stage.OPPORTUNITY),
    # Many a deal is lost before there was one to speak of.
    Stage.LOST: (Stage.SAL, Stage.SQL),
}


class NotAllowed(HandraiserError):  # noqa: N818  it is an answer, which is passed on
    """An episode cannot become this now; `allowed` is what it can."""

    def __init__(self, was: Stage, becomes: Stage) -> None:
        self.was, self.becomes, self.allowed = was, becomes, ALLOWED[was]
        can = f"It can become {', '.join(self.allowed)}." if self.allowed else "It can become nothing else."
        super().__init__(f"What is {was} does not become {becomes}. {can}")


def way(was: Stage, becomes: Stage) -> tuple[Stage, ...]:
    """Return the stages on the way from one to another: those that were passed over, then the last itself.

    >>> way(Stage.MQL, Stage.OPPORTUNITY)
    (<Stage.SAL: 'sal'>, <Stage.SQL: 'sql'>, <Stage.OPPORTUNITY: 'opportunity'>)

    Raises NotAllowed where there is none.
    """
    if becomes not in ALLOWED[was]:
        raise NotAllowed(was, becomes)
    if was not in OPEN:
        return (becomes,)
    behind = OPEN[: OPEN.index(was) + 1]
    return (*(stage for stage in _HAS_BEEN.get(becomes, ()) if stage not in behind), becomes)
