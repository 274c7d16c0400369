import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.agreement.agree import agree
from corpus.agreement.file import write as keep
from corpus.errors import PressmarkError
from corpus.files import append_lines, read_lines
from corpus.imports.run import import_corpus
from corpus.job import Job, open_job
from corpus.records import Annotation, Article, Block, Span
from corpus.release.folder import open_release
from corpus.release.pseudonyms import keep_pseudonyms, pseudonymised
from corpus.release.publish import publish
from corpus.release.shape import annotations_of
from corpus.scheme import read_scheme
from corpus.store import append_annotations, read_annotations
from corpus.takedown import takedown
from corpus.text import sha256_of
from tests.corpus.imports.made import write
from tests.corpus.release.press import load, ready
from tests.speech import annotations, article, articles, mark, words

OPEN = {"licence": "CC-BY-4.0"}
LONG = (
    "Maar slams dockers\n\nBy Ann Lee\n\nThe café strike 👩‍🚀 goes on in Port Ansel, where Renn’s"
    " naïve plan has found no friends among those who would pay for it.\n\n"
    "Will it ever end? Nobody at the Calder Courier could say so on Monday evening."
)


def page(id_: str = "a1", text: str = LONG, **fields: object) -> Article:
    """A page with a headline, a byline and paragraphs."""
    plain = article(text, id_, **{**OPEN, **fields})
    blocks = [
        replace(b, kind="byline") if text[b.start :].startswith("By ") else b for b in plain.blocks
    ]
    return replace(plain, blocks=tuple(blocks))


def files(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }


def everything(folder: Path) -> bytes:
    """Every byte of a release, and every string in its tables."""
    release = open_release(folder)
    rows = [row for name in ("full", "standoff") for row in release.rows(name)]
    return b"".join(files(folder).values()) + json.dumps(rows, ensure_ascii=False).encode()


@st.composite
def corpora(draw: st.DrawFn) -> tuple[list[Article], list[Annotation]]:
    """Articles with open texts and opinions of anyone on them, gold and corrections among them."""
    pages = {
        page.id: replace(page, licence="cc-by", title=draw(words))
        for page in draw(st.lists(articles(), min_size=1, max_size=3))
    }
    said = {}
    for page in pages.values():
        for opinion in draw(st.lists(annotations(), max_size=3)):
            size = len(page.text)
            spans = [s for s in opinion.spans if s.end <= size]
            spans = [replace(s, id=f"{opinion.id}{n}") for n, s in enumerate(spans)]
            said[opinion.id] = replace(
                opinion,
                article=page.id,
                sha256=page.sha256,
                spans=tuple(spans),
                answers=tuple(a for a in opinion.answers if (a.end or 0) <= size),
                covers=(),
                revision=1,
                layer=draw(st.sampled_from(["spans", "blocks"])),
            )
    return list(pages.values()), list(said.values())


@settings(max_examples=15, deadline=None)
@given(corpora())
def test_what_is_published_is_what_load_dataset_gives_back_under_pseudonyms(
    corpus: tuple[list[Article], list[Annotation]],
) -> None:
    pages, said = corpus
    with tempfile.TemporaryDirectory() as tmp:
        job = ready(Path(tmp) / "job", pages, said)
        done = publish(job)
        names = open_release(done.folder).names
        dataset = load(done.folder, "full")
        rows = {row["id"]: row for row in dataset}
        assert {id_: row["text"] for id_, row in rows.items()} == {p.id: p.text for p in pages}
        for one in pages:
            row = rows[one.id]
            kinds = dataset.features["blocks"].feature["kind"]
            blocks = [Block(**{**b, "kind": kinds.int2str(b["kind"])}) for b in row["blocks"]]
            assert tuple(blocks) == one.blocks
            assert (row["title"], tuple(row["authors"])) == (one.title, one.authors)
        labels = dataset.features["annotations"].feature["spans"].feature["label"]
        assert tuple(labels.names) == names.labels
        given_back = [a for row in dataset for a in annotations_of(row, names)]
        kept = [a for a in said if a.status in ("submitted", "skipped")]
        secret = keep_pseudonyms(job)
        wanted = [pseudonymised(replace(a, revision=1), secret) for a in kept]
        assert sorted(given_back, key=lambda a: a.id) == sorted(wanted, key=lambda a: a.id)


@pytest.fixture
def corpus(tmp_path: Path) -> Job:
    one, two = page("a1"), page("a2", LONG.replace("Monday", "Tuesday"), licence="")
    said = [
        mark("anabel", ("slams", "judged"), of=one, when="2026-10-05T09:00:00Z", seconds=71.5),
        mark("benno", ("naïve", "judged"), ("Maar slams dockers", "loud head"), of=one),
        mark("anabel", of=two),
        mark("cleopatra", ("naïve", "judged"), of=one, role="gold", parents=("a1-anabel",)),
    ]
    spoken = [
        replace(s, attributes={**s.attributes, "target": ("Tobias Renn",)}) for s in said[0].spans
    ]
    return ready(tmp_path / "job", [one, two], [replace(said[0], spans=tuple(spoken)), *said[1:]])


def test_each_annotator_stands_beside_gold_and_labels_have_names(corpus: Job) -> None:
    data = load(publish(corpus).folder, "full")
    assert [len(row["annotations"]) for row in data] == [2]
    assert [len(row["gold"]) for row in data] == [1]
    label = data.features["gold"].feature["spans"].feature["label"]
    assert label.names == ["judged", "loud head"]
    row = data[0]
    (span,) = row["gold"][0]["spans"]
    assert row["text"][span["start"] : span["end"]] == "naïve"
    ids = {opinion["id"] for opinion in row["annotations"]}
    assert set(row["gold"][0]["parents"]) <= ids


def test_nobody_is_named_and_no_hour_is_told(corpus: Job) -> None:
    told = everything(publish(corpus).folder)
    for secret in (b"anabel", b"benno", b"cleopatra", b"09:00", b"71.5"):
        assert secret not in told
    assert keep_pseudonyms(corpus).secret.encode() not in told


def test_pseudonyms_last_from_release_to_release_and_can_be_chosen(corpus: Job) -> None:
    def who(folder: Path) -> set[str]:
        return {o["author"] for row in load(folder, "standoff") for o in row["annotations"]}

    before = who(publish(corpus).folder)
    assert who(publish(_bumped(corpus, "1.1")).folder) == before
    kept = json.loads(corpus.pseudonyms.read_text())
    corpus.pseudonyms.write_text(json.dumps({**kept, "names": {"benno": "B"}}))
    assert "B" in who(publish(_bumped(corpus, "1.2")).folder)


def test_two_annotators_may_not_share_a_chosen_pseudonym(corpus: Job) -> None:
    kept = {"secret": "s" * 32, "names": {"anabel": "X", "benno": "X"}}
    corpus.pseudonyms.write_text(json.dumps(kept))
    with pytest.raises(PressmarkError, match="each another pseudonym"):
        publish(corpus)


def test_the_secret_is_its_owners_alone(corpus: Job) -> None:
    publish(corpus)
    assert corpus.pseudonyms.stat().st_mode & 0o077 == 0


def test_standoff_holds_every_article_and_none_of_its_words(corpus: Job) -> None:
    folder = publish(corpus).folder
    data = load(folder, "standoff")
    assert [row["id"] for row in data] == ["a1", "a2"]
    assert not {"text", "title", "authors"} & set(data.column_names)
    told = json.dumps(list(data), ensure_ascii=False)
    for words_ in ("slams", "strike", "Ann Lee", "Tobias", "naïve"):
        assert words_ not in told
    (opinion,) = (o for o in data[0]["annotations"] if len(o["spans"]) == 2)
    assert all(len(span["context"]) == 32 for span in opinion["spans"])


def test_no_hash_of_few_characters_is_told(corpus: Job) -> None:
    (row, _) = load(publish(corpus).folder, "standoff")
    hashes = {LONG[b["start"] : b["end"]]: b["hash"] for b in row["blocks"]}
    assert all(bool(hash_) == (len(text) >= 64) for text, hash_ in hashes.items())
    tried = {hashlib.sha256(w.encode()).hexdigest()[:32] for w in LONG.split()}
    assert not tried & {s["context"] for o in row["annotations"] for s in o["spans"]}


def test_a_text_without_a_licence_that_lets_it_out_stays_here_with_the_reason(corpus: Job) -> None:
    done = publish(corpus)
    assert (done.articles, done.texts) == (2, 1)
    assert done.refused == {"no licence is stated": 1}
    assert [row["id"] for row in load(done.folder, "full")] == ["a1"]
    assert "no licence is stated" in (done.folder / "README.md").read_text()
    assert b"Tuesday" not in everything(done.folder)


@pytest.mark.parametrize(
    ("licence", "reason"),
    [
        ("", "no licence is stated"),
        ("Calder Free Licence", "unknown"),
        ("All  Rights RESERVED", "publisher's"),
        ("research use", "not to be passed on"),
        ("cc-by-nd", "release.drop would mask"),
    ],
)
def test_licences_that_keep_text_here(tmp_path: Path, licence: str, reason: str) -> None:
    job = ready(tmp_path / "job", [page(licence=licence)], drop=["byline"])
    done = publish(job)
    assert done.texts == 0
    assert reason in next(iter(done.refused))
    assert not (done.folder / "full").exists()
    assert load(done.folder, "standoff")[0]["id"] == "a1"


def test_a_permission_of_ones_own_stands_in_the_jobs_licences(tmp_path: Path) -> None:
    job = ready(tmp_path / "job", [page(licence="by letter of the Courier")])
    (job.folder / "licences.yaml").write_text(
        "licences: [{name: By letter of the Courier, text: true, terms: for this corpus}]\n"
    )
    assert publish(job).texts == 1


def test_dropped_blocks_are_masked_and_every_offset_stays_right(tmp_path: Path) -> None:
    one = page(authors=("Ann Lee",))
    job = ready(
        tmp_path / "job", [one], [mark("ana", ("naïve", "judged"), of=one)], drop=["byline"]
    )
    folder = publish(job).folder
    (row,) = load(folder, "full")
    assert "By Ann Lee" not in row["text"]
    assert len(row["text"]) == len(LONG)
    assert row["sha256"] == sha256_of(row["text"])
    assert row["original_sha256"] == one.sha256
    assert row["authors"] == []
    (span,) = row["annotations"][0]["spans"]
    assert row["text"][span["start"] : span["end"]] == "naïve"
    assert b"Ann Lee" not in everything(folder)


def test_what_is_taken_down_is_in_no_release(corpus: Job) -> None:
    takedown(corpus, "a1")
    done = publish(corpus)
    assert done.left_out == {"articles on the take-down list": 1}
    assert [row["id"] for row in load(done.folder, "standoff")] == ["a2"]
    assert b"Monday" not in everything(done.folder)


def test_a_cluster_is_not_named_by_an_article_that_was_taken_down(tmp_path: Path) -> None:
    url = "https://courier.example/a-scandal"
    copies = [page(url, url=url), page("b"), page("c")]
    job = ready(tmp_path / "job", copies)
    takedown(job, url)
    folder = publish(job).folder
    assert {row["cluster"] for row in load(folder, "standoff")} == {"b"}
    assert b"a-scandal" not in everything(folder)


def test_splits_are_the_ledgers(corpus: Job) -> None:
    rows = [{"article": "a1", "use": "test"}, {"article": "a2", "use": "held out"}]
    append_lines(corpus.placements, rows)
    folder = publish(corpus).folder
    assert [row["id"] for row in load(folder, "standoff", "test")] == ["a1"]
    assert [row["id"] for row in load(folder, "standoff", "held_out")] == ["a2"]
    assert "`held_out`" in (folder / "README.md").read_text()


def test_without_a_ledger_the_card_says_that_train_is_no_split(corpus: Job) -> None:
    assert "which is no split" in (publish(corpus).folder / "README.md").read_text()


def test_the_same_job_gives_the_same_bytes(corpus: Job) -> None:
    first = publish(corpus).folder
    before = files(first)
    first.rename(corpus.folder / "elsewhere")
    assert files(publish(corpus).folder) == before


def test_a_release_that_stands_is_never_changed(corpus: Job) -> None:
    before = files(publish(corpus).folder)
    for version in ("1.0", "1", "1.0.0"):
        with pytest.raises(PressmarkError, match=r"raise release\.version"):
            publish(_bumped(corpus, version))
    assert files(corpus.releases / "harbour-1.0") == before


def test_a_failure_half_way_leaves_nothing(corpus: Job) -> None:
    (corpus.folder / "agreement.json").write_text("{torn")
    with pytest.raises(PressmarkError, match=r"agreement\.json: not valid JSON"):
        publish(corpus)
    assert list(corpus.releases.iterdir()) == []


def test_what_a_killed_run_left_is_swept_away(corpus: Job) -> None:
    left = corpus.releases / ".harbour-1.0.x1y2.part"
    left.mkdir(parents=True)
    publish(corpus)
    assert [path.name for path in corpus.releases.iterdir()] == ["harbour-1.0"]


def test_checksums_are_those_that_sha256sum_checks(corpus: Job) -> None:
    folder = publish(corpus).folder
    done = subprocess.run(
        ["sha256sum", "--strict", "-c", "SHA256SUMS"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert len(done.stdout.splitlines()) == len(files(folder)) - 1
    (folder / "standoff/train.parquet").write_bytes(b"PAR1")
    with pytest.raises(PressmarkError, match=r"standoff/train.parquet has changed"):
        open_release(folder)


def test_the_log_of_changes_counts_by_label(corpus: Job) -> None:
    publish(corpus)
    (log,) = [a for a in read_annotations(corpus.annotations) if a.author == "benno"]
    judged, _loud = sorted(log.spans, key=lambda s: s.label)
    moved = replace(judged, end=judged.end + 5)
    extra = Span("new", 70, 75, "judged")
    append_annotations(corpus.annotations, [replace(log, spans=(moved, extra))])
    folder = publish(_bumped(corpus, "1.1")).folder
    counted = {(c["what"], c["name"]): c for c in open_release(folder).manifest["changes"]}
    now = counted["annotations: spans", "judged"]
    assert (now["added"], now["removed"], now["changed"], now["same"]) == (1, 0, 1, 1)
    assert counted["annotations: spans", "loud head"]["removed"] == 1
    assert counted["gold: spans", "judged"]["same"] == 1
    assert counted["articles", ""]["same"] == 2
    assert "## Changes since 1.0" in (folder / "README.md").read_text()


def test_an_annotation_that_was_taken_back_or_not_finished_is_not_published(corpus: Job) -> None:
    (log,) = [a for a in read_annotations(corpus.annotations) if a.author == "benno"]
    append_annotations(corpus.annotations, [replace(log, status="withdrawn")])
    done = publish(corpus)
    assert done.left_out == {"annotations that are withdrawn": 1}
    assert len(load(done.folder, "full")[0]["annotations"]) == 1


def test_the_annotated_version_of_an_article_is_the_one_published(corpus: Job) -> None:
    from corpus.store import add_articles

    add_articles(corpus, [page("a1", LONG + "\n\nA correction was made.")])
    done = publish(corpus)
    assert load(done.folder, "full")[0]["text"] == LONG
    assert done.annotations == 4


def test_all_that_is_missing_from_the_section_is_named_at_once(tmp_path: Path) -> None:
    job = ready(tmp_path / "job", [page()], title="", contact="")
    with pytest.raises(PressmarkError, match="release: title, contact missing"):
        publish(job)
    assert not job.releases.exists()


def test_nothing_to_publish_is_said(tmp_path: Path) -> None:
    job = ready(tmp_path / "job", [])
    with pytest.raises(PressmarkError, match="no articles to publish"):
        publish(job)


def test_agreement_stands_in_the_card_with_pseudonyms(corpus: Job) -> None:
    keep(corpus, agree(corpus))
    card = (publish(corpus).folder / "README.md").read_text()
    part = card.partition("## Agreement")[2].partition("\n## ")[0]
    head, _, row, *_ = [line for line in part.splitlines() if line.startswith("| ")]
    assert head.startswith("| label | spans | uα | α of words | F1 exact | chance |")
    assert row.startswith("| (all) | 3 | ")
    assert "first submissions, made without pre-labels" in part
    assert re.search(r"^\| annotator-\w+, annotator-\w+ \| 1 \| \.00 \|", part, re.MULTILINE)
    assert "anabel" not in card
    assert "09:00" not in card


def test_why_there_is_no_agreement_stands_in_the_card(corpus: Job) -> None:
    corpus.annotations.write_text("")
    append_annotations(corpus.annotations, [mark("anabel", of=page("a1"))])
    keep(corpus, agree(corpus))
    card = (publish(corpus).folder / "README.md").read_text()
    assert "Agreement could not be measured: one annotator: annotator-" in card
    assert "anabel" not in card


def test_an_agreement_file_of_another_version_is_refused_with_its_remedy(corpus: Job) -> None:
    (corpus.folder / "agreement.json").write_text('{"labels": []}')
    with pytest.raises(PressmarkError, match="run 'pressmark agree' again"):
        publish(corpus)


HOSTILE = "Calder | <script>alert(1)</script> [x](http://e.example) `rm`\n# Courier \u202e"


def test_foreign_words_in_a_card_stay_words(tmp_path: Path) -> None:
    job = ready(tmp_path / "job", [page(publisher=HOSTILE, licence="© | <b>")], title="A: {b} #c")
    folder = publish(job).folder
    card = (folder / "README.md").read_text()
    assert not re.search(r"(?<!\\)<(script|b)>", card)
    assert "\n# Courier" not in card
    assert load(folder, "standoff")[0]["publisher"] == HOSTILE


def test_the_cards_own_program_runs(corpus: Job, tmp_path: Path) -> None:
    folder = publish(corpus).folder
    code = re.search(r"```python\n(.*?)```", (folder / "README.md").read_text(), re.DOTALL)
    assert code
    done = subprocess.run(
        [sys.executable, "-c", code[1]],
        cwd=folder.parent,
        env={**os.environ, "HF_HOME": str(tmp_path / "hf"), "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "judged naïve" in done.stdout


def test_labels_of_another_scheme_come_after_the_schemes_own(tmp_path: Path) -> None:
    one = page()
    old = mark("ana", ("slams", "zeal"), ("naïve", "art"), of=one, scheme="0" * 64)
    folder = publish(ready(tmp_path / "job", [one], [old])).folder
    data = load(folder, "standoff")
    names = data.features["annotations"].feature["spans"].feature["label"].names
    assert names == ["judged", "loud head", "art", "zeal"]
    assert [s["attributes"] for s in data[0]["annotations"][0]["spans"]] == [[], []]


def _bumped(job: Job, version: str) -> Job:
    return open_job(job.folder, [f"release.version='{version}'"])


def test_a_place_behind_the_text_is_not_published_but_quarantined(corpus: Job) -> None:
    (log,) = [a for a in read_annotations(corpus.annotations) if a.author == "benno"]
    size = len(LONG)
    far = replace(log, spans=(Span("far", size - 3, size + 4, "judged"),))
    append_annotations(corpus.annotations, [far])
    done = publish(corpus)
    assert (done.annotations, done.quarantined) == (3, 1)
    ends = [
        s["end"] for r in load(done.folder, "full") for a in r["annotations"] for s in a["spans"]
    ]
    assert max(ends) <= size
    (row,) = read_lines(corpus.quarantine)
    assert (row["command"], row["where"]) == ("publish", "a1")
    assert f"ends at {size + 4}, behind the text's {size}" in row["reason"]


def test_a_lost_secret_is_told_and_nobody_is_renamed(corpus: Job) -> None:
    publish(corpus)
    corpus.pseudonyms.unlink()
    with pytest.raises(PressmarkError, match=r"pseudonyms.json: is missing, .*harbour-1.0"):
        publish(_bumped(corpus, "1.1"))
    assert not corpus.pseudonyms.exists()


def test_what_a_killed_run_of_another_version_left_is_swept_away_too(corpus: Job) -> None:
    left = corpus.releases / ".harbour-0.9.abcd.part"
    left.mkdir(parents=True)
    (left / "text").write_text("half")
    publish(corpus)
    assert [path.name for path in corpus.releases.iterdir()] == ["harbour-1.0"]


def test_the_card_cites_the_corpora_that_were_imported_and_tells_what_is_mapped(
    tmp_path: Path,
) -> None:
    job = ready(tmp_path / "job", [], scheme=read_scheme("scheme").source)
    write(
        tmp_path / "frac",
        {"w.csv": f"sentence,label\nThe {'tolls of Port Ansel ' * 5}rise.,1\n"},
    )
    import_corpus(job, "frac", tmp_path / "frac", to="frames")
    card = (publish(job).folder / "README.md").read_text(encoding="utf-8")
    assert "Cite its makers: FrAC" in card
    assert "<https://aclanthology.org/P15-2072>. Licence: CC-BY-4.0." in card
    assert "| Annotations | 1 by 1 authors, and 1 mapped from them |" in card
    assert "| Labelled spans | 0 |" in card
    own, others = _section(card, "frames"), _section(card, "pressmark")
    assert (
        "| label | spans, gold, mapped | definition |\n| --- | --- | --- |\n| economic | 1 |" in own
    )
    assert "economic 1" not in others
    assert "| gold, mapped | 1 | 0 | 1 |" in card


def _section(card: str, scheme: str) -> str:
    return card.partition(f"## Scheme `{scheme}`")[2].partition("\n## ")[0]


def test_what_latex_takes_for_its_own_is_escaped_in_the_citation(tmp_path: Path) -> None:
    job = ready(tmp_path / "job", [page()], title="Harbour & Exchange 100%")
    card = (publish(job).folder / "README.md").read_text()
    assert r"title = {Harbour \& Exchange 100\%}" in card
