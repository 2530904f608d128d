"""What do Slack and Teams show, whatever a lead calls itself?"""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from handraiser.connectors.channels import slack, teams

PAYLOAD = {
    "type": "lead.mql",
    "data": {
        "text": "Ann of Acme is an MQL.",
        "why": ["Score 62.", "Who they are: VP +15.", "What they did: pricing +20."],
        "talk": ["Ask who runs it.", "Mention the guide."],
        "next": {"text": "Accept Ann of Acme by Monday 2 March, 11:00 (Europe/Berlin)."},
    },
}


def texts(value: Any) -> list[str]:
    """Return all that is shown."""
    match value:
        case {"text": str(text)}:
            return [text, *(each for key, inner in value.items() if key != "text" for each in texts(inner))]
        case dict():
            return [each for inner in value.values() for each in texts(inner)]
        case list():
            return [each for inner in value for each in texts(inner)]
    return []


def test_slack_is_told_why_what_to_say_and_what_comes_next() -> None:
    told = json.loads(slack(PAYLOAD))
    assert told["text"] == "Ann of Acme is an MQL."
    assert [block["text"]["text"] for block in told["blocks"]] == [
        "Ann of Acme is an MQL.",
        "Score 62.\nWho they are: VP +15.\nWhat they did: pricing +20.",
        "Say:\n• Ask who runs it.\n• Mention the guide.",
        "*Next:* Accept Ann of Acme by Monday 2 March, 11:00 (Europe/Berlin).",
    ]


def test_teams_is_told_the_same_on_a_card() -> None:
    told = json.loads(teams(PAYLOAD))
    (attached,) = told["attachments"]
    assert told["type"] == "message"
    assert attached["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert attached["content"]["type"] == "AdaptiveCard"
    assert texts(attached["content"]["body"]) == [
        "Ann of Acme is an MQL.", "Score 62.", "Who they are: VP +15.", "What they did: pricing +20.", "Say:",
        "• Ask who runs it.", "• Mention the guide.",
        "Next: Accept Ann of Acme by Monday 2 March, 11:00 (Europe/Berlin).",
    ]  # fmt: skip


WHOLE = {
    "type": "lead.mql",
    "data": {
        "text": "Ann of Acme is an MQL.",
        "lead": {
            "id": "17",
            "name": None,
            "email": "ann@acme.example",
            "job_title": None,
            "company": "<!here>",
        },
        "episode": {"id": "5"},
        "agreement": {"name": "crm"},
        "note": "*bold*",
        "next": {"text": "Accept.", "commands": ["handraiser episode accept 5 --by sam@ours.example"]},
    },
}
SHOWN = ["<!here>", "ann@acme.example", "Episode 5 of lead 17, under crm"]


def test_a_channel_is_told_who_it_is_and_what_to_type() -> None:
    blocks = json.loads(slack(WHOLE))["blocks"]
    assert [block["text"]["text"] for block in blocks] == [
        "Ann of Acme is an MQL.", "\n".join(SHOWN), "Note: *bold*", "*Next:* Accept.",
        "handraiser episode accept 5 --by sam@ours.example",
    ]  # fmt: skip
    assert [block["text"]["type"] for block in blocks if block["text"]["text"].startswith("*Next")] == [
        "mrkdwn"
    ]
    assert sum(block["text"]["type"] == "mrkdwn" for block in blocks) == 1
    body = json.loads(teams(WHOLE))["attachments"][0]["content"]["body"]
    assert texts(body) == [
        "Ann of Acme is an MQL.", *SHOWN, "Note: *bold*", "Next: Accept.",
        "handraiser episode accept 5 --by sam@ours.example",
    ]  # fmt: skip


def test_nothing_but_a_sentence_is_a_message_too() -> None:
    plain = {"type": "lead.accepted", "data": {"text": "Ann was accepted."}}
    assert len(json.loads(slack(plain))["blocks"]) == 1
    assert texts(json.loads(teams(plain))) == ["Ann was accepted."]


ODD = "<!channel> <https://evil.example|here> & *bold* [click](https://evil.example)"


def test_a_name_mentions_nobody_and_links_nowhere() -> None:
    odd = {"type": "x", "data": {"text": ODD, "why": [ODD], "talk": [ODD], "next": {"text": ODD}}}
    told = json.loads(slack(odd))
    read_as_marks = [
        told["text"],
        *(b["text"]["text"] for b in told["blocks"] if b["text"]["type"] == "mrkdwn"),
    ]
    assert len(read_as_marks) == 2
    for text in read_as_marks:
        assert "<" not in text
        assert "&lt;!channel&gt;" in text
    body = json.loads(teams(odd))["attachments"][0]["content"]["body"]
    # Runs of text are not read as Markdown, blocks of text would be.
    assert {part["type"] for part in body} == {"RichTextBlock"}


@given(st.text(max_size=5_000))
def test_slack_takes_it_however_long_it_is(text: str) -> None:
    told = json.loads(slack({"type": "x", "data": {"text": text, "why": [text], "next": {"text": text}}}))
    for block in told["blocks"]:
        assert len(block["text"]["text"]) <= (150 if block["type"] == "header" else 3_000)
