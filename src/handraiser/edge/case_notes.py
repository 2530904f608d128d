"""What can be wrong with users' own cases, and by which code is it known?"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from difflib import get_close_matches
from enum import StrEnum

from handraiser.agreement.nodes import Listing, Mapping, Node
from handraiser.errors import Diagnostic, Place

__all__ = ["CaseCode", "CaseNotes", "nearest"]


class CaseCode(StrEnum):
    """The codes of mistakes in files of cases; `docs/agreement-codes.md` explains each."""

    NO_FOLDER = "HR701"
    NO_CASES = "HR702"
    BAD_YAML = "HR703"
    UNKNOWN_KEY = "HR704"
    MISSING_KEY = "HR705"
    WRONG_KIND = "HR706"
    REPEATED = "HR707"
    NO_AGREEMENT = "HR708"
    BAD_INSTANT = "HR709"
    UNKNOWN_COLUMN = "HR710"
    NO_SUCH_LEAD = "HR711"
    BAD_VALUE = "HR712"
    REFUSED_ROW = "HR713"
    NEARLY = "HR714"


class CaseNotes:
    """What has been found wrong so far, and the reading of what goes wrong most: keys and lists."""

    def __init__(self) -> None:
        self.diagnostics: list[Diagnostic] = []
        self._meant: set[str] = set()  # keys that were misspelled, so that none of them is called missing

    def add(self, code: CaseCode, at: Place, says: str, fix: str) -> None:
        """Write a mistake down."""
        self.diagnostics.append(Diagnostic(code=code.value, at=at, says=says, fix=fix))

    def wrong_kind(self, at: Place, says: str, fix: str) -> None:
        """Write down that something else belongs here."""
        self.add(CaseCode.WRONG_KIND, at, says, fix)

    def missing(self, key: str, node: Node, says: str) -> None:
        """Write down that a key is missing, unless it was misspelled."""
        if key not in self._meant:
            fix = f"Write `{key}:` and its value, here or at the top."
            self.add(CaseCode.MISSING_KEY, node.at, says, fix)

    def keys(
        self, node: Mapping, known: Sequence[str], *, needed: Sequence[str], what: str
    ) -> dict[str, Node]:
        """Return the values of a mapping by their known keys."""
        self.once(node)
        found: dict[str, Node] = {}
        meant: set[str] = set()
        for key, value in node.entries:
            if key.text in known:
                found.setdefault(key.text, value)
                continue
            near = nearest(key.text, known)
            meant |= {near} if near else set()
            fix = f"Did you mean `{near}`?" if near else f"It may have {', '.join(known)}."
            self.add(CaseCode.UNKNOWN_KEY, key.at, f"{what} has no key `{key.text}`.", fix)
        self._meant |= meant
        for name in needed:
            if name not in found and name not in meant:
                says = f"{what} has no `{name}`, and must have one."
                self.add(CaseCode.MISSING_KEY, node.at, says, f"Write `{name}:` and its value.")
        return found

    def once(self, node: Mapping) -> None:
        """Write down the keys that a mapping has twice."""
        seen: dict[str, Place] = {}
        for key, _ in node.entries:
            if key.text in seen:
                says = f"`{key.text}` is written twice; the first is on line {seen[key.text].line}."
                self.add(CaseCode.REPEATED, key.at, says, "Keep one of the two.")
            seen.setdefault(key.text, key.at)

    def items(self, node: Node, name: str) -> tuple[Node, ...]:
        """Return the items of a list."""
        if isinstance(node, Listing):
            return node.items
        fix = f"Write `{name}:` and under it lines with `- `."
        self.wrong_kind(node.at, f"`{name}` is a list.", fix)
        return ()


def nearest(word: str, known: Collection[str]) -> str | None:
    """Return the known name that was probably meant."""
    by_small = {each.lower(): each for each in known}
    found = get_close_matches(word.lower(), list(by_small), n=1, cutoff=0.6)
    return by_small[found[0]] if found else None
