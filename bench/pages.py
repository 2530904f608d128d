"""How fast are pages, and how much comes with them: `python -m bench.pages`.

Over a million leads in PostgreSQL. Ten thousand of them are MQLs that came in by the flows, and are open; the
others the database has copied, and so it has hand-offs of a year that have ended. One lead has done ten
thousand things. Pages are asked over HTTP by one reader after another: what is measured is until the last
byte of the answer has come. Sizes are as sent, packed, with all that a browser loads for the page.
"""

from __future__ import annotations

import argparse
import re
import statistics
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table

from handraiser.edge.database import set_up

set_up()

from django.conf import settings
from django.db import connection

from bench.handing import Asked as Sales
from bench.handing import burst, leads_come, office
from handraiser.edge.settings_read import signing_key
from handraiser.edge.worker import now
from handraiser.flows.qualify import Qualifier
from handraiser.flows.resolve import resolve_arrivals
from handraiser.store.bulk import statement
from handraiser.store.models import Episode, Handoff, Identifier, User
from tests.app.visitors import App, Visitor
from tests.live.company import send, using
from tests.servers import Database, postgresql, serving

__all__ = ["main"]

_SECRET = "only to measure with"  # noqa: S105  it keeps nothing
_DAY = 86_400_000_000
_BATCH = 1_000
_FIRST = 20_000_000  # the number of the first copied lead
_console = Console(highlight=False)


class Asked(NamedTuple):
    """What is measured: over so many leads, open MQLs, hand-offs that have ended, events of one lead, and
    messages that have left, one in a hundred of that lead.
    """

    leads: int = 1_000_000
    mqls: int = 10_000
    ended: int = 100_000
    deep: int = 10_000
    told: int = 300_000
    times: int = 30


class Line(NamedTuple):
    """Milliseconds until a page was there, and kilobytes: of the page, and with all that it loads."""

    median: float
    slowest: float
    page: float
    all: float


# ---- who is there


def fill(asked: Asked) -> int:
    """Have everybody be there; return the number of the lead who has done much."""
    office(Sales(mqls=asked.mqls))
    qualifier = Qualifier("bench")
    leads_come(range(asked.mqls))
    burst(qualifier)
    for batch in _batches(_doings(asked.deep)):
        send(batch, now(), imported=True)
    while resolve_arrivals():
        pass
    burst(qualifier)
    _copied("leads.sql", asked.leads - asked.mqls)
    _copied("ended.sql", asked.ended)
    deep = int(Identifier.objects.get(kind="user", value="u7").person.root_id)
    _copied("told.sql", asked.told, lead=deep, deep=asked.told // 100)
    statement("ANALYZE")
    return deep


def _doings(many: int) -> Iterator[dict[str, Any]]:
    began, apart = now() - 300 * _DAY, 300 * _DAY // many
    for number in range(many):
        at = datetime.fromtimestamp((began + number * apart) / 1_000_000, UTC).isoformat()
        about = {"title": f"Paper {number % 50}", "path": f"/papers/{number % 50}"}
        did = {
            "event": ("Content Downloaded", "Email Opened", "Page Viewed")[number % 3],
            "properties": about,
        }
        yield {"messageId": f"d{number}", "userId": "u7", "type": "track", "timestamp": at, **did}


def _batches(items: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    while batch := list(islice(items, _BATCH)):
        yield batch


def _copied(file: str, many: int, **more: int) -> None:
    """Have the database copy rows, over the year that ends now."""
    span = {"since": now() - 360 * _DAY, "span": 330 * _DAY, "first": _FIRST, "many": many, **more}
    with connection.cursor() as cursor:
        cursor.execute((Path(__file__).parent / file).read_text(encoding="utf-8"), span)


# ---- how fast they are shown, and how much that is


def _measured(visitor: Visitor, path: str, times: int) -> Line:
    taken = []
    for number in range(times + 3):
        begun = time.perf_counter()
        status, _, body = _asked(visitor, path)
        if number >= 3:  # the first are for what is made once: plans, connections, what is compiled
            taken.append((time.perf_counter() - begun) * 1_000)
        if status != 200:
            raise AssertionError(f"{path} is answered with {status}")
    page = len(body) / 1_000
    loaded = sum(len(_asked(visitor, each)[2]) for each in _assets(visitor, path)) / 1_000
    return Line(statistics.median(taken), max(taken), page, page + loaded)


def _assets(visitor: Visitor, path: str) -> set[str]:
    """Return what a page loads besides itself: scripts, styles, pictures."""
    text = visitor.get(path).text
    return set(re.findall(r'(?:src|href)="(/static/[^"#]+)', text))


def _asked(visitor: Visitor, path: str) -> tuple[int, dict[str, str], bytes]:
    cookies = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())
    headers = {"Accept": "text/html", "Accept-Encoding": "gzip, br", "Cookie": cookies}
    connection = visitor.connect()
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


def measure(database: Database, asked: Asked) -> Iterator[tuple[str, Line]]:
    """Yield pages by what they are called, with what was measured of each."""
    with using(database):
        begun = time.perf_counter()
        deep = fill(asked)
        _console.print(f"{asked.leads:,} leads in {time.perf_counter() - begun:.0f} s", style="dim")
        usual = Episode.objects.filter(lead__lt=_FIRST).exclude(lead=deep).latest("pk").lead_id
    settings.HANDRAISER_SECRET = _SECRET
    settings.SECRET_KEY = signing_key(_SECRET, settings.DATABASES["default"])
    with serving(database, settings={"HANDRAISER_SECRET": _SECRET}) as front:
        app = App(front, database)
        people = {role: app.signed_in(role)[1] for role in ("sales", "marketing", "administrator")}
        with using(database):  # whoever looks at a queue has leads in it
            seller = User.objects.filter(role="sales").latest("pk")
            some = Handoff.objects.filter(ended_at=None).order_by("pk").values_list("pk", flat=True)[:500]
            Handoff.objects.filter(pk__in=list(some)).update(owner=seller)
        for name, role, path in _pages(deep, usual):
            yield name, _measured(people[role], path, asked.times)


def _pages(deep: int, usual: int) -> list[tuple[str, str, str]]:
    return [
        ("queue, a rep's 500", "sales", "/queue"),
        ("queue, all 10,000", "administrator", "/queue?whose=all"),
        ("lead", "administrator", f"/leads/{usual}"),
        ("lead with 10,000 events", "administrator", f"/leads/{deep}"),
        ("its proof", "administrator", f"/leads/{deep}/proof"),
        ("its timeline", "administrator", f"/leads/{deep}/timeline"),
        ("its course", "administrator", f"/leads/{deep}/course?agreement=bench&days=365"),
        ("home of sales", "sales", "/home"),
        ("home of marketing", "marketing", "/home"),
        ("home of an administrator", "administrator", "/home"),
        ("its funnel", "marketing", "/home/funnel"),
        ("its trend", "marketing", "/home/trend"),
        ("board", "administrator", "/board"),
    ]


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1, help="each page is asked often in one run")
    for name, value in Asked()._asdict().items():
        parser.add_argument(f"--{name}", type=int, default=value)
    said = vars(parser.parse_args())
    del said["runs"]
    table = Table("page", "median ms", "slowest ms", "KB, packed", "KB with all it loads")
    with postgresql(durable=True) as cluster:
        for name, line in measure(cluster.database(), Asked(**said)):
            _console.print(f"  {name}: {line.median:,.0f} ms", style="dim")
            table.add_row(name, *(f"{value:,.0f}" for value in line))
    _console.print(table)


if __name__ == "__main__":
    main()
