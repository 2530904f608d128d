"""Before which background is a single change judged: both agreements, and what their `qualify` asks for?"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from handraiser.agreement.comparing.change import Path, Verdict, judged
from handraiser.agreement.comparing.matching import Names, match_names
from handraiser.agreement.model import Agreement
from handraiser.agreement.proving.calm import is_calm
from handraiser.agreement.proving.leaning import Leanings, leanings
from handraiser.agreement.proving.signs import ANY, NONE, Signs

__all__ = ["Scene"]


class Scene:
    """Two agreements, and what is asked for in one of them or the other.

    Several changes at once are judged one by one, whatever their order: each holds where any of the others
    are made and where they are not.
    """

    def __init__(self, old: Agreement, new: Agreement) -> None:
        self.old, self.new = old, new
        self.names: Names = match_names(old, new)

    @cached_property
    def asked(self) -> Leanings:
        """What either `qualify` asks for, by the new names."""
        return leanings(self.old, self.names.of_qualify).both(leanings(self.new, {}))

    @cached_property
    def calm(self) -> tuple[bool, bool]:
        """Whether fewer moments lose nobody under the old, under the new agreement."""
        return is_calm(self.old), is_calm(self.new)

    def verdict(self, *paths: Path, moments: Signs = NONE) -> Verdict:
        """The verdict on a change that reaches `qualify` on these paths."""
        return judged(paths, moments=moments, calm=self.calm)

    def points(self, move: Signs, rule: str, section: str, *groups: str | None, doubt: str = "") -> Path:
        """The path of points of a rule that move, in the sums of the groups it is or was in."""
        asked = self.asked.points.get(rule, NONE) | self.flow(section, *groups)
        return Path("points", move, asked, doubt)

    def flow(self, section: str, *groups: str | None) -> Signs:
        """How more points in a section and in these groups are asked for."""
        found = self.asked.of_sum(section)
        for group in groups:
            found |= self.asked.of_sum(section, group)
        return found

    def holding(self, move: Signs, rule: str, doubt: str = "") -> Path:
        """The path of a rule that holds more often, or less."""
        return Path("holds", move, self.asked.holding.get(rule, NONE), doubt)

    def count(self, move: Signs, rule: str, doubt: str = "") -> Path:
        """The path of a rule of which more hits are counted, or fewer."""
        return Path("count", move, self.asked.counts.get(rule, NONE), doubt)

    def silence(self, move: Signs) -> Path:
        """The path of silence, which more leads keep, or fewer."""
        return Path("silence", move, self.asked.silence)

    def unclear(self, rule: str, section: str, *groups: str | None, doubt: str) -> Sequence[Path]:
        """The paths of a rule of which nothing is known any more."""
        return (
            self.points(ANY, rule, section, *groups, doubt=doubt),
            self.holding(ANY, rule, doubt),
            self.count(ANY, rule, doubt),
        )
