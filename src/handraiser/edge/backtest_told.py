"""How is a back-test told in a terminal: first what came of it, then where, then what else could be?"""

from __future__ import annotations

import io
from collections.abc import Sequence

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from handraiser.agreement.wording import number, spelled_date
from handraiser.edge.comparing import Comparison
from handraiser.edge.page import visible
from handraiser.learning.backtest import Backtest
from handraiser.learning.differences import Difference
from handraiser.learning.targets import Target
from handraiser.reports.intervals import Rate, Spread

__all__ = ["aim", "as_text", "load_of", "names_of", "no_curve", "share", "span", "tell_backtest", "title_of"]

_SHOWN = 10  # people who are named
_RUNGS = 11  # thresholds that are shown


def tell_backtest(found: Comparison) -> RenderableType:
    """Return a back-test, alone or against another agreement, for a terminal."""
    test = found.test
    parts: list[RenderableType] = [_heading(test), _figures(found), _targets(test.targets)]
    if found.against is not None:
        parts += [_changes(found), *_people(found)]
    parts += [_months(test), _breakdown(test), _thresholds(test)]
    if found.lint:
        notes = "1 warning" if len(found.lint) == 1 else f"{len(found.lint)} warnings"
        parts.append(
            Text(f"\n{notes} on these data: `handraiser check` with them says which.", style="yellow")
        )
    return Group(*parts)


def as_text(told: RenderableType, *, width: int) -> str:
    """What a terminal would show, as plain text of so many columns."""
    console = Console(width=width, file=io.StringIO(), color_system=None, highlight=False)
    with console.capture() as captured:
        console.print(told)
    return captured.get()


def title_of(test: Backtest) -> str:
    """What an agreement is called."""
    return f"{test.title} ({test.agreement})" if test.title else test.agreement


def names_of(found: Comparison) -> tuple[str, str]:
    """What the two agreements are called beside each other."""
    if found.against is None:
        return title_of(found.test), ""
    names = title_of(found.test), title_of(found.against)
    if names[0] != names[1]:
        return names
    return f"this one, {found.test.fingerprint[:6]}", f"the other, {found.against.fingerprint[:6]}"


def share(rate: Rate) -> str:
    """A share with its interval, or how many cases it lacks."""
    if rate.value is None or rate.low is None or rate.high is None:
        return f"{rate.hits} of {rate.of}; {rate.needs} more for a rate"
    return f"{rate.value:.1%} ({rate.low:.1%} to {rate.high:.1%})"


def span(days: Spread) -> str:
    """The middle of some days, with where half of them lie."""
    if days.median is None or days.quarter is None or days.three_quarters is None:
        return "none"
    return (
        f"{number(round(days.median, 1))} days in the median, half of them between "
        f"{number(round(days.quarter, 1))} and {number(round(days.three_quarters, 1))}"
    )


def aim(target: Target) -> str:
    """A target beside what was found."""
    name = target.target.replace("_", " ")
    count = target.target == "mqls_per_month"
    wanted = number(target.wanted) if count else f"{target.wanted:.0%}"
    if target.found is None:
        return f"{name}: {wanted} wanted, not known: {target.note}"
    found = number(target.found) if count else share(target.rate) if target.rate else f"{target.found:.1%}"
    return f"{name}: {wanted} wanted, {found} found"


def no_curve(test: Backtest) -> str:
    """Why a back-test tells nothing of other thresholds."""
    if test.threshold is None:
        return "None: `mql` does not ask the score to pass one single number."
    return "Too little to draw."


def _heading(test: Backtest) -> Text:
    since = f"from {spelled_date(test.since)} " if test.since else "all history "
    every = ", all episodes" if test.episodes == "all" else ""
    return Text(f"{title_of(test)}, {since}to {spelled_date(test.until)}{every}", style="bold")


def _figures(found: Comparison) -> RenderableType:
    table = Table(box=None, pad_edge=False, show_header=found.against is not None)
    table.add_column("")
    names = names_of(found)
    table.add_column(names[0], overflow="fold")
    sides = [found.test]
    if found.against is not None:
        table.add_column(names[1], overflow="fold")
        sides.append(found.against)
    rows = [
        ("leads", [f"{side.leads:,}" for side in sides]),
        ("MQLs", [_mqls(side) for side in sides]),
        ("customers", [f"{side.customers:,}, {side.customers_reached:,} of them reached" for side in sides]),
        ("precision", [share(side.precision_rate) for side in sides]),
        ("recall", [share(side.recall_rate) for side in sides]),
        ("of all leads buy", [share(side.base_rate) for side in sides]),
        ("lead to MQL", [span(side.days_to_mql) for side in sides]),
        ("MQL to win", [span(side.days_to_win) for side in sides]),
        ("sales gets", [load_of(side) for side in sides]),
    ]
    for name, cells in rows:
        table.add_row(name, *cells)
    return table


def _mqls(side: Backtest) -> str:
    by_hand = f", {side.hand_raised:,} by raising a hand" if side.hand_raised else ""
    before = f" ({side.before:,} were MQL or customer before)" if side.before else ""
    return f"{side.mqls:,}{by_hand}{before}"


def load_of(side: Backtest) -> str:
    """What sales would have had to take, week by week."""
    load = side.per_week
    what = "episodes" if side.episodes == "all" else "MQLs"
    before = side.episodes_begun - sum(week.mqls for week in load.weeks)
    told = ""
    if before and side.first_event is not None:
        told = f"; {before:,} before the first event of a rule, {spelled_date(side.first_event)}, left out"
    if load.mean is None:
        return f"no {what}{told}"
    mean = number(round(load.mean, 1))
    return (
        f"{mean} {what.removesuffix('s') if mean == '1' else what} a week, {load.most:,} in the busiest{told}"
    )


def _targets(targets: Sequence[Target]) -> RenderableType:
    signs = {True: ("✓", "green"), False: ("✗", "red"), None: ("?", "yellow")}
    lines = [Text("\nTargets", style="bold")] if targets else []
    for target in targets:
        sign, style = signs[target.met]
        lines.append(Text.assemble("  ", (sign, style), f" {aim(target)}"))
    return Group(*lines)


def _changes(found: Comparison) -> Text:
    other = found.against
    assert other is not None  # noqa: S101  there are changes only against another
    gained, lost = len(found.gained), len(found.lost)
    won = sum(1 for each in found.gained if each.customer_at)
    missed = sum(1 for each in found.lost if each.customer_at)
    lines = [
        f"\nAgainst {names_of(found)[1]}",
        f"  {gained:,} gained, {won:,} of them customers; {lost:,} lost, {missed:,} of them customers",
    ]
    if found.earlier or found.later:
        lines.append(f"  of those in both {found.earlier:,} would be MQLs earlier, {found.later:,} later")
    return Text("\n".join(lines))


def _people(found: Comparison) -> list[RenderableType]:
    parts: list[RenderableType] = []
    for name, people in (("Gained", found.gained), ("Lost", found.lost)):
        if not people:
            continue
        # Customers first: they are what a definition is for.
        shown = sorted(people, key=lambda each: each.customer_at is None)[:_SHOWN]
        table = Table(box=None, pad_edge=False, show_header=False)
        for _ in range(3):
            table.add_column(overflow="fold")
        for each in shown:
            table.add_row(*map(_plain, _person(each)))
        more = f", {_SHOWN} of {len(people):,}" if len(people) > _SHOWN else ""
        parts += [Text(f"\n{name}{more}", style="bold"), table]
    return parts


def _plain(words: str) -> Text:
    """Return words as they are: what data say is no mark-up."""
    return Text(visible(words))


def _person(each: Difference) -> tuple[str, str, str]:
    bought = " ★ customer" if each.customer_at else ""
    return each.lead_id, f"{each.mql_at:%Y-%m-%d}{bought}", each.reason


def _months(test: Backtest) -> RenderableType:
    if not test.by_month:
        return Text("")
    table = Table(box=None, pad_edge=False)
    table.add_column("month")
    for name in ("MQLs", "bought since"):
        table.add_column(name, justify="right")
    table.add_column("of its MQLs bought")
    table.add_column("")
    most = max(month.mqls for month in test.by_month) or 1
    for month in test.by_month:
        table.add_row(
            month.month,
            f"{month.mqls:,}",
            f"{month.customers:,}{'+' if month.open else ''}",
            share(month.conversion),
            "█" * round(12 * month.mqls / most),
        )
    note = "+ more may still buy: that month is younger than most wins take"
    still = [Text(note, style="dim")] if any(month.open for month in test.by_month) else []
    return Group(Text("\nBy month", style="bold"), table, *still)


def _breakdown(test: Backtest) -> RenderableType:
    parts: list[RenderableType] = []
    for each in test.by:
        table = Table(box=None, pad_edge=False)
        table.add_column(each.by)
        for name in ("leads", "MQLs", "all customers", "reached"):
            table.add_column(name, justify="right")
        table.add_column("of its MQLs bought")
        for row in each.rows:
            sizes = (row.leads, row.mqls, row.customers, row.customers_reached)
            table.add_row(_plain(row.value), *(f"{size:,}" for size in sizes), share(row.precision))
        named = "" if each.attribute == each.by else f" ({each.attribute})"
        parts += [Text(f"\nBy {each.by}{named}", style="bold"), table]
    return Group(*parts)


def _thresholds(test: Backtest) -> RenderableType:
    points = test.curve
    if not points:
        return Group(Text("\nOther thresholds", style="bold"), Text(no_curve(test)))
    table = Table(box=None, pad_edge=False)
    for name in ("threshold", "MQLs"):
        table.add_column(name, justify="right")
    table.add_column("precision")
    table.add_column("recall")
    here = next((k for k, point in enumerate(points) if point.present), 0)
    first = max(0, min(here - _RUNGS // 2, len(points) - _RUNGS))
    for point in points[first : first + _RUNGS]:
        table.add_row(
            f"{'→ ' if point.present else ''}{number(point.threshold)}",
            f"{point.mqls:,}",
            share(point.precision),
            share(point.recall),
            style="bold" if point.present else "",
        )
    return Group(Text("\nOther thresholds, → the present one", style="bold"), table)
