"""Can receivers tell that a message is ours?"""

from __future__ import annotations

import base64
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from handraiser.connectors.signing import check_secret, new_secret, signed

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105  of the specification
ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"


def test_it_is_the_signature_of_the_specification() -> None:
    assert signed(ID, b'{"test": 2432232314}', [SECRET], at=1_614_265_330) == {
        "webhook-id": ID,
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


@given(st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3))
def test_the_library_of_the_standard_takes_it(data: dict[str, str]) -> None:
    import msgspec

    secret, body = new_secret(), msgspec.json.encode(data)
    headers = signed("msg_1", body, [secret], at=int(time.time()))
    assert Webhook(secret).verify(body, headers) == data
    with pytest.raises(WebhookVerificationError):
        Webhook(new_secret()).verify(body, headers)


def test_while_two_secrets_are_used_either_will_do() -> None:
    new, old = new_secret(), new_secret()
    headers = signed("msg_1", b"{}", [new, old], at=int(time.time()))
    for secret in (new, old):
        Webhook(secret).verify(b"{}", headers)


def test_every_secret_is_another_of_32_bytes() -> None:
    made = {new_secret() for _ in range(20)}
    assert len(made) == 20
    assert {len(check_secret(secret)) for secret in made} == {32}


@pytest.mark.parametrize("bytes_", [23, 65])
def test_a_secret_has_24_to_64_bytes(bytes_: int) -> None:
    for enough in (24, 64):
        check_secret("whsec_" + base64.b64encode(b"x" * enough).decode())
    with pytest.raises(ValueError, match="24 to 64"):
        check_secret("whsec_" + base64.b64encode(b"x" * bytes_).decode())


@pytest.mark.parametrize("text", ["", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_!!!!", "whsec_ä"])
def test_what_is_no_secret_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="whsec_"):
        check_secret(text)
