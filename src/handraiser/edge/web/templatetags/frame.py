"""How do pages show an icon, an instant, a length of time?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from math import floor
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django import template
from django.forms import BoundField
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from handraiser.edge.running import now
from handraiser.lifecycle.stages import written

if TYPE_CHECKING:
    from handraiser.edge.web.queue.waiting import Left

__all__ = ["at_least", "clock", "drawn", "icon", "instant", "left", "of_key", "says", "staged"]

register = template.Library()
_WEEK = 6 * 86_400_000_000  # of which every day is called otherwise


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """Return an icon of Tabler's by its name, as large as the text around it; it says nothing to be read."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        static("built/icons.svg"),
        name,
    )


@register.filter
def of_key(found: Mapping[str, object], key: str) -> object:
    """Return what a mapping has of a key, None where it has nothing."""
    return found.get(key) if found else None


@register.filter
def staged(stage: str) -> str:
    """Return a stage as people write it."""
    return written(stage)


@register.filter
def at_least(score: float) -> str:
    """Return a score with one decimal at most, and never more than it is: 69.9 of 69.9997."""
    return f"{floor(score * 10 + 1e-6) / 10:g}"


@register.filter
def drawn(field: BoundField) -> SafeString:
    """Return a field of a form as it is to be filled in."""
    kind = {"checkbox": "form-check-input", "select": "form-select"}.get(field.widget_type, "form-control")
    said = f"{field.auto_id}_error" if field.errors else ""
    told = f"{field.auto_id}_helptext" if field.help_text else ""
    about = {"aria-describedby": " ".join(filter(None, (said, told)))} if said or told else {}
    return field.as_widget(attrs={"class": kind + (" is-invalid" if said else ""), **about})


@register.simple_tag
def instant(microseconds: int | None, zone: str = "UTC") -> SafeString | str:
    """Return when something was or will be, as a day and a time there; a dash for never."""
    if microseconds is None:
        return "–"
    return _time(microseconds, zone, "%-d %b %Y, %H:%M")


@register.simple_tag
def clock(microseconds: int, zone: str = "UTC") -> SafeString:
    """Return at which time of its day something was."""
    return _time(microseconds, zone, "%H:%M")


@register.simple_tag
def left(clock: Left, zone: str = "UTC") -> SafeString:
    """Return a clock that counts down how long there still is, and where it stands still says until when."""
    runs = "1" if clock.runs else "0"
    if clock.turns_at is None:
        return format_html('<span data-left="{}" data-runs="{}"></span>', clock.seconds, runs)
    turns = '<span data-left="{}" data-runs="{}" data-turns-at="{}" data-goes-on="{}"></span>'
    return format_html(turns, clock.seconds, runs, clock.turns_at, _coming(clock.turns_at, zone))


@register.simple_tag
def says(episode: int, act: str) -> str:
    """Return where something is said of an episode; a list has hundreds of such addresses."""
    return f"{_episodes()}{episode}/{act}"


@cache
def _episodes() -> str:
    return reverse("say", args=[0, "undo"]).removesuffix("0/undo")


def _coming(microseconds: int, zone: str) -> str:
    """Return when something will be: the day of the week and the time there; the date too if far off."""
    there = datetime.fromtimestamp(microseconds / 1e6, UTC).astimezone(ZoneInfo(zone or "UTC"))
    return f"{there:%a %H:%M}" if microseconds - now() < _WEEK else f"{there:%a %-d %b, %H:%M}"


def _time(microseconds: int, zone: str, shape: str) -> SafeString:
    at = datetime.fromtimestamp(microseconds / 1e6, UTC)
    there = at.astimezone(ZoneInfo(zone or "UTC"))
    return format_html('<time datetime="{}">{}</time>', at.isoformat(timespec="seconds"), f"{there:{shape}}")
