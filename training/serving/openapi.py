"""The requests and answers of the server in OpenAPI 3.1, made from the models that read them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib.metadata import version
from typing import Any

import pydantic
from pydantic.json_schema import models_json_schema

from training.serving import protocol as p

Json = dict[str, Any]
_REF = "#/components/schemas/{model}"
_IN = (p.Articles, p.Tasks, p.Setup, p.Webhook)
_OUT = (p.Health, p.Versions, p.Version, p.Annotations, p.Predictions, p.Nothing, p.Failure)
_FAULTS = {
    "400": "no JSON object",
    "401": "no token, or not the right one",
    "408": "the body came too slowly",
    "409": "this server does not train",
    "413": "the body is too long",
    "415": "not JSON, or compressed",
    "421": "another name for this machine",
    "422": "JSON that asks for what cannot be",
    "503": "too many wait; Retry-After says when to come again",
    "504": "the prediction took too long",
}


@lru_cache(maxsize=2)
def document(token: bool) -> Json:
    """Return the description; with `token` it says that one is needed."""
    schemas = models_json_schema(
        [*((m, "validation") for m in _IN), *((m, "serialization") for m in _OUT)],
        ref_template=_REF,
    )[1]["$defs"]
    body = ("400", "408", "413", "415", "422")
    found: Json = {
        "openapi": "3.1.0",
        "info": {
            "title": "Pressmark",
            "version": version("pressmark"),
            "description": "What a model says of news articles. Offsets are half-open and count"
            " code points. Every fault is a line: {'error': ...}.",
        },
        "paths": {
            "/health": {"get": _asked("Whether it answers", None, [p.Health], open_=True)},
            "/versions": {"get": _asked("Which models there are", None, [p.Versions])},
            "/predict": {
                "post": _asked(
                    "Articles to annotations, or Label Studio's tasks to predictions",
                    [p.Articles, p.Tasks],
                    [p.Annotations, p.Predictions],
                    faults=(*body, "503", "504"),
                )
            },
            "/setup": {"post": _asked("Label Studio's greeting", [p.Setup], [p.Version], body)},
            "/webhook": {
                "post": _asked("Label Studio's events", [p.Webhook], [p.Nothing], (*body, "409"))
            },
        },
        "components": {"schemas": schemas},
    }
    if token:
        schemes = {name: {"type": "http", "scheme": name} for name in ("bearer", "basic")}
        found["components"]["securitySchemes"] = schemes
        found["security"] = [{"bearer": []}, {"basic": []}]
    return found


def _asked(
    told: str,
    takes: Sequence[type[pydantic.BaseModel]] | None,
    gives: Sequence[type[pydantic.BaseModel]],
    faults: tuple[str, ...] = (),
    *,
    open_: bool = False,
) -> Json:
    responses = {"200": {"description": told, **_content(gives)}}
    for status in faults if open_ else ("401", "421", *faults):
        responses[status] = {"description": _FAULTS[status], **_content([p.Failure])}
    made: Json = {"summary": told, "responses": responses}
    if takes:
        made["requestBody"] = {"required": True, **_content(takes)}
    if open_:
        made["security"] = []
    return made


def _content(models: Sequence[type[pydantic.BaseModel]]) -> Json:
    refs = [{"$ref": _REF.format(model=model.__name__)} for model in models]
    schema = refs[0] if len(refs) == 1 else {"oneOf": refs}
    return {"content": {"application/json": {"schema": schema}}}
