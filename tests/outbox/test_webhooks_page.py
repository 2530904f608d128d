"""Is what `docs/webhooks.md` shows what is sent?"""

from __future__ import annotations

import json
import re

from handraiser.connectors.ladder import ATTEMPTS
from handraiser.handoff.messages import KINDS
from pages import ROOT, blocks
from tests.outbox.examples import OF_ERASURE, OWN, examples

PAGE = ROOT / "docs" / "webhooks.md"


def shown() -> list[dict[str, object]]:
    return [json.loads(block.text) for block in blocks(PAGE) if block.info == "json"]


def test_every_kind_of_message_is_shown_as_it_is_sent() -> None:
    assert shown() == list(examples())


def test_every_kind_has_a_row_with_what_else_it_has() -> None:
    text = PAGE.read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(lead\.\w+)`( ★)? \| [^|]* \|([^|]*)\|$", text, re.MULTILINE)
    assert [kind for kind, _, _ in rows] == [example["type"] for example in examples()]
    assert {kind for kind, _, _ in rows} == set(KINDS)
    for (_, star, else_), example in zip(rows[1:], list(examples())[1:], strict=True):
        data = example["data"]
        assert ("next" in data) is bool(star)
        has = set(re.findall(r"`(\w+)`", else_))
        own = OF_ERASURE if example["type"] == "lead.erased" else OWN
        assert set(data) - {"text", "at", "next"} <= has <= own


def test_the_ladder_is_told_rung_by_rung() -> None:
    rungs = re.findall(r"^\| (\d+) \| ", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert rungs == [str(rung) for rung in range(1, ATTEMPTS + 1)]
