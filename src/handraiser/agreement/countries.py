"""Of which countries, and which of their regions, are the holidays known?"""

from __future__ import annotations

import re
from functools import cache

from handraiser.agreement.codes import Code
from handraiser.agreement.vocabulary import nearest
from handraiser.agreement.wrong import Wrong

__all__ = ["read_country"]

_WRITTEN = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,4})?")


def read_country(code: str) -> str | Wrong:
    """The code of a country, or of a region of one, whose holidays are known: `US`, `DE-BY`."""
    if not _WRITTEN.fullmatch(code):
        up = code.upper().replace("_", "-")
        fix = f"Write `{up}`." if _WRITTEN.fullmatch(up) else "Write a country, as in `US` or `DE-BY`."
        return Wrong(Code.BAD_HOLIDAYS, f"`{code}` is not the code of a holiday calendar.", fix)
    country, _, region = code.partition("-")
    regions = _regions(country)
    if regions is None:
        says = f"The holidays of `{country}` are not known."
        return Wrong(Code.BAD_HOLIDAYS, says, "Write the two letters of a country, as in `US` or `GB-SCT`.")
    if region and region not in regions:
        return _no_region(country, region, regions)
    return code


def _no_region(country: str, region: str, regions: tuple[str, ...]) -> Wrong:
    meant = nearest(region, regions)
    if meant:
        fix = f"Did you mean `{country}-{meant}`?"
    elif regions:
        fix = f"Write `{country}`, or one of its regions as in `{country}-{regions[0]}`."
    else:
        fix = f"Write `{country}`."
    return Wrong(Code.BAD_HOLIDAYS, f"`{country}` has no region `{region}` with holidays of its own.", fix)


@cache
def _regions(country: str) -> tuple[str, ...] | None:
    """The regions of a country by their codes; None of a country that is not known."""
    # Only agreements with holidays wait for it: it takes as long as all the rest of reading one.
    import holidays
    from holidays.registry import COUNTRIES

    if not any(country in names for names in COUNTRIES.values()):
        return None
    found = getattr(holidays, country)
    return tuple(each for each in (*found.subdivisions, *found.subdivisions_aliases) if _is_code(each))


def _is_code(region: str) -> bool:
    return _WRITTEN.fullmatch(f"XX-{region}") is not None
