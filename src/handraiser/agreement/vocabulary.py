"""Which words may stand where in an agreement, and which one was probably meant?"""

from __future__ import annotations

import re
from collections.abc import Collection
from difflib import get_close_matches

__all__ = [
    "EVENT_ONLY",
    "KEYS",
    "RESERVED",
    "RULE_KEYS",
    "SILENCE_ONLY",
    "home_of",
    "is_name",
    "nearest",
    "spelled",
]

_NAME = re.compile(r"[a-z][a-z0-9_]*")

_OF_QUALIFY = "fit engagement score grade count points listed lead company and or not true false null"
_OF_CONDITIONS = "in like ilike between is case when then else end cast as"
_FUNCTIONS = (
    "lower upper trim length coalesce nullif least greatest abs round floor ceil "
    "contains starts_with ends_with"
)
RESERVED = frozenset(f"{_OF_QUALIFY} {_OF_CONDITIONS} {_FUNCTIONS}".split())

RULE_KEYS = ("rule", "title", "say", "group", "points", "min", "max")
EVENT_ONLY = ("event", "where", "distinct", "at_most", "at_least", "within", "decay", "machines")
SILENCE_ONLY = ("silent_for",)

# Where each key may stand; the first name of a line is what the messages call that place.
KEYS: dict[str, tuple[str, ...]] = {
    "the agreement": (
        *("agreement", "title", "timezone", "currency", "lists", "targets", "fit", "engagement"),
        *("score", "qualify", "handoff", "recycle"),
    ),
    "targets": (
        *("mqls_per_month", "mql_to_sql", "sql_to_customer", "accepted_in_time"),
        "contacted_in_time",
    ),
    "fit": ("min", "max", "groups", "rules", "grades"),
    "engagement": ("min", "max", "within", "decay", "groups", "rules"),
    "score": ("min", "max"),
    "qualify": ("mql", "hand_raise", "never"),
    "handoff": (
        *("hours", "accept_within", "contact_within", "hand_raise", "follow_up", "remind_at"),
        *("escalate_at", "expire_after", "route"),
    ),
    "handoff.hours": ("mon", "tue", "wed", "thu", "fri", "sat", "sun", "holidays", "timezone"),
    "handoff.hand_raise": ("accept_within", "contact_within"),
    "a step of handoff.follow_up": ("do", "within"),
    "a step of handoff.escalate_at": ("at", "to"),
    "a route": ("when", "to", "accept_within", "contact_within", "hours"),
    "recycle": ("reasons", "requalify_after", "forget_engagement"),
    "a reason of recycle": ("nurture", "disqualify", "requalify_after"),
    "a fit rule": (*RULE_KEYS, "when"),
    "an event rule": (*RULE_KEYS, *EVENT_ONLY),
    "a silence rule": (*RULE_KEYS, *SILENCE_ONLY),
}


def is_name(text: str) -> bool:
    """Whether the text may be the name of a rule, a group, a reason or a list."""
    return _NAME.fullmatch(text) is not None


def nearest(word: str, known: Collection[str]) -> str | None:
    """The known word that was probably meant, None where nothing is near."""
    by_lower = {each.lower(): each for each in known}
    found = get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[found[0]] if found else None


def home_of(key: str) -> str | None:
    """The one place where a key belongs, None for a key that no place or several places know."""
    homes = [place for place, keys in KEYS.items() if key in keys]
    return homes[0] if len(homes) == 1 else None


def spelled(words: Collection[str]) -> str:
    """The words in one line, as a message shows them."""
    return ", ".join(f"`{word}`" for word in words)
