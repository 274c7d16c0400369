"""What a team's server has that ours has not: https, a private authority, tokens that run out."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from annotation.client import connect
from annotation.pull import pull
from annotation.push import push
from annotation.rehearse import rehearse
from corpus.errors import PressmarkError, ServiceError
from corpus.store import read_annotations
from tests.conftest import MakeJob
from tests.speech import SCHEME, article, mark
from tests.team.conftest import TEAM_TOKEN
from tests.team.server import Team


def test_work_goes_round_by_https_with_a_private_authority(team: Team, studio_job: MakeJob) -> None:
    job = studio_job(article(), scheme=SCHEME, studio={"url": team.url, "ca": str(team.ca)})
    assert push(job).url.startswith(f"{team.url}/projects/")
    rehearse(job, [mark("ana", ("naïve", "judged"))])
    assert pull(job).new == 1
    (span,) = read_annotations(job.annotations)[0].spans
    assert article().text[span.start : span.end] == "naïve"


def test_an_authority_that_nobody_knows_is_told_with_the_key_to_set(
    team: Team, studio_job: MakeJob
) -> None:
    with pytest.raises(ServiceError, match=r"nobody we trust vouches.*studio\.ca"):
        push(studio_job(article(), scheme=SCHEME, studio={"url": team.url}))


@pytest.mark.parametrize("content", [None, "", "no certificate"])
def test_a_file_that_holds_no_authority_is_told(
    team: Team, studio_job: MakeJob, tmp_path: Path, content: str | None
) -> None:
    if content is not None:
        (tmp_path / "ca.pem").write_text(content, encoding="utf-8")
    job = studio_job(
        article(), scheme=SCHEME, studio={"url": team.url, "ca": str(tmp_path / "ca.pem")}
    )
    with pytest.raises(PressmarkError, match=r"ca\.pem: .*studio\.ca"):
        push(job)


def test_an_access_token_that_runs_out_in_the_middle_is_renewed(team: Team) -> None:
    client = connect(team.plain, team.token)
    token = client._transport._token
    head, body, _ = token.access.split(".")
    token.access = f"{head}.{body}.{'A' * 43}"  # what the server accepts no more
    assert client.whoami().id
    client.close()


def test_a_personal_token_that_has_run_out_is_told(
    team: Team, studio_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    head, body, signature = team.token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    old = base64.urlsafe_b64encode(json.dumps({**claims, "exp": 1_700_000_000}).encode())
    monkeypatch.setenv(TEAM_TOKEN, f"{head}.{old.decode().rstrip('=')}.{signature}")
    with pytest.raises(ServiceError, match="the token has expired"):
        push(studio_job(article(), scheme=SCHEME))
