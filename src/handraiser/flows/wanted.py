"""Which attributes and properties do agreements read?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from handraiser.agreement import load
from handraiser.agreement.model import Agreement
from handraiser.scoring.lint_notes import Written
from handraiser.scoring.lint_read import names_read
from handraiser.store.bulk import among, query

__all__ = ["published_names", "wanted_names"]

_Reads = frozenset[tuple[str, str]]
_of_published: dict[str, _Reads] = {}  # by fingerprint: what has it in common means the same


def wanted_names(agreements: Iterable[Agreement]) -> dict[str, frozenset[str]]:
    """Return by scope (lead, company, event) the names that agreements read."""
    return _by_scope(_reads(agreement.source) for agreement in agreements)


def published_names() -> Mapping[str, frozenset[str]]:
    """Return the same of all agreements that have ever been published, be it for later or as a shadow."""
    numbers = {fingerprint: number for number, fingerprint in query(_PUBLISHED)}
    unread = [number for fingerprint, number in numbers.items() if fingerprint not in _of_published]
    if unread:
        condition, parameters = among("id", unread)
        sql = f"SELECT fingerprint, text FROM store_publication WHERE {condition}"
        _of_published.update({fingerprint: _reads(text) for fingerprint, text in query(sql, parameters)})
    return _by_scope(_of_published[fingerprint] for fingerprint in numbers)


_PUBLISHED = "SELECT id, fingerprint FROM store_publication"


def _by_scope(several: Iterable[_Reads]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {"lead": {"email"}, "company": set(), "event": set()}
    for reads in several:
        for scope, name in reads:
            found[scope].add(name)
    return {scope: frozenset(names) for scope, names in found.items()}


@lru_cache(maxsize=64)
def _reads(text: str) -> _Reads:
    agreement = load(text, file="publication")
    return frozenset((read.scope or "event", read.name) for read in names_read(agreement, Written(agreement)))
