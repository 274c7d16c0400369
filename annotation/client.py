"""Label Studio's API as far as we use it. What comes back is parsed before it leaves."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import pydantic

from annotation.raw import (
    Raw,
    RawAnnotation,
    RawDraft,
    RawPrediction,
    RawProject,
    RawStub,
    RawTask,
    RawTaskCopy,
    RawUser,
)
from annotation.stream import items
from annotation.transport import Transport
from corpus.errors import ServiceError

_PAGE = 1000
#: More than were counted a moment ago may be there when they are read.
_SPARE = 20
_PATIENCE = 300.0
_EVERYTHING = {
    "task_filter_options": {},
    # 'usual' alone leaves out what was skipped and the ground truth, without a word.
    "annotation_filter_options": {"usual": True, "ground_truth": True, "skipped": True},
    "serialization_options": {
        "drafts": {"only_id": False},
        "predictions": {"only_id": False},
        "annotations__completed_by": {"only_id": False},
    },
}

Json = dict[str, Any]
R = TypeVar("R", bound=Raw)


class Client:
    """Label Studio at one address, as one user. Every failure is a `ServiceError` in a line."""

    def __init__(
        self, url: str, token: str, *, timeout: float = 120, ca: Path | None = None
    ) -> None:
        self._transport = Transport(url, token, timeout=timeout, ca=ca)
        self._ask = self._transport.ask
        self.url = self._transport.url

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def whoami(self) -> RawUser:
        """Return the account whose token this is."""
        return self._read(RawUser, self._ask("GET", "/api/current-user/whoami"))

    def project(self, id_: int) -> RawProject | None:
        """Return the project, or None if there is none of that number."""
        answer = self._ask("GET", f"/api/projects/{id_}", missing=True)
        return None if answer is None else self._read(RawProject, answer)

    def create_project(self, **fields: Any) -> RawProject:
        """Make a project.

        Raises:
            CutError: no answer came; it may have been made.
        """
        return self._read(RawProject, self._ask("POST", "/api/projects/", fields))

    def described(self, title: str, description: str) -> RawProject | None:
        """Return the project with exactly this description, of those with that title, or None."""
        page, total, seen = 1, 1, 0
        while seen < total:
            query = {"title": title, "page": page, "page_size": 100}
            answer = self._object(self._ask("GET", "/api/projects/", query=query))
            found = answer.get("results") or []
            total = int(answer.get("count") or 0) if found else 0
            seen, page = seen + len(found), page + 1
            for row in found:
                if row.get("description") == description:
                    return self._read(RawProject, row)
        return None

    def update_project(self, id_: int, **fields: Any) -> RawProject:
        """Change the named fields of a project."""
        return self._read(RawProject, self._ask("PATCH", f"/api/projects/{id_}", fields))

    def tasks(self, project: int, uid: str | None = None) -> Iterator[RawStub]:
        """Yield the tasks without their annotations, in the order of their numbers.

        With `uid` those of that name alone, which is quick however many there are.
        """
        # fields=all, since task_only leaves the runs of the predictions empty
        fields = ",".join(RawStub.model_fields)
        query = {"project": project, "page_size": _PAGE, "fields": "all", "include": fields}
        if uid is not None:
            named = {"filters": _all([("data.uid", "String", uid)])}
            # it is unquoted there once more than an address is
            query["query"] = quote(json.dumps(named))
        done, total, page = 0, 1, 1
        while done < total:
            answer = self._object(self._ask("GET", "/api/tasks", query={**query, "page": page}))
            found = answer.get("tasks") or []
            total = int(answer.get("total") or 0) if found else 0
            done, page = done + len(found), page + 1
            yield from (self._read(RawStub, task) for task in found)

    def import_tasks(self, project: int, tasks: Sequence[Json] | bytes, count: int = 0) -> None:
        """Make the tasks, with their predictions: all of them or none.

        Args:
            project: where.
            tasks: as `task_of` makes them, or `count` of them as JSON already.
            count: how many.

        Raises:
            CutError: no answer came; they may have been made, or be made yet.
        """
        path = f"/api/projects/{project}/import"
        answer = self._object(self._ask("POST", path, tasks))
        sent = count if isinstance(tasks, bytes) else len(tasks)
        self._count(answer.get("task_count"), sent, "tasks")

    def remove_untouched(self, project: int, ids: Sequence[int]) -> None:
        """Remove those of the tasks that nobody has begun; the server looks as it removes."""
        nobody = [
            ("total_annotations", "Number", 0),
            ("cancelled_annotations", "Number", 0),
            ("draft_exists", "Boolean", False),
        ]
        self._ask(
            "POST",
            "/api/dm/actions",
            {"selectedItems": {"all": False, "included": list(ids)}, "filters": _all(nobody)},
            query={"id": "delete_tasks", "project": project},
        )

    def replace_predictions(self, project: int, predictions: Sequence[Json]) -> None:
        """Give tasks these predictions (each names its `task`) in the place of all they have."""
        ids = [prediction["task"] for prediction in predictions]
        self._ask(
            "POST",
            "/api/dm/actions",
            {"selectedItems": {"all": False, "included": ids}},
            query={"id": "delete_tasks_predictions", "project": project},
        )
        path = f"/api/projects/{project}/import/predictions"
        answer = self._object(self._ask("POST", path, list(predictions)))
        # an invalid prediction is dropped without a word
        self._count(answer.get("created"), len(predictions), "predictions")

    def settings(self, project: int) -> Json:
        """Return all that the server says of a project, for a backup."""
        return self._object(self._ask("GET", f"/api/projects/{project}"))

    def snapshot(self, project: int) -> Iterator[RawTask]:
        """Yield every task with its annotations, skipped ones and drafts too."""
        yield from self.whole(project)[1]

    def copy(self, project: int) -> Iterator[RawTaskCopy]:
        """Yield every task with all that makes it again."""
        yield from self._downloaded(self._snapshot(project)[1], RawTaskCopy)

    def whole(self, project: int) -> tuple[str, Iterator[RawTask]]:
        """Return by the server's clock when a snapshot was begun, and what is in it."""
        created, path = self._snapshot(project)
        return created, self._downloaded(path, RawTask)

    def _snapshot(self, project: int) -> tuple[str, str]:
        """Have a snapshot made; return when it was begun and where it is."""
        path = f"/api/projects/{project}/exports/"
        options = {"title": "pressmark pull", **_EVERYTHING}
        made = self._object(self._ask("POST", path, options))
        where = f"{path}{made.get('id')}"
        try:
            self._finished(where)
        except BaseException:
            self._ask("DELETE", where, missing=True)
            raise
        return str(made.get("created_at")), where

    def _downloaded(self, path: str, model: type[R]) -> Iterator[R]:
        """Yield what is in a snapshot, and delete it."""
        try:
            chunks = self._transport.stream(f"{path}/download", {"exportType": "JSON"})
            for task in items(chunks):
                yield self._read(model, task)
        except ValueError:
            raise ServiceError(self._transport.strange("a snapshot that is no list")) from None
        finally:
            self._ask("DELETE", path, missing=True)

    def clock(self) -> datetime | None:
        """Return what time it is there, to the second; None if answers are not dated."""
        self.whoami()
        return self._transport.date

    def count(self, project: int, upto: int | None = None) -> tuple[int, int]:
        """Return how many tasks there are (numbered up to `upto`), and the youngest's number."""
        limit = [] if upto is None else [_column("id", "less_or_equal", "Number", upto)]
        asked = {"ordering": ["-tasks:id"], "filters": _filters("and", limit)}
        answer = self._page(project, asked, 1, fields="task_only", include="id")
        tasks = answer.get("tasks") or [{}]
        return int(answer.get("total") or 0), int(tasks[0].get("id") or 0)

    def changed(self, project: int, since: str, most: int) -> list[RawTask] | None:
        """Return the tasks that changed after `since` or have drafts; None if over `most`.

        They come with everything in them. All at once, since from page to page a task could slip
        by; the data manager shows one's own drafts alone, so these are asked for by task.
        """
        conditions = [
            _column("updated_at", "greater", "Datetime", since),
            _column("draft_exists", "equal", "Boolean", value=True),
        ]
        asked = {"filters": _filters("or", conditions)}
        total = int(self._page(project, asked, 1, fields="task_only").get("total") or 0)
        if total > most:
            return None
        # what is left out of the list is left out of a task's annotations too
        models = (RawTask, RawAnnotation, RawPrediction)
        named = {name for model in models for name in model.model_fields}
        fields = ",".join(sorted(named | {"draft_exists", "created_username"}))
        answer = self._page(project, asked, total + _SPARE, fields="all", include=fields)
        if int(answer.get("total") or 0) > total + _SPARE:
            return None
        return [self._listed(task) for task in answer.get("tasks") or []]

    def _page(self, project: int, asked: Json, size: int, **fields: str) -> Json:
        # the filter is unquoted there once more than an address is
        query = {"project": project, "page_size": size, "query": quote(json.dumps(asked))}
        return self._object(self._ask("GET", "/api/tasks", query={**query, **fields}))

    def _listed(self, task: Json) -> RawTask:
        """Read a task as the data manager lists it: authors by number, others' drafts left out."""
        for each in task.get("annotations") or []:
            if not isinstance(each.get("completed_by"), dict):
                told, _, number = str(each.get("created_username") or "").rpartition(",")
                email = told.split()[-1] if told.split() else ""
                id_ = each.get("completed_by") or number.strip() or 0
                each["completed_by"] = {"id": id_, "email": email}
        task["drafts"] = []
        if task.get("draft_exists"):
            task["drafts"] = self._ask("GET", f"/api/tasks/{task['id']}/drafts") or []
        return self._read(RawTask, task)

    def has_annotation(self, id_: int) -> bool:
        """Tell whether there is an annotation of that number."""
        return self._ask("GET", f"/api/annotations/{id_}/", missing=True) is not None

    def users(self) -> list[RawUser]:
        """Return the server's accounts."""
        answer = self._ask("GET", "/api/users/")
        return [self._read(RawUser, user) for user in answer if isinstance(user, dict)]

    def draft(self, task: int, annotation: int | None = None, **fields: Any) -> int:
        """Leave work on a task (or on an annotation) unsubmitted; return the draft's number."""
        of = f"annotations/{annotation}/drafts" if annotation else "drafts"
        answer = self._object(self._ask("POST", f"/api/tasks/{task}/{of}", fields))
        return self._read(RawDraft, answer).id

    def annotate(self, task: int, **fields: Any) -> None:
        """Submit an annotation as this client's user."""
        self._ask("POST", f"/api/tasks/{task}/annotations/", fields)

    def sign_up(self, email: str, password: str) -> str:
        """Make an account by this server's invitation, as a browser would; return its token."""
        invitation = self._object(self._ask("GET", "/api/invite")).get("token")
        with self._transport.browser() as browser:
            query = {"token": str(invitation or "")}
            browser.open("/user/signup/", query)
            form = {"csrfmiddlewaretoken": browser.csrf, "email": email, "password": password}
            browser.open("/user/signup/", query, form)
            answer = browser.open("/api/current-user/token")
            token = answer.get("token") if isinstance(answer, dict) else None
        if not token:
            raise ServiceError(f"{self.url}: Label Studio did not make an account for {email}")
        return str(token)

    def _finished(self, path: str) -> None:
        deadline, pause = time.monotonic() + _PATIENCE, 0.05
        while (state := self._object(self._ask("GET", path)).get("status")) != "completed":
            if state == "failed" or time.monotonic() > deadline:
                raise ServiceError(f"{self.url}: the snapshot is {state}; try again later")
            time.sleep(pause)
            pause = min(1.0, 1.5 * pause)

    def _object(self, answer: Any) -> Json:
        if not isinstance(answer, dict):
            raise ServiceError(self._transport.strange("something that is no JSON object"))
        return answer

    def _read(self, model: type[R], answer: Any) -> R:
        try:
            return model.model_validate(answer)
        except pydantic.ValidationError as error:
            fault = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(str(part) for part in fault["loc"])
            name = model.__name__.removeprefix("Raw").lower()
            raise ServiceError(
                self._transport.strange(f"a {name} whose {place!r} is unknown")
            ) from None

    def _count(self, made: object, sent: int, what: str) -> None:
        if made != sent:
            raise ServiceError(
                f"{self.url}: Label Studio took {made} of {sent} {what}; push again, and see"
                " its log if that repeats"
            )


def _all(conditions: Sequence[tuple[str, str, object]]) -> Json:
    """A filter of the data manager: every column (its type, its value) is as said."""
    equal = [_column(column, "equal", type_, value) for column, type_, value in conditions]
    return _filters("and", equal)


def _filters(conjunction: str, conditions: Sequence[Json]) -> Json:
    return {"conjunction": conjunction, "items": list(conditions)}


def _column(name: str, operator: str, type_: str, value: object) -> Json:
    filter_ = f"filter:tasks:{name}"
    return {"filter": filter_, "operator": operator, "type": type_, "value": value}


def connect(url: str, token: str, ca: Path | None = None, timeout: float = 120) -> Client:
    """Return a client that has been let in; `ca` vouches for the server's certificate.

    Raises:
        ServiceError: not reachable, not Label Studio, or the token is wrong.
    """
    client = Client(url, token, timeout=timeout, ca=ca)
    try:
        client.whoami()
    except BaseException:
        client.close()
        raise
    return client
