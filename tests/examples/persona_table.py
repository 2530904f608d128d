"""The table of the README that says what is planted in whom, written from the numbers themselves."""

from __future__ import annotations

from handraiser.edge.acme import PERSONAS

# heading and trait, and whether it is a probability
COLUMNS = (
    ("of all", "share", True),
    ("old", "old", True),
    ("subscribed", "subscribed", True),
    ("opens", "opens", True),
    ("clicks", "clicks", True),
    ("visits", "sessions", False),
    ("days", "span", False),
    ("guide", "guide", True),
    ("paper", "content", True),
    ("registers", "webinar", True),
    ("attends", "attends", True),
    ("demo", "demo", True),
    ("trial", "trial", True),
    ("cart", "cart", True),
    ("comeback", "comeback", True),
    ("buys", "buys", True),
    ("accepted", "accepted", True),
    ("SQL", "sql", True),
)


def planted() -> str:
    """The table in Markdown: percents where a number is a probability, else a mean."""
    head = " | ".join(["persona", *(heading for heading, _, _ in COLUMNS)])
    rows = [f"| {head} |", "|---" + "|--:" * len(COLUMNS) + "|"]
    for persona in PERSONAS:
        cells = [
            f"{100 * getattr(persona, trait):g} %" if chance else f"{getattr(persona, trait):g}"
            for _, trait, chance in COLUMNS
        ]
        rows.append(f"| {persona.name} | " + " | ".join(cells) + " |")
    return "\n".join(rows)
