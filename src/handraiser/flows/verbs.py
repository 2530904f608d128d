"""By which word is each thing known that can be done with an episode?"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from handraiser.flows import logging_work, verdicts
from handraiser.flows.undoing import undo
from handraiser.lifecycle.saying import Act
from handraiser.store.models import Handoff

__all__ = ["VERBS"]

VERBS: Mapping[Act, Callable[..., Handoff]] = {
    Act.ACCEPT: verdicts.accept,
    Act.RECYCLE: verdicts.recycle,
    Act.DISQUALIFY: verdicts.disqualify,
    Act.LOG: logging_work.log,
    Act.SQL: verdicts.qualify_sales,
    Act.OPPORTUNITY: verdicts.open_opportunity,
    Act.WON: verdicts.win,
    Act.LOST: verdicts.lose,
    Act.REOPEN: verdicts.reopen,
    Act.PAUSE: logging_work.pause,
    Act.RESUME: logging_work.resume,
    Act.ASSIGN: logging_work.assign,
    Act.UNDO: undo,
}
"""Each takes the number of an episode, `by`, `now` and `through`, and what else it is about."""
