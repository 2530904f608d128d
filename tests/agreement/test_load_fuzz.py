"""Whatever a file holds, reading it ends in an agreement or in mistakes, never in anything else."""

from __future__ import annotations

from pathlib import Path

import pytest
from agreement_texts import EXAMPLE
from hypothesis import example, given, settings
from hypothesis import strategies as st

from handraiser import agreement
from handraiser.errors import Level, Mistakes

SIGNS = st.sampled_from(
    [
        *"\t\n :#-'\"{}[]&*!|>%@`,?~\\<=0_\x00\x85\u2028\ud800é\ufeff",
        *(
            "  ",
            "- ",
            "? ",
            ": ",
            " #",
            "---\n",
            "...\n",
            "|2\n",
            ">-\n",
            "%YAML 1.1\n",
            "<<: *a\n",
            "&a ",
            "*a",
        ),
        *("!!str ", "!x ", "null", "no", "forever", "1e999", ".nan", "0x1F", "9" * 400, "'a: b'", "when: "),
        *("points: ", "rule: ", "fit:\n", '"\\U99999999"', '"\\ud800"', "\r", "(" * 50, "[" * 50),
    ]
)


@st.composite
def mutations(draw: st.DrawFn) -> str:
    """The example with a few places overwritten."""
    text = EXAMPLE
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        length = draw(st.sampled_from([0, 0, 1, 2, 10, 80]))
        text = text[:start] + draw(SIGNS) + text[start + length :]
    return text


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz") / "mql.yaml"


def check_that_it_ends_well(text: str) -> None:
    found, diagnostics = agreement.read(text + "\n")
    mistakes = [each for each in diagnostics if each.level is Level.MISTAKE]
    assert (found is None) == bool(mistakes)
    lines = text.count("\n") + text.count("\r") + text.count("\x85") + text.count("\u2028") + 2
    for each in diagnostics:
        assert each.code.startswith("HR")
        assert 1 <= each.at.line <= lines + text.count("\u2029")
        assert each.at.column >= 1
        assert each.says
        assert each.fix
    if mistakes:
        with pytest.raises(Mistakes) as raised:
            agreement.load(text + "\n")
        assert list(raised.value.diagnostics) == mistakes


@settings(max_examples=60, deadline=None)
@given(mutations())
def test_a_spoiled_example_gives_mistakes_or_an_agreement(text: str) -> None:
    check_that_it_ends_well(text)


@settings(max_examples=100, deadline=None)
@given(st.one_of(st.text(), st.lists(SIGNS, max_size=40).map("".join)))
@example('"\\U99999999"')
@example('fit: "\\ud800"')
@example("fit: &a [*a]")
@example("%TAG ! x\n--- !a b")
@example("? ? ? a")
@example("{[a]:\n}")
@example("&a b: &c d\n*a : 1")
@example("[" * 2000)
@example("a:\n" + "".join(f"{' ' * n}- \n" for n in range(1, 200)))
@example("fit: {rules: [{rule: r, points: [" + "{when: lead.x in ('a', 'b'), points: 1}, " * 20 + "]}]}")
def test_any_text_gives_mistakes_or_an_agreement(text: str) -> None:
    check_that_it_ends_well(text)


@settings(max_examples=50, deadline=None)
@given(contents=st.binary(max_size=200))
def test_any_file_gives_mistakes_or_an_agreement(file: Path, contents: bytes) -> None:
    file.write_bytes(contents)
    found, diagnostics = agreement.read(file)
    assert (found is None) == bool(diagnostics)
