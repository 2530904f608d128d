"""Whose mailbox is it, and which company's?"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import idna

from handraiser.capture.suffixes import taken_apart
from handraiser.facts.mailbox import email_domain, email_kind

__all__ = ["company_domain", "normal_address"]

# RFC 5321, 4.5.3.1: octets of the local part and of the whole; RFC 1035 for a domain without its last dot.
_LOCAL, _DOMAIN, _WHOLE = 64, 253, 254
# What has a meaning of its own in a header: `Ann <ann@acme.com>`, `mailto:ann@acme.com`, `"a b"@acme.com`.
_SPECIAL = re.compile(r"[()<>\[\]:;,\\\"@]")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")


def normal_address(text: str) -> str | None:
    """Return an e-mail address in the form in which addresses are matched, None where the text is none.

    Small letters, the domain as DNS has it, plus-tags kept.

    >>> normal_address(" Ann.Lee+crm@BÜCHER.example. ")
    'ann.lee+crm@xn--bcher-kva.example'
    """
    if "@" not in text:
        return None
    name, _, host = text.strip().removesuffix(".").rpartition("@")
    local = unicodedata.normalize("NFC", name.lower())
    if _SPECIAL.search(local) or any(unicodedata.category(each)[0] in "CZ" for each in local):
        return None
    domain = _dns(host)
    if domain is None or len(local.encode()) > _LOCAL:
        return None
    address = f"{local}@{domain}"
    return address if len(address.encode()) <= _WHOLE and email_domain(address) else None


def company_domain(address: str) -> str | None:
    """Return the registered domain of an address's company: `acme.co.uk` for `ann@mail.acme.co.uk`.

    None where it is no address, at a free or throw-away mailbox, or where nobody has registered the domain:
    it is a public suffix.
    """
    normal = normal_address(address)
    return _registered(normal.rpartition("@")[2]) if normal else None


@lru_cache(maxsize=10_000)
def _registered(domain: str) -> str | None:
    parts = taken_apart(domain, hosted=True)  # those whom a company hosts are as many companies
    # An ending that is not on the list is a public suffix of its own: the list's rule `*`.
    registered = parts.top_domain_under_public_suffix if parts.suffix else ".".join(domain.split(".")[-2:])
    if not registered or email_kind(domain) != "business" or email_kind(registered) != "business":
        return None
    return registered


def _dns(host: str) -> str | None:
    """Return a domain as it is looked up: small letters, other scripts in punycode."""
    domain = host.lower()
    if not domain.isascii():
        try:
            domain = idna.encode(host, uts46=True).decode()
        except idna.IDNAError:
            return None
    labels = domain.split(".")
    if len(domain) > _DOMAIN or len(labels) < 2 or labels[-1].isdigit():
        return None
    return domain if all(len(label) <= 63 and _LABEL.fullmatch(label) for label in labels) else None
