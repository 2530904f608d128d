"""How does a message look in Slack and in Teams?

What people wrote, themselves or of others, is shown as they wrote it: nothing in it becomes a link, a mention
or anything but letters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

__all__ = ["Said", "said", "slack", "teams"]

_HEADER = 150  # letters that Slack takes in a heading
_SECTION = 2_900  # in a section it takes 3,000
_ESCAPED = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


class Said(msgspec.Struct, frozen=True):
    """What a message says to people.

    text     in a line
    who      whom it is about, and under which number
    note     what somebody wrote with it
    next     what comes next, and `commands` what to type
    """

    text: str
    who: Sequence[str] = ()
    why: Sequence[str] = ()
    talk: Sequence[str] = ()
    note: str = ""
    next: str = ""
    commands: Sequence[str] = ()


def said(payload: Mapping[str, Any]) -> Said:
    """Return what a message says to people."""
    data = payload["data"]
    step = data.get("next") or {}
    return Said(
        text=data["text"],
        who=_who(data),
        why=data.get("why", ()),
        talk=data.get("talk", ()),
        note=data.get("note", ""),
        next=step.get("text", ""),
        commands=step.get("commands", ()),
    )


def _who(data: Mapping[str, Any]) -> list[str]:
    """Return whom a message is about, in lines: `Ann Field, VP, Acme`, `ann@acme.example`, `Episode 5`."""
    lead, episode = data.get("lead") or {}, data.get("episode") or {}
    known = [lead.get(name) for name in ("name", "job_title", "company")]
    number = f"Episode {episode['id']} of lead {lead['id']}" if lead and episode else ""
    under = (data.get("agreement") or {}).get("name")
    numbered = f"{number}, under {under}" if number and under else number
    return [line for line in (", ".join(filter(None, known)), lead.get("email"), numbered) if line]


def slack(payload: Mapping[str, Any]) -> bytes:
    """Return a message for an incoming webhook of Slack: `text` for notices, blocks for the channel."""
    told = said(payload)
    blocks: list[dict[str, Any]] = [{"type": "header", "text": _plain(told.text, _HEADER)}]
    if len(told.text) > _HEADER:
        blocks.append({"type": "section", "text": _plain(told.text)})
    for lines in (told.who, told.why):
        if lines:
            blocks.append({"type": "section", "text": _plain("\n".join(lines))})
    if told.talk:
        said_to = "\n".join(f"• {line}" for line in told.talk)
        blocks.append({"type": "section", "text": _plain(f"Say:\n{said_to}")})
    if told.note:
        blocks.append({"type": "section", "text": _plain(f"Note: {told.note}")})
    if told.next:
        blocks.append({"type": "section", "text": _marked(f"*Next:* {told.next.translate(_ESCAPED)}")})
    if told.commands:
        blocks.append({"type": "section", "text": _plain("\n".join(told.commands))})
    return msgspec.json.encode({"text": told.text.translate(_ESCAPED)[:_SECTION], "blocks": blocks})


def teams(payload: Mapping[str, Any]) -> bytes:
    """Return a message for a webhook of Teams' Workflows: an Adaptive Card."""
    told = said(payload)
    parts = [_run(told.text, weight="Bolder", size="Medium"), *map(_run, (*told.who, *told.why))]
    if told.talk:
        parts += [_run("Say:", weight="Bolder"), *(_run(f"• {line}") for line in told.talk)]
    if told.note:
        parts.append(_run(f"Note: {told.note}"))
    if told.next:
        parts.append(_run(f"Next: {told.next}", weight="Bolder"))
    parts += [_run(command, fontType="Monospace") for command in told.commands]
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "fallbackText": told.text,
        "body": parts,
        "msteams": {"width": "Full"},
    }
    kind = "application/vnd.microsoft.card.adaptive"
    return msgspec.json.encode(
        {"type": "message", "attachments": [{"contentType": kind, "contentUrl": None, "content": card}]}
    )


def _plain(text: str, most: int = _SECTION) -> dict[str, Any]:
    return {
        "type": "plain_text",
        "text": text if len(text) <= most else f"{text[: most - 1]}…",
        "emoji": False,
    }


def _marked(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text[:_SECTION], "verbatim": True}


def _run(text: str, **style: str) -> dict[str, Any]:
    # A TextBlock would read Markdown: a lead called [like this](https://…) would be a link.
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text, **style}]}
