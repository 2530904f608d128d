"""How does one read an agreement out to somebody who has never seen its file?

for chapter in spoken(load("agreement.yaml")):
    print(chapter.heading)
    for line in chapter.lines:
        print(line.says)
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

from handraiser.agreement.comparing.opening import open_at, zoned
from handraiser.agreement.comparing.promise_words import escalated, part_of, promised, routed
from handraiser.agreement.comparing.qualify import read_qualify
from handraiser.agreement.comparing.rules import described
from handraiser.agreement.comparing.speaking import Speaker
from handraiser.agreement.model import FOREVER, Agreement, Limits, Promises, Reason, Section
from handraiser.agreement.wording import capital, counted, exact, joined, length, readable

__all__ = ["Chapter", "Line", "spoken"]


class Line(NamedTuple):
    """A sentence; `rule` is the name of the rule that it is about, empty where it is about none.

    called  the rule's title, else its name in words
    say     what a rep is to say to whom the rule holds of
    """

    says: str
    rule: str = ""
    called: str = ""
    say: str = ""


class Chapter(NamedTuple):
    """Sentences about one thing."""

    heading: str
    lines: list[Line]


def spoken(agreement: Agreement) -> list[Chapter]:
    """Return an agreement in words, in the order in which one explains it, without what it has none of."""
    chapters = (
        ("Who is handed to sales", _qualify(agreement)),
        ("Who they are: fit", _section(agreement.fit, "fit")),
        ("What they do: engagement", _section(agreement.engagement, "engagement")),
        ("The score", _score(agreement)),
        ("What sales promises", _handoff(agreement)),
        ("When sales sends one back", _recycle(agreement)),
        ("What both aim for", _targets(agreement)),
    )
    told = (Chapter(heading, list(lines)) for heading, lines in chapters)
    return [chapter for chapter in told if chapter.lines]


def _qualify(agreement: Agreement) -> Iterator[Line]:
    speaker, qualify = Speaker(agreement), agreement.qualify
    yield Line(f"A lead is an MQL with {speaker.says(read_qualify(qualify.mql))}.")
    if qualify.hand_raise is not None:
        raises = speaker.says(read_qualify(qualify.hand_raise))
        yield Line(f"It is one at once, whatever its score, with {raises}: it asks for sales itself.")
    if qualify.never is not None:
        yield Line(f"It is never one if this holds: {speaker.says(read_qualify(qualify.never))}.")


def _section(section: Section, name: str) -> Iterator[Line]:
    groups = {group.name: group for group in section.groups}
    for rule in section.rules:
        limits = _limited(rule.limits)
        of = f"; it is of the group {readable(rule.group)}" if rule.group else ""
        yield Line(
            f"{capital(described(rule))}{f'; {limits} in all' if limits else ''}{of}.",
            rule.name,
            capital(readable(rule.name, rule.title)),
            rule.say,
        )
    for group in groups.values():
        if limits := _limited(group.limits):
            yield Line(f"All of the group {readable(group.name)} together gives {limits}.")
    if limits := _limited(section.limits):
        yield Line(f"All of {name} together gives {limits}.")


def _score(agreement: Agreement) -> Iterator[Line]:
    if limits := _limited(agreement.score):
        yield Line(f"The score is fit and engagement together, {limits}.")
    for place, (grade, bound) in enumerate(agreement.grades):
        least = f"from {counted(bound, 'point')} of fit"
        yield Line(f"The grade is {grade} {least}{'' if place == 0 else ', where it is no better'}.")


def _limited(limits: Limits) -> str:
    least = [] if limits.min is None else [f"at least {counted(limits.min, 'point')}"]
    most = [] if limits.max is None else [f"at most {counted(limits.max, 'point')}"]
    return joined([*least, *most], "and")


def _handoff(agreement: Agreement) -> Iterator[Line]:
    handoff = agreement.handoff
    yield from _promises(handoff.promises, "")
    yield from _promises(handoff.hand_raise, "Of who asks for sales itself: ")
    if handoff.follow_up:
        steps = ", then ".join(f"{step.do} within {promised(step.within)}" for step in handoff.follow_up)
        yield Line(f"After that sales follows up: {steps}.")
    if handoff.hours is not None:
        yield Line(f"Business time runs {open_at(zoned(handoff.hours, agreement))}.")
    if handoff.remind_at:
        parts = joined([part_of(at) for at in handoff.remind_at], "and")
        yield Line(f"Who has it is reminded when {parts} of a promise's time is over.")
    if handoff.escalate_at:
        steps = joined([escalated(step) for step in handoff.escalate_at], "and")
        yield Line(f"When the time for a promise runs out, {steps}.")
    if handoff.expire_after is not None:
        yield Line(f"What nobody answers goes back to marketing after {length(handoff.expire_after)}.")
    if handoff.route:
        yield Line(f"Leads go to {routed(handoff.route)}.")
    for route in handoff.route:
        yield from _promises(route.promises, f"Of what goes to {route.to}: ")


def _promises(promises: Promises, of: str) -> Iterator[Line]:
    within = (
        ("accepts or sends back", promises.accept_within), ("makes contact", promises.contact_within)
    )  # fmt: skip
    for does, promise in within:
        if promise is not None:
            yield Line(capital(f"{of}sales {does} within {promised(promise)}."))


def _recycle(agreement: Agreement) -> Iterator[Line]:
    recycle = agreement.recycle
    for reason in recycle.reasons:
        yield Line(f"{capital(readable(reason.name))}: {_of_reason(reason, recycle.requalify_after)}.")
    if recycle.reasons and recycle.forget_engagement:
        yield Line("What they did before counts no more then.")


def _of_reason(reason: Reason, usually: timedelta) -> str:
    if reason.disqualify:
        return "it is closed for good"
    after = usually if reason.requalify_after is None else reason.requalify_after
    nurture = f", and is nurtured by {readable(reason.nurture)}" if reason.nurture else ""
    if after == FOREVER:
        return f"it never becomes an MQL again{nurture}"
    wait = "at once" if not after else f"after {length(after)}"
    return f"it may become an MQL again {wait}{nurture}"


def _targets(agreement: Agreement) -> Iterator[Line]:
    targets = agreement.targets
    if targets.mqls_per_month is not None:
        yield Line(f"{exact(targets.mqls_per_month)} MQLs a month.")
    shares = (
        ("of MQLs become SQLs", targets.mql_to_sql),
        ("of SQLs become customers", targets.sql_to_customer),
        ("are accepted in time", targets.accepted_in_time),
        ("are contacted in time", targets.contacted_in_time),
    )
    for says, share in shares:
        if share is not None:
            yield Line(f"{part_of(share)} {says}.")
