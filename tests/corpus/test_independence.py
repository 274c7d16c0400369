"""Whether annotators work apart because they must."""

from typing import Any

import pytest

from corpus.independence import AGREED, ENFORCED, SHARED, independence
from corpus.job import Job
from tests.conftest import MakeJob

PEOPLE: dict[str, Any] = {"ana": {}, "ben": {}}


def made(job: Job, server: str, owner: str, purpose: str = "work") -> Job:
    """Write down a project as `push` does."""
    projects = job.state().get("projects", {})
    row = {"layer": "spans", "purpose": purpose, "owner": owner}
    job.write_state(projects={**projects, server: [*projects.get(server, []), row]})
    return job


def test_on_one_server_they_are_apart_by_agreement_alone(job: MakeJob) -> None:
    assert independence(job(people=PEOPLE)) == AGREED
    assert AGREED == "independent by agreement, not enforced"


def test_on_a_server_each_they_are_apart(job: MakeJob) -> None:
    isolated = job(people=PEOPLE, studio={"isolated": True})
    assert independence(isolated) == ENFORCED
    assert independence(made(made(isolated, "local ana", "ana"), "local ben", "ben")) == ENFORCED
    assert independence(made(isolated, "local", "", "adjudication")) == ENFORCED


@pytest.mark.parametrize(("server", "owner"), [("local", "ana"), ("local ben", "ana"), ("x", "")])
def test_whoever_shared_a_server_once_is_not_enforced_later(
    job: MakeJob, server: str, owner: str
) -> None:
    isolated = job(people=PEOPLE, studio={"isolated": True})
    assert independence(made(isolated, server, owner)) == AGREED


def test_a_job_without_people_shares_one_project(job: MakeJob) -> None:
    assert independence(job()) == SHARED
    assert AGREED in SHARED
