"""What has each rule of what is live done of late, and which of them has fallen silent?

It is asked of the process that holds the history (`edge.whatif`), which asks the very agreement with one rule
after the other taken away. That costs seconds where nobody has asked for a while, so it is a part that the
page loads when it is there. It is kept for a quarter of an hour, for all who read the page.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

import msgspec
from django.core.cache import cache
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from handraiser.agreement.model import Agreement, EventRule
from handraiser.agreement.trouble import nearest
from handraiser.edge.running import now
from handraiser.edge.settings import FOLDER
from handraiser.edge.web.frame.access import EVERYBODY, page, user_of
from handraiser.edge.whatif.asking import Asking
from handraiser.edge.whatif.identity import identity
from handraiser.edge.whatif.wire import Failed, Reading, Ruled, Rules
from handraiser.edge.yields_told import told, told_of_all
from handraiser.flows.live import agreement_of
from handraiser.flows.publishing import live_of
from handraiser.learning.yields import Yields
from handraiser.store.lately import events_lately

__all__ = ["Rule", "Shown", "agreement_yields", "shown_if_kept"]

_DAYS = 30
_KEPT_FOR = 900  # seconds
_AGAIN = 1_000  # milliseconds until it is asked again
_asking = Asking(FOLDER)
_said: msgspec.json.Decoder[Yields] = msgspec.json.Decoder(Yields)


class Rule(NamedTuple):
    """What a rule did, in words.

    decided  the one of these words that says which MQLs it decided, empty where it decided none
    near     what its event may be called now that nobody does it any more
    """

    name: str
    says: list[str]
    decided: str
    is_silent: bool
    near: str


class Shown(NamedTuple):
    """What the rules did: in a sentence, up to when, and one by one; `of` has them by their names."""

    says: str
    until: int
    rules: list[Rule]

    @property
    def of(self) -> Mapping[str, Rule]:
        """The rules by their names."""
        return {each.name: each for each in self.rules}


@page(EVERYBODY)
def agreement_yields(request: HttpRequest, name: str) -> HttpResponse:
    """Show what the rules of what is live did: a part of the page, or how far the history has been read."""
    live = live_of(name, now())
    if live is None:
        raise Http404
    agreement = agreement_of(live)
    about: dict[str, Any] = {"name": name, "yields": shown_if_kept(agreement), "again": _AGAIN}
    if about["yields"] is not None:
        return render(request, "agreements/yields.html", about)
    asker = f"{user_of(request).pk} rules {name}"
    question = Rules(
        of=identity(), asker=asker, number=now(), days=_DAYS,
        tested=agreement.source, against=agreement.source,
    )  # fmt: skip
    connection.close()  # it is waited for long, and many may wait
    answer = _asking.ask(question)
    if isinstance(answer, Ruled):
        cache.set(_key(agreement), msgspec.json.encode(answer.found), _KEPT_FOR)
        about["yields"] = _shown(agreement, answer.found)
    elif isinstance(answer, Reading):
        about["percent"] = 100 * answer.rows // answer.of if answer.of else 0
    elif isinstance(answer, Failed):
        about["failed"] = answer.says
    shown = render(request, "agreements/yields.html", about)
    connection.close()  # as before: each of these threads would hold one
    return shown


def shown_if_kept(agreement: Agreement) -> Shown | None:
    """Return what the rules did, if it has been found out in the last minutes."""
    kept = cache.get(_key(agreement))
    return None if kept is None else _shown(agreement, _said.decode(kept))


def _key(agreement: Agreement) -> str:
    return f"yields:{connection.settings_dict['NAME']}:{agreement.name}:{agreement.fingerprint}"


def _shown(agreement: Agreement, found: Yields) -> Shown:
    near = _called_now(agreement, {each.rule for each in found.rules if each.is_silent})
    rules = []
    for each in found.rules:
        says = told(each, found)
        rules.append(
            Rule(each.rule, says, says[-1] if each.decided else "", each.is_silent, near.get(each.rule, ""))
        )
    return Shown(told_of_all(found), found.until, rules)


def _called_now(agreement: Agreement, silent: Collection[str]) -> Mapping[str, str]:
    """Return what the events of rules may be called now that people do nothing any more of their names."""
    rules = [
        rule for rule in agreement.engagement.rules if isinstance(rule, EventRule) and rule.name in silent
    ]
    done = events_lately() if rules else frozenset()
    found = {}
    for rule in rules:
        meant = next(filter(None, (nearest(event, done) for event in rule.event)), None)
        if meant and done.isdisjoint(rule.event):
            found[rule.name] = meant
    return found
