"""How soon is a changed number answered: `python -m bench.whatif`.

Over a history of five million events in PostgreSQL, with its segments, as the live system keeps it. Measured
are the first opening, from no process at all to the first figures; each kind of change, to the whole answer
of which the page is drawn, and to the drawn chart in Chromium; ten people who work at it, and who change
something at the same instant; other pages meanwhile; and the most memory that the process ever took.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from rich.console import Console
from rich.table import Table

from handraiser.edge.database import set_up

set_up()

from django.conf import settings
from django.db import connection
from playwright.sync_api import sync_playwright

from handraiser.edge.settings_read import signing_key
from handraiser.edge.worker import now
from handraiser.flows.history import append_history
from handraiser.store.bulk import statement
from tests.app.conftest import FLAGS
from tests.app.visitors import App, Visitor
from tests.live.company import publish, using
from tests.servers import Database, postgresql, serving

__all__ = ["main"]

_SECRET = "only to measure with"  # noqa: S105  it keeps nothing
_DAY = 86_400_000_000
_YEAR = 365 * _DAY
_AT_ONCE = 1_000_000  # rows of a segment
_PATIENCE = 300.0
_CHANGES = {
    "points": "form.points={}",
    "cap": "engagement.max={}",
    "decay": "engagement.decay=half-life {} days",
    "window": "engagement.within={} days",
    "limit": "webinar.at_most={} per day",
    "points of fit": "big.points={}",
    "threshold": "threshold={}",
}
_FROM = {"points": 12, "cap": 70, "decay": 12, "window": 40, "limit": 2, "points of fit": 4, "threshold": 52}
_EVERY = 10.0  # seconds from one change to the next of somebody who reads what it gives
_console = Console(highlight=False)
_numbers = count(1)


class Asked(NamedTuple):
    """What is measured: so many events of so many leads; each change so often; so many people at once."""

    events: int = 5_000_000
    leads: int = 50_000
    times: int = 5
    people: int = 10


def fill(database: Database, asked: Asked) -> None:
    """Have the history be there, in the database and in its files."""
    # The numbers are those of bench/agreement.yaml, which files are measured with.
    text = (Path(__file__).parent / "agreement.yaml").read_text(encoding="utf-8")
    said = {"since": now() - _YEAR, "span": _YEAR, "events": asked.events, "leads": asked.leads}
    with using(database):
        publish([text.replace("lead.employees", "company.employees")], now() - 2 * _YEAR)
        with connection.cursor() as cursor:
            cursor.execute((Path(__file__).parent / "whatif.sql").read_text(encoding="utf-8"), said)
        for scope, name, kind in _NAMES:
            statement("INSERT INTO store_name (scope, name, type) VALUES (%s, %s, %s)", [scope, name, kind])
        statement("ANALYZE")
        data = Path(database.environment()["HANDRAISER_FOLDER"])
        while append_history(data, most=_AT_ONCE):
            pass


_NAMES = [
    ("lead", "email", "VARCHAR"), ("lead", "country", "VARCHAR"), ("lead", "job_title", "VARCHAR"),
    ("company", "employees", "UBIGINT"), ("company", "name", "VARCHAR"),
    *(("event", name, "VARCHAR") for name in ("path", "title", "url", "channel")),
]  # fmt: skip


class Person:
    """Somebody who looks at the page of the agreement, in a tab of their own."""

    def __init__(self, visitor: Visitor, tab: str) -> None:
        self.visitor, self.tab = visitor, tab

    def asks(self, change: str = "", *, part: str = "") -> dict[str, Any]:
        """Return what is answered at once."""
        asked = f"part={part}&asker={self.tab}&number={next(_numbers)}"
        path = f"/agreements/bench/what-if/answer?{quote(change, safe='=&')}&{asked}"
        seen = self.visitor.get(path)
        if seen.status != 200:
            raise AssertionError(f"{path} is answered with {seen.status}")
        answer: dict[str, Any] = json.loads(seen.text)
        return answer

    def waits(self, change: str = "") -> dict[str, Any]:
        """Return what is answered when all that has to be read has been read."""
        end = time.monotonic() + _PATIENCE
        while (answer := self.asks(change))["type"] != "supposed":
            if answer["type"] != "reading" or time.monotonic() > end:
                raise AssertionError(answer)
            time.sleep(0.1)
        return answer


def _timed(person: Person, change: str, part: str = "") -> float:
    begun = time.perf_counter()
    answer = person.asks(change, part=part)
    if answer["type"] != ("curved" if part else "supposed"):
        raise AssertionError(answer)
    return time.perf_counter() - begun


def _told(taken: list[float]) -> str:
    return f"{statistics.median(taken):.2f} s ({max(taken):.2f})"


def measure(app: App, asked: Asked, front: int) -> Iterator[tuple[str, str]]:
    """Yield what was measured, by what it is called."""
    visitors = [app.signed_in("marketing")[1] for _ in range(asked.people)]
    people = [Person(visitor, f"tab{k}") for k, visitor in enumerate(visitors)]
    first = people[0]
    with _other_pages(visitors[-1]) as others:
        begun = time.perf_counter()
        answer = first.waits()
        opened = time.perf_counter() - begun
    yield "first opening, from no process at all", f"{opened:.1f} s"
    yield "the slowest of other pages meanwhile", f"{1_000 * max(others):.0f} ms"
    yield "MQLs it finds", f"{answer['beside']['test']['mqls']:,}"
    for name, change in _CHANGES.items():
        taken = [_timed(first, change.format(_FROM[name] + k)) for k in range(asked.times)]
        yield f"a change of {name}", _told(taken)
    taken = [_timed(first, f"form.points={40 + k}", "curve") for k in range(asked.times)]
    yield "the curve by threshold, with the change before it", _told(taken)
    taken = [_timed(first, f"form.points=44&threshold={60 + k}", "curve") for k in range(asked.times)]
    yield "the curve where the threshold alone moves", _told(taken)
    many = {10: "ten"}.get(asked.people, asked.people)
    yield f"{many} people at the same instant, each another change", _at_once(people, asked)
    figures, curves = _at_work(people, asked)
    yield f"{many} people at work, each a change every {_EVERY:.0f} s", _told(figures)
    yield "and their curves", _told(curves)
    yield "people who are gained, a page of 20", f"{_who(visitors[0]):.2f} s"
    drawn, curved = _in_chromium(app, visitors[0], asked)
    yield "from a change to the drawn charts, in Chromium", _told(drawn)
    yield "and to the drawn curve", _told(curved)
    yield "memory of the process, at most", f"{_memory(front) / 1e9:.2f} GB"


def _at_once(people: list[Person], asked: Asked) -> str:
    changes = [f"form.points={21 + k}" for k in range(len(people))]
    taken: list[float] = []
    with ThreadPoolExecutor(len(people)) as pool:
        for k in range(asked.times):
            said = [change.replace("form", ("form", "paper", "webinar")[k % 3]) for change in changes]
            taken += pool.map(_timed, people, said)
    return _told(taken)


def _at_work(people: list[Person], asked: Asked) -> tuple[list[float], list[float]]:
    """Return how long each change takes of people who look at what it gives before they change more."""

    def works(place: int) -> list[tuple[float, float]]:
        begin, taken = time.monotonic() + _EVERY * place / len(people), []
        for turn in range(asked.times):
            time.sleep(max(0.0, begin + _EVERY * turn - time.monotonic()))
            change = f"paper.points={3 + place}&form.points={41 + turn}"
            begun, _ = time.perf_counter(), _timed(people[place], change)
            figures = time.perf_counter() - begun
            _timed(people[place], change, "curve")
            taken.append((figures, time.perf_counter() - begun))
        return taken

    with ThreadPoolExecutor(len(people)) as pool:
        found = [each for one in pool.map(works, range(len(people))) for each in one]
    return [figures for figures, _ in found], [curve for _, curve in found]


def _who(visitor: Visitor) -> float:
    begun = time.perf_counter()
    seen = visitor.get("/agreements/bench/what-if/people?threshold=60&of=gained&asker=who&number=1")
    if "list-group-item" not in seen.text:
        raise AssertionError(seen.text)
    return time.perf_counter() - begun


def _in_chromium(app: App, visitor: Visitor, asked: Asked) -> tuple[list[float], list[float]]:
    """Return how long it takes until the charts are drawn, and until the curve is."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        context = browser.new_context(base_url=app.url, viewport={"width": 1280, "height": 900})
        context.add_cookies(
            [{"name": name, "value": value, "url": app.url} for name, value in visitor.cookies.items()]
        )
        page = context.new_page()
        page.goto("/agreements/bench/what-if")
        page.wait_for_selector("#what-if[data-curved]")
        taken = []
        for points in range(31, 31 + asked.times):
            page.wait_for_timeout(1_500)  # who is gained and lost has been told
            taken.append(page.evaluate(_WATCHED, points))
        browser.close()
    drawn, curved = zip(*taken, strict=True)
    return [each / 1_000 for each in drawn], [each / 1_000 for each in curved]


_WATCHED = """(points) => new Promise((done) => {
    const root = document.getElementById("what-if"), begun = performance.now();
    let drawn = null;
    new MutationObserver((seen, watching) => {
        for (const { attributeName } of seen) {
            if (attributeName === "data-number") drawn ??= performance.now() - begun;
            else {
                watching.disconnect();
                done([drawn ?? performance.now() - begun, performance.now() - begun]);
            }
        }
    }).observe(root, { attributes: true, attributeFilter: ["data-number", "data-curved"] });
    const input = document.getElementById("f-form-points");
    input.value = points;
    input.dispatchEvent(new Event("input"));
})"""


@contextmanager
def _other_pages(visitor: Visitor) -> Iterator[list[float]]:
    """Have somebody look at other pages meanwhile; yield how long each took."""
    over, taken = threading.Event(), [0.0]

    def look() -> None:
        while not over.wait(0.2):
            begun = time.perf_counter()
            visitor.get("/queue?whose=all")
            taken.append(time.perf_counter() - begun)

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield taken
    finally:
        over.set()
        looking.join()


def _memory(front: int) -> int:
    """Return the most bytes that the process has taken, which a process of the front has begun."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            called = (folder / "cmdline").read_bytes().split(b"\0")
            if b"handraiser.edge.whatif.process" in called and _is_below(int(folder.name), front):
                line = next(
                    each for each in (folder / "status").read_text().splitlines() if each.startswith("VmHWM")
                )
                return int(line.split()[1]) * 1_024
        except OSError:
            continue  # it has ended meanwhile
    raise AssertionError("there is no process that holds the history")


def _is_below(process: int, above: int) -> bool:
    while process > 1:
        if process == above:
            return True
        process = int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
    return False


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1, help="each change is asked often in one run")
    for name, value in Asked()._asdict().items():
        parser.add_argument(f"--{name}", type=int, default=value)
    said = vars(parser.parse_args())
    del said["runs"]
    asked = Asked(**said)
    table = Table("what", "measured")
    with postgresql() as cluster:
        database = cluster.database()
        begun = time.perf_counter()
        fill(database, asked)
        _console.print(f"{asked.events:,} events in {time.perf_counter() - begun:.0f} s", style="dim")
        settings.HANDRAISER_SECRET = _SECRET
        settings.SECRET_KEY = signing_key(_SECRET, settings.DATABASES["default"])
        with serving(database, settings={"HANDRAISER_SECRET": _SECRET}) as front:
            for name, measured in measure(App(front, database), asked, front.process.pid):
                _console.print(f"  {name}: {measured}", style="dim")
                table.add_row(name, measured)
    _console.print(table)


if __name__ == "__main__":
    main()
