"""What is asked of the process that holds the history, and how do questions and answers get there?

Over a socket in the folder of the data, which only its owner may enter: a length of four bytes, and so many
of JSON. One question a connection.
"""

from __future__ import annotations

import socket
import struct

import msgspec

from handraiser.learning.backtest import Point
from handraiser.learning.beside import Beside
from handraiser.learning.differences import Difference
from handraiser.learning.yields import Yields

__all__ = [
    "Another", "Answer", "Curve", "Curved", "Failed", "Listed", "Question", "Reading", "Rules", "Ruled",
    "Supposed", "Void", "WhatIf", "Who", "receive", "send",
]  # fmt: skip

_LENGTH = struct.Struct("!I")
_MOST = 64 * 1024 * 1024  # bytes of a message: far more than there ever are


class _Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What every question says.

    of       which database, and which version of handraiser: a process of another is of no use
    asker    who asks; of several questions of the same kind only the latest is answered
    number   rises with every question of an asker
    tested   the text of the agreement that is tried
    against  the text of what it would take the place of
    """

    of: str
    asker: str
    number: int
    tested: str
    against: str


class WhatIf(_Asked, frozen=True, kw_only=True, tag="what-if"):
    """How many would be MQLs?"""


class Curve(_Asked, frozen=True, kw_only=True, tag="curve"):
    """What would other thresholds give? It takes longer than all the rest, so it is asked by itself."""


class Who(_Asked, frozen=True, kw_only=True, tag="who"):
    """Who is gained, or lost, the latest first: so many, after so many?"""

    gained: bool
    after: int
    most: int


class Rules(_Asked, frozen=True, kw_only=True, tag="rules"):
    """What has each rule of the tested agreement done in the last so many days?"""

    days: int


class Reading(msgspec.Struct, frozen=True, kw_only=True, tag="reading"):
    """The history is being read: so many rows, of as many as there are."""

    rows: int
    of: int


class Supposed(msgspec.Struct, frozen=True, kw_only=True, tag="supposed"):
    """What would be.

    at    the figures are of what was known at this instant, microseconds
    took  seconds that it took to find out
    """

    at: int
    beside: Beside
    took: float


class Curved(msgspec.Struct, frozen=True, kw_only=True, tag="curved"):
    """Precision and recall by threshold; empty where the agreement has none."""

    at: int
    points: list[Point]
    took: float


class Listed(msgspec.Struct, frozen=True, kw_only=True, tag="listed"):
    """Who is gained or lost, the latest first, of how many."""

    at: int
    of: int
    people: list[Difference]


class Ruled(msgspec.Struct, frozen=True, kw_only=True, tag="ruled"):
    """What each rule has done."""

    at: int
    found: Yields


class Void(msgspec.Struct, frozen=True, kw_only=True, tag="void"):
    """The same asker has asked something newer."""


class Failed(msgspec.Struct, frozen=True, kw_only=True, tag="failed"):
    """It cannot be told, and why."""

    says: str


class Another(msgspec.Struct, frozen=True, kw_only=True, tag="another"):
    """This process is of another database or version, and ends."""


Question = WhatIf | Curve | Who | Rules
Answer = Reading | Supposed | Curved | Listed | Ruled | Void | Failed | Another


def send(to: socket.socket, message: Question | Answer) -> None:
    """Send a message. Raises OSError."""
    told = msgspec.json.encode(message)
    to.sendall(_LENGTH.pack(len(told)) + told)


def receive(by: socket.socket) -> bytes:
    """Return the JSON of a message. Raises OSError, and EOFError where it ends half way."""
    (length,) = _LENGTH.unpack(_exactly(by, _LENGTH.size))
    if length > _MOST:
        raise EOFError("nobody says so much")
    return _exactly(by, length)


def _exactly(by: socket.socket, many: int) -> bytes:
    found = bytearray()
    while len(found) < many:
        piece = by.recv(min(many - len(found), 1 << 20))
        if not piece:
            raise EOFError("the connection has ended")
        found += piece
    return bytes(found)
