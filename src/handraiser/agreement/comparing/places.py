"""Where in its text does an agreement say something?"""

from __future__ import annotations

from handraiser.agreement.model import Agreement
from handraiser.agreement.nodes import Listing, Mapping, Node, Scalar, under
from handraiser.agreement.tree import root_of
from handraiser.errors import Place

__all__ = ["Places", "Steps"]

Steps = tuple[str | int, ...]


class Places:
    """The places of one agreement's text. Steps are keys, numbers of items and names of rules."""

    def __init__(self, agreement: Agreement) -> None:
        file = agreement.qualify.mql.at.file
        self.root = root_of(agreement.source, file) if agreement.source else None
        self.otherwise = Place(file)

    def of(self, steps: Steps) -> Place:
        """Where it stands; where it does not, the nearest around it that does."""
        return self._walked(steps)[0]

    def has(self, steps: Steps) -> bool:
        """Whether it is written there."""
        return self._walked(steps)[1] == len(steps)

    def _walked(self, steps: Steps) -> tuple[Place, int]:
        """The place of the last step that is there, and how many there are."""
        if self.root is None:
            return self.otherwise, 0
        at, node = self.root.at, self.root
        for number, step in enumerate(steps):
            found = _step(node, step)
            if found is None:
                return at, number
            at, node = found
        return at, len(steps)


def _step(node: Node, step: str | int) -> tuple[Place, Node] | None:
    if isinstance(node, Listing):
        items = node.items
        if isinstance(step, int):
            return (items[step].at, items[step]) if step < len(items) else None
        return next(((item.at, item) for item in items if _name(item) == step), None)
    if isinstance(node, Mapping):
        return next(((key.at, value) for key, value in node.entries if key.text == step), None)
    return None


def _name(item: Node) -> str | None:
    name = under(item, "rule")
    return name.text if isinstance(name, Scalar) else None
