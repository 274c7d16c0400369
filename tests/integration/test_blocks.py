"""Correcting blocks in a second project, against a real Label Studio."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from annotation.client import Client, connect
from annotation.codec import results_of
from annotation.layers import BLOCKS, blocks_shown, scheme_of
from annotation.pull import pull
from annotation.push import push
from annotation.rehearse import rehearse
from annotation.studio import Running, read_login
from corpus.errors import PressmarkError, ServiceError
from corpus.files import read_lines
from corpus.job import Job
from corpus.records import Annotation, Article, Block, Span
from corpus.sample import quoted
from corpus.store import append_annotations, read_annotations, read_articles, write_shard
from tests.conftest import MakeJob
from tests.speech import SCHEME, article, mark


@pytest.fixture
def admin(studio: Running) -> Iterator[Client]:
    client = connect(studio.url, read_login(studio.login).token)
    yield client
    client.close()


def corrected(job: Job, page: Article, author: str, **kinds: str) -> Annotation:
    """What an annotator makes of the regions shown: `block100="poll"` changes that one's kind."""
    shown = blocks_shown(page, scheme_of(job, BLOCKS))
    spans = tuple(
        replace(span, label=kinds.get(span.id, span.label), score=None) for span in shown.spans
    )
    return replace(
        shown, id=f"{page.id}-{author}", author=author, role="human", spans=spans, shown="blocks"
    )


def kinds(job: Job) -> list[tuple[str, str]]:
    return [(block.kind, block.by) for block in read_articles(job)[0].blocks]


def test_a_corrected_kind_comes_back_and_is_the_articles_own(studio_job: MakeJob) -> None:
    job = studio_job(article(), scheme=SCHEME)
    first, again = push(job, layer=BLOCKS), push(job, layer=BLOCKS)
    assert (first.new, first.prelabelled) == (1, 1)
    assert (again.new, again.same, again.prelabelled) == (0, 1, 0)
    rehearse(job, [corrected(job, article(), "ana", block100="poll")], layer=BLOCKS)
    result = pull(job, layer=BLOCKS)
    assert (result.new, result.corrected, result.quarantined) == (1, 1, 0)
    assert kinds(job) == [("headline", "human"), ("paragraph", "human"), ("poll", "human")]
    (said,) = read_annotations(job.annotations)
    assert (said.layer, said.role, said.shown) == (BLOCKS, "human", "blocks")
    assert said.scheme == scheme_of(job, BLOCKS).hash
    assert [span.origin for span in said.spans] == ["accepted", "accepted", "edited"]
    before = job.annotations.read_bytes()
    again_pulled = pull(job, layer=BLOCKS)
    assert (again_pulled.new, again_pulled.changed, again_pulled.corrected) == (0, 0, 0)
    assert job.annotations.read_bytes() == before


def test_two_projects_of_one_job_do_not_mix(studio_job: MakeJob, admin: Client) -> None:
    job = studio_job(article(), scheme=SCHEME)
    spans, blocks = push(job).project, push(job, layer=BLOCKS).project
    assert spans != blocks
    titles = [project.title for id_ in (spans, blocks) if (project := admin.project(id_))]
    assert titles[1] == f"{titles[0]} blocks"
    rehearse(job, [mark("ana", ("naïve", "judged"))])
    rehearse(job, [corrected(job, article(), "ana", block100="poll")], layer=BLOCKS)
    assert (pull(job).new, pull(job).same) == (1, 1)
    assert [a.layer for a in read_annotations(job.annotations)] == ["spans"]
    assert pull(job, layer=BLOCKS).new == 1
    assert (pull(job).changed, pull(job, layer=BLOCKS).changed) == (0, 0)
    assert sorted(a.status for a in read_annotations(job.annotations)) == ["submitted"] * 2
    assert (push(job).project, push(job, layer=BLOCKS).project) == (spans, blocks)
    assert {row["project"] for row in read_lines(job.folder / "shown.jsonl")} == {
        row["project"]
        for row in read_lines(job.folder / "shown.jsonl")
        if row["prediction"]["layer"] == BLOCKS
    }


def test_what_is_pushed_and_pulled_next_sees_the_corrected_blocks(studio_job: MakeJob) -> None:
    """A span that is widened to its block is widened to the corrected one."""
    job = studio_job(article(), scheme=SCHEME)
    push(job)
    push(job, layer=BLOCKS)
    rehearse(job, [mark("ana", ("goes on", "loud head"))])
    pull(job)
    whole = read_annotations(job.annotations)[0].spans[0]
    start, end = quoted(article().text, "The café strike 👩‍🚀 goes on.")
    said = corrected(job, article(), "cleo")
    rehearse(
        job, [replace(said, spans=(*said.spans, Span("own", start, end, "deck")))], layer=BLOCKS
    )
    assert pull(job, layer=BLOCKS).corrected == 1
    assert pull(job).changed == 1
    span = next(a for a in read_annotations(job.annotations) if a.layer == "spans").spans[0]
    assert (span.start, span.end) == (start, end) != (whole.start, whole.end)


def test_blocks_that_better_rules_typed_are_shown_in_the_place_of_the_old_ones(
    studio_job: MakeJob, admin: Client
) -> None:
    pages = [article(), article("Maar relents\n\nThe plan stays.", "a2")]
    job = studio_job(*pages, scheme=SCHEME)
    project = push(job, layer=BLOCKS).project
    rehearse(job, [corrected(job, pages[1], "ana")], layer=BLOCKS)
    better = [
        replace(page, blocks=(Block(page.blocks[0].start, page.blocks[0].end, "chrome"), *rest))
        for page in pages
        for rest in (page.blocks[1:],)
    ]
    write_shard(job.articles / "00000.parquet", better)
    assert push(job, layer=BLOCKS).prelabelled == 1
    assert push(job, layer=BLOCKS).prelabelled == 0
    shown = {
        task.told("article"): admin._ask("GET", "/api/predictions", query={"task": task.id})
        for task in admin.snapshot(project)
    }
    labels = {
        id_: [next(r["value"]["labels"] for r in row["result"]) for row in rows]
        for id_, rows in shown.items()
    }
    assert labels == {"a1": [["chrome"]], "a2": [["headline"]]}


def test_overlapping_regions_of_one_kind_become_one_and_of_two_kinds_are_reported(
    studio_job: MakeJob, admin: Client
) -> None:
    job = studio_job(article(), scheme=SCHEME)
    task = next(admin.tasks(push(job, layer=BLOCKS).project))
    page, scheme = article(), scheme_of(job, BLOCKS)
    drawn = Annotation(
        "x",
        page.id,
        page.sha256,
        "x",
        role="human",
        scheme=scheme.hash,
        layer=BLOCKS,
        spans=(
            Span("s1", *quoted(page.text, "The café strike"), "teaser"),
            Span("s2", *quoted(page.text, "goes on. Renn’s"), "caption"),
            Span("s3", *quoted(page.text, "plan, he said"), "bio"),
        ),
    )
    result = results_of(drawn, page, scheme)
    more = results_of(
        replace(
            drawn,
            spans=(
                Span("s4", *quoted(page.text, "strike 👩‍🚀 goes"), "teaser"),
                Span("s5", 0, 5000, "tags"),
            ),
        ),
        page,
        scheme,
    )
    admin.annotate(task.id, result=[*result, *more])
    pulled = pull(job, layer=BLOCKS)
    assert pulled.quarantined == 1
    assert any("overlap" in remark for remark in pulled.remarks)
    (said,) = read_annotations(job.annotations)
    assert [page.text[s.start : s.end] for s in said.spans if s.label == "teaser"] == [
        "The café strike 👩‍🚀 goes"
    ]
    (found,) = read_articles(job)
    assert {b.kind for b in found.blocks} >= {"teaser", "caption", "bio", "paragraph"}
    assert "tags" not in {b.kind for b in found.blocks}


def test_pull_of_a_layer_that_was_never_pushed_says_what_to_do(studio_job: MakeJob) -> None:
    job = studio_job(article(), scheme=SCHEME)
    push(job)
    with pytest.raises(PressmarkError, match="pressmark push --layer blocks"):
        pull(job, layer=BLOCKS)


def test_a_run_cannot_be_shown_as_blocks(studio_job: MakeJob) -> None:
    with pytest.raises(PressmarkError, match="leave --run out"):
        push(studio_job(article(), scheme=SCHEME), "r1", layer=BLOCKS)


def test_gold_blocks_win_over_what_is_pulled(studio_job: MakeJob) -> None:
    job = studio_job(article(), scheme=SCHEME)
    push(job, layer=BLOCKS)
    gold = corrected(job, article(), "gold", block100="teaser")
    append_annotations(job.folder / "gold.jsonl", [replace(gold, role="gold", shown="", run="")])
    rehearse(job, [corrected(job, article(), "ana", block100="poll")], layer=BLOCKS)
    pull(job, layer=BLOCKS)
    assert kinds(job)[-1] == ("teaser", "human")


def test_a_push_of_better_blocks_that_was_broken_off_is_completed(
    studio_job: MakeJob, admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = studio_job(article(), scheme=SCHEME)
    project = push(job, layer=BLOCKS).project
    first, *rest = article().blocks
    better = replace(article(), blocks=(replace(first, kind="chrome"), *rest))
    write_shard(job.articles / "00000.parquet", [better])

    def broken(*_: object) -> None:
        raise ServiceError("broke off")

    with monkeypatch.context() as patch:
        patch.setattr(Client, "replace_predictions", broken)
        with pytest.raises(ServiceError):
            push(job, layer=BLOCKS)
    push(job)
    assert push(job, layer=BLOCKS).prelabelled == 1
    assert push(job, layer=BLOCKS).prelabelled == 0
    (task,) = admin.snapshot(project)
    (shown,) = admin._ask("GET", "/api/predictions", query={"task": task.id})
    assert shown["result"][0]["value"]["labels"] == ["chrome"]
