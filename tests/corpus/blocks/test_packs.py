"""What recurs on a publisher's pages, and the packs that say so."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.blocks.html import read_html
from corpus.blocks.lines import typed_lines
from corpus.blocks.packs import PackFile, PackLine, cues_of, read_packs, write_pack
from corpus.blocks.propose import propose
from corpus.blocks.recurrence import MOST, Recurrence
from corpus.job import Job, open_job
from corpus.reading.ingest import ingest
from corpus.store import read_articles
from corpus.text import sha256_of
from corpus.yamlfile import ConfigError

MENU = "Harbour desk\nTides and winds"
PLEA = "The presses of Port Ansel stand still without the people who read what they print."
TOWNS = ("Maar", "Renn", "Quill", "Vesk")


def text_of(town: str) -> str:
    """A page of the Calder Courier: its furniture, an article, and the same plea on each."""
    return (
        f"{MENU}\n\nThe ferry to {town} is to close\n\nBy Ann Lee\n\n"
        f"The council of {town} met for six hours on Tuesday and agreed on nothing at all.\n\n"
        f"Its chair said that {town} would meet again before the end of the month.\n\n{PLEA}\n"
    )


@pytest.fixture
def job(tmp_path: Path) -> Job:
    (tmp_path / "pages").mkdir()
    for town in TOWNS:
        (tmp_path / "pages" / f"{town}.txt").write_text(text_of(town), encoding="utf-8")
    (tmp_path / "pressmark.yaml").write_text(
        "sources:\n  - {path: pages, publisher: The Calder Courier, id: name}\n", encoding="utf-8"
    )
    return open_job(tmp_path)


def kinds(job: Job, words: str) -> set[str]:
    """The kinds that the job's articles give the line `words`."""
    return {
        block.kind
        for article in read_articles(job)
        for block in article.blocks
        if article.text[block.start : block.end] == words
    }


def pack(job: Job, text: str, name: str = "courier.yaml") -> Path:
    path = job.folder / "packs" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_pack_is_proposed_from_what_recurs_and_ingest_reads_it(job: Job) -> None:
    ingest(job)
    assert kinds(job, PLEA) == {"paragraph"}
    (made,) = propose(job).packs
    assert (made.path.name, made.pages) == ("the-calder-courier.yaml", len(TOWNS))
    ingest(job)
    assert kinds(job, PLEA) == {"chrome"}
    assert kinds(job, "By Ann Lee") == {"byline"}
    assert kinds(job, "The ferry to Maar is to close") == {"headline"}


def test_a_person_corrects_the_pack_and_it_is_not_overwritten(job: Job) -> None:
    path = propose(job).packs[0].path
    edited = path.read_text(encoding="utf-8").replace("kind: chrome", "kind: solicitation")
    path.write_text(edited, encoding="utf-8")
    (again,) = propose(job).packs
    assert again.beside
    assert again.path.name == "the-calder-courier.proposed.yaml"
    assert path.read_text(encoding="utf-8") == edited
    ingest(job)
    assert kinds(job, PLEA) == {"solicitation"}


def test_an_untouched_pack_is_proposed_anew(job: Job) -> None:
    first = propose(job)
    assert propose(job) == first
    assert not first.packs[0].beside


def test_two_pages_prove_nothing(job: Job) -> None:
    for town in TOWNS[2:]:
        (job.folder / "pages" / f"{town}.txt").unlink()
    result = propose(job)
    assert (result.packs, result.few) == ((), ("The Calder Courier",))
    assert not (job.folder / "packs").exists()


def test_a_line_that_a_person_wrote_counts_whatever_the_rules_say(job: Job) -> None:
    pack(job, "publisher: the CALDER courier\nlines:\n  - {line: by ann lee, kind: bio}\n")
    ingest(job)
    assert kinds(job, "By Ann Lee") == {"bio"}


def test_numbers_in_a_pack_stand_for_any_number() -> None:
    cues = cues_of(PackFile(lines=(PackLine(line="7 crossings left", kind="poll"),)))
    text = "A headline of six plain words\n\n1,204 crossings left\n"
    assert [block.kind for block in typed_lines(text, cues=cues).blocks][1:] == ["poll"]


def test_class_words_and_cues_of_a_pack_are_read() -> None:
    cues = cues_of(PackFile(classes={"quay": "bio"}, cues=("From the quay:",)))
    body = "The council met for six hours on Tuesday and agreed on nothing at all."
    page = (
        f"<article><h1>Council agrees</h1><p>{body}</p><p>From the quay: Ten reefs to visit</p>"
        f"<p>{body}</p><div class='quay'>She was born in Maar.</div></article>"
    )
    read = read_html(page, cues=cues)
    typed = [(b.kind, read.text[b.start : b.end]) for b in read.typed.blocks]
    assert ("chrome", "From the quay:") in typed
    assert ("teaser", "Ten reefs to visit") in typed
    assert ("bio", "She was born in Maar.") in typed


def test_a_pack_holds_words_and_no_patterns() -> None:
    bomb = "(a+)+$"
    cues = cues_of(PackFile(cues=(bomb,), lines=(PackLine(line=".*", kind="bio"),)))
    text = f"A headline of six plain words\n\n{'a' * 200}!\n\n{bomb}\nTen reefs to visit\n"
    found = [block.kind for block in typed_lines(text, cues=cues).blocks]
    assert found[-2:] == ["chrome", "teaser"]
    assert "bio" not in found


def test_a_wrong_pack_is_told_with_its_lines_and_nothing_is_read(job: Job) -> None:
    pack(job, "publisher: A\nlines:\n  - {line: x, kind: tease}\nclases: {}\n")
    pack(job, "lines: [\n", "broken.yaml")
    pack(job, "pages: 3\n", "nobody.yaml")
    with pytest.raises(ConfigError) as caught:
        ingest(job)
    told = str(caught.value)
    assert "courier.yaml:3: lines.0.kind" in told
    assert "courier.yaml:4: unknown key 'clases'; did you mean 'classes'?" in told
    assert "broken.yaml:2: not valid YAML" in told
    assert "nobody.yaml: for whom? name a 'publisher' or 'hosts'" in told
    assert not job.articles.exists()


def test_two_packs_for_one_publisher_are_refused(job: Job) -> None:
    pack(job, "hosts: [www.courier.example]\n")
    pack(job, "hosts: [courier.example]\n", "other.yaml")
    with pytest.raises(ConfigError, match=r"'courier\.example' has a pack already"):
        read_packs(job.folder / "packs")


def test_a_host_counts_before_a_name(job: Job) -> None:
    pack(job, "hosts: [courier.example]\n")
    pack(job, "publisher: Courier\n", "other.yaml")
    packs = read_packs(job.folder / "packs")
    by_host = packs.cues("", "https://www.courier.example/a")
    assert packs.cues("Courier", "https://www.courier.example/a") is by_host
    assert packs.cues("courier") is not by_host
    assert packs.cues("Elsewhere", "http://[") is packs.cues()


@given(st.lists(st.sampled_from(["chrome", "teaser", "bio", "paragraph"]), min_size=3))
def test_recurrence_is_independent_of_the_order_of_pages(kinds: list[str]) -> None:
    pages = [
        (sha256_of(str(number)), [("Harbour desk", kind), (f"Story {number}", "headline")])
        for number, kind in enumerate(kinds)
    ]
    one, other = Recurrence(), Recurrence()
    for page in pages:
        one.add(*page)
    for page in random.Random(1).sample(pages, len(pages)):
        other.add(*page)
    assert one.lines() == other.lines()


def test_the_pages_that_count_are_a_draw_of_a_fixed_size_whatever_their_order() -> None:
    pages = [(sha256_of(str(n)), [("Harbour desk", "chrome")]) for n in range(3 * MOST)]
    one, other = Recurrence(), Recurrence()
    for page in pages:
        one.add(*page)
    for page in reversed(pages):
        other.add(*page)
        other.add(*page)
    assert one.pages == other.pages == MOST
    assert one.lines() == other.lines()


def test_another_storys_title_recurs_as_a_teaser_and_a_sub_heading_not_at_all() -> None:
    counted = Recurrence()
    for number in range(4):
        lines = [("Ten reefs of Maar to visit by boat", "teaser" if number % 2 else "subheading")]
        counted.add(sha256_of(str(number)), [*lines, ("What happens next", "headline")])
    assert [(line.line, line.kind) for line in counted.lines()] == [
        ("ten reefs of maar to visit by boat", "teaser")
    ]


def test_a_pack_that_is_written_is_read_as_it_was(tmp_path: Path) -> None:
    lines = (PackLine(line="tides: #1 & winds 😀", kind="chrome", pages=4),)
    made = PackFile(publisher="Der Quill: Ölbote", hosts=("quill.example",), pages=4, lines=lines)
    path = write_pack(tmp_path, made)
    assert path.parent == tmp_path
    cues = read_packs(tmp_path).cues("der quill ölbote")
    assert dict(cues.lines) == {"tides 0 winds": "chrome"}


def test_a_publishers_name_makes_no_path(tmp_path: Path) -> None:
    path = write_pack(tmp_path / "packs", PackFile(publisher="../../etc/passwd", pages=3))
    assert path.parent == tmp_path / "packs"
