"""What in an agreement looks wrong beside the data it is to decide about?

Nothing of it stops a run: a name that no row has is NULL, a part that fails is NULL. But a misspelled
event never happens and a misspelled value never holds, and nobody would notice.
"""

from __future__ import annotations

from handraiser.agreement.model import Agreement
from handraiser.agreement.trouble import nearest
from handraiser.errors import Diagnostic, many
from handraiser.facts.inputs import Inputs
from handraiser.scoring.lint_attributes import attribute_warnings
from handraiser.scoring.lint_events import event_warnings
from handraiser.scoring.lint_notes import LintCode, Warnings, Written

__all__ = ["LintCode", "lint"]


def lint(agreement: Agreement, inputs: Inputs) -> list[Diagnostic]:
    """Return warnings in the order of the agreement, each with how often it is so, one example and a fix."""
    warnings = Warnings()
    written = Written(agreement)
    attribute_warnings(agreement, inputs, warnings)
    event_warnings(agreement, inputs, warnings, written)
    _reasons(agreement, inputs, warnings, written)
    return sorted(dict.fromkeys(warnings.diagnostics), key=lambda each: (each.at, each.code))


def _reasons(agreement: Agreement, inputs: Inputs, warnings: Warnings, written: Written) -> None:
    """Reasons that the agreement does not have: such outcomes count, but without the reason's options."""
    if inputs.outcomes is None:
        return
    found = inputs.con.execute(
        f"SELECT reason, count(*), min(lead_id) FROM {inputs.outcomes.relation} "
        "WHERE reason IS NOT NULL AND stage IN ('recycled', 'disqualified') "
        "AND (agreement IS NULL OR agreement = $1) GROUP BY reason ORDER BY reason",
        [agreement.name],
    ).fetchall()
    known = [reason.name for reason in agreement.recycle.reasons]
    if not known and found:
        outcomes = many(sum(count for _, count, _ in found), "outcome")
        names = ", ".join(f"`{reason}`" for reason, _, _ in found)
        says = f"The agreement has no reasons; {outcomes} of the data give one: {names}."
        fix = "Write them under `recycle.reasons`, each with what follows from it."
        warnings.add(LintCode.UNKNOWN_REASON, written.reasons(), says, fix)
        return
    for reason, count, lead in found:
        if reason not in known:
            near = nearest(reason, known)
            outcomes = f"{many(count, 'outcome')} {'gives' if count == 1 else 'give'}"
            says = (
                f"{outcomes} the reason `{reason}`, which the agreement does not have: lead {lead} for one."
            )
            fix = f"Do they mean `{near}`?" if near else f"Write `{reason}:` under `recycle.reasons`."
            warnings.add(LintCode.UNKNOWN_REASON, written.reasons(), says, fix)
