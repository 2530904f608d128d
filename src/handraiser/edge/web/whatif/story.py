"""How does one lead's story go as it is live, and with other numbers: when was it an MQL, and by which rules?

Both are told from all that is known of the lead now, by what explains its score everywhere.
"""

from __future__ import annotations

from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from handraiser.agreement.model import Agreement
from handraiser.agreement.spoken import spoken
from handraiser.agreement.wording import apart, capital, instant, joined, number, readable, times
from handraiser.edge.running import now
from handraiser.edge.web.api.scores import Went, explained, went
from handraiser.edge.web.frame.access import page, user_of
from handraiser.edge.web.lead.alike import alike
from handraiser.edge.web.lead.drawn import marks
from handraiser.edge.web.lead.seen import lead_asked
from handraiser.edge.web.whatif.fields import changes_in, supposed
from handraiser.edge.web.whatif.page import ASKING, live_asked
from handraiser.errors import Mistakes
from handraiser.learning.differences import wants_of
from handraiser.scoring.cited import moment
from handraiser.scoring.explanation import Explanation, RulePoints
from handraiser.scoring.thresholds import threshold
from handraiser.store.consents import objecting
from handraiser.store.known_as import leads_told
from handraiser.store.snapshot import as_of_now

__all__ = ["Row", "rows_of", "what_if_find", "what_if_story"]

_YEAR = 365 * 86_400_000_000
_LITTLE = 1e-6
_NOW = "now"


class Side(NamedTuple):
    """A lead under one of the two; `why` is how it stood at the moment, `mqls` when it became one."""

    says: str
    agreement: Agreement
    went: Went
    why: Explanation
    mqls: list[tuple[int, str]]

    @property
    def stood(self) -> str:
        """Return in words how it stood."""
        why = self.why
        grade = f" (grade {why.grade})" if why.grade else ""
        does = "closed" if why.closed else "it qualifies" if why.qualified else "it does not qualify"
        sums = f"fit {number(why.fit)}{grade}, engagement {number(why.engagement)}"
        return f"score {number(why.score)}, {sums}; {does}{self._lacking}"

    @property
    def _lacking(self) -> str:
        why = self.why
        if why.qualified or why.closed:
            return ""
        if why.never is not None and why.never.holds:
            return f": {' '.join(why.never.text.split())} bars it"
        titles = {each.rule: readable(each.rule, each.title) for each in why.rules}
        wanted = wants_of(why.mql, titles)
        return f": it needs {joined(wanted, 'and')}" if wanted else ""


class Moment(NamedTuple):
    """A moment that is worth a look: `key` is how it is asked for."""

    key: str
    at: int
    says: str
    is_shown: bool


class Row(NamedTuple):
    """The points of a rule, or a sum of them, side by side; `differs` says in words how, if they do."""

    title: str
    live: str
    tried: str
    differs: str
    is_sum: bool = False


@page(ASKING)
def what_if_story(request: HttpRequest, name: str) -> HttpResponse:
    """Show a lead's story under both, at a moment: a part of the page."""
    agreement, user, at = live_asked(name), user_of(request), now()
    said = request.GET.get("lead", "")
    lead = lead_asked(user, int(said) if said.isdecimal() and len(said) < 19 else 0)
    try:
        tested = supposed(agreement, changes_in(agreement, request.GET.dict()))
    except Mistakes as mistakes:
        return render(request, "whatif/story.html", {"wrong": mistakes.diagnostics[0]})
    with as_of_now():
        who = leads_told({lead.root})[lead.root]
        if objecting([lead.root]):
            return render(request, "whatif/story.html", {"lead": who, "objects": True})
        sides = _sides(lead.root, agreement, tested, asked=request.GET.get("at", ""), now=at)
    live, tried = sides
    told = {
        "lead": who,
        "sides": sides,
        "moments": _moments(live, tried, at, _microseconds(live.why)),
        "at": _microseconds(live.why),
        "rows": rows_of(live.agreement, live.why, tried.agreement, tried.why),
        "drawn": msgspec.json.encode(_drawn(sides, user.timezone, at)).decode(),
    }
    return render(request, "whatif/story.html", told)


@page(ASKING)
def what_if_find(request: HttpRequest, name: str) -> HttpResponse:
    """Show leads by what was typed, whose stories can be opened: a part of the page."""
    live_asked(name)
    words = request.GET.get("q", "").strip()
    with as_of_now():
        found = alike(words, beside=0) if words else []
    return render(request, "whatif/found.html", {"words": words, "found": found})


def rows_of(live: Agreement, why: Explanation, tried: Agreement, why_tried: Explanation) -> list[Row]:
    """Return all rules of two agreements with the points that they give, and where the two differ, why."""
    before, after = ({each.rule: each for each in every.rules} for every in (why, why_tried))
    meant = _meant(live), _meant(tried)
    found: list[Row] = []
    for section, sums in (("fit", "fit"), ("engagement", "engagement")):
        for rule in dict.fromkeys([*before, *after]):
            each = after.get(rule) or before[rule]
            if each.section == section:
                words = meant[0].get(rule, ""), meant[1].get(rule, "")
                found.append(_row(before.get(rule), after.get(rule), *words))
        one, other = getattr(why, sums), getattr(why_tried, sums)
        found.append(_sum(capital(section), one, other))
    return [*found, _sum("Score", why.score, why_tried.score)]


def _sum(title: str, before: float, after: float) -> Row:
    return Row(title, number(before), number(after), _points(before, after), is_sum=True)


def _row(before: RulePoints | None, after: RulePoints | None, meant: str, means: str) -> Row:
    each = after or before
    assert each is not None  # noqa: S101  a rule of one of the two
    title = capital(readable(each.rule, each.title))
    if before is None:
        return Row(title, "–", number(each.points), f"A new rule. {means}")
    if after is None:
        return Row(title, number(each.points), "–", "No rule any more.")
    said = []
    if before.count is not None and after.count is not None and before.count != after.count:
        said.append(f"Counts {_often(after.count)}, not {_often(before.count)}.")
    elif before.holds != after.holds:
        said.append("Holds now." if after.holds else "Holds no more.")
    if points := _points(before.points, after.points):
        said.append(points)
    if meant != means:
        said.append(f"{means} As it is live: {meant}")
    return Row(title, number(before.points), number(after.points), " ".join(said))


def _points(before: float, after: float) -> str:
    return "" if abs(before - after) < _LITTLE else "{} points, not {}.".format(*apart(after, before))


def _often(count: int) -> str:
    return times(count) if count else "never"


def _meant(agreement: Agreement) -> dict[str, str]:
    return {line.rule: line.says for chapter in spoken(agreement) for line in chapter.lines if line.rule}


# ---- the two sides, and the moments at which they can be compared


def _sides(root: int, live: Agreement, tried: Agreement, *, asked: str, now: int) -> tuple[Side, Side]:
    gone = [went(root, each, since=now - _YEAR, until=now) for each in (live, tried)]
    told = int(asked) if asked.isdecimal() and len(asked) < 18 else now
    at = min(told, now) if asked else _telling(gone, now)
    one, other = (
        Side(says, agreement, way, explained(root, agreement, at), _mqls(way))
        for says, agreement, way in zip(
            ("As it is live", "With these numbers"), (live, tried), gone, strict=True
        )
    )
    return one, other


def _telling(gone: list[Went], now: int) -> int:
    """Return the moment that tells most: where one became an MQL and the other did not, or not then."""
    first = [each.mql_at for each in gone]
    return now if first[0] == first[1] else min(at for at in first if at is not None)


def _mqls(way: Went) -> list[tuple[int, str]]:
    """Return when a lead became an MQL: by what sales said of it, and its first time in any case."""
    found = {at: "asked for sales" if by_hand else "" for at, by_hand in way.begun}
    if way.mql_at is not None and way.mql_at not in found:
        found[way.mql_at] = "had sales said nothing of it"
    return sorted(found.items())


def _moments(live: Side, tried: Side, now: int, shown: int) -> list[Moment]:
    """Return the moments that are worth a look, each with what happened then."""
    found: dict[int, list[str]] = {}
    for side, says in ((live, "as it is live"), (tried, "with these numbers")):
        for at, _ in side.mqls:
            found.setdefault(at, []).append(says)
    told = [
        Moment(str(at), at, f"MQL {' and '.join(says)}", at == shown) for at, says in sorted(found.items())
    ]
    return [*told, Moment(_NOW, now, "Now", now == shown)]


def _microseconds(why: Explanation) -> int:
    return round(why.at.timestamp() * 1e6)


# ---- what is drawn


def _drawn(sides: tuple[Side, Side], zone: str, now: int) -> dict[str, Any]:
    there = ZoneInfo(zone or "UTC")
    return {
        "zone": there.key,
        "now": now // 1000,
        "sides": [
            {
                "says": side.says,
                "threshold": threshold(side.agreement),
                "points": [[point.at // 1000, point.score] for point in side.went.course.points],
                "turns": marks(side.agreement, side.went.course, there),
                "mqls": [{"at": at // 1000, "when": instant(moment(at), there)} for at, _ in side.mqls],
            }
            for side in sides
        ],
    }
