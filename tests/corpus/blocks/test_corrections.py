"""Corrected blocks win: in the articles on disk, for every reader, after a later ingestion too."""

from dataclasses import replace
from pathlib import Path

import datasets
import pytest

from corpus.blocks import corrections
from corpus.blocks.corrections import correct
from corpus.blocks.cues import CUES, Cues
from corpus.blocks.lines import Typed, typed_lines
from corpus.blocks.tagger import Tagger
from corpus.job import Job
from corpus.reading import ingest
from corpus.records import Annotation, Article, Span
from corpus.sample import quoted
from corpus.store import append_annotations, read_articles, shards, write_shard
from corpus.stories.reanchor import reanchor
from tests.conftest import MakeJob
from tests.speech import article


def typed_as(page: Article, who: str, *marked: tuple[str, str], **fields: object) -> Annotation:
    spans = tuple(Span(f"b{n}", *quoted(page.text, q), kind) for n, (q, kind) in enumerate(marked))
    given = {"id": f"blocks-{who}", "role": "human", "scheme": "0" * 64, "layer": "blocks"}
    return Annotation(
        article=page.id, sha256=page.sha256, author=who, spans=spans, **{**given, **fields}
    )  # type: ignore[arg-type]


def kinds(job: Job) -> list[tuple[str, str]]:
    return [(block.kind, block.by) for block in read_articles(job)[0].blocks]


RULES = [("headline", "rule"), ("paragraph", "rule"), ("paragraph", "rule")]
ANA = [("headline", "rule"), ("paragraph", "rule"), ("poll", "human")]


def test_a_correction_is_what_every_reader_of_articles_finds(job: MakeJob, tmp_path: Path) -> None:
    other = article("Another page\n\nwith a body", "a2")
    made = job(article(), other)
    append_annotations(
        made.annotations, [typed_as(article(), "ana", ("Will it ever end?", "poll"))]
    )
    assert correct(made) == ["a1"]
    assert kinds(made) == ANA
    assert read_articles(made)[1] == other
    loaded = datasets.load_dataset(
        "parquet", data_dir=str(made.articles), split="train", cache_dir=str(tmp_path / "cache")
    )
    assert [b["kind"] for b in loaded[0]["blocks"]] == [kind for kind, _ in ANA]


def test_corrected_again_the_files_are_the_same_to_the_byte(job: MakeJob) -> None:
    made = job(article())
    append_annotations(
        made.annotations, [typed_as(article(), "ana", ("Will it ever end?", "poll"))]
    )
    correct(made)
    before = [path.read_bytes() for path in made.folder.rglob("*.*") if path.is_file()]
    assert correct(made) == []
    assert [path.read_bytes() for path in made.folder.rglob("*.*") if path.is_file()] == before


def test_the_latest_submission_counts_and_gold_before_all(job: MakeJob) -> None:
    made, page = job(article()), article()
    end = "Will it ever end?"
    said = [
        typed_as(page, "ana", (end, "poll"), when="2026-01-01T00:00:00Z"),
        typed_as(page, "ben", (end, "teaser"), when="2026-01-02T00:00:00Z"),
        typed_as(page, "cleo", (end, "quote"), when="2026-01-03T00:00:00Z", status="draft"),
        typed_as(page, "dan", (end, "bio"), when="2026-01-04T00:00:00Z", layer="spans"),
        typed_as(page, "model", (end, "tags"), when="2026-01-05T00:00:00Z", role="model"),
    ]
    append_annotations(made.annotations, said)
    correct(made)
    assert kinds(made)[-1] == ("teaser", "human")
    gold = typed_as(page, "gold", (end, "deck"), when="2026-01-01T00:00:00Z", role="gold")
    append_annotations(made.folder / "gold.jsonl", [gold])
    correct(made)
    assert kinds(made)[-1] == ("deck", "human")


def test_a_withdrawn_correction_gives_the_rules_blocks_back(job: MakeJob) -> None:
    made = job(article())
    said = typed_as(article(), "ana", ("Will it ever end?", "poll"))
    append_annotations(made.annotations, [said])
    correct(made)
    append_annotations(made.annotations, [replace(said, status="withdrawn")])
    assert correct(made) == ["a1"]
    assert read_articles(made) == [article()]


def test_a_correction_of_another_version_of_the_text_corrects_that_version_alone(
    job: MakeJob,
) -> None:
    newer = article("Maar relents\n\nWill it ever end?")
    made = job(article(), newer)
    append_annotations(
        made.annotations, [typed_as(article(), "ana", ("Will it ever end?", "poll"))]
    )
    correct(made)
    assert read_articles(made) == [newer]


PAGE = (
    "Maar slams dockers\n\nBy Ann Lee\n\nThe strike goes on, the port said.\n\nWill it ever end?\n"
)


@pytest.fixture
def pages(job: MakeJob) -> Job:
    made = job(sources=[{"path": "pages", "id": "name"}])
    (made.folder / "pages").mkdir()
    (made.folder / "pages/one.txt").write_text(PAGE)
    ingest.ingest(made)
    return made


def better_rules(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """From now on the rules take the page's last block for `kind`."""

    def better(
        text: str, title: str = "", cues: Cues = CUES, tagger: Tagger | None = None
    ) -> Typed:
        typed = typed_lines(text, title, cues, tagger)
        last = replace(typed.blocks[-1], kind=kind)
        return replace(typed, blocks=(*typed.blocks[:-1], last))

    monkeypatch.setattr(ingest, "typed_lines", better)


def test_better_rules_type_a_known_page_anew(pages: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ingest.ingest(pages).retyped == 0
    better_rules(monkeypatch, "teaser")
    done = ingest.ingest(pages)
    assert (done.new, done.versions, done.same, done.retyped) == (0, 0, 1, 1)
    assert kinds(pages)[-1] == ("teaser", "rule")
    assert ingest.ingest(pages).retyped == 0


def test_better_rules_do_not_touch_what_a_person_corrected(
    pages: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    (page,) = read_articles(pages)
    said = typed_as(page, "ana", ("By Ann Lee", "bio"))
    append_annotations(pages.annotations, [said])
    correct(pages)
    better_rules(monkeypatch, "teaser")
    assert ingest.ingest(pages).retyped == 1
    assert ("bio", "human") in kinds(pages)
    assert kinds(pages)[-1] == ("teaser", "rule")
    assert ingest.ingest(pages).retyped == 0
    append_annotations(pages.annotations, [replace(said, status="withdrawn")])
    correct(pages)
    assert {by for _, by in kinds(pages)} == {"rule"}
    assert kinds(pages)[-1] == ("teaser", "rule")


def test_the_same_text_from_another_file_types_nothing_anew(job: MakeJob) -> None:
    made = job(sources=[{"path": "pages"}])
    (made.folder / "pages").mkdir()
    (made.folder / "pages/one.txt").write_text("Maar slams dockers\n\nThe strike goes on.")
    ingest.ingest(made)
    markup = "<article><h1>Maar slams dockers</h1><blockquote>The strike goes on.</blockquote>"
    (made.folder / "pages/two.html").write_text(markup)
    assert (ingest.ingest(made).same, ingest.ingest(made).same) == (2, 2)
    assert [block.kind for block in read_articles(made)[0].blocks] == ["headline", "paragraph"]


def test_an_ingestion_completes_what_a_killed_pull_left_half_done(pages: Job) -> None:
    (page,) = read_articles(pages)
    append_annotations(pages.annotations, [typed_as(page, "ana", ("By Ann Lee", "bio"))])
    ingest.ingest(pages)
    assert ("bio", "human") in kinds(pages)


def test_a_kill_between_the_shards_is_made_good_by_the_next_run(
    job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = job(article())
    more = article("Another page\n\nwith a body", "a2")
    write_shard(made.articles / "00001.parquet", [more])
    said = [
        typed_as(article(), "ana", ("Will it ever end?", "poll")),
        typed_as(more, "ben", ("with a body", "quote")),
    ]
    append_annotations(made.annotations, said)
    whole = corrections.replace_rows
    written: list[Path] = []

    def dies(path: Path, fresh: object) -> None:
        if written:
            raise KeyboardInterrupt
        written.append(path)
        whole(path, fresh)  # type: ignore[arg-type]

    monkeypatch.setattr(corrections, "replace_rows", dies)
    with pytest.raises(KeyboardInterrupt):
        correct(made)
    monkeypatch.setattr(corrections, "replace_rows", whole)
    assert correct(made) == ["a2"]
    assert [a.blocks[-1].by for a in read_articles(made)] == ["human", "human"]


def test_a_shards_other_columns_stay(job: MakeJob) -> None:
    import pyarrow.parquet as pq

    made = job(article())
    (path,) = shards(made)
    table = pq.read_table(path)
    pq.write_table(table.append_column("cluster", [["c1"]]), path)
    append_annotations(
        made.annotations, [typed_as(article(), "ana", ("Will it ever end?", "poll"))]
    )
    correct(made)
    assert pq.read_table(path)["cluster"].to_pylist() == ["c1"]


def test_a_correction_is_carried_to_the_pages_new_version(job: MakeJob) -> None:
    newer = article(PAGE.replace("The strike goes on", "The strike is over"), "p")
    old = article(PAGE, "p")
    made = job(old, newer)
    said = typed_as(old, "ana", ("By Ann Lee", "bio"), ("Will it ever end?", "poll"))
    append_annotations(made.annotations, [said])
    assert ("bio", "human") not in kinds(made)
    reanchor(made)
    assert [kind for kind, by in kinds(made) if by == "human"] == ["bio", "poll"]
