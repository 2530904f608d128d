"""Does a proposal run beside what is live? It decides as if it were live itself, and hands nothing off."""

from __future__ import annotations

from django.db import transaction

from handraiser.agreement import load
from handraiser.flows.live import agreement_of
from handraiser.flows.proposing import open_proposal, proposer
from handraiser.flows.publishing import Signed, live_of, publish_signed
from handraiser.flows.refusals import FlowCode, refused
from handraiser.store.locks import GOVERNING, alone
from handraiser.store.models import Publication

__all__ = ["run_beside", "stop_beside"]

_NOBODY = Signed(None, None)


def run_beside(number: int, *, by: str, now: int) -> Publication:
    """Return what runs beside now, in place of what did: a proposal that waits for signatures.

    Raises Mistakes where it has ended, ends something itself, or they are not of marketing.
    """
    with transaction.atomic():
        alone(GOVERNING)
        user, proposal = proposer(by), open_proposal(number)
        if proposal.ends:
            says = f"Proposal {number} is that {proposal.name} ends: there is nothing to run."
            raise refused(FlowCode.NOT_LIVE, "NUMBER", says, "Run a proposal that changes something.")
        agreement = load(proposal.text, file=f"proposal {number}")
        return publish_signed(
            agreement, _NOBODY, live_from=None, shadow=True, who=user.email, now=now
        ).publication


def stop_beside(name: str, *, by: str, now: int) -> Publication:
    """Return the end of what runs beside under a name. Raises Mistakes where nothing does."""
    with transaction.atomic():
        alone(GOVERNING)
        user, runs = proposer(by), live_of(name, now, shadow=True)
        if runs is None:
            says = f"Nothing runs beside {name}."
            raise refused(FlowCode.NOT_LIVE, "NAME", says, "The page of the agreement shows what does.")
        return publish_signed(
            agreement_of(runs), _NOBODY, live_from=None, shadow=True, who=user.email, now=now, ends=True
        ).publication
