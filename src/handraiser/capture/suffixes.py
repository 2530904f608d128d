"""Where does the part of a host begin that somebody has registered?"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tldextract import TLDExtract
    from tldextract.tldextract import ExtractResult

__all__ = ["taken_apart"]


def taken_apart(host: str, *, hosted: bool = False) -> ExtractResult:
    """Return a host as subdomain, domain and public suffix, by the list that the package brings along.

    hosted  whether what hosting companies give away is a suffix too: `me` of `me.github.io` is a domain then
    """
    return _list(hosted).extract_str(host)


@cache
def _list(hosted: bool) -> TLDExtract:
    # It brings an HTTP client along, which takes as long as all of Django, and is never used: of what we
    # start, little asks for a host.
    import tldextract

    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=hosted)
