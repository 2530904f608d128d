"""`handraiser publish`: an agreement that both sides have signed begins to decide."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from handraiser.edge.database import database
from handraiser.edge.options import AgreementFile, HandOff, LiveFrom, Marketing, Sales, Shadow
from handraiser.edge.running import ERR, OUT, failing, now, say, texts_of, whoever_asks

if TYPE_CHECKING:
    from handraiser.agreement.model import Agreement
    from handraiser.errors import Diagnostic
    from handraiser.flows.publishing import Published

__all__ = ["publish"]

_STANDING = "Leads that stand above the line already are recorded as MQLs, not handed off."
_SINCE = "Who became an MQL since then is handed off; who did before is recorded, not handed off."
_ALL = "Leads that stand above the line already are handed off too."


def publish(
    agreement: AgreementFile,
    marketing: Marketing = None,
    sales: Sales = None,
    at: LiveFrom = None,
    shadow: Shadow = False,
    hand_off: HandOff = False,
) -> None:
    if (marketing is None) != (sales is None):
        raise typer.BadParameter("--marketing and --sales stand together.")
    if marketing is None and not shadow:
        raise typer.BadParameter(
            "--marketing and --sales are needed: both sides sign. Only --shadow goes without."
        )
    with failing(agreement):
        from handraiser.facts.instants import microseconds_of

        loaded = _checked(agreement)
        live_from = None if at is None else microseconds_of(at, option="--at")
        with database(new=True, say=say):
            from handraiser.flows.absent import absent
            from handraiser.flows.publishing import Signatures
            from handraiser.flows.publishing import publish as publish_it
            from handraiser.flows.unheard import unheard

            signed = Signatures(marketing, sales) if marketing is not None and sales is not None else None
            instant = now()
            done = publish_it(
                loaded, signed=signed, live_from=live_from, shadow=shadow, who=whoever_asks(), now=instant,
                hand_off=hand_off,
            )  # fmt: skip
            _warn([*unheard(loaded), *absent(loaded)], agreement)
            _tell(loaded, done, agreement, instant)


def _checked(path: Path) -> Agreement:
    """Return the agreement, after what looks wrong in it has been told. Raises Mistakes, all of them."""
    from handraiser.agreement import read
    from handraiser.errors import Level, Mistakes
    from handraiser.scoring.lint import lint_alone

    found, diagnostics = read(path)
    if found is None:
        raise Mistakes([each for each in diagnostics if each.level is Level.MISTAKE])
    _warn((*diagnostics, *lint_alone(found)), path)
    return found


def _warn(doubts: Sequence[Diagnostic], path: Path) -> None:
    from handraiser.edge.diagnostics import render_diagnostics

    if doubts:
        ERR.print(render_diagnostics(doubts, source_text=texts_of([path])), markup=False)


def _tell(agreement: Agreement, done: Published, path: Path, instant: int) -> None:
    from handraiser.edge.diff_told import tell_diff
    from handraiser.facts.instants import iso

    made = done.publication
    anew = done.before is None or done.before.fingerprint != agreement.fingerprint
    if anew and done.before is not None and done.before_since is not None:
        from handraiser.agreement.diff import diff

        changes = diff(done.before, agreement)
        files = (f"live since {iso(done.before_since)}", str(path))
        OUT.print(tell_diff(done.before, agreement, changes, files=files))
        OUT.print()
    for line in _sentences(agreement.name, done, instant):
        OUT.print(line, markup=False)
    OUT.print(f"Publication {made.pk}, fingerprint {agreement.fingerprint[:12]}.", markup=False)


def _recorded(history: int) -> str:
    """Return what becomes of episodes that are recorded as history."""
    if not history:
        return "No open MQL is recorded as history."
    those = "one open MQL that is" if history == 1 else f"{history:,} open MQLs that are"
    return f"So are the {those} recorded as history, by the routes and promises that they began under."


def _sentences(name: str, done: Published, instant: int) -> list[str]:
    """Return what has happened, and what follows."""
    from handraiser.facts.instants import iso

    made = done.publication
    since = iso(made.live_from)
    until = f", until {iso(done.until)}, when another of its name begins" if done.until is not None else ""
    told = []
    if made.shadow:
        told.append(f"{name} runs as a shadow from {since}{until}.")
        told.append("It scores every lead and records who would become an MQL; nobody is handed off.")
        return told
    told.append(f"{name} is live from {since}{until}.")
    if made.marketing is not None and made.sales is not None:
        told.append(f"Signed by {made.marketing.email} for marketing and {made.sales.email} for sales.")
    if made.hand_off:
        told.append(_ALL)
        told.append(_recorded(done.history))
    else:
        told.append(_STANDING if made.live_from >= instant else _SINCE)
    if done.before is not None and made.live_from > instant:
        told.append("Until then the agreement before it decides.")
    return told
