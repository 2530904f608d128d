"""What could not be used of one lead and its companies?"""

from __future__ import annotations

from handraiser.facts.inputs import Inputs, Rejects
from handraiser.tables.duplicates import dropped_rejects
from handraiser.tables.quoting import literal
from handraiser.tables.refusals import counted, unread_rejects

__all__ = ["rejects_of_lead"]


def rejects_of_lead(inputs: Inputs, lead: str) -> list[Rejects]:
    """Return the refused rows that are about a lead or a company it is of, counted by their reason.

    Rows that do not say whose they are belong to nobody.
    """
    found = []
    for name, refused in inputs.refused.items():
        mine = f"= {literal(lead)}"
        if name == "companies":
            mine = f"IN (SELECT company_id FROM {inputs.leads.relation} WHERE lead_id {mine})"
        found += unread_rejects(inputs, name, f"owner {mine}")
        found += counted(inputs, name, f"(SELECT * FROM {refused.relation} WHERE owner {mine}) AS mine")
    return found + dropped_rejects(inputs, f"owner = {literal(lead)}")
