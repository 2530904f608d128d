"""What is kept of the properties of an event?"""

from __future__ import annotations

from typing import Any

import msgspec

from handraiser.capture.pages import STRUCTURAL
from handraiser.capture.values import DEPTH
from handraiser.tables import properties as in_files
from tests.capture.saying import read, said, tracked


def test_names_are_in_small_letters_and_of_two_that_are_one_the_first_stays() -> None:
    assert tracked(Plan="a", PLAN="b", **{" seats ": 1, "": 2, "  ": 3}) == {"plan": "a", "seats": 1}


def test_structural_names_are_no_properties_as_in_files() -> None:
    assert tracked(**{name.upper(): "x" for name in STRUCTURAL}, plan="a") == {"plan": "a"}
    assert STRUCTURAL == in_files.STRUCTURAL


def test_text_loses_nul_characters_and_keeps_all_others() -> None:
    properties = {"a": "x\0y", "b": [{"k\0": "\0"}], "c\0": 1, "d": "😀\u200b\ud7ff\x01", "e": "\0"}
    assert tracked(**properties) == {"a": "xy", "b": [{"k": ""}], "d": "😀\u200b\ud7ff\x01", "e": ""}


def test_a_nul_in_a_link_reaches_nothing() -> None:
    url = "https://acme.example/%00?utm_source=a%00b&utm_%00=1&gclid=%00z"
    found = said("page", anonymousId="a1", properties={"url": url})
    assert b"\\u0000" not in msgspec.json.encode(found)
    assert found.properties["source"] == "ab"


def test_numbers_that_no_float_holds_are_dropped_and_long_ones_are_floats() -> None:
    assert tracked(a=1) == {"a": 1}
    body = b'{"batch":[{"type":"track","event":"E","userId":"u","properties":{%s}}]}'
    digits = b"9" * 310
    given = (
        b'"a":%s,"b":-%s,"c":[1,{"x":%s}],"d":1%s,"e":9223372036854775807,"f":9223372036854775808,"g":-0.0'
    )
    found = read(body % (given % (digits, digits, digits, b"0" * 300))).properties
    assert found == {"d": 1e300, "e": 2**63 - 1, "f": 2.0**63, "g": 0}
    assert isinstance(found["d"], float)
    assert isinstance(found["e"], int)
    assert isinstance(found["f"], float)


def test_objects_and_lists_are_kept_unless_they_go_too_deep() -> None:
    def nested(depth: int) -> Any:
        return 1 if depth == 0 else {"a": nested(depth - 1)}

    assert tracked(a=nested(DEPTH), b=nested(DEPTH + 1), c=[[1, None], {}]) == {
        "a": nested(DEPTH),
        "c": [[1, None], {}],
    }


def test_null_is_no_property_and_an_empty_text_is_one() -> None:
    assert tracked(a=None, b="", c=False) == {"b": "", "c": False}
