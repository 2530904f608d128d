"""What is one batch of happenings, before it arrives: who, when, what, and its properties."""

from __future__ import annotations

import msgspec
import pyarrow as pa

from .dice import Ints

__all__ = ["HUMAN", "MACHINE", "UNKNOWN", "UNSAID", "VERDICTS", "Happenings"]

VERDICTS = ("human", "machine", "unknown")
HUMAN, MACHINE, UNKNOWN, UNSAID = 0, 1, 2, -1


class Happenings(msgspec.Struct, frozen=True, kw_only=True):
    """Events of one name. `known_at` is given where it is not simply soon after `at`.

    `verdict` is a position in VERDICTS, UNSAID for none.
    """

    event: str
    lead: Ints
    at: Ints
    verdict: Ints | int = UNSAID
    properties: dict[str, pa.Array] = {}
    known_at: Ints | None = None
