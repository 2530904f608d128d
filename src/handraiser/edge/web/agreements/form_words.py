"""What does the form of an agreement ask, in which order, and in which words?

Whatever of the text is not asked here is shown as written in the text, with its line.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = [
    "BAND",
    "ESCALATION",
    "EVENT_RULE",
    "FIT_RULE",
    "FOLLOW_UP",
    "HEAD",
    "LIMITS",
    "PROMISES",
    "QUALIFY",
    "REASON",
    "RECYCLE",
    "ROUTE",
    "SCORE",
    "SECTION",
    "SILENCE_RULE",
    "SUGGESTED",
    "TARGETS",
    "Asked",
]


class Asked(NamedTuple):
    """A key and what is asked for it.

    kind     `text`, `number`, `long` (of several lines), `words` (with commas), `condition` or `choice`
    empty    what holds where nothing is filled in
    scope    of a condition: `lead`, `event` or `qualify`
    options  of a choice: what is written, and what it says
    suggest  the name of a list of suggestions
    """

    key: str
    says: str
    kind: str = "text"
    empty: str = ""
    scope: str = ""
    options: tuple[tuple[str, str], ...] = ()
    suggest: str = ""
    wide: bool = False


_WINDOW = Asked("within", "Counts for", empty="forever", suggest="times")
_DECAY = Asked("decay", "Fades", empty="does not", suggest="decays")
LIMITS = (
    Asked("min", "Never less than", "number", empty="no bound"),
    Asked("max", "Never more than", "number", empty="no bound"),
)
HEAD = (
    Asked("title", "Title", wide=True),
    Asked("agreement", "Name"),
    Asked("timezone", "Time zone", empty="UTC"),
    Asked("currency", "Currency", empty="none"),
)
TARGETS = (
    Asked("mqls_per_month", "MQLs a month", "number", empty="no target"),
    Asked("mql_to_sql", "MQLs that become SQLs", empty="no target"),
    Asked("sql_to_customer", "SQLs that buy", empty="no target"),
    Asked("accepted_in_time", "Accepted in time", empty="no target"),
    Asked("contacted_in_time", "Contacted in time", empty="no target"),
)
QUALIFY = (
    Asked("mql", "A lead is an MQL when", "condition", scope="qualify", wide=True),
    Asked("hand_raise", "Asks for sales outright when", "condition", "nobody does", "qualify", wide=True),
    Asked("never", "Never an MQL when", "condition", "nobody is kept out", "qualify", wide=True),
)
SCORE = (
    Asked("min", "Score is never less than", "number", empty="0"),
    Asked("max", "Score is never more than", "number", empty="no bound"),
)
SECTION = {"fit": LIMITS, "engagement": (_WINDOW, _DECAY, *LIMITS)}

_TITLE = Asked("title", "Title", wide=True)
_NAME = Asked("rule", "Name in conditions")
_POINTS = Asked("points", "Points")
_GROUP = Asked("group", "Group", empty="none", suggest="groups")
_SAY = Asked("say", "What sales should say", "long", wide=True)
FIT_RULE = (
    _TITLE,
    Asked("when", "When", "condition", scope="lead", wide=True),
    _POINTS, _NAME, _GROUP, *LIMITS, _SAY,
)  # fmt: skip
BAND = (Asked("when", "When", "condition", scope="lead", wide=True), Asked("points", "Points"))
EVENT_RULE = (
    _TITLE,
    Asked("event", "Event", "words", wide=True),
    Asked("where", "Where", "condition", "every one counts", "event", wide=True),
    _POINTS,
    Asked("at_least", "Takes at least", "number", empty="counts each time"),
    Asked("at_most", "Counts at most", empty="every time", suggest="often"),
    Asked("distinct", "Counts once for each", empty="every event"),
    _WINDOW, _DECAY,
    Asked("machines", "Done by machines", "choice",
          options=(("", "does not count"), ("count", "counts too"), ("ignore", "ignored"))),
    _NAME, _GROUP, *LIMITS, _SAY,
)  # fmt: skip
SILENCE_RULE = (
    _TITLE,
    Asked("silent_for", "Silent for", suggest="times"),
    _POINTS, _NAME, _GROUP, *LIMITS, _SAY,
)  # fmt: skip

PROMISES = (
    Asked("accept_within", "Accepted within", empty="no promise", suggest="promises"),
    Asked("contact_within", "Contacted within", empty="no promise", suggest="promises"),
)
FOLLOW_UP = (Asked("do", "Do"), Asked("within", "Within", suggest="promises"))
ESCALATION = (Asked("at", "At"), Asked("to", "To", suggest="escalated"))
ROUTE = (
    Asked("when", "When", "condition", "everybody else", "lead", wide=True),
    Asked("to", "To"),
    *(each._replace(empty="as above") for each in PROMISES),
)
_YES_NO = (("", "no, unless said"), ("true", "yes"), ("false", "no"))
REASON = (
    Asked("nurture", "Nurture with", empty="nothing"),
    Asked("requalify_after", "Again after", empty="as above", suggest="times"),
    Asked("disqualify", "Disqualifies", "choice", options=_YES_NO),
)
RECYCLE = (
    Asked("requalify_after", "May qualify again after", empty="0 days", suggest="times"),
    Asked("forget_engagement", "What they did before is forgotten", "choice", options=_YES_NO),
)
SUGGESTED = {
    "times": (
        "7 days",
        "14 days",
        "30 days",
        "45 days",
        "60 days",
        "90 days",
        "180 days",
        "52 weeks",
        "forever",
    ),
    "decays": ("none", "half-life 14 days", "half-life 30 days", "linear 90 days", "steps 25% every 30 days"),
    "often": ("1 per hour", "1 per day", "2 per week", "1 per month"),
    "promises": (
        "30 minutes",
        "4 hours",
        "24 hours",
        "30 business minutes",
        "4 business hours",
        "1 business day",
    ),
    "escalated": ("manager", "reassign"),
}
