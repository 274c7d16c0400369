"""A team's server in the place of the local one: the sync suite runs on it unchanged."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from annotation.studio import Running
from corpus.job import Job
from corpus.records import Article
from tests.conftest import MakeJob, make_job
from tests.team.server import Team, missing, team_server

TEAM_TOKEN = "PRESSMARK_TEAM_TOKEN"


@pytest.fixture(scope="session")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    """Label Studio on PostgreSQL behind nginx."""
    if lacking := missing():
        pytest.skip(f"needs Debian's {' and '.join(lacking)}")
    with team_server(tmp_path_factory.mktemp("team")) as running:
        os.environ[TEAM_TOKEN] = running.token
        yield running
    del os.environ[TEAM_TOKEN]


@pytest.fixture(scope="session")
def studio(team: Team) -> Running:
    """The team's server as other tests know the local one."""
    return Running(team.plain, 0, 0, team.login)


@pytest.fixture(scope="session")
def studio_home(team: Team, tmp_path_factory: pytest.TempPathFactory) -> Job:
    """The job whose people.json all share."""
    return make_job(tmp_path_factory.mktemp("home") / "home", (), "scheme", {})


@pytest.fixture
def studio_job(
    team: Team, job: MakeJob, studio_home: Job, tmp_path_factory: pytest.TempPathFactory
) -> MakeJob:
    """Make job folders that name the team's server and take its token from the environment."""

    def make(*articles: Article, scheme: str = "scheme", **sections: Any) -> Job:
        own = {
            "url": team.plain,
            "token_env": TEAM_TOKEN,
            "data": str(studio_home.studio_data),
            "project": tmp_path_factory.mktemp("project").name,
        }
        section = {**own, **sections.pop("studio", {})}
        return job(*articles, scheme=scheme, studio=section, **sections)

    return make
