"""The one file that opens a socket to Label Studio. What comes back is parsed before it leaves.

The SDK knows the two kinds of token and refreshes one of them; its models are not checked and its
errors print cookies, so the calls themselves are made, and their answers read, here.
"""

from __future__ import annotations

import ipaddress
import json
import ssl
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx
import pydantic

from annotation.raw import Raw, RawDraft, RawProject, RawStub, RawTask, RawTaskCopy, RawUser
from corpus.errors import ServiceError

TESTED = "1.23.2"
_PAGE = 1000
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
        from label_studio_sdk import LabelStudio
        from label_studio_sdk.core.api_error import ApiError

        self.url = url.rstrip("/")
        self._ca = ca
        if not (token.isascii() and token.isprintable()):
            raise ServiceError(self._wrong())
        self._http, self._renewing = _http(self.url, timeout, ca), _http(self.url, timeout, ca)
        self._refused = ApiError
        try:
            # base_url ends in '/', or a token is refreshed at the wrong place below a sub-path
            sdk = LabelStudio(  # type: ignore[no-untyped-call]  # the SDK's own omission
                base_url=f"{self.url}/", api_key=token, httpx_client=self._renewing
            )
        except ApiError:
            self.close()
            raise ServiceError(self._stale()) from None
        self._headers = sdk._client_wrapper.get_headers  # noqa: SLF001  # its one way to the token
        self._tokens = sdk._client_wrapper._tokens_client  # noqa: SLF001  # and to forget one

    def close(self) -> None:
        """Close the connections."""
        self._http.close()
        self._renewing.close()

    def whoami(self) -> RawUser:
        """Return the account whose token this is."""
        return self._read(RawUser, self._ask("GET", "/api/current-user/whoami"))

    def project(self, id_: int) -> RawProject | None:
        """Return the project, or None if there is none of that number."""
        answer = self._ask("GET", f"/api/projects/{id_}", missing=True)
        return None if answer is None else self._read(RawProject, answer)

    def create_project(self, **fields: Any) -> RawProject:
        """Make a project."""
        return self._read(RawProject, self._ask("POST", "/api/projects/", fields))

    def update_project(self, id_: int, **fields: Any) -> RawProject:
        """Change the named fields of a project."""
        return self._read(RawProject, self._ask("PATCH", f"/api/projects/{id_}", fields))

    def tasks(self, project: int) -> Iterator[RawStub]:
        """Yield the tasks without their annotations."""
        # fields=all, since task_only leaves the runs of the predictions empty
        fields = ",".join(RawStub.model_fields)
        query = {"project": project, "page_size": _PAGE, "fields": "all", "include": fields}
        done, total, page = 0, 1, 1
        while done < total:
            answer = self._object(self._ask("GET", "/api/tasks", query={**query, "page": page}))
            found = answer.get("tasks") or []
            total = int(answer.get("total") or 0) if found else 0
            done, page = done + len(found), page + 1
            yield from (self._read(RawStub, task) for task in found)

    def import_tasks(self, project: int, tasks: Sequence[Json]) -> None:
        """Make the tasks, with their predictions."""
        answer = self._object(self._ask("POST", f"/api/projects/{project}/import", list(tasks)))
        self._count(answer.get("task_count"), len(tasks), "tasks")

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
        yield from self._snapshot(project, RawTask)

    def copy(self, project: int) -> Iterator[RawTaskCopy]:
        """Yield every task with all that makes it again."""
        yield from self._snapshot(project, RawTaskCopy)

    def _snapshot(self, project: int, model: type[R]) -> Iterator[R]:
        path = f"/api/projects/{project}/exports/"
        options = {"title": "pressmark pull", **_EVERYTHING}
        id_ = self._object(self._ask("POST", path, options)).get("id")
        try:
            self._finished(f"{path}{id_}")
            answer = self._ask("GET", f"{path}{id_}/download", query={"exportType": "JSON"})
        finally:
            self._ask("DELETE", f"{path}{id_}", missing=True)
        if not isinstance(answer, list):
            raise ServiceError(self._strange("a snapshot that is no list"))
        yield from (self._read(model, task) for task in answer)

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
        with _http(self.url, 60, self._ca) as browser:
            query = {"token": str(invitation or "")}
            self._send(browser, "GET", "/user/signup/", query=query)
            form = {
                "csrfmiddlewaretoken": browser.cookies.get("csrftoken") or "",
                "email": email,
                "password": password,
            }
            headers = {"Referer": f"{self.url}/user/signup/"}
            self._send(browser, "POST", "/user/signup/", query=query, form=form, headers=headers)
            answer = self._send(browser, "GET", "/api/current-user/token")
            token = self._object(self._parsed(answer)).get("token") if answer.is_success else None
        if not token:
            raise ServiceError(f"{self.url}: Label Studio did not make an account for {email}")
        return str(token)

    def _ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        query: Json | None = None,
        missing: bool = False,
    ) -> Any:
        """Call the API and return the parsed answer; None for a 404 that may be."""
        headers = self._authorized()
        answer = self._send(self._http, method, path, query=query, body=body, headers=headers)
        if answer.status_code == httpx.codes.UNAUTHORIZED and self._tokens._access_token:  # noqa: SLF001
            # an access token lives five minutes by the server's clock, which need not be ours
            self._tokens._access_token = None  # noqa: SLF001
            headers = self._authorized()
            answer = self._send(self._http, method, path, query=query, body=body, headers=headers)
        if answer.status_code == httpx.codes.NOT_FOUND and missing:
            return None
        if not answer.is_success:
            raise ServiceError(self._denied(answer, path))
        return self._parsed(answer) if answer.content else None

    def _authorized(self) -> dict[str, str]:
        """The headers that let us in, with a new access token where the last one has run out."""
        try:
            return dict(self._headers())
        except httpx.HTTPError as error:
            raise ServiceError(self._broken(error)) from None
        except (self._refused, ValueError):
            raise ServiceError(self._stale()) from None

    def _send(
        self,
        http: httpx.Client,
        method: str,
        path: str,
        *,
        query: Json | None = None,
        body: object = None,
        form: Json | None = None,
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        content = None
        headers = {**(headers or {})}
        if body is not None:
            content = json.dumps(body, ensure_ascii=False).encode("utf-8")
            headers["Content-Type"] = "application/json"
        try:
            return http.request(
                method, self.url + path, params=query, content=content, data=form, headers=headers
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ServiceError(self._broken(error)) from None

    def _finished(self, path: str) -> None:
        deadline = time.monotonic() + _PATIENCE
        while (state := self._object(self._ask("GET", path)).get("status")) != "completed":
            if state == "failed" or time.monotonic() > deadline:
                raise ServiceError(f"{self.url}: the snapshot is {state}; try again later")
            time.sleep(0.2)

    def _parsed(self, answer: httpx.Response) -> Any:
        try:
            return answer.json()
        except ValueError:
            raise ServiceError(self._strange("something that is no JSON")) from None

    def _object(self, answer: Any) -> Json:
        if not isinstance(answer, dict):
            raise ServiceError(self._strange("something that is no JSON object"))
        return answer

    def _read(self, model: type[R], answer: Any) -> R:
        try:
            return model.model_validate(answer)
        except pydantic.ValidationError as error:
            fault = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(str(part) for part in fault["loc"])
            name = model.__name__.removeprefix("Raw").lower()
            raise ServiceError(self._strange(f"a {name} whose {place!r} is unknown")) from None

    def _count(self, made: object, sent: int, what: str) -> None:
        if made != sent:
            raise ServiceError(
                f"{self.url}: Label Studio took {made} of {sent} {what}; push again, and see"
                " its log if that repeats"
            )

    def _strange(self, what: str) -> str:
        return (
            f"{self.url}: answered with {what}; is this Label Studio {TESTED}, the version that"
            " Pressmark is tested with?"
        )

    def _wrong(self) -> str:
        return f"{self.url}: Label Studio does not accept the token; make or copy it anew"

    def _stale(self) -> str:
        return f"{self.url}: the token has expired or was revoked; make a new one in Label Studio"

    def _broken(self, error: Exception) -> str:
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            return (
                f"{self.url}: nobody we trust vouches for its certificate; name the file of your"
                " authority (PEM) as studio.ca"
            )
        if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
            return (
                f"{self.url}: Label Studio cannot be reached; is it running, is the address right?"
            )
        if isinstance(error, httpx.TimeoutException):
            return (
                f"{self.url}: Label Studio did not answer in time; try again, it goes on from there"
            )
        if isinstance(error, httpx.InvalidURL | httpx.UnsupportedProtocol):
            return f"{self.url}: not an address; studio.url looks like https://labels.example.org"
        return (
            f"{self.url}: Label Studio broke off the connection; try again, it goes on from there"
        )

    def _denied(self, answer: httpx.Response, path: str) -> str:
        """Say why the API refused; never with headers, which hold the session's cookie."""
        told = _detail(answer)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            if "legacy" in told:
                return (
                    f"{self.url}: Label Studio has legacy tokens disabled; use a personal access"
                    " token, or allow legacy tokens under Organization, API Tokens Settings"
                )
            return self._wrong()
        if answer.status_code == httpx.codes.FORBIDDEN:
            return f"{self.url}: this token's user may not use {path}; ask the server's owner"
        return f"{self.url}: Label Studio refused {path} ({answer.status_code}): {told}"


def connect(url: str, token: str, ca: Path | None = None) -> Client:
    """Return a client that has been let in; `ca` vouches for the server's certificate.

    Raises:
        ServiceError: not reachable, not Label Studio, or the token is wrong.
    """
    client = Client(url, token, ca=ca)
    try:
        client.whoami()
    except BaseException:
        client.close()
        raise
    return client


def healthy(url: str) -> bool:
    """Tell whether the Label Studio at `url` says that it is up."""
    try:
        with _http(url, 5) as http:
            return http.get(f"{url}/health").status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


def _http(url: str, timeout: float, ca: Path | None = None) -> httpx.Client:
    try:
        verify = ssl.create_default_context(cafile=ca) if ca else True
    except (OSError, ssl.SSLError):
        raise ServiceError(f"{ca}: no certificate of an authority (PEM); mend studio.ca") from None
    # a proxy for the outer world cannot reach this machine's own Label Studio
    local = _local(url)
    return httpx.Client(timeout=timeout, follow_redirects=True, trust_env=not local, verify=verify)


def _local(url: str) -> bool:
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _detail(answer: httpx.Response) -> str:
    """What the server says of its refusal, in a line."""
    try:
        said = answer.json()
    except ValueError:
        return answer.reason_phrase or "no reason given"
    if isinstance(said, dict):
        said = said.get("validation_errors") or said.get("detail") or said
    return " ".join(str(said).split())[:300]
