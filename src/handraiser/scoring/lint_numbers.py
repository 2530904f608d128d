"""Are values that are no numbers meant as numbers, in another notation?"""

from __future__ import annotations

import re
from collections.abc import Iterable

from handraiser.agreement.functions import number_in

__all__ = ["instead_of"]

_MONEY = r"(?:[$€£¥₹]|[A-Z]{3})"
_DIGITS = r"(?:\d{1,3}(?:[.,'’\s]\d{3})+|\d+)(?:[.,]\d*)?"
_OTHER = re.compile(rf"[-+]?\s*{_MONEY}?\s*[-+]?{_DIGITS}\s*(?:%|{_MONEY})?")


def instead_of(values: Iterable[str], otherwise: str) -> str:
    """Return how to mend values that are read as numbers and are none: `otherwise`, if not by their notation.

    >>> instead_of(["many", "€ 1.200,50"], "Mend the data.")
    '`€ 1.200,50` is no number here: write 1200.5, with a point, and no other sign.'
    """
    found = next((each for each in values if _is_other(each.strip())), None)
    if found is None:
        return otherwise
    return f"`{found}` is no number here: write 1200.5, with a point, and no other sign."


def _is_other(value: str) -> bool:
    return _OTHER.fullmatch(value) is not None and number_in(value) is None
