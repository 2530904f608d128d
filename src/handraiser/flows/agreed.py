"""Messages say that somebody agrees or objects: what of that is news, and is kept?

What is told with every message, such as how a consent banner was answered, is kept when it changes. It never
stands against what somebody else wrote down, or what the lead said elsewhere, but for objecting itself: an
objection is lifted by whatever made it, by an event that says so anew, or by hand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from django.conf import settings

from handraiser.capture.consent import Agreed, Purpose
from handraiser.flows.refusals import FlowCode, refused
from handraiser.store.bulk import among, insert, query

__all__ = ["BY_MESSAGE", "Noted", "categories", "keep_agreed"]

BY_MESSAGE = "handraiser"
"""Who notes what messages say."""
_CONSENT = {
    "person_id": "bigint", "purpose": "text", "says": "text", "at": "bigint", "source": "text", "by": "text",
    "noted_at": "bigint", "message": "text",
}  # fmt: skip
_SETTING = "HANDRAISER_CONSENT_CATEGORIES"


class Noted(NamedTuple):
    """What a message says of consent: of whom, by their number, when, and when it came."""

    person: int
    agreed: Agreed
    at: int
    message: str
    received_at: int


class _Before(NamedTuple):
    """Something that was said before."""

    at: int
    says: str
    source: str
    message: str


def categories() -> Mapping[str, Purpose]:
    """Return what each category of consent objects is about, by the setting. Raises Mistakes."""
    return _categories(settings.HANDRAISER_CONSENT_CATEGORIES)


@lru_cache(maxsize=4)
def _categories(said: str) -> Mapping[str, Purpose]:
    found: dict[str, Purpose] = {}
    for each in filter(str.strip, said.split(",")):
        name, _, about = (part.strip() for part in each.rpartition("="))
        if not name or about not in ("mail", "profiling"):
            says = f"`{each.strip()[:80]}` does not say what a category of consent is about."
            fix = "Write `C0004=profiling, Newsletter=mail`: each category, and mail or profiling."
            raise refused(FlowCode.BAD_SETTING, _SETTING, says, fix)
        found[name] = "mail" if about == "mail" else "profiling"
    return found


def keep_agreed(said: Sequence[Noted]) -> set[int]:
    """Keep what messages say, as far as it is news; return the leads of whom it is about profiling.

    Within the caller's transaction, in which nobody else says who is who.
    """
    if not said:
        return set()
    condition, parameters = among("id", {each.person for each in said})
    roots = dict(query(f"SELECT id, root_id FROM store_person WHERE {condition}", parameters))
    before = _said_before(set(roots.values()))
    rows, changed = [], set()
    for each in sorted(said, key=lambda each: each.at):
        root, agreed = roots[each.person], each.agreed
        known = before[root, agreed.purpose]
        if not _is_news(agreed, [other for other in known if other.at <= each.at]):
            continue
        known.append(_Before(each.at, agreed.says, agreed.source, each.message))
        known.sort(key=lambda other: other.at)
        rows.append(
            (
                each.person, agreed.purpose, agreed.says, each.at, agreed.source, BY_MESSAGE,
                each.received_at, each.message,
            )
        )  # fmt: skip
        if agreed.purpose == "profiling":
            changed.add(root)
    insert("store_consent", _CONSENT, rows)
    return changed


def _said_before(roots: set[int]) -> dict[tuple[int, str], list[_Before]]:
    condition, parameters = among("person.root_id", roots)
    rows = query(
        "SELECT person.root_id, purpose, at, says, source, message FROM store_consent AS consent "
        f"JOIN store_person AS person ON person.id = consent.person_id WHERE {condition} "
        "ORDER BY consent.at, consent.id",
        parameters,
    )
    found: dict[tuple[int, str], list[_Before]] = defaultdict(list)
    for root, purpose, *rest in rows:
        found[root, purpose].append(_Before(*rest))
    return found


def _is_news(agreed: Agreed, before: Sequence[_Before]) -> bool:
    """Return whether somebody says something new, after all they had said by then."""
    last = before[-1] if before else None
    if agreed.anew:
        return last is None or not last.message or last.says != agreed.says
    own = next((each for each in reversed(before) if each.message and each.source == agreed.source), None)
    if agreed.lifts and (own is None or own.says != "objection"):
        return False
    if agreed.says == "withdrawn" and own is None:
        return False  # nothing was said that could be taken back
    if own is not None and own.says == agreed.says:
        return False
    others = (each for each in reversed(before) if not each.message or each.source != agreed.source)
    other = next(others, None)
    return agreed.says == "objection" or other is None or other.says != "objection"
