"""Has anything been written down since that changes who would be an MQL, and who is to be left out by now?"""

from __future__ import annotations

import json

from handraiser.store.bulk import among, query
from handraiser.store.consents import all_objecting
from handraiser.store.history import members_of

__all__ = ["Newness", "last_erasure", "left_alone", "newness"]

Newness = tuple[int, ...]

# What is never changed is known by its last number; what can be taken back, by when that was done last too.
_LAST = (
    "store_activity", "store_personpatch", "store_companypatch", "store_join", "store_outcome",
    "store_judgement", "store_consent", "store_erasure", "store_publication",
)  # fmt: skip
_TAKEN_BACK = ("store_join", "store_outcome")
_ASKED = ", ".join(
    [f"(SELECT coalesce(max(id), 0) FROM {table})" for table in _LAST]
    + [f"(SELECT coalesce(max(undone_at), 0) FROM {table})" for table in _TAKEN_BACK]
)


def newness() -> Newness:
    """Return what is another as soon as there is something new."""
    (found,) = query(f"SELECT {_ASKED}")
    return found


def last_erasure() -> int:
    """Return the number of the last erasure, 0 for none."""
    ((number,),) = query("SELECT coalesce(max(id), 0) FROM store_erasure")
    return int(number)


def left_alone(since: int) -> set[int]:
    """Return of whom nothing is to be computed: forgotten since an erasure, or objecting to it.

    All are in it who were ever one with them: of what was read before, some may have been leads themselves.
    """
    objecting = all_objecting()
    return _forgotten(since) | (set(members_of(sorted(objecting))) if objecting else set())


def _forgotten(since: int) -> set[int]:
    rows = query("SELECT people FROM store_erasure WHERE id > %s", [since])
    if not rows:
        return set()
    people = sorted({each for (said,) in rows for each in json.loads(said)["people"]})
    # Those are among them too whose rows named somebody who was forgotten, and who are leads as before.
    condition, parameters = among("id", people)
    found = query(f"SELECT id FROM store_person WHERE lead_since IS NULL AND {condition}", parameters)
    return {number for (number,) in found}
