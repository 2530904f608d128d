"""In which events does somebody give their own address?

Whoever asks for a demo is at the address that the event names; an invitation names whom it went to. So it is
these events, and what comes of a form: taken for somebody's own, a colleague's address would make two people
one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from handraiser.capture.values import Json, snake_name

__all__ = ["FORMS", "OTHERS", "OWN", "gives_own_address"]

# As `snake_name` writes them: however a client spells `Demo Requested`, it is that.
OWN = frozenset(
    {
        "form_submitted", "form_sent", "form_completed", "contact_form_submitted", "contact_form_sent",
        "lead_form_submitted", "email_link_clicked", "email_clicked", "demo_requested", "demo_booked",
        "trial_started", "trial_requested", "signed_up", "user_signed_up", "registered", "user_registered",
        "contact_requested", "callback_requested", "call_requested", "meeting_requested", "meeting_booked",
        "quote_requested", "pricing_requested", "information_requested", "content_downloaded",
        "content_requested", "whitepaper_downloaded", "webinar_registered", "webinar_attended",
        "event_registered", "newsletter_subscribed", "newsletter_signed_up", "subscribed", "unsubscribed",
        "waitlist_joined",
    }
)  # fmt: skip
# A property of these says that the event came of a form, whatever the event is called.
FORMS = ("form_id", "formid", "form_name", "formname")
# But for events whose name has one of these words, or begins one with it: the address is somebody else's, or
# nobody has given it yet.
OTHERS = (
    "invit", "refer", "shar", "recommend", "sent", "deliver", "open", "bounc", "receiv", "add", "remov",
    "delet", "creat", "updat", "import", "assign", "view", "show", "abandon", "fail", "reject",
)  # fmt: skip
_OTHERS = re.compile(rf"(?:^|_)(?:{'|'.join(OTHERS)})")


def gives_own_address(event: str, properties: Mapping[str, Json]) -> bool:
    """Return whether the `email` among an event's properties is that of who did it."""
    name = snake_name(event)
    if name in OWN:
        return True
    return any(map(_is_a_form, map(properties.get, FORMS))) and _OTHERS.search(name) is None


def _is_a_form(given: Json) -> bool:
    return bool(given.strip()) if isinstance(given, str) else type(given) is int
