"""Somebody says that two leads are one person, though nothing that they were known by does.

It is a link like any other, with who said so in place of an identifier, and is undone by `unjoin`. Once it
was, no message joins the two again; only somebody who says so does.
"""

from __future__ import annotations

from django.db import transaction

from handraiser.flows.entries import Entries
from handraiser.flows.ledger import Ledger
from handraiser.flows.refusals import FlowCode, refused
from handraiser.flows.stewards import lead_meant, steward
from handraiser.flows.taking import become_one
from handraiser.store.locks import RESOLVING, alone
from handraiser.store.models import Audit, Join
from handraiser.store.people import Known, Named

__all__ = ["BY_HAND", "join"]

BY_HAND = "hand"
"""The kind of a join that somebody made; its value is their address."""


def join(lead: int, other: int, *, by: str, now: int, through: str = "") -> int:
    """Have another lead be one with a lead from now on; return the number of the join.

    Of open episodes under one agreement the furthest goes on (`merging`). Raises Mistakes where one is
    no lead, where they are one already, or who says so may not.
    """
    with transaction.atomic():
        alone(RESOLVING)
        user = steward(by)
        stays, joined = _two(lead, other)
        ledger = Ledger((), (), people=(stays.number, joined.number))
        entries = Entries()
        one = ledger.people[stays.number]
        at = become_one(
            ledger.people[joined.number], one, Named(BY_HAND, user.email), ledger, entries, known_at=now
        )
        one.known_until = at
        entries.touch(one, now)
        entries.write(ledger)
        made = Join.objects.get(joined=joined.number, undone_at=None).pk
        Audit.objects.create(
            at=now, who=user.email, did="joined two leads", subject=f"lead {stays.number}",
            details={"join": made, "joined": joined.number} | ({"through": through} if through else {}),
        )  # fmt: skip
    return made


def _two(lead: int, other: int) -> tuple[Known, Known]:
    """Return who stands for each of two leads that are two."""
    stays, joined = (lead_meant(each) for each in (lead, other))
    if stays.root == joined.root:
        says = f"Lead {other} is one with lead {lead} already."
        if lead == other:
            says = f"Lead {lead} is one with itself."
        raise refused(FlowCode.NOT_ONE, "OTHER", says, "Give the number of somebody else.")
    return stays._replace(number=stays.root), joined._replace(number=joined.root)
