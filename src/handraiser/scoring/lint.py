"""What in an agreement looks wrong, mostly beside the data it is to decide about?

Nothing of it stops a run: a name that no row has is NULL, a part that fails is NULL. But a misspelled
event never happens, a threshold may be out of reach, a page may count whenever it is reloaded, and nobody
would notice. A module for each question; `docs/agreement-codes.md` says from when on each is worth a word.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from handraiser.agreement.model import Agreement
from handraiser.agreement.trouble import nearest
from handraiser.errors import Diagnostic, many
from handraiser.facts.inputs import Inputs
from handraiser.scoring.lint_always import always_warnings
from handraiser.scoring.lint_attributes import attribute_warnings
from handraiser.scoring.lint_beside import Beside
from handraiser.scoring.lint_customers import customer_warnings
from handraiser.scoring.lint_events import event_warnings
from handraiser.scoring.lint_fit import fit_warnings
from handraiser.scoring.lint_history import history_warnings
from handraiser.scoring.lint_leaks import leak_warnings
from handraiser.scoring.lint_never import never_warnings
from handraiser.scoring.lint_notes import LintCode, Warnings, Written
from handraiser.scoring.lint_opens import opens_warnings
from handraiser.scoring.lint_protected import protected_warnings
from handraiser.scoring.lint_reach import reach_warnings
from handraiser.scoring.lint_repeats import repeat_warnings
from handraiser.scoring.match import Matched, event_rules, match
from handraiser.scoring.stream import processors

__all__ = ["LintCode", "lint", "lint_alone", "lint_run"]

_FEW = 500_000  # events that may be read once more where nobody asked for warnings


def lint_alone(agreement: Agreement) -> list[Diagnostic]:
    """Return what looks wrong in an agreement whatever the data are like, in the order of the agreement."""
    warnings = Warnings()
    _rules(agreement, None, warnings)
    protected_warnings(agreement, None, warnings, Written(agreement))
    return warnings.in_order()


def lint(
    agreement: Agreement,
    inputs: Inputs,
    *,
    matched: Matched | None = None,
    names: Collection[str] = (),
    threads: int | None = None,
    progress: Callable[[int], None] = lambda rows: None,
) -> list[Diagnostic]:
    """Return warnings in the order of the agreement, each with how often it is so, one example and a fix.

    `matched` is what `match` said of the two, where that is at hand; else `progress` is called with the
    number of rows read so far. `names` are further agreements whose outcomes count as its own.
    """
    threads = threads or processors()
    if matched is None:
        matched = match(agreement, inputs, threads=threads, progress=progress)
    beside = Beside(agreement, inputs, matched, threads=threads, names=names)
    warnings, written = Warnings(), Written(agreement)
    attribute_warnings(agreement, inputs, warnings, matched)
    event_warnings(agreement, inputs, warnings, written, met=matched.hits.met)
    _reasons(agreement, inputs, warnings, written)
    _rules(agreement, beside, warnings)
    protected_warnings(agreement, inputs, warnings, written)
    always_warnings(beside, warnings)
    repeat_warnings(beside, warnings, written)
    told = history_warnings(beside, warnings)
    leak_warnings(beside, warnings, but=told)
    if not told:
        customer_warnings(beside, warnings)
    return warnings.in_order()


def lint_run(agreement: Agreement, inputs: Inputs, matched: Matched) -> list[Diagnostic]:
    """Return the warnings that make one doubt a whole run, at a small part of its cost.

    Names and values that the data never have, and parts that fail. Where events are many they are not read
    again: of event rules it is said only which have no hit.
    """
    warnings, written = Warnings(), Written(agreement)
    attribute_warnings(agreement, inputs, warnings, matched)
    _reasons(agreement, inputs, warnings, written)
    if matched.tally.rows <= _FEW:
        event_warnings(agreement, inputs, warnings, written, met=matched.hits.met)
        return warnings.in_order()
    for place, rule in enumerate(event_rules(agreement)):
        if place not in matched.hits.met:
            says = f"`{rule.name}` has no hit among {many(matched.tally.rows, 'event')}."
            warnings.add(LintCode.NEVER_FIRES, rule.at, says, "Check the agreement with the data.")
    return warnings.in_order()


def _rules(agreement: Agreement, beside: Beside | None, warnings: Warnings) -> None:
    reach_warnings(agreement, beside, warnings)
    fit_warnings(agreement, beside, warnings)
    opens_warnings(agreement, beside, warnings)
    never_warnings(agreement, beside, warnings)


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
