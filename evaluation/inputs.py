"""What a set of public data becomes, whatever its format."""

from __future__ import annotations

from typing import NamedTuple

import pyarrow as pa

__all__ = ["Inputs"]


class Inputs(NamedTuple):
    """Three inputs as handraiser reads them."""

    leads: pa.Table
    events: pa.Table
    outcomes: pa.Table
