"""Of whom does what hold, of all that could be asked about some leads?"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from handraiser.learning.shared.barred import LONGEST, is_barred, is_plain
from handraiser.learning.shared.cases import Case, Did
from handraiser.learning.shared.conditions import PAGES, Condition, Done, Is, Says, Thing

__all__ = ["Asked", "ask"]

_DAY = 86_400_000_000
_WITHIN = (7, 30, 90)  # days
_OFTEN = (1, 2, 3, 5, 10)
_DEEP = 2  # parts of a path
_ABOUT = (
    "title", "form_name", "form_id", "name", "product", "plan", "category", "campaign_name", "campaign",
)  # fmt: skip
# Done to them and not by them; and what follows from buying is no sign of it.
_NOT_DONE = frozenset(
    {
        "Email Delivered",
        "Email Bounced",
        "Email Sent",
        "Order Completed",
        "Order Refunded",
        "Subscription Began",
    }
)
_SPOKEN = frozenset({"job_title", "title", "role", "position", "job_function"})
_WORD = re.compile(r"[a-z]{3,}")
_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,10})?")


class Asked(NamedTuple):
    """What holds of whom: cases are known by their places.

    holds    by condition those of whom it holds, in their order
    numbers  by attribute that is a number, each one's
    texts    by attribute that is a text, each one's
    """

    holds: Mapping[Condition, Sequence[int]]
    numbers: Mapping[str, Mapping[int, float]]
    texts: Mapping[str, Mapping[int, str]]


def ask(cases: Sequence[Case]) -> Asked:
    """Return of whom what holds: values, words and truths of attributes, and what was done how often."""
    holds: dict[Condition, list[int]] = defaultdict(list)
    numbers: dict[str, Mapping[int, float]] = {}
    texts: dict[str, Mapping[int, str]] = {}
    for name, values in sorted(_attributes(cases).items()):
        if (as_numbers := _numbers(values)) is not None:
            numbers[name] = as_numbers
            continue
        said = {place: value for place, value in values.items() if isinstance(value, str) and is_plain(value)}
        texts[name] = said
        for place, value in values.items():
            if isinstance(value, bool):
                holds[Is(name, (value,))].append(place)
            elif place in said:
                holds[Is(name, (said[place],))].append(place)
        if name.partition(".")[2] in _SPOKEN:
            for condition, places in _spoken(name, said):
                holds[condition] += places
    beginnings = _beginnings(cases)
    for place, case in enumerate(cases):
        for done in _done(case, beginnings):
            holds[done].append(place)
    return Asked(dict(holds), numbers, texts)


def _attributes(cases: Iterable[Case]) -> Mapping[str, dict[int, Any]]:
    found: dict[str, dict[int, Any]] = defaultdict(dict)
    for place, case in enumerate(cases):
        for name, value in case.attributes.items():
            if value is not None and not is_barred(name):
                found[name][place] = value
    return found


def _numbers(values: Mapping[int, Any]) -> Mapping[int, float] | None:
    """Return the values as numbers, None where one is no number: text that is one counts as one."""
    found = {}
    for place, value in values.items():
        if isinstance(value, bool):
            return None
        if isinstance(value, int | float) or (isinstance(value, str) and _NUMBER.fullmatch(value)):
            found[place] = float(value)
        else:
            return None
    return found


def _spoken(name: str, said: Mapping[int, str]) -> Iterator[tuple[Condition, list[int]]]:
    """Yield words that stand in an attribute of two at least, and in whose."""
    lower = {place: value.lower() for place, value in said.items()}
    known = Counter(word for value in lower.values() for word in set(_WORD.findall(value)))
    whole = set(lower.values())
    for word, many in sorted(known.items()):
        # One word that is all of it is the value itself.
        if many > 1 and word not in whole:
            yield Says(name, word), [place for place, value in lower.items() if word in value]


def _beginnings(cases: Iterable[Case]) -> set[str]:
    """Return the first parts of all paths: `/docs` and `/docs/api` of `/docs/api/keys`."""
    paths = {did.properties.get("path") for case in cases for did in case.did if did.event in PAGES}
    found = set()
    for path in paths:
        parts = [part for part in path.split("/") if part][:_DEEP] if isinstance(path, str) else []
        found |= {"/" + "/".join(parts[:deep]) for deep in range(1, len(parts) + 1)}
    return {each for each in found if is_plain(each)}


def _done(case: Case, beginnings: Container[str]) -> Iterator[Done]:
    ages: dict[Thing, list[int]] = defaultdict(list)
    for each in case.did:
        if each.event in _NOT_DONE or not is_plain(each.event):
            continue
        for thing in _things(each, beginnings):
            ages[thing].append(case.at - each.occurred_at)
    for thing, ago in ages.items():
        yield Done(thing, None)
        for days in _WITHIN:
            many = sum(age < days * _DAY for age in ago)
            for often in _OFTEN:
                if many >= often:
                    yield Done(thing, days, often)


def _things(did: Did, beginnings: Container[str]) -> Iterator[Thing]:
    """Yield what an event is one of: all of its name, pages that begin alike, the one form or webinar."""
    yield Thing(did.event)
    if did.event in PAGES:
        path = did.properties.get("path")
        if isinstance(path, str):
            # As `like` has it, `/price` is a beginning of `/prices` too.
            ends = range(2, min(len(path), LONGEST) + 1)
            yield from (
                Thing(did.event, "path", path[:end], True) for end in ends if path[:end] in beginnings
            )
        return
    for name in _ABOUT:
        value = did.properties.get(name)
        if isinstance(value, str) and is_plain(value):
            yield Thing(did.event, name, value)
