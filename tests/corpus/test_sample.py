from pathlib import Path

import pytest

from corpus.check import faults
from corpus.init import init_demo
from corpus.job import Job, open_job
from corpus.reading.ingest import ingest
from corpus.records import Article, Span
from corpus.resources import SAMPLE
from corpus.sample import sample_annotations
from corpus.scheme import read_scheme
from corpus.store import read_articles


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Job:
    folder = tmp_path_factory.mktemp("demo") / "job"
    init_demo(folder)
    job = open_job(folder)
    assert ingest(job).quarantined == 0
    return job


@pytest.fixture(scope="module")
def pages(demo: Job) -> list[Article]:
    return read_articles(demo)


def test_the_sample_is_as_large_and_varied_as_it_says(pages: list[Article]) -> None:
    assert len(pages) >= 30
    assert len({page.id.split("/")[0] for page in pages}) == 8
    assert len(list((SAMPLE / "pages").rglob("*.html"))) >= 12
    kinds = {block.kind for page in pages for block in page.blocks}
    assert kinds >= {"headline", "teaser", "poll", "solicitation", "correction", "tags", "bio"}
    assert kinds >= {"caption", "subheading", "quote", "deck", "byline", "dateline", "chrome"}
    assert any("line ends to LF" in page.provenance.changes for page in pages)
    assert any(all(b.kind != "headline" for b in page.blocks) for page in pages)
    assert any(ord(character) > 0xFFFF for page in pages for character in page.text)


@pytest.mark.parametrize("name", ["scheme", "frames"])
def test_every_pass_stands_on_its_page_and_answers_every_question(
    pages: list[Article], name: str
) -> None:
    scheme = read_scheme(name)
    passes = sample_annotations(pages, SAMPLE / "passes", scheme)
    assert {opinion.article for opinion in passes} == {page.id for page in pages}
    required = {question.name for question in scheme.questions if question.required}
    for opinion in passes:
        assert {answer.question for answer in opinion.answers} >= required
        assert [faults(span, scheme) for span in opinion.spans] == [[]] * len(opinion.spans)
        for span in opinion.spans:
            needed = {a.name for a in scheme.attributes_of(span.label) if a.required}
            assert needed <= set(span.attributes), (opinion.id, span.label)


def test_the_three_annotators_have_the_habits_that_the_readme_tells(pages: list[Article]) -> None:
    scheme = read_scheme("scheme")
    spans: dict[str, list[Span]] = {"ana": [], "ben": [], "cleo": []}
    for opinion in sample_annotations(pages, SAMPLE / "passes", scheme):
        spans[opinion.author] += opinion.spans

    def length(who: str) -> float:
        ours = [s for s in spans[who] if scheme.label(s.label).within]  # type: ignore[union-attr]
        return sum(s.end - s.start for s in ours) / len(ours)

    appeal = next(a.labels[0] for a in scheme.attributes if len(a.labels) == 1)
    counts = {who: sum(s.label == appeal for s in found) for who, found in spans.items()}
    assert length("ben") > 1.5 * length("ana")
    assert counts["cleo"] < counts["ana"] / 2


def test_a_quotation_that_does_not_stand_in_its_page_names_file_and_words(
    pages: list[Article], tmp_path: Path
) -> None:
    scheme = read_scheme("scheme")
    path = tmp_path / scheme.name / f"{pages[0].id}.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(
        "ana: {seconds: 1, answers: {}, spans: [{quote: no such words, label: appeal}]}\n"
    )
    with pytest.raises(Exception, match=rf"{path}.*'no such words'"):
        sample_annotations(pages[:1], tmp_path, scheme)
