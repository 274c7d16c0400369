"""Which annotations count: first submissions, unassisted, of people, under the scheme in force."""

from dataclasses import replace
from pathlib import Path

import pytest

from corpus.agreement.agree import agree
from corpus.agreement.selection import pseudonym, select
from corpus.errors import PressmarkError
from corpus.store import append_annotations
from tests.corpus.agreement.rounds import again, job_of, press, says, two
from tests.speech import SCHEME, article, scheme


def test_the_first_submission_counts_whatever_was_made_of_it_later(tmp_path: Path) -> None:
    page, *_ = pages = press()
    job = job_of(tmp_path, pages, [says("ana", page, ("silly", "judged"))])
    append_annotations(job.annotations, [says("ana", page, ("vile", "judged"))])
    (said,) = select(job).first.values()
    assert [page.text[s.start : s.end] for s in said["ana"].spans] == ["silly"]


def test_a_draft_that_was_submitted_later_counts_as_it_was_submitted(tmp_path: Path) -> None:
    page, *_ = pages = press()
    job = job_of(tmp_path, pages, [says("ana", page, ("silly", "judged"), status="draft")])
    append_annotations(job.annotations, [says("ana", page, ("vile", "judged"))])
    (said,) = select(job).first.values()
    assert [page.text[s.start : s.end] for s in said["ana"].spans] == ["vile"]


def test_what_does_not_count_is_counted(tmp_path: Path) -> None:
    one, two_, *_ = pages = press()
    said = [
        says("ana", one),
        says("ben", one, status="skipped"),
        says("cleo", one, status="withdrawn"),
        says("dov", one, status="draft"),
        replace(says("ana", one), id="second", when="2026-10-09T00:00:00Z"),
        says("eve", one, scheme="0" * 64),
        says("eve", two_, role="model", run="r1"),
        says("eve", two_, layer="blocks"),
        replace(says("ana", two_), sha256="0" * 64),
    ]
    chosen = select(job_of(tmp_path, pages, said))
    left = chosen.left_out
    assert (left.skipped, left.withdrawn, left.draft, left.again) == (1, 1, 1, 1)
    assert (left.scheme, left.lost) == (1, 1)
    assert {author for by in chosen.first.values() for author in by} == {"ana"}
    assert chosen.skips == {"ben": 1}


def test_what_was_withdrawn_after_it_was_submitted_does_not_count(tmp_path: Path) -> None:
    page, *_ = pages = press()
    job = job_of(tmp_path, pages, [says("ana", page)])
    append_annotations(job.annotations, [says("ana", page, status="withdrawn")])
    chosen = select(job)
    assert not chosen.first
    assert chosen.left_out.withdrawn == 1


def test_what_was_made_with_pre_labels_stands_apart(tmp_path: Path) -> None:
    pages = press()
    said = [*two(pages), says("cleo", pages[0], shown="run-1")]
    agreed = agree(job_of(tmp_path, pages, said))
    assert agreed.found.assisted == 1
    assert agreed.found.measured is not None
    assert agreed.found.measured.annotators == ("ana", "ben")


def test_an_older_version_of_the_scheme_counts_while_the_new_one_continues_it(
    tmp_path: Path,
) -> None:
    newer = SCHEME.replace('version: "1"', 'version: "2"').replace(
        "[{name: report}", "[{name: report}, {name: satire}"
    )
    pages = press()
    said = two(pages)
    made = [replace(a, scheme=scheme(newer).hash) if n > 3 else a for n, a in enumerate(said)]
    job = job_of(tmp_path, pages, made, text=newer)
    agreed = agree(job)
    assert agreed.found.measured is not None
    assert agreed.found.measured.articles == 4
    versions = {s.name: s.articles for s in agreed.found.strata if s.by == "guideline version"}
    assert versions == {"1": 2, "2": 2}


def test_a_label_that_the_scheme_has_no_more_keeps_its_annotations_out(tmp_path: Path) -> None:
    other = SCHEME.replace("judged", "weighed")
    pages = press()
    job = job_of(tmp_path, pages, two(pages), text=other)
    chosen = select(job)
    assert chosen.scheme.hash == scheme().hash
    assert f"under 'small' {job.scheme.version}, the job's scheme: this is" in chosen.notes[0]
    append_annotations(job.annotations, [says("ana", pages[0], id="n", scheme=job.scheme.hash)])
    chosen = select(job)
    assert chosen.scheme.hash == job.scheme.hash
    assert chosen.left_out.scheme == len(two(pages))


def test_later_occasions_are_kept_apart(tmp_path: Path) -> None:
    page, *_ = pages = press()
    first = says("ana", page)
    chosen = select(job_of(tmp_path, pages, [first, again(first)]))
    assert list(chosen.first[page.id, page.sha256]) == ["ana"]
    assert [a.occasion for a in chosen.later[page.id, page.sha256]["ana"]] == [2]


def test_versions_of_an_article_are_told_apart_by_name(tmp_path: Path) -> None:
    old, new = article("An old page\n\nOf Maar.", "x"), article("A new page\n\nOf Maar.", "x")
    said = [
        says(who, page, id=f"{who}{n}")
        for n, page in enumerate((old, new))
        for who in ("ana", "ben")
    ]
    chosen = select(job_of(tmp_path, [old, new], said))
    names = [each.article for each in chosen.opinions(chosen.first)]
    assert sorted(names) == sorted(f"x@{page.sha256[:8]}" for page in (old, new))


def test_an_address_is_never_a_name(tmp_path: Path) -> None:
    page, *_ = pages = press()
    chosen = select(job_of(tmp_path, pages, [says("ana@example.org", page, id="1")]))
    (name,) = chosen.annotators
    assert "@" not in name
    assert name == pseudonym("Ana@example.org ")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (lambda p: [says("ana", p[0])], "one annotator: ana"),
        (
            lambda p: [says("ana", p[0]), says("ben", p[1])],
            "no two annotators annotated the same version of an article",
        ),
        (lambda p: [says("ana", p[0], status="skipped")], "nothing that counts was submitted: 1 "),
        (lambda p: [says("ana", p[0], shown="r")], "all that was submitted was made with pre-lab"),
        (lambda p: [says("makers", p[0], role="gold")], "one annotator: all there is is what"),
    ],
)  # fmt: skip
def test_what_keeps_agreement_from_being_measured_is_said(
    tmp_path: Path, said: object, told: str
) -> None:
    pages = press()
    agreed = agree(job_of(tmp_path, pages, said(pages)))  # type: ignore[operator]
    assert agreed.found.measured is None
    assert agreed.found.why.startswith(told)


def test_different_versions_of_one_article_are_named_as_the_cause(tmp_path: Path) -> None:
    old, new = article("An old page\n\nOf Maar.", "x"), article("A new page\n\nOf Maar.", "x")
    agreed = agree(job_of(tmp_path, [old, new], [says("ana", old), says("ben", new)]))
    assert agreed.found.why.endswith("1 were annotated in different versions: 'pressmark reanchor'")


def test_a_job_without_annotations_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PressmarkError, match="no annotations; run 'pressmark pull'"):
        agree(job_of(tmp_path, press(), []))
