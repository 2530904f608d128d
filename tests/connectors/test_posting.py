"""What comes of posting, whatever the receiver does?"""

from __future__ import annotations

import datetime
import ipaddress
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from handraiser.connectors.addresses import Allowed
from handraiser.connectors.answers import Answer, Outcome
from handraiser.connectors.posting import Poster
from tests.connectors.receiver import Receiver, silent

AT = 1_800_000_000
HERE = Allowed(networks=(ipaddress.ip_network("127.0.0.0/8"),))


def post(
    url: str, body: bytes = b"{}", *, seconds: float = 20.0, allowed: Allowed = HERE, **more: Any
) -> Answer:
    with Poster(allowed, lambda: AT, seconds=seconds, **more) as poster:
        return poster.post(url, {"webhook-id": "msg_1"}, body)


def test_what_is_posted_arrives(receiver: Receiver) -> None:
    assert post(f"{receiver.url}?a=ä&b=%20", b'{"a":1}').outcome is Outcome.DELIVERED
    (got,) = receiver.got
    assert (got.path, got.body) == ("/hook?a=%C3%A4&b=%20", b'{"a":1}')
    assert got.headers["content-type"] == "application/json"
    assert got.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert got.headers["user-agent"] == "handraiser"
    assert "cookie" not in got.headers


def test_one_connection_serves_for_several(receiver: Receiver) -> None:
    receiver.always(200, b"ok", set_cookie="a=b")
    with Poster(HERE, lambda: AT) as poster:
        for _ in range(3):
            assert poster.post(receiver.url, {}, b"{}").outcome is Outcome.DELIVERED
    assert all("cookie" not in got.headers for got in receiver.got)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, Outcome.DELIVERED), (202, Outcome.DELIVERED), (299, Outcome.DELIVERED), (304, Outcome.FAILED),
        (400, Outcome.FAILED), (404, Outcome.FAILED), (410, Outcome.GONE), (429, Outcome.BUSY),
        (500, Outcome.FAILED), (502, Outcome.BUSY), (503, Outcome.BUSY), (504, Outcome.BUSY),
    ],
)  # fmt: skip
def test_a_status_means(receiver: Receiver, status: int, outcome: Outcome) -> None:
    receiver.always(status, b"" if status == 304 else b"no\nroom")
    answer = post(receiver.url)
    assert answer.outcome is outcome
    assert str(status) in answer.says
    assert "\n" not in answer.says


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    receiver.always(307, location=f"http://127.0.0.1:{receiver.port}/inside")
    answer = post(receiver.url)
    assert answer.outcome is Outcome.FAILED
    assert "redirects to http://127.0.0.1" in answer.says
    assert [got.path for got in receiver.got] == ["/hook"]


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("120", 120), ("Fri, 15 Jan 2027 08:01:00 GMT", 60), ("Fri, 15 Jan 1999 08:01:00 GMT", 0),
        ("soon", None), ("-5", None), ("", None), ("9" * 400, 999_999_999),
        ("Fri, 99 Jan 2027 08:01:00 GMT", None),
    ],
)  # fmt: skip
def test_they_may_ask_to_be_left_alone(receiver: Receiver, said: str, seconds: int | None) -> None:
    receiver.always(429, retry_after=said)
    assert post(receiver.url).retry_after == seconds


def test_one_who_closes_early_has_failed(receiver: Receiver) -> None:
    receiver.always(0)
    answer = post(receiver.url)
    assert answer.outcome is Outcome.FAILED
    assert "could not be reached" in answer.says


def test_one_who_does_not_answer_is_waited_for_no_longer_than_said(receiver: Receiver) -> None:
    receiver.gate.clear()
    assert post(receiver.url, seconds=0.2) == (
        Outcome.FAILED, "it did not answer within 0.2 seconds", None,
    )  # fmt: skip


@pytest.mark.parametrize(
    "says", [b"", b"HTTP/1.1 200 OK\r\nx-slow: ", b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n"]
)
def test_one_who_answers_byte_by_byte_is_not_waited_for_either(says: bytes) -> None:
    with silent(says, drip=True) as port:
        answer = post(f"http://127.0.0.1:{port}/", seconds=0.3)
    assert answer.outcome is Outcome.FAILED


def test_an_answer_is_not_read_without_end(receiver: Receiver) -> None:
    receiver.always(500, b"x" * 5_000_000)
    answer = post(receiver.url)
    assert answer.outcome is Outcome.FAILED
    assert len(answer.says) < 300


def test_nobody_there_is_a_failure_and_no_error() -> None:
    with silent() as port:
        pass
    assert post(f"http://127.0.0.1:{port}/").outcome is Outcome.FAILED


def test_what_is_no_http_is_a_failure() -> None:
    with silent(b"220 mail.example ESMTP\r\n") as port:
        assert post(f"http://127.0.0.1:{port}/", seconds=1.0).outcome is Outcome.FAILED


# ---- inside


def test_what_is_inside_is_told_nothing(receiver: Receiver) -> None:
    answer = post(receiver.url, allowed=Allowed())
    assert answer.outcome is Outcome.FAILED
    assert "127.0.0.1 is a private address" in answer.says
    assert receiver.got == []


@pytest.mark.parametrize(
    "host", ["localhost", "2130706433", "0x7f.1", "127.1", "[::ffff:127.0.0.1]", "[::1]"]
)
def test_nor_under_another_name_or_spelling(receiver: Receiver, host: str) -> None:
    answer = post(f"http://{host}:{receiver.port}/", allowed=Allowed())
    assert answer.outcome is Outcome.FAILED
    assert receiver.got == []


def test_a_name_is_resolved_once_and_what_was_looked_at_is_connected_to(receiver: Receiver) -> None:
    asked = []

    def turning(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    url = f"http://hooks.receiver.example:{receiver.port}/"
    assert post(url, resolve=turning).outcome is Outcome.DELIVERED
    assert asked == ["hooks.receiver.example"]
    assert receiver.got[0].headers["host"] == f"hooks.receiver.example:{receiver.port}"
    # The next attempt asks, and looks, again.
    answer = post(url, resolve=turning)
    assert "10.0.0.1 is a private address" in answer.says
    assert len(receiver.got) == 1


def test_of_several_addresses_only_those_outside_are_tried(receiver: Receiver) -> None:
    both = Allowed(networks=(ipaddress.ip_network("127.0.0.1/32"),))
    url = f"http://receiver.example:{receiver.port}/"
    assert post(url, allowed=both, resolve=lambda *_: ["10.0.0.1", "127.0.0.1"]).outcome is Outcome.DELIVERED


def test_a_name_server_that_hangs_holds_nobody_for_longer_than_a_receiver_may(receiver: Receiver) -> None:
    answers = threading.Event()

    def hangs(host: str, port: int) -> list[str]:
        answers.wait(30.0)
        return ["127.0.0.1"]

    url = f"http://receiver.example:{receiver.port}/"
    try:
        answer = post(url, resolve=hangs, seconds=0.2)
    finally:
        answers.set()
    assert (answer.outcome, answer.says) == (Outcome.FAILED, "it did not answer within 0.2 seconds")
    assert receiver.got == []


def test_a_name_that_there_is_not_is_said(receiver: Receiver) -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise OSError("no such name")

    answer = post("http://nobody.example/", resolve=unknown)
    assert (answer.outcome, answer.says) == (Outcome.FAILED, "it could not be reached: no such name")


def test_what_is_behind_the_host_is_not_repeated_though_they_repeat_it(receiver: Receiver) -> None:
    url = f"{receiver.url}/token"
    receiver.always(307, location=f"{url}/")
    assert "token" not in post(url).says
    receiver.always(404, b"Cannot POST /hook/token")
    assert post(url).says == "404: Cannot POST /…"


def test_a_proxy_of_the_environment_is_not_used(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert post(receiver.url).outcome is Outcome.DELIVERED


# ---- https


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[tuple[int, ssl.SSLContext, list[str | None]]]:
    """A server with a certificate of receiver.example: its port, who trusts it, and whom it was asked for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "receiver.example")])
    today = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("receiver.example")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "both.pem"
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    public = made.public_bytes(serialization.Encoding.PEM)
    file.write_bytes(private + public)
    asked: list[str | None] = []
    shows = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    shows.load_cert_chain(file)
    shows.sni_callback = lambda socket, host, context: asked.append(host)
    trusts = ssl.create_default_context(cadata=public.decode())
    import http.server

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    class Server(http.server.ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            return  # a client that does not trust it hangs up

    server = Server(("127.0.0.1", 0), Handler)
    server.socket = shows.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield server.server_address[1], trusts, asked
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_certificate_is_the_names_whatever_the_address(
    secure: tuple[int, ssl.SSLContext, list[str | None]],
) -> None:
    port, trusts, asked = secure
    known = {"trust": trusts, "resolve": lambda host, port: ["127.0.0.1"]}
    assert post(f"https://receiver.example:{port}/", **known).outcome is Outcome.DELIVERED
    assert asked == ["receiver.example"]
    wrong = post(f"https://other.example:{port}/", **known)
    assert wrong.outcome is Outcome.FAILED
    assert "certificate" in wrong.says


def test_who_shows_a_certificate_of_nobody_is_told_nothing(
    secure: tuple[int, ssl.SSLContext, list[str | None]],
) -> None:
    answer = post(f"https://receiver.example:{secure[0]}/", resolve=lambda host, port: ["127.0.0.1"])
    assert answer.outcome is Outcome.FAILED
    assert "certificate" in answer.says
