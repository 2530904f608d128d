"""Agreements to test with: a small sound one, of which each test writes one part otherwise.

The sign ‸ in a text stands before the character that a mistake is expected to point at.
"""

from __future__ import annotations

from pathlib import Path

from handraiser import agreement

EXAMPLE = (Path(__file__).parent / "example.yaml").read_text(encoding="utf-8")

HERE = "‸"

Found = list[tuple[str, int, int]]


def written(
    *,
    fit: str = "  rules: []",
    engagement: str = "  rules:\n  - {rule: visit, event: Visit, points: 1}",
    qualify: str = "  mql: score > 1",
    more: str = "",
) -> str:
    """The text of an agreement with these parts, each as it stands under its key."""
    return f"fit:\n{fit}\nengagement:\n{engagement}\nqualify:\n{qualify}\n{more}\n"


def fit_rule(text: str) -> str:
    """An agreement with this fit rule, its keys indented by four."""
    return written(fit=f"  rules:\n  - rule: r\n{text}")


def event_rule(text: str) -> str:
    """An agreement with this rule of engagement, its keys indented by four."""
    return written(engagement=f"  rules:\n  - rule: visit\n{text}")


def found_in(text: str) -> Found:
    """Code, line and column of every mistake and warning in a text."""
    _, diagnostics = agreement.read(text.replace(HERE, ""))
    return [(each.code, each.at.line, each.at.column) for each in diagnostics]


def expected(text: str, *codes: str) -> Found:
    """The codes, each at its sign ‸ in the text, in order."""
    places = []
    for number, line in enumerate(text.split("\n"), 1):
        parts = line.split(HERE)[:-1]
        places += [(number, len("".join(parts[: n + 1])) + 1) for n in range(len(parts))]
    return [(code, *place) for code, place in zip(codes, places, strict=True)]


def fixes(text: str) -> list[str]:
    """What the messages say would be right."""
    return [each.fix for each in agreement.read(text.replace(HERE, ""))[1]]
