"""Guidelines that change in the middle of a campaign, and the screen that tells how it stands."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from annotation.campaign.again import ask_again, bump, revision, to_look_at
from annotation.campaign.assign import assign
from annotation.client import connect
from annotation.projects import SECOND, linked
from annotation.pull import pull
from annotation.push import plans, push
from annotation.rehearse import rehearse
from annotation.status import status
from annotation.studio import Running, read_login
from corpus.errors import PressmarkError
from corpus.job import Job, open_job
from corpus.records import Annotation, Article
from corpus.scheme import parse_scheme
from corpus.store import read_annotations, read_articles
from corpus.versions import standing
from tests.conftest import MakeJob
from tests.speech import SCHEME, article, mark

LABEL = """\
  - name: pleading
    colour: "#0a7d33"
    hotkey: "3"
    blocks: [paragraph]
    definition: a plea
    test: does it ask?
    positive: [{text: "[[give]]"}, {text: "[[join]]"}, {text: "[[share]]"}]
    negative: [{text: "gave"}, {text: "joined"}, {text: "shared"}]
attributes:
"""


def pages(count: int) -> list[Article]:
    return [
        article(f"Maar slams {n} 😀\n\nThe naïve plan. Give now.", f"a{n}") for n in range(count)
    ]


def changed(job: Job, *swaps: tuple[str, str]) -> Job:
    path = job.folder / "mine.yaml"
    text = path.read_text(encoding="utf-8")
    for old, new in swaps:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")
    return open_job(job.folder)


def team(make: MakeJob, count: int = 4, **campaign: Any) -> Job:
    """A campaign of two, everything assigned and sent."""
    section = {"per_article": 2, "control": 0, "repeat": 0, "weekly": 20, **campaign}
    people = {"ana": {}, "ben": {}}
    job = make(*pages(count), scheme=SCHEME, people=people, campaign=section)
    assign(job)
    push(job)
    return job


def annotate(job: Job, *authors: str, of: int = 4, quote: str = "naïve") -> None:
    said = [
        mark(who, (quote, "judged"), of=page, under=job.scheme)
        for who in authors
        for page in pages(of)
    ]
    rehearse(job, said)
    pull(job)


def second_looks(job: Job) -> list[Annotation]:
    return [a for a in read_annotations(job.annotations) if a.occasion == 2]


def test_a_scheme_that_changed_and_kept_its_version_is_not_pushed(studio_job: MakeJob) -> None:
    job = changed(team(studio_job), ("attributes:\n", LABEL))
    before = job.state()
    for send in (push, plans):
        with pytest.raises(PressmarkError, match=r"label 'pleading' added since 1 .* 1\.1"):
            send(job)
    assert job.state() == before
    assert revision(job).needed == "1.1"
    assert bump(job).version == "1.1"
    raised = open_job(job.folder)
    assert (raised.scheme.version, revision(raised).needed) == ("1.1", "")
    assert [plan.change for plan in plans(raised)] == ["updated", "updated"]


def test_a_label_added_in_mid_campaign_is_asked_of_what_was_annotated_before(
    studio_job: MakeJob, studio: Running
) -> None:
    job = team(studio_job)
    annotate(job, "ana")
    first = read_annotations(job.annotations)
    job = changed(job, ("attributes:\n", LABEL), ('version: "1"', 'version: "1.1"'))
    push(job)
    assert {each.annotation.author for each in to_look_at(job)} == {"ana"}
    assert status(job).again == 4
    assert len(ask_again(job)) == 4
    assert (to_look_at(job), ask_again(job)) == ([], [])
    assert push(job).new == 4
    client = connect(studio.url, read_login(studio.login).token)
    (link,) = linked(job, client, purpose=SECOND, owner="ana")
    tasks = list(client.snapshot(link.id))
    told = client.project(link.id)
    assert told
    page = told.expert_instruction or ""
    assert "<h3>What changed</h3>" in page
    assert page.index("label &#x27;pleading&#x27; added") < page.index("<h2>Guidelines</h2>")
    assert [plan.change for plan in plans(job) if plan.desk.purpose == SECOND] == [""]
    client.close()
    assert [len(task.predictions) for task in tasks] == [1] * 4

    # ana begins with her own labels, adds the new one, and submits
    said = []
    for each in first:
        page = next(p for p in read_articles(job) if p.id == each.article)
        more = mark("ana", ("naïve", "judged"), ("Give now", "pleading"), of=page, under=job.scheme)
        said.append(replace(more, occasion=2, shown="own-before-1.1"))
    assert rehearse(job, said, purpose=SECOND) == 4
    pull(job)
    again = second_looks(job)
    assert {a.scheme for a in again} == {job.scheme.hash}
    assert {a.shown for a in again} == {"own-before-1.1"}
    assert [a for a in read_annotations(job.annotations) if a.occasion == 1] == first
    assert {a.occasion for a in standing(read_annotations(job.annotations))} == {2}
    assert status(job).again == 0


def test_what_the_change_does_not_concern_is_left_alone(studio_job: MakeJob) -> None:
    job = team(studio_job, 2)
    annotate(job, "ana", of=2)
    job = changed(
        job,
        ('{text: "a [[vile]] plan"}', '{text: "a [[vile]] plan"}, {text: "a [[foul]] plan"}'),
        ('version: "1"', 'version: "1.0.1"'),
    )
    push(job)
    assert (to_look_at(job), ask_again(job)) == ([], [])


def test_a_label_taken_away_gets_projects_of_its_own_and_nothing_is_lost(
    studio_job: MakeJob,
) -> None:
    job = team(studio_job, 2)
    annotate(job, "ana", of=2)
    first = read_annotations(job.annotations)
    head, _, rest = (job.folder / "mine.yaml").read_text("utf-8").partition("  - name: loud head")
    _, _, tail = rest.partition("attributes:")
    text = f"{head}attributes:{tail}".replace("    labels: [loud head]\n", "")
    (job.folder / "mine.yaml").write_text(text.replace('version: "1"', 'version: "2"'), "utf-8")
    job = open_job(job.folder)
    assert "loud head" not in parse_scheme(job.scheme.source).label_names
    push(job)
    pull(job)
    assert read_annotations(job.annotations) == first


def test_without_people_nobody_can_be_asked_again_by_name(studio_job: MakeJob) -> None:
    with pytest.raises(PressmarkError, match="name the annotators under 'people'"):
        ask_again(studio_job(article(), scheme=SCHEME))


def test_the_screen_tells_how_a_campaign_stands(
    studio_job: MakeJob, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import pressmark

    job = team(studio_job)
    annotate(job, "ana", "ben", of=3)
    rehearse(job, [mark("ben", of=pages(4)[3], status="skipped", under=job.scheme)])
    pull(job)
    found = status(job)
    ana, ben = found.progress.workers
    assert (ana.annotator, ana.given, ana.submitted, ana.left) == ("ana", 4, 3, 1)
    assert (ben.submitted, ben.skipped, ben.left) == (3, 1, 0)
    assert (found.progress.overlap, found.progress.articles) == (3, 4)
    assert [label.overlap.value for label in found.agreement if not label.label] == [1.0]
    assert [(s.annotator, s.article) for s in found.skipped] == [("ben", "a3")]
    assert found.problems == ()
    monkeypatch.setattr("sys.argv", ["pressmark", "status", "-C", str(job.folder)])
    with pytest.raises(SystemExit):
        pressmark.main()
    screen = capsys.readouterr().out
    assert "3 of 4 articles have all their annotators" in screen
    assert "independent by agreement, not enforced" in screen
    assert max(map(len, screen.splitlines())) <= 80
    monkeypatch.setattr("sys.argv", ["pressmark", "status", "--json", "-C", str(job.folder)])
    with pytest.raises(SystemExit):
        pressmark.main()
    told = json.loads(capsys.readouterr().out)
    assert told["progress"]["workers"][0]["annotator"] == "ana"


def test_a_server_that_is_gone_is_a_problem_on_the_screen_and_the_rest_is_told(
    job: MakeJob, tmp_path: Path
) -> None:
    alone = job(article(), scheme=SCHEME, studio={"url": "http://127.0.0.1:9"})
    found = status(alone)
    assert any("no token" in problem for problem in found.problems)
    assert found.progress.articles == 1
    assert status(alone, offline=True).problems == ()
