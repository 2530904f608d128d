"""How are the API's answers described to programs? By the objects themselves, in OpenAPI."""

from __future__ import annotations

from typing import Any

import msgspec
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from handraiser.edge.web.api import answers, stewarding, verdicts
from handraiser.scoring.explanation import Explanation

__all__ = ["Api", "answering", "taking"]

_WHY = {
    400: "What was asked for cannot be meant",
    401: "There is no key, or nobody knows it",
    403: "The key is not for this",
    404: "There is no such thing",
    409: "It has been done already, or what is said is not allowed now",
    503: "The database does not answer at the moment",
}
_TAKEN = [
    verdicts.SayOutcome,
    verdicts.SayJudgement,
    stewarding.SayJoin,
    stewarding.SayConsent,
    stewarding.SayErase,
    *dict.fromkeys(taken.body for taken in verdicts.TAKEN.values()),
]
_TOLD = [getattr(answers, name) for name in answers.__all__]


def answering(told: type[msgspec.Struct], *refused: int, text: bool = False) -> dict[str, Any]:
    """Return what OpenAPI says of an operation's answers: an object, perhaps as text too, and refusals."""
    content = _json(told) | ({"text/plain": {"schema": {"type": "string"}}} if text else {})
    found: dict[int, Any] = {200: {"description": "Found", "content": content}}
    for status in sorted({*refused, 400, 401, 403, 503}):
        found[status] = {"description": _WHY[status], "content": _json(answers.Refused)}
    return {"responses": found}


def taking(body: type[msgspec.Struct]) -> dict[str, Any]:
    """Return what OpenAPI says of the body that an operation takes."""
    return {"requestBody": {"required": True, "content": _json(body)}}


def _json(told: type[msgspec.Struct]) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{told.__name__}"}}}


class Api(NinjaAPI):
    """An API whose answers are written by msgspec, and described by what it says of them."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        described = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        _, objects = msgspec.json.schema_components(
            [*_TOLD, *_TAKEN, Explanation], ref_template="#/components/schemas/{name}"
        )
        described["components"]["schemas"] = objects
        return described

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__
