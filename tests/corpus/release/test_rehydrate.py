import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import PressmarkError
from corpus.files import read_lines
from corpus.init import init_demo
from corpus.job import Job, open_job
from corpus.reading.ingest import ingest
from corpus.release.folder import SUMS, open_release, write_sums
from corpus.release.hashes import WIDTH, context_hash, places, window
from corpus.release.pseudonyms import keep_pseudonyms, pseudonymised
from corpus.release.publish import publish
from corpus.release.rehydrate import rehydrate
from corpus.release.shape import without_free_text
from corpus.resources import SAMPLE
from corpus.sample import sample_annotations
from corpus.store import add_articles, append_annotations, read_annotations, read_articles
from corpus.takedown import REASON, address_hash
from tests.corpus.release.press import RELEASE, ready
from tests.speech import article, mark

BODY = (
    "The café strike 👩‍🚀 goes on in Port Ansel, where Renn’s naïve plan has found no friends"
    " among those who would pay for it. A spokesman for the Calder Courier declined to say more."
)
MORE = (
    "Quill, who had promised a budget by June, left the harbour board without a word to anyone"
    " and drove north. The bridge to Northside stays shut until the weather turns."
)


def write(folder: Path, **pages: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    return folder


def told(name: str, body: str = BODY) -> str:
    return f"Maar slams dockers of {name}\n\n{body}\n\n{MORE}\n"


@pytest.fixture
def home(tmp_path: Path) -> Job:
    """A job that has published two pages, with opinions on the first."""
    write(tmp_path / "home/pages", one=told("one"), two=told("two"))
    import yaml

    (tmp_path / "home/pressmark.yaml").write_text(
        yaml.safe_dump({"sources": [{"path": "pages", "id": "name"}], "release": RELEASE})
    )
    job = open_job(tmp_path / "home")
    ingest(job)
    one, _ = read_articles(job)
    name = job.scheme.label_names[0]
    said = [
        mark("anabel", ("naïve plan", name), ("left the harbour", name), of=one, under=job.scheme),
        mark("benno", ("naïve", name), of=one, under=job.scheme),
    ]
    append_annotations(job.annotations, said)
    publish(job)
    return job


def release(job: Job) -> Path:
    return job.releases / "harbour-1.0"


def reasons(job: Path) -> dict[str, str]:
    return {row["where"]: row["reason"] for row in read_lines(job / "quarantine.jsonl")}


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Job:
    folder = tmp_path_factory.mktemp("sample") / "job"
    init_demo(folder)
    job = open_job(folder, [f"release.{key}={value!r}" for key, value in RELEASE.items()])
    ingest(job)
    job.keep_scheme()
    said = sample_annotations(read_articles(job), SAMPLE / "passes", job.scheme)
    append_annotations(job.annotations, said)
    publish(job)
    return job


def test_every_span_of_the_sample_comes_back_from_its_pages(sample: Job, tmp_path: Path) -> None:
    done = rehydrate(release(sample), SAMPLE / "pages", tmp_path / "back")
    assert done.whole
    assert (done.exact, done.spans_exact) == (36, 554)
    back = open_job(tmp_path / "back")
    texts = {a.id: a.text for a in read_articles(back)}
    assert texts == {a.id: a.text for a in read_articles(sample)}
    assert {a.id: a.blocks for a in read_articles(back)} == {
        a.id: a.blocks for a in read_articles(sample)
    }
    names, schemes = keep_pseudonyms(sample), {sample.scheme.hash: sample.scheme}
    wanted = {
        a.id: a
        for each in read_annotations(sample.annotations)
        for a in [without_free_text(pseudonymised(each, names), schemes)]
    }
    assert {a.id: a for a in read_annotations(back.annotations)} == wanted
    assert back.scheme.hash == sample.scheme.hash


def test_another_job_serves_as_copies(sample: Job, tmp_path: Path) -> None:
    done = rehydrate(release(sample), sample.folder, tmp_path / "back")
    assert done.whole


def test_a_page_that_is_not_there_is_counted_and_the_rest_is_rebuilt(
    home: Job, tmp_path: Path
) -> None:
    mine = write(tmp_path / "mine", one=told("one"))
    done = rehydrate(release(home), mine, tmp_path / "back")
    assert not done.whole
    assert (done.exact, done.missing, done.spans_exact) == (1, 1, 3)
    assert "not among the copies" in reasons(tmp_path / "back")["two"]


def test_a_changed_page_takes_the_spans_whose_surroundings_are_found_once(
    home: Job, tmp_path: Path
) -> None:
    changed = "An update.\n\n" + told("one").replace("drove north", "went home, her office said")
    mine = write(tmp_path / "mine", one=changed, two=told("two"))
    done = rehydrate(release(home), mine, tmp_path / "back")
    assert (done.exact, done.reanchored, done.spans_reanchored, done.spans_lost) == (1, 1, 3, 0)
    back = open_job(tmp_path / "back")
    texts = {a.id: a for a in read_articles(back)}
    for opinion in read_annotations(back.annotations):
        assert opinion.sha256 == texts[opinion.article].sha256
        for span in opinion.spans:
            quote = texts[opinion.article].text[span.start : span.end]
            assert quote in ("naïve plan", "left the harbour", "naïve")


def test_a_span_whose_words_changed_is_listed_and_not_guessed(home: Job, tmp_path: Path) -> None:
    changed = told("one").replace("left the harbour board", "left the harbour council")
    mine = write(tmp_path / "mine", one=changed, two=told("two"))
    done = rehydrate(release(home), mine, tmp_path / "back")
    assert (done.reanchored, done.spans_reanchored, done.spans_lost) == (1, 2, 1)
    assert "not found" in reasons(tmp_path / "back")["one"]


def test_a_passage_that_stands_twice_now_is_not_placed(home: Job, tmp_path: Path) -> None:
    changed = told("one") + "\n" + told("one")
    mine = write(tmp_path / "mine", one=changed, two=told("two"))
    done = rehydrate(release(home), mine, tmp_path / "back")
    assert (done.refused, done.reanchored, done.spans_lost) == (1, 0, 3)
    assert "0 of 3 spans are found" in reasons(tmp_path / "back")["one"]


def test_a_changed_page_with_nothing_marked_on_it_is_refused(home: Job, tmp_path: Path) -> None:
    mine = write(tmp_path / "mine", one=told("one"), two=told("two") + "One word more.\n")
    done = rehydrate(release(home), mine, tmp_path / "back")
    assert (done.exact, done.refused) == (1, 1)
    assert "the text has changed" in reasons(tmp_path / "back")["two"]


def test_copies_of_other_pages_are_refused_and_nothing_is_written(
    home: Job, tmp_path: Path
) -> None:
    mine = write(tmp_path / "mine", other="The tide\n\nIt comes in twice a day in Port Ansel.")
    with pytest.raises(PressmarkError, match="none of the release's 2 articles"):
        rehydrate(release(home), mine, tmp_path / "back")
    assert not (tmp_path / "back").exists()
    assert not list(tmp_path.glob(".back*"))


def test_a_folder_that_stands_is_not_written_into(home: Job, tmp_path: Path) -> None:
    with pytest.raises(PressmarkError, match="stands already"):
        rehydrate(release(home), home.folder / "pages", home.folder)


def test_a_later_take_down_list_is_honoured(home: Job, tmp_path: Path) -> None:
    later = tmp_path / "later.txt"
    later.write_text(address_hash("one") + "\n")
    done = rehydrate(release(home), home.folder / "pages", tmp_path / "back", later)
    assert (done.exact, done.barred, done.whole) == (1, 1, True)
    assert [a.id for a in read_articles(open_job(tmp_path / "back"))] == ["two"]
    assert reasons(tmp_path / "back")["one"] == REASON


def test_a_damaged_release_is_refused(home: Job, tmp_path: Path) -> None:
    path = release(home) / "standoff/train.parquet"
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(PressmarkError, match=r"standoff/train.parquet has changed; fetch it anew"):
        rehydrate(release(home), home.folder / "pages", tmp_path / "back")


def test_checksums_that_point_out_of_the_folder_are_refused(home: Job) -> None:
    (home.folder / "secret").write_text("x")
    sums = release(home) / SUMS
    digest = hashlib.sha256(b"x").hexdigest()
    sums.write_text(sums.read_text() + f"{digest}  ../../secret\n")
    with pytest.raises(PressmarkError, match="outside the folder"):
        open_release(release(home))


def test_a_table_that_no_checksum_covers_is_refused(home: Job) -> None:
    (release(home) / "standoff/more.parquet").write_bytes(b"PAR1")
    with pytest.raises(PressmarkError, match=r"more.parquet is not in SHA256SUMS"):
        open_release(release(home))


def test_a_newer_release_is_refused(home: Job) -> None:
    path = release(home) / "release.json"
    path.write_text(path.read_text().replace('"format": 1', '"format": 99'))
    write_sums(release(home))
    with pytest.raises(PressmarkError, match="upgrade Pressmark"):
        open_release(release(home))


def test_gold_splits_and_the_ledger_come_back(home: Job, tmp_path: Path) -> None:
    from corpus.files import append_lines
    from corpus.stories.placements import placements

    one, _ = read_articles(home)
    gold = mark("cleo", ("naïve", home.scheme.label_names[0]), of=one, role="gold")
    append_annotations(home.gold, [replace(gold, scheme=home.scheme.hash)])
    append_lines(home.placements, [{"article": "one", "use": "held out"}])
    publish(open_job(home.folder, ["release.version='2.0'"]))
    done = rehydrate(home.releases / "harbour-2.0", home.folder, tmp_path / "back")
    back = open_job(tmp_path / "back")
    assert done.whole
    assert [a.role for a in read_annotations(back.gold)] == ["gold"]
    assert placements(back) == {"one": "held out"}


def test_two_articles_of_one_text_both_come_back(tmp_path: Path) -> None:
    pages = [article(BODY, "a", licence="MIT"), article(BODY, "b", licence="MIT")]
    job = ready(tmp_path / "job", pages)
    publish(job)
    done = rehydrate(release(job), job.folder, tmp_path / "back")
    assert done.exact == 2
    add_articles(job, [])


@given(st.integers(0, 300), st.integers(1, 80), st.integers(0, 300))
def test_a_hash_covers_the_span_and_never_fewer_characters_around_it_than_it_says(
    start: int, length: int, rest: int
) -> None:
    size = start + length + rest
    around = window(start, start + length, size)
    if start + rest < WIDTH:
        assert around is None
    else:
        assert around
        first, last = around
        assert 0 <= first <= start
        assert start + length <= last <= size
        assert last - first == length + WIDTH


@given(st.text("ab “é😀", min_size=100, max_size=300), st.data(), st.text("xy", max_size=30))
def test_a_span_is_found_where_it_went(text: str, data: st.DataObject, before: str) -> None:
    start = data.draw(st.integers(0, len(text) - 2))
    end = data.draw(st.integers(start + 1, min(start + 20, len(text))))
    context = context_hash(text, start, end, "salt")
    found = places(before + text, (start, end), len(text), "salt", context)
    assert start + len(before) in found
    assert not places(before + text, (start, end), len(text), "another salt", context)


def test_a_manifest_that_lacks_its_keys_is_told_though_its_checksum_is_right(
    home: Job, tmp_path: Path
) -> None:
    folder = release(home)
    (folder / "release.json").write_text('{"format": 1}')
    write_sums(folder)
    with pytest.raises(PressmarkError, match=r"release.json: no manifest of a release"):
        rehydrate(folder, home.folder, tmp_path / "mine")


@pytest.mark.parametrize("other", [b"PAR1junk", None])
def test_a_table_that_is_none_of_a_release_is_told_though_its_checksum_is_right(
    home: Job, tmp_path: Path, other: bytes | None
) -> None:
    folder = release(home)
    path = folder / "standoff/train.parquet"
    path.write_bytes(other or (home.articles / "00000.parquet").read_bytes())
    write_sums(folder)
    with pytest.raises(PressmarkError, match=r"standoff/train.parquet: no table of a release"):
        rehydrate(folder, home.folder, tmp_path / "mine")
    assert not (tmp_path / "mine").exists()
