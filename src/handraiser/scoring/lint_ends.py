"""Which leads bought, which were lost, and when?"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from handraiser.scoring.lint_beside import Beside
from handraiser.scoring.match import said
from handraiser.scoring.registers import FOREVER

__all__ = ["Ends", "ends"]

Ints = npt.NDArray[np.int64]


class Ends(NamedTuple):
    """Per lead when it became a customer, and when it became that or was lost; FOREVER where it never was."""

    bought: Ints
    closed: Ints


def ends(beside: Beside) -> Ends:
    """Return how the story of each lead ended, as far as sales said so for this agreement."""
    found = Ends(*(np.full(beside.leads, FOREVER, dtype=np.int64) for _ in range(2)))
    told = said(beside.inputs, beside.names)
    lead, at = told.column("lead").to_numpy(), told.column("happened").to_numpy()
    for stage, since in (("customer", found.bought), ("customer", found.closed), ("lost", found.closed)):
        here = pc.equal(told.column("stage"), stage).to_numpy()
        np.minimum.at(since, lead[here], at[here])
    return found
