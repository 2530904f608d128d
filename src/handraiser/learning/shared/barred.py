"""What must no rule be made of, because it says who somebody is, or is no reason to judge a person by?"""

from __future__ import annotations

import re
from functools import lru_cache

from handraiser.agreement.naming import NO_ATTRIBUTES
from handraiser.scoring.lint_protected import ground_of

__all__ = ["LONGEST", "is_barred", "is_plain"]

_ALLOWED = frozenset({"email_kind"})
_PERSONAL = """
    name names firstname lastname surname fullname nickname username login email mail mailbox phone mobile tel
    telephone fax cell id ids uuid guid token ip address street zip zipcode postal postcode linkedin twitter
    facebook instagram github skype whatsapp url website homepage domain avatar photo picture image iban vat
    ssn tax passport hash owner latitude longitude lat lon lng password anonymous signature"""
_WORDS = frozenset(_PERSONAL.split())
LONGEST = 80
"""Letters of a value that can be spoken of."""
_FAR_TOO_MANY_DIGITS = re.compile(r"(?:\d[ ()/.+-]*){7,}")
_IDENTIFIER = re.compile(r"[0-9a-fA-F-]{16,}")


@lru_cache(maxsize=4_000)
def is_barred(attribute: str) -> bool:
    """Return whether an attribute (`lead.phone`) is personal, protected, or none that a rule may ask."""
    scope, _, name = attribute.partition(".")
    if name in _ALLOWED:
        return False
    if name in NO_ATTRIBUTES or not re.fullmatch(r"[a-z_][a-z0-9_]*", name):
        return True
    return not _WORDS.isdisjoint(name.split("_")) or ground_of(name, scope=scope) is not None


@lru_cache(maxsize=50_000)
def is_plain(text: str) -> bool:
    """Return whether a value can be spoken of: no address, number of a phone or id, and not long."""
    if not 0 < len(text) <= LONGEST or not text.isprintable() or text != text.strip() or "@" in text:
        return False
    return not _FAR_TOO_MANY_DIGITS.search(text) and not _IDENTIFIER.fullmatch(text)
