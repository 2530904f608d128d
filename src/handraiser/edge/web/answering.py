"""What is an answer, before it is sent?"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

__all__ = ["Answer", "Answered", "refusal", "told"]


class Answer(NamedTuple):
    """What a request is answered."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


class Answered(Exception):  # noqa: N818  nothing went wrong here
    """The request goes no further; this is the answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def told(what: object, *headers: tuple[str, str], status: int = 200) -> Answer:
    """Return an answer in JSON, which no browser takes for anything else."""
    kind = (("content-type", "application/json"), ("x-content-type-options", "nosniff"))
    return Answer(status, msgspec.json.encode(what), (*kind, *headers))


def refusal(status: int, says: str, *headers: tuple[str, str], fix: str | None = None) -> Answered:
    """Return what is to be raised where a request goes no further: why, and what would be right."""
    body = {"success": False, "message": says} | ({} if fix is None else {"fix": fix})
    return Answered(told(body, *headers, status=status))
