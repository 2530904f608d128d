"""Whose message it is, and who turns out to be one person."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from handraiser.capture.identity import NEW, Identifier, Known, resolve


class People:
    """Who is known, as a store would keep it: identifiers, and which people have been joined."""

    def __init__(self) -> None:
        self.of: dict[Identifier, int] = {}
        self.into: dict[int, int] = {}
        self.owned: dict[int, set[Identifier]] = {}

    def root(self, person: int) -> int:
        while person in self.into:
            person = self.into[person]
        return person

    def known(self, named: Iterable[Identifier]) -> dict[Identifier, Known]:
        found = {}
        for each in named:
            if each in self.of:
                person = self.root(self.of[each])
                kinds = {one.kind for one in self.everything(person)}
                found[each] = Known(person, "user" in kinds, "email" in kinds)
        return found

    def everything(self, person: int) -> set[Identifier]:
        return {one for of, ones in self.owned.items() if self.root(of) == person for one in ones}

    def say(self, *named: str, same: bool = False, before: str | None = None) -> int:
        identifiers = [identifier(text) for text in named]
        earlier = identifier(before) if before is not None else None
        said = resolve(identifiers, self.known(identifiers), same=same, before=earlier)
        person = said.person
        if person == NEW:
            person = len(self.owned)
            self.owned[person] = set()
        for link in said.links:
            if link.moved is not None:
                self.owned[self.of[link.identifier]].discard(link.identifier)
            self.of[link.identifier] = person
            self.owned[person].add(link.identifier)
        for join in said.joins:
            self.into[join.joined] = person
        return person


def identifier(text: str) -> Identifier:
    """`u:1` is a user, `a:1` a browser, anything with an @ an address."""
    if "@" in text:
        return Identifier("email", text)
    return Identifier("user" if text[0] == "u" else "anonymous", text)


def test_the_visits_before_a_form_are_of_who_filled_it_in() -> None:
    people = People()
    visitor = people.say("a:1")
    lead = people.say("a:1", "ann@acme.com")
    assert people.root(visitor) == people.root(lead)
    assert people.root(people.say("ann@acme.com")) == people.root(lead)


def test_who_signs_up_with_the_address_of_a_form_is_who_filled_it_in() -> None:
    people = People()
    form = people.say("a:1", "ann@acme.com")
    user = people.say("a:2", "u:1", "ann@acme.com")
    assert people.root(form) == people.root(user)


def test_two_people_at_one_browser_stay_two() -> None:
    people = People()
    ann, bob = people.say("a:1", "u:ann"), people.say("a:1", "u:bob")
    assert people.root(ann) != people.root(bob)
    # What happens in the browser now is Bob's; Ann is still Ann elsewhere.
    assert people.root(people.say("a:1")) == people.root(bob)
    assert people.root(people.say("u:ann")) == people.root(ann)


def test_six_people_who_register_at_one_stand_are_six() -> None:
    people = People()
    six = {people.root(people.say("a:stand", f"visitor{k}@acme.com")) for k in range(6)}
    assert len(six) == 6


def test_two_users_with_one_mailbox_stay_two() -> None:
    people = People()
    ann, bob = people.say("u:ann", "info@acme.com"), people.say("u:bob", "info@acme.com")
    assert people.root(ann) != people.root(bob)
    assert people.root(people.say("info@acme.com")) == people.root(ann)


def test_an_alias_says_that_two_are_one() -> None:
    people = People()
    old, new = people.say("u:old"), people.say("u:new")
    people.say("u:old", "u:new", same=True)
    assert people.root(old) == people.root(new)


def test_an_alias_in_a_browser_that_is_somebodys_already_merges_neither() -> None:
    people = People()
    bob = people.say("a:1", "u:bob")
    ann = people.say("a:1", "u:ann", same=True)
    assert people.root(ann) != people.root(bob)
    # And of a visitor nobody knows it says who it was.
    visitor = people.say("a:2")
    assert people.root(people.say("a:2", "u:eve", same=True)) == people.root(visitor)


def test_the_id_before_is_a_users_only_where_somebody_has_had_it() -> None:
    people = People()
    ann = people.say("u:ann", "u:1", "a:1", same=True, before="u:1")
    bob = people.say("u:bob", "u:1", "a:1", same=True, before="u:1")
    assert people.root(ann) != people.root(bob)
    assert identifier("u:1") not in people.of
    old = people.say("u:old")
    people.say("u:new", "u:old", "a:old", same=True, before="u:old")
    assert people.root(old) == people.root(people.say("u:new"))


_NAMES = st.sampled_from(["u:1", "u:2", "u:3", "a:1", "a:2", "x@a.com", "y@a.com"])
_SAID = st.lists(st.lists(_NAMES, min_size=1, max_size=3, unique=True), max_size=12)


@given(_SAID)
def test_nobody_has_two_user_ids_unless_an_alias_says_so(said: list[list[str]]) -> None:
    people = People()
    for named in said:
        users = [name for name in named if name[0] == "u" and "@" not in name]
        people.say(*[name for name in named if name not in users[1:]])
    for person in people.owned:
        users = [one for one in people.everything(people.root(person)) if one.kind == "user"]
        assert len(users) <= 1


@given(_SAID)
def test_saying_it_again_changes_nothing(said: list[list[str]]) -> None:
    people = People()
    for named in said:
        users = [name for name in named if name[0] == "u" and "@" not in name]
        once = [name for name in named if name not in users[1:]]
        first = people.say(*once)
        identifiers = [identifier(name) for name in once]
        again = resolve(identifiers, people.known(identifiers))
        assert (again.person, again.joins) == (people.root(first), ())
        assert again.links == ()
