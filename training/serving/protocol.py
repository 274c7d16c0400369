"""What a client sends and gets: read strictly where it is our own, and told by /openapi.json."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal, TypeVar

import pydantic
from pydantic import Field
from pydantic_core import from_json

from corpus.blocks.lines import typed_lines
from corpus.dataset import annotation_row
from corpus.records import Annotation, Article, Block, BlockKind, RecordError
from corpus.text import canonical
from training.serving.refusals import RefusedError

Short = Annotated[str, Field(max_length=2000)]
Offset = Annotated[int, Field(ge=0, le=1_000_000)]


class Ours(pydantic.BaseModel):
    """A part of our own request: a key that is not known is an error."""

    model_config = pydantic.ConfigDict(extra="forbid", strict=True)


class Theirs(pydantic.BaseModel):
    """A part of a request of Label Studio: what is not named here is not read."""

    model_config = pydantic.ConfigDict(extra="ignore")


class AskedBlock(Ours):
    """A typed slice of the text, half-open, in code points."""

    start: Offset
    end: Offset
    kind: BlockKind


class AskedArticle(Ours):
    """An article: canonical text (lines end in LF). Without blocks its lines are typed by rules."""

    id: Annotated[str, Field(min_length=1, max_length=2000)]
    text: Annotated[str, Field(min_length=1, max_length=1_000_000)]
    title: Short = ""
    publisher: Short = ""
    language: Short = ""
    blocks: list[AskedBlock] | None = None


class Articles(Ours):
    """Our own request."""

    articles: Annotated[list[AskedArticle], Field(min_length=1)]


class Task(Theirs):
    """A task of Label Studio; `data.text` is read, and of our own tasks who they are."""

    id: int = 0
    data: dict[str, Any]


class Tasks(Theirs):
    """Label Studio's request for predictions."""

    tasks: Annotated[list[Task], Field(min_length=1)]
    project: str = ""
    label_config: str = ""


class Setup(Theirs):
    """Label Studio's greeting; the access token that comes with it is neither read nor kept."""

    project: str = ""
    label_config: Annotated[str, Field(alias="schema")] = ""


class Webhook(Theirs):
    """An event of Label Studio."""

    action: str = ""


class Health(pydantic.BaseModel):
    """The server answers."""

    status: Literal["UP"]


class Version(pydantic.BaseModel):
    """Which model answers."""

    model_version: str


class Versions(pydantic.BaseModel):
    """All there are: the one."""

    versions: list[str]


class Nothing(pydantic.BaseModel):
    """What an event changes here."""

    status: Literal["nothing to do"]


class Failure(pydantic.BaseModel):
    """What is wrong, in a line."""

    error: str


class GivenAttribute(pydantic.BaseModel):
    """The values of an attribute of a span."""

    name: str
    values: list[str]


class GivenSpan(pydantic.BaseModel):
    """A labelled run of characters, half-open, in code points."""

    id: str
    start: int
    end: int
    label: str
    score: float | None
    attributes: list[GivenAttribute]


class GivenAnswer(pydantic.BaseModel):
    """An answer about the article, or about [start, end) of it."""

    question: str
    values: list[str]
    start: int | None
    end: int | None


class GivenAnnotation(pydantic.BaseModel):
    """What the model says of an article: a row of annotations.jsonl."""

    id: str
    article: str
    sha256: str
    author: str
    role: Literal["model"]
    run: str
    scheme: str
    spans: list[GivenSpan]
    answers: list[GivenAnswer]


class Annotations(pydantic.BaseModel):
    """The answer to `Articles`, in their order."""

    model_version: str
    annotations: list[GivenAnnotation]


class GivenPrediction(pydantic.BaseModel):
    """A prediction as Label Studio has it."""

    result: list[dict[str, Any]]
    score: float | None
    model_version: str


class Predictions(pydantic.BaseModel):
    """The answer to `Tasks`, in their order."""

    results: list[GivenPrediction]


M = TypeVar("M", bound=pydantic.BaseModel)


def parsed(body: bytes) -> dict[str, Any]:
    """Return the JSON object of a body.

    Raises:
        RefusedError: 400, it is none (or nested too deep, or holds half a character).
    """
    try:
        data = from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise RefusedError(400, f"the body is no JSON ({error})") from None
    if not isinstance(data, dict):
        raise RefusedError(400, "the body is no JSON object")
    return data


def read(model: type[M], data: dict[str, Any]) -> M:
    """Read a request into `model`.

    Raises:
        RefusedError: 422, with every fault and its place.
    """
    try:
        return model.model_validate(data)
    except pydantic.ValidationError as error:
        raise RefusedError(422, "; ".join(_faults(error))) from None


def article_of(asked: AskedArticle) -> Article:
    """Return the article that a client sent.

    Raises:
        RecordError: the text is not canonical or holds nothing, or the blocks do not cover it.
    """
    changes = canonical(asked.text)[1]
    if changes:
        told = "; ".join(changes)
        raise RecordError(f"article {asked.id!r}: send the text as Pressmark stores it ({told})")
    if asked.blocks is None:
        blocks = typed_lines(asked.text, asked.title).blocks
    else:
        blocks = tuple(Block(each.start, each.end, each.kind) for each in asked.blocks)
    return Article(
        id=asked.id,
        text=asked.text,
        blocks=blocks,
        title=asked.title,
        publisher=asked.publisher,
        language=asked.language,
    )


def answer(version: str, annotations: list[Annotation]) -> dict[str, Any]:
    """Return the answer to `Articles`."""
    return {"model_version": version, "annotations": [annotation_row(a) for a in annotations]}


def _faults(error: pydantic.ValidationError) -> Iterator[str]:
    faults = error.errors(include_url=False, include_input=False, include_context=False)
    for fault in faults[:5]:
        yield f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}"
    if len(faults) > 5:
        yield f"and {len(faults) - 5} more"
