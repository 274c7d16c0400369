"""A campaign on a real Label Studio: people, weeks, desks, and what crossed between them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from annotation.campaign.assign import assign
from annotation.campaign.clearing import Cleared, clear_away
from annotation.client import Client, connect
from annotation.codec import results_of
from annotation.connection import connected, home
from annotation.people import add_annotator, invitation, invite, read_people
from annotation.projects import Linked, linked
from annotation.pull import pull
from annotation.push import push
from annotation.rehearse import rehearse
from annotation.studio import Running, read_login, status
from corpus.agreement.agree import agree
from corpus.assignments import Assignment, read_assignments
from corpus.files import read_lines
from corpus.independence import AGREED, ENFORCED, independence
from corpus.job import Job
from corpus.records import Annotation, Article
from corpus.release.export import export
from corpus.settings import Person
from corpus.store import read_annotations, read_articles
from tests.conftest import MakeJob
from tests.speech import SCHEME, article, mark, scheme
from tests.test_command import pressmark

YESTERDAY = datetime.now(UTC).date() - timedelta(days=1)
PEOPLE = ("ana", "ben", "cleo")
CAMPAIGN = {"weekly": 7, "control": 0.2, "repeat": 0.4, "repeat_after": 1, "seed": 1}


def pages(count: int) -> list[Article]:
    return [article(f"Maar slams {n} 😀\n\nThe naïve plan is dead.", f"a{n}") for n in range(count)]


def campaign(make: MakeJob, *names: str, count: int = 20, **studio: Any) -> Job:
    section = {**CAMPAIGN, "prelabels": {"exposure": 0}}
    people: dict[str, Any] = {name: {} for name in names}
    return make(*pages(count), scheme=SCHEME, people=people, campaign=section, studio=studio)


def standing(job: Job, **fields: object) -> list[Assignment]:
    """What the ledger gives, by fields such as `annotator` and `week`."""
    rows = [row for row in read_assignments(job.assignments) if not row.taken]
    return [r for r in rows if all(getattr(r, name) == told for name, told in fields.items())]


def done(job: Job, rows: list[Assignment]) -> list[Annotation]:
    """What annotators would say of what they were given."""
    articles = {each.id: each for each in read_articles(job)}
    return [
        mark(
            row.annotator,
            ("naïve", "judged"),
            of=articles[row.article],
            occasion=row.occasion,
            id=f"{row.annotator}:{row.article}#{row.occasion}",
        )
        for row in rows
    ]


def desk(job: Job, owner: str) -> tuple[Client, Linked]:
    client = connected(job, owner)
    return client, linked(job, client, "spans", "work", owner)[-1]


def tasks(job: Job, owner: str) -> list[dict[str, Any]]:
    """The data of the tasks in somebody's project, in the order in which they are worked on."""
    client, link = desk(job, owner)
    with closing(client):
        return [task.data for task in client.tasks(link.id)]


def with_people(job: Job, **people: Person) -> Job:
    """The job with its job file changed."""
    changed = {"people": {**job.settings.people, **people}}
    return replace(job, settings=job.settings.model_copy(update=changed))


@pytest.fixture
def web(studio: Running) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=studio.url, trust_env=False, timeout=60) as http:
        yield http


def test_two_weeks_with_a_control_repeats_and_somebody_who_leaves(studio_job: MakeJob) -> None:
    job = campaign(studio_job, *PEOPLE)
    assert [each.pseudonym for each in invite(job)] == list(PEOPLE)

    first = assign(job)
    assert first.given == dict.fromkeys(PEOPLE, 7)
    assert first.control == 1
    assert push(job).new == 21
    for name in PEOPLE:
        given = {row.article for row in standing(job, annotator=name)}
        assert {data["article"] for data in tasks(job, name)} == given
    assert rehearse(job, done(job, standing(job, week=1))) == 21
    assert pull(job).new == 21

    second = assign(job)
    assert (second.week, second.repeats) == (2, 6)
    push(job)
    anas = standing(job, annotator="ana", week=2)
    assert rehearse(job, done(job, anas)) == len(anas)
    pull(job)
    said = [each for each in read_annotations(job.annotations) if each.author == "ana"]
    assert Counter(each.occasion for each in said) == {1: 5 + len(anas), 2: 2}

    # cleo leaves; of the second week she has begun one task, not the others
    cleos = standing(job, annotator="cleo", week=2)
    rehearse(job, done(job, cleos[:1]))
    pull(job)
    job = with_people(job, cleo=Person(until=YESTERDAY))
    third = assign(job)
    assert third.taken == {"cleo": len(cleos) - 1}
    assert [row.key for row in standing(job, annotator="cleo", week=2)] == [cleos[0].key]
    assert third.waiting == 0
    held = Counter(row.article for row in standing(job, kind="work"))
    assert set(held.values()) == {2}
    assert push(job).unknown == len(cleos) - 1
    logged = read_annotations(job.annotations)
    assert {each.status for each in logged} == {"submitted"}
    assert len(logged) == 21 + len(anas) + 1

    # cleo begins another one after the pull: it stays, the others go
    rehearse(job, done(job, [replace(cleos[1], taken=False)]))
    assert clear_away(job) == Cleared(removed=len(cleos) - 2, begun=1)
    assert clear_away(job) == Cleared(removed=0, begun=1)
    assert push(job).unknown == 1
    assert pull(job).new == 1
    assert len(list((job.folder / "backups").iterdir())) == 1


def test_nothing_in_a_task_tells_a_control_from_the_others(studio_job: MakeJob) -> None:
    job = campaign(studio_job, *PEOPLE)
    assign(job)
    push(job)
    control = {row.article for row in standing(job, kind="control")}
    found = {name: tasks(job, name) for name in PEOPLE}
    for data in found.values():
        assert control < {each["article"] for each in data}
        assert len({tuple(sorted(each)) for each in data}) == 1
        assert not any("control" in json.dumps(each) for each in data)
    places = {
        name: [each["article"] in control for each in data].index(True)
        for name, data in found.items()
    }
    assert len(set(places.values())) > 1


def test_work_in_anothers_project_is_set_aside_with_its_reason(
    studio_job: MakeJob, web: httpx.Client
) -> None:
    job = campaign(studio_job, "ana", "ben")
    invite(job)
    assign(job)
    push(job)
    rehearse(job, done(job, standing(job, annotator="ana")))
    pull(job)
    before = {each.id: each for each in read_annotations(job.annotations)}
    client, link = desk(job, "ana")
    with closing(client):
        first, second, *_ = client.snapshot(link.id)
    token = {"Authorization": f"Token {read_people(job)['ben'].token}"}

    # ben opens ana's project: changes what she said, says something of his own, leaves a draft
    page = next(each for each in read_articles(job) if each.id == first.told("article"))
    result = results_of(mark("ben", of=page), page, scheme())
    (hers,) = first.annotations
    changed = web.patch(f"/api/annotations/{hers.id}/", json={"result": result}, headers=token)
    made = web.post(f"/api/tasks/{first.id}/annotations/", json={"result": result}, headers=token)
    draft = web.post(f"/api/tasks/{second.id}/drafts", json={"result": result}, headers=token)
    # and ana copies what ben said there, as the page's button does
    hers_again = {"result": result, "parent_annotation": made.json()["id"]}
    own = {"Authorization": f"Token {read_people(job)['ana'].token}"}
    copied = web.post(f"/api/tasks/{first.id}/annotations/", json=hers_again, headers=own)
    assert [answer.is_success for answer in (changed, made, draft, copied)] == [True] * 4

    pulled = pull(job)
    assert pulled.quarantined == 4
    assert {each.id: each for each in read_annotations(job.annotations)} == before
    reasons = [row["reason"] for row in read_lines(job.quarantine)]
    assert sum("was changed by ben in ana's project" in reason for reason in reasons) == 1
    assert sum("was made by ben in ana's project" in reason for reason in reasons) == 2
    assert sum("was copied from what ben said" in reason for reason in reasons) == 1


def test_on_a_common_server_any_account_can_read_any_project(
    studio_job: MakeJob, web: httpx.Client
) -> None:
    """Which is why every report says 'by agreement, not enforced'."""
    job = campaign(studio_job, "ana", "ben")
    invite(job)
    assign(job)
    push(job)
    client, link = desk(job, "ana")
    client.close()
    token = {"Authorization": f"Token {read_people(job)['ben'].token}"}
    assert web.get("/api/tasks", params={"project": link.id}, headers=token).json()["total"] == 7
    assert independence(job) == AGREED


def test_isolated_annotators_cannot_open_each_others_server(job: MakeJob) -> None:
    made = campaign(job, "ana", "ben", count=4, isolated=True, port=8320)
    folder = str(made.folder)
    began = pressmark("studio", "start", "-C", folder, "--json")
    try:
        running = json.loads(began.out)
        assert list(running) == ["", "ana", "ben"]
        assert len({each["port"] for each in running.values()}) == 3
        assert home(made, "ana").studio_data.parent.parent == made.studio_data
        told = pressmark("studio", "status", "-C", folder).out.splitlines()
        for line, (name, each) in zip(told, running.items(), strict=True):
            assert line.startswith(f"{name}: running" if name else "running")
            assert each["url"] in line
        invited = invite(made)
        assert [each.server for each in invited] == [running[n]["url"] for n in ("ana", "ben")]
        assign(made)
        count = push(made).new
        assert count == len(standing(made))
        assert rehearse(made, done(made, standing(made))) == count
        assert pull(made).new == count
        assert {each.author for each in read_annotations(made.annotations)} == {"ana", "ben"}
        assert independence(made) == ENFORCED
        with httpx.Client(base_url=running["ana"]["url"], trust_env=False) as http:
            token = {"Authorization": f"Token {read_people(made)['ben'].token}"}
            assert http.get("/api/projects", headers=token).status_code == 401
        assert not told_addresses(made)
    finally:
        # ben's goes too, though the job file names him no more
        path = made.folder / "pressmark.yaml"
        path.write_text(path.read_text().replace("  ben: {}\n", ""))
        stopped = pressmark("studio", "stop", "-C", folder)
    assert (stopped.code, stopped.out) == (0, "stopped\n")
    assert [status(home(made, name)) for name in ("", "ana", "ben")] == [None] * 3
    ran = pressmark("studio", "status", "-C", folder)
    assert ran.out.count("not running; start it with 'pressmark studio start'") == 2


def told_addresses(job: Job) -> list[str]:
    """Files of the job, outside the studio folder, in which somebody's e-mail stands."""
    emails = [login.email.encode() for login in read_people(job).values()]
    assert emails
    files = [path for path in job.folder.rglob("*") if path.is_file()]
    files = [path for path in files if job.studio_data not in path.parents]
    assert len(files) > 5
    return [str(path) for path in files if any(email in path.read_bytes() for email in emails)]


def test_no_file_of_the_job_holds_an_annotators_e_mail(studio_job: MakeJob) -> None:
    job = campaign(studio_job, "ana", "ben")
    invite(job)
    assign(job)
    push(job)
    rehearse(job, done(job, standing(job, annotator="ana")))
    with closing(connect_as(job, "ben")) as stranger:
        client, link = desk(job, "ana")
        with closing(client):
            task = next(iter(client.tasks(link.id)))
        stranger.annotate(task.id, result=[])
    assert pull(job).quarantined == 1
    agree(job)
    export(job, "jsonl", job.folder / "exported")
    assert told_addresses(job) == []


def connect_as(job: Job, name: str) -> Client:
    client = connected(job)
    client.close()
    return connect(client.url, read_people(job)[name].token)


def given_email(job: Job, name: str, email: str) -> None:
    """Write an e-mail into people.json, as a lead does by hand."""
    path = job.studio_data / "people.json"
    rows = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps({**rows, name: {"email": email}}))


def test_an_e_mail_that_the_lead_gives_is_the_accounts(studio_job: MakeJob) -> None:
    job = campaign(studio_job, "greta")
    given_email(job, "greta", "greta@uni.example")
    (greta,) = invite(job)
    assert (greta.email, greta.made) == ("greta@uni.example", True)
    assert not invite(job)[0].made
    with closing(connect_as(job, "greta")) as client:
        assert client.whoami().email == "greta@uni.example"


def test_an_account_that_the_server_has_is_left_as_it_is(
    studio_job: MakeJob, studio: Running
) -> None:
    job = campaign(studio_job, "henk")
    with closing(connect(studio.url, read_login(studio.login).token)) as admin:
        admin.sign_up("henk@uni.example", "correct-horse-9")
    given_email(job, "henk", "henk@uni.example")
    assert add_annotator(job, "henk").token == ""
    (henk,) = invite(job)
    assert not henk.made
    assert "Use your own password." in invitation(job, henk)


def test_an_invitation_says_where_and_with_what_but_not_the_password(studio_job: MakeJob) -> None:
    job = campaign(studio_job, "ana", "ben")
    assign(job)
    push(job)
    ana = invite(job)[0]
    text = invitation(job, ana)
    client, link = desk(job, "ana")
    client.close()
    assert all(len(line) <= 80 for line in text.splitlines())
    for part in (ana.email, ana.server, f"/projects/{link.id}", "'ana'"):
        assert part in text
    login = read_people(job)["ana"]
    assert login.password not in text
    assert login.token not in text
