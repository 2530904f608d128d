"""Who is it?

A person is known by identifiers: user ids and e-mail addresses, which are proof, and anonymous ids, which
stand for a browser. What a message says of them is decided here, from who is known so far; `flows` writes it
down. Nothing of an event changes when two turn out to be one person: that is a link, and links are undone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

__all__ = ["Identifier", "Join", "Kind", "Known", "Link", "NEW", "Resolution", "resolve"]

Kind = Literal["user", "email", "anonymous"]
NEW = -1  # the person who is made by this message


class Identifier(NamedTuple):
    """What somebody is known by. E-mail addresses are normalised (`addresses`)."""

    kind: Kind
    value: str


class Known(NamedTuple):
    """A person as far as this question needs it: has a user id, or an e-mail address, been seen of it?"""

    person: int
    user: bool
    email: bool

    @property
    def verified(self) -> bool:
        return self.user or self.email


class Link(NamedTuple):
    """From now on an identifier stands for a person; `moved` is from whom it was taken."""

    identifier: Identifier
    person: int
    moved: int | None = None


class Join(NamedTuple):
    """Two are one person: what is known of `joined` is of `person` too."""

    joined: int
    person: int
    because: Identifier


class Resolution(NamedTuple):
    """Whose message it is (NEW where nobody was known), and what to write down, in that order."""

    person: int
    links: tuple[Link, ...]
    joins: tuple[Join, ...]


def resolve(
    named: Sequence[Identifier],
    known: Mapping[Identifier, Known],
    *,
    same: bool = False,
    before: Identifier | None = None,
) -> Resolution:
    """Return whose message it is that names these identifiers, at least one.

    `same` is whether the message itself says that all of them are one person, as `alias` does. Of a browser
    nobody can say that: an alias in one that is shared names whoever used it last. And of the id `before`,
    which it gives without saying whose it was, it makes no user id: who has not had it as one had it as
    that of a browser, and another who comes with the same browser is not the same person.

    The person is that of the user id, else of the e-mail address, else of the browser. Then:

    - Somebody known by e-mail alone who gets a user id, and a browser of which nobody is known, are joined to
      the person: the visits before are theirs.
    - Nobody with a user id is joined to somebody with another one because of an address: colleagues share
      mailboxes. The address stays whose it was.
    - Nobody verified is joined to anybody because of a browser: people share them. From now on it is the
      browser of who uses it, and what was done in it before stays whose it was.
    """
    named = [each for each in named if each != before or each in known]
    if not named:
        raise ValueError("a message names somebody")
    order = ("user", "email", "anonymous")
    ranked = sorted(named, key=lambda identifier: order.index(identifier.kind))
    owner = next(
        (known[each] for each in ranked if each in known and _speaks(each, ranked, known[each])), None
    )
    person = NEW if owner is None else owner.person
    has_user = ranked[0].kind == "user" or (owner is not None and owner.user)
    links: list[Link] = []
    joins: list[Join] = []
    for each in ranked:
        found = known.get(each)
        if found is None:
            links.append(Link(each, person))
        elif found.person == person or any(join.joined == found.person for join in joins):
            continue
        elif (same and each.kind != "anonymous") or _is_the_same(each, found, has_user=has_user):
            joins.append(Join(found.person, person, each))
        elif each.kind == "anonymous":
            links.append(Link(each, person, moved=found.person))
    return Resolution(person, tuple(links), tuple(joins))


def _speaks(identifier: Identifier, ranked: Sequence[Identifier], found: Known) -> bool:
    """Return whether the one an identifier stood for so far is who speaks, if no stronger one is known."""
    strongest = ranked[0].kind
    if identifier.kind == strongest:
        return True
    if strongest == "user":
        # A new user id: of the person at that address or in that browser, unless it has another one.
        return not found.user if identifier.kind == "email" else not found.verified
    return not found.verified


def _is_the_same(identifier: Identifier, found: Known, *, has_user: bool) -> bool:
    if identifier.kind == "anonymous":
        return not found.verified
    return not (found.user and has_user)
