"""What Label Studio sends, as far as we read it: checked at the border, nobody else sees its JSON.

Fields that we do not name are ignored; a field that changed its type is an error of version.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import pydantic
from pydantic import BeforeValidator, Field


class Raw(pydantic.BaseModel):
    """A part of an answer of Label Studio."""

    model_config = pydantic.ConfigDict(extra="ignore", frozen=True)


class RawProject(Raw):
    """A project; `created_at` tells it from another that was given the same number."""

    id: int
    created_at: str
    title: str = ""
    label_config: str = ""
    expert_instruction: str | None = None
    model_version: str | None = None


class RawStub(Raw):
    """A task without its annotations: what push compares."""

    id: int
    data: dict[str, Any]
    total_annotations: int = 0
    cancelled_annotations: int = 0
    draft_exists: bool = False
    total_predictions: int = 0
    predictions_model_versions: str = ""

    @property
    def uid(self) -> str:
        """Our own name of the task, or '' for a task that somebody else made."""
        return str(self.data.get("uid") or "")

    @property
    def touched(self) -> bool:
        """Tell whether somebody has begun to work on it."""
        return bool(self.total_annotations or self.cancelled_annotations or self.draft_exists)

    @property
    def runs(self) -> frozenset[str]:
        """The runs whose predictions it holds."""
        # PostgreSQL's lists have a blank behind the comma, SQLite's have not
        return frozenset(map(str.strip, self.predictions_model_versions.split(","))) - {""}


class RawUser(Raw):
    """Whoever made an annotation."""

    id: int
    email: str = ""


class RawPrediction(Raw):
    """A prediction, named by its run."""

    id: int
    model_version: str | None = None


class RawAnnotation(Raw):
    """An annotation as a snapshot holds it; `result` is read by the codec, item by item."""

    id: int
    result: list[Any] = Field(default_factory=list)
    completed_by: Annotated[RawUser, BeforeValidator(lambda user: user or {"id": 0})]
    was_cancelled: bool = False
    created_at: str
    updated_at: str
    lead_time: float | None = None
    parent_prediction: int | None = None
    parent_annotation: int | None = None
    updated_by: int | None = None
    draft: bool = False

    @property
    def when(self) -> str:
        """When it was changed last: ISO 8601 in UTC, to the second."""
        return to_second(self.updated_at)

    @property
    def began(self) -> str:
        """When it was submitted first: what was shown later did not bear on it."""
        return to_second(self.created_at)


class RawDraft(Raw):
    """Work that is not submitted; `annotation` is set where it changes one that was."""

    id: int
    result: list[Any] = Field(default_factory=list)
    user: str = ""
    created_username: str = ""
    created_at: str
    updated_at: str
    lead_time: float | None = None
    annotation: int | None = None

    def as_annotation(self) -> RawAnnotation:
        """Return the draft as an annotation; a draft names its author by e-mail and number."""
        number = self.created_username.rpartition(",")[2].strip()
        return RawAnnotation(
            id=self.id,
            result=self.result,
            completed_by=RawUser(id=int(number) if number.isdigit() else 0, email=self.user),
            created_at=self.created_at,
            updated_at=self.updated_at,
            lead_time=self.lead_time,
            draft=True,
        )


class RawTask(Raw):
    """A task of a snapshot with everything in it."""

    id: int
    created_at: str = ""
    data: dict[str, Any]
    annotations: list[RawAnnotation] = Field(default_factory=list)
    drafts: list[RawDraft] = Field(default_factory=list)
    predictions: list[RawPrediction] = Field(default_factory=list)

    def told(self, key: str) -> str:
        """Return what push wrote under `key` into the task's data, or ''."""
        return str(self.data.get(key) or "")

    @property
    def occasion(self) -> int:
        """On which occasion its annotator meets the article, from 1."""
        told = self.told("occasion")
        return max(1, int(told)) if told.isdecimal() else 1

    def work(self) -> list[RawAnnotation]:
        """Return the annotations, and the drafts of what was never submitted."""
        drafts = [draft.as_annotation() for draft in self.drafts if draft.annotation is None]
        # a database gives them in any order, and a log is in one
        return [*sorted(self.annotations, key=_number), *sorted(drafts, key=_number)]


def _number(raw: RawAnnotation) -> int:
    return raw.id


class RawPredictionCopy(RawPrediction):
    """A prediction with what it says."""

    result: Any = None
    score: float | None = None
    created_at: str = ""


class RawAnnotationCopy(RawAnnotation):
    """An annotation with what an import can set; `import_id` is its number before it."""

    ground_truth: bool = False
    import_id: int | None = None


class RawDraftCopy(RawDraft):
    """A draft with what making it anew needs."""

    was_postponed: bool = False


class RawTaskCopy(RawTask):
    """A task with all that makes it again."""

    meta: dict[str, Any] | None = None
    allow_skip: bool | None = None
    annotations: list[RawAnnotationCopy] = Field(default_factory=list)  # type: ignore[assignment]
    drafts: list[RawDraftCopy] = Field(default_factory=list)  # type: ignore[assignment]
    predictions: list[RawPredictionCopy] = Field(default_factory=list)  # type: ignore[assignment]


def to_second(moment: str) -> str:
    """Return Label Studio's `moment` as we write it: UTC, to the second, 'Z' at the end."""
    parsed = datetime.fromisoformat(moment).astimezone(UTC)
    return parsed.isoformat(timespec="seconds").replace("+00:00", "Z")
