import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.dataset import annotation_of, article_of
from corpus.errors import PressmarkError
from corpus.files import read_lines
from corpus.imports import ptc
from corpus.imports.native import Document
from corpus.job import Job
from corpus.records import Annotation, Article, Block, Span
from corpus.release.brat import Brat
from corpus.release.export import LOSSES, export
from corpus.release.filenames import file_names
from corpus.release.ptc import Ptc
from corpus.store import append_annotations, read_annotations, read_articles
from corpus.takedown import takedown
from tests.corpus.release.press import ready
from tests.speech import article, clean_text, mark, scheme, words

HOSTILE = ["../../etc/passwd", "..", ".hidden", "a/b", "A", "a", "CON", "con", "é😀", "x" * 300]
HOSTILE += ["a\nb", "a\0b", "https://courier.example/a?b=c", "a-b", "a.b", "\udcff", " "]


@st.composite
def marked(draw: st.DrawFn) -> tuple[Article, Annotation]:
    """A page of any text and one author's spans anywhere in it, with every type of attribute."""
    text = draw(clean_text.filter(lambda t: t.strip() and not t.startswith("\ufeff")))
    inner = text.strip()
    start = text.index(inner)
    page = Article("p1", text, (Block(start, start + len(inner), "headline"),))
    edges = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
    labels = draw(st.lists(st.sampled_from(["judged", "loud head"]), min_size=4, max_size=4))
    free = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
    spans = []
    pairs = zip(edges[::2], edges[1::2], strict=False)
    for n, ((first, last), label) in enumerate(zip(pairs, labels, strict=False)):
        given_ = {
            "sentiment": draw(st.lists(st.sampled_from(["negative", "positive"]), max_size=2)),
            "device": draw(st.lists(st.sampled_from(["verb", "question"]), max_size=3)),
            "target": draw(st.lists(free, max_size=1)),
            "unsure": draw(st.lists(st.just("yes"), max_size=1)),
        }
        attributes = {name: tuple(values) for name, values in given_.items()}
        spans.append(Span(f"s{n}", first, last, label, attributes))
    return page, replace(mark("ana", of=page), spans=tuple(spans))


def read_brat(folder: Path, name: str) -> tuple[str, list[tuple[int, int, str, dict[str, Any]]]]:
    """A small reader of brat's stand-off: text, and spans with their attributes, by its rules."""
    text = (folder / f"{name}.txt").read_bytes().decode()
    names = json.loads((folder / "names.json").read_text(encoding="utf-8"))
    spans: dict[str, tuple[int, int, str, dict[str, Any]]] = {}
    for line in (folder / f"{name}.ann").read_bytes().decode().split("\n")[:-1]:
        id_, what, *rest = line.split("\t", 2)
        if id_[0] == "T":
            type_, _, where = what.partition(" ")
            pieces = [tuple(map(int, piece.split(" "))) for piece in where.split(";")]
            assert rest[0] == " ".join(text[a:b] for a, b in pieces)
            assert all("\n" not in text[a:b] for a, b in pieces)
            spans[id_] = (pieces[0][0], pieces[-1][1], names["types"][type_], {})
        elif id_[0] == "A":
            attribute, mark_, *value = what.split(" ")
            name_, _, given_ = names["attributes"][attribute].partition("=")
            spans[mark_][3].setdefault(name_, []).append(value[0] if value else given_)
        else:
            kind, mark_ = what.split(" ")
            assert (id_[0], kind) == ("#", "AnnotatorNotes")
            spans[mark_][3].update(json.loads(rest[0]))
    return text, list(spans.values())


@settings(max_examples=60, deadline=None)
@given(marked())
def test_brat_gives_back_every_span_and_attribute_that_it_does_not_call_lost(
    tmp_path_factory: pytest.TempPathFactory, page_and_marks: tuple[Article, Annotation]
) -> None:
    page, opinion = page_and_marks
    folder, lost = tmp_path_factory.mktemp("brat"), Counter[str]()
    writer = Brat(folder, {scheme().hash: scheme()}, lost)
    writer.add(page, "p1", [opinion])
    writer.close()
    text, spans = read_brat(folder, "p1")
    assert text == page.text
    wanted = [
        (s.start, s.end, s.label, {name: sorted(values) for name, values in s.attributes.items()})
        for s in opinion.spans
    ]
    found = [(a, b, label, {n: sorted(v) for n, v in said.items()}) for a, b, label, said in spans]
    if not lost["line ends at the edge of a span"] and not lost["spans of nothing but line ends"]:
        assert found == wanted
    else:
        assert len(found) == len(wanted) - lost["spans of nothing but line ends"]


def test_brats_configuration_declares_what_its_files_use(tmp_path: Path) -> None:
    page = article()
    opinion = mark("ana", ("Maar slams “greedy” dockers 😀", "loud head"), of=page)
    span = replace(opinion.spans[0], attributes={"sentiment": ("negative",), "device": ("verb",)})
    writer = Brat(tmp_path, {scheme().hash: scheme()}, Counter())
    writer.add(page, "a1", [replace(opinion, spans=(span,))])
    writer.close()
    conf = (tmp_path / "annotation.conf").read_text()
    assert re.findall(r"^\[(\w+)\]$", conf, re.MULTILINE) == [
        "entities",
        "relations",
        "events",
        "attributes",
    ]
    assert "\nloud_head\n" in conf
    assert "sentiment\tArg:<ENTITY>, Value:negative\n" in conf
    assert "device_verb\tArg:<ENTITY>\n" in conf


@settings(max_examples=60, deadline=None)
@given(marked())
def test_ptcs_importer_reads_back_every_span_of_the_same_text(
    tmp_path_factory: pytest.TempPathFactory, page_and_marks: tuple[Article, Annotation]
) -> None:
    page, opinion = page_and_marks
    folder = tmp_path_factory.mktemp("ptc")
    writer = Ptc(folder, {scheme().hash: scheme()}, Counter())
    writer.add(page, "p1", [opinion])
    writer.close()
    (found,) = ptc.read(folder)
    assert isinstance(found, Document)
    assert (found.id, found.text) == ("p1", page.text)
    marks = [m for each in found.opinions for m in each.marks]
    assert [(m.start, m.end, m.label) for m in marks] == [
        (s.start, s.end, s.label) for s in opinion.spans
    ]


@pytest.fixture
def home(tmp_path: Path) -> Job:
    one, two = article(id_="../up/one"), article("A tide\n\nIt comes.", "two")
    said = [
        mark("ana", ("slams", "judged"), of=one),
        mark("ben / co", ("naïve", "judged"), of=one),
        mark("ana", of=two, status="skipped"),
        mark("cleo", ("naïve", "judged"), of=one, role="gold"),
    ]
    return ready(tmp_path / "job", [one, two], said)


def test_json_lines_lose_nothing(home: Job, tmp_path: Path) -> None:
    done = export(home, "jsonl", tmp_path / "out")
    articles = [article_of(row) for row in read_lines(done.folder / "articles.jsonl")]
    assert articles == read_articles(home)
    for log in (home.annotations, home.gold):
        rows = read_lines(done.folder / log.name)
        assert [annotation_of(row) for row in rows] == read_annotations(log)
    assert done.losses == {}
    assert (done.folder / LOSSES).read_text() == "jsonl: nothing is lost\n"


@pytest.mark.parametrize("format_", ["ptc", "brat"])
def test_each_author_has_a_folder_and_what_is_lost_is_counted(
    home: Job, tmp_path: Path, format_: str
) -> None:
    done = export(home, format_, tmp_path / "out")
    authors = {row["author"]: row["folder"] for row in read_lines(done.folder / "authors.jsonl")}
    assert set(authors) == {"ana", "ben / co", "cleo, gold"}
    assert all((done.folder / name).is_dir() for name in authors.values())
    assert done.losses["answers to questions"] == 3
    assert done.losses["annotations that are skipped"] == 1
    lines = (done.folder / LOSSES).read_text().splitlines()[1:]
    assert {line.split("\t")[1]: int(line.split("\t")[0]) for line in lines} == done.losses
    (row,) = read_lines(done.folder / "files.jsonl")
    assert row["id"] == "../up/one"


def test_what_ptc_has_no_room_for_and_brat_has(home: Job, tmp_path: Path) -> None:
    assert "attributes of spans" in export(home, "ptc", tmp_path / "ptc").losses
    assert "attributes of spans" not in export(home, "brat", tmp_path / "brat").losses


def test_one_author_can_be_picked_and_a_misspelt_one_is_told(home: Job, tmp_path: Path) -> None:
    assert export(home, "ptc", tmp_path / "out", ["ana"]).annotations == 1
    with pytest.raises(PressmarkError, match=r"no annotations by anna; there are: ana, ben / co"):
        export(home, "ptc", tmp_path / "more", ["anna"])
    assert not (tmp_path / "more").exists()


@pytest.mark.parametrize("format_", ["ptc", "brat", "jsonl"])
def test_what_was_taken_down_is_not_exported(home: Job, tmp_path: Path, format_: str) -> None:
    takedown(home, "../up/one")
    if format_ != "jsonl":
        with pytest.raises(PressmarkError, match="nothing to export"):
            export(home, format_, tmp_path / "out")
        return
    done = export(home, format_, tmp_path / "out")
    assert done.losses == {"articles on the take-down list": 1}
    told = b"".join(p.read_bytes() for p in done.folder.rglob("*") if p.is_file())
    assert b"greedy" not in told


def test_a_folder_that_stands_and_an_unknown_format_are_refused(home: Job, tmp_path: Path) -> None:
    with pytest.raises(PressmarkError, match="stands already"):
        export(home, "ptc", tmp_path)
    with pytest.raises(PressmarkError, match="there are: ptc, brat, jsonl"):
        export(home, "conll", tmp_path / "out")


def test_hostile_ids_become_safe_names_of_their_own() -> None:
    names = file_names(HOSTILE)
    assert set(names) == set(HOSTILE)
    assert len({name.casefold() for name in names.values()}) == len(HOSTILE)
    for name in names.values():
        assert re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,63}", name)
        assert name not in {"con", "nul"}


@given(st.sets(words, min_size=1, max_size=20))
def test_names_of_files_are_as_many_as_ids_and_stay_in_their_folder(ids: set[str]) -> None:
    names = file_names(ids)
    assert len(set(names.values())) == len(ids)
    assert all("/" not in name and not name.startswith(".") for name in names.values())


def test_no_id_can_take_anothers_name() -> None:
    taken = file_names(["a b"])["a b"]
    names = file_names(["a b", taken])
    assert names[taken] == taken
    assert names["a b"] != taken


@pytest.mark.parametrize("format_", ["ptc", "brat"])
def test_a_place_behind_the_text_is_lost_and_counted(
    home: Job, tmp_path: Path, format_: str
) -> None:
    (log,) = [a for a in read_annotations(home.annotations) if a.author == "ben / co"]
    far = Span("far", 0, 9000, "judged")
    append_annotations(home.annotations, [replace(log, spans=(far,))])
    done = export(home, format_, tmp_path / "out")
    assert done.losses["annotations with a place outside their text"] == 1
    told = b"".join(p.read_bytes() for p in done.folder.rglob("*") if p.is_file())
    assert b"9000" not in told


def test_one_author_can_be_picked_of_json_lines_too(home: Job, tmp_path: Path) -> None:
    done = export(home, "jsonl", tmp_path / "out", ["ana"])
    (gold, said) = (read_lines(done.folder / n) for n in ("gold.jsonl", "annotations.jsonl"))
    assert {row["author"] for row in said} == {"ana"}
    assert list(gold) == []
    assert done.losses == {"annotations by others than --author": 2}
    with pytest.raises(PressmarkError, match="no annotations by anna"):
        export(home, "jsonl", tmp_path / "more", ["anna"])


def test_json_lines_bring_the_schemes_their_annotations_were_made_under(
    home: Job, tmp_path: Path
) -> None:
    done = export(home, "jsonl", tmp_path / "out")
    kept = done.folder / "schemes" / f"{home.scheme.hash}.yaml"
    assert kept.read_text(encoding="utf-8") == home.scheme.source


def test_an_article_is_counted_once_however_many_annotated_it(tmp_path: Path) -> None:
    headless = replace(article("It comes.", "three"), blocks=(Block(0, 9, "paragraph"),))
    said = [mark("ana", of=headless), mark("ben", of=headless)]
    losses = export(ready(tmp_path / "other", [headless], said), "ptc", tmp_path / "out").losses
    assert losses["articles whose first line is no headline"] == 1
