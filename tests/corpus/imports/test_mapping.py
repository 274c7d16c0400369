"""Mappings: data that is checked against both schemes, and what they make of annotations."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.check import faults, misanswered
from corpus.imports.catalogue import CORPORA
from corpus.imports.mapped import Loss, mapped
from corpus.imports.mapping import Mapping, read_mapping
from corpus.records import Annotation, misfits
from corpus.resources import CONFIGS
from corpus.yamlfile import ConfigError
from tests.corpus.imports.made import (
    FIRST,
    HEAD,
    PAGE,
    SECOND,
    basil,
    phrase,
    ptc,
    read,
    row,
    write,
)

SHIPPED = sorted(CORPORA)


def shipped(name: str) -> Mapping:
    return read_mapping(CONFIGS / "mappings" / f"{name}.yaml")


def under(name: str, path: Path) -> tuple[list[Annotation], Loss, dict[str, str]]:
    """Mapped annotations, the loss, and every article's text."""
    found = read(name, path)
    annotations, loss = mapped(shipped(name), found.annotations.values(), found.articles)
    for annotation in annotations:
        assert misfits(annotation, found.articles[annotation.article]) == []
        assert len(annotation.parents) == 1
        assert found.annotations[annotation.parents[0]].author == annotation.author
    return annotations, loss, {a.id: a.text for a in found.articles.values()}


@pytest.mark.parametrize("name", SHIPPED)
def test_every_corpus_has_a_scheme_with_citation_and_licence_and_a_mapping(name: str) -> None:
    scheme = CORPORA[name].scheme
    assert scheme.name == name
    assert scheme.published
    assert scheme.published.url.startswith("https://")
    assert CORPORA[name].licence
    assert shipped(name).source.hash == scheme.hash


@pytest.mark.parametrize("name", SHIPPED)
def test_a_mapping_that_leads_nowhere_gives_the_reason_for_each_label(name: str) -> None:
    for rule in shipped(name).rules:
        assert bool(rule.not_mapped) + bool(rule.to or rule.answer) + rule.none == 1


def test_the_words_of_the_body_and_the_headline_go_to_their_own_labels(tmp_path: Path) -> None:
    labels = row("111", "Loaded_Language", "cowardly") + row("111", "Slogans", "A disaster")
    labels += row("111", "Loaded_Language", "drags") + row("111", "Doubt", "into the mud")
    annotations, loss, texts = under("ptc", ptc(tmp_path, labels))
    (annotation,) = annotations
    text = texts[annotation.article]
    spans = [(s.label, text[s.start : s.end], dict(s.attributes)) for s in annotation.spans]
    assert spans == [("loaded headline", HEAD, {}), ("editorializing", "cowardly", {})]
    assert annotation.id == "import:ptc-111:ptc:pressmark"
    assert annotation.role == "gold"
    assert annotation.spans[1].source == "Loaded_Language:37-45"
    assert [span.origin for span in annotation.spans] == ["edited", "accepted"]
    assert (loss.items, loss.joined) == (4, 1)
    assert list(loss.lost.values()) == [1]
    assert "composition" in next(iter(loss.lost))
    assert loss.unreached == ("appeal",)


def test_overlapping_spans_that_come_to_one_label_become_one(tmp_path: Path) -> None:
    labels = row("111", "Loaded_Language", "cowardly council")
    labels += row("111", "Name_Calling,Labeling", "council of Port")
    (annotation,), loss, _ = under("ptc", ptc(tmp_path, labels))
    assert [PAGE[s.start : s.end] for s in annotation.spans] == ["cowardly council of Port"]
    assert loss.joined == 1


def test_a_span_over_two_kinds_of_block_is_lost_and_counted(tmp_path: Path) -> None:
    labels = row("111", "Loaded_Language", f"mud 😀\n\n{FIRST[:3]}")
    (annotation,), loss, _ = under("ptc", ptc(tmp_path, labels))
    assert annotation.spans == ()
    assert loss.lost == {"Loaded_Language: no rule for it where it stands": 1}


def test_an_annotator_who_marked_nothing_maps_to_nothing_marked(tmp_path: Path) -> None:
    more = {"articles/article222.txt": SECOND}
    annotations, _, _ = under("ptc", ptc(tmp_path, row("111", "Doubt", "met"), **more))
    assert [len(annotation.spans) for annotation in annotations] == [0, 0]


def test_polarity_and_target_are_carried_and_quotations_are_left(tmp_path: Path) -> None:
    folder = basil(
        tmp_path,
        phrase("p0", "cowardly", FIRST, target="Council"),
        phrase("p2", "A disaster", SECOND, target="Council", quote="yes"),
        phrase("p1", "Nobody voted.", "Nobody voted.", "inf"),
    )
    (annotation,), loss, _ = under("basil", folder)
    (span,) = annotation.spans
    assert span.label == "editorializing"
    assert dict(span.attributes) == {"sentiment": ("negative",), "target": ("Council",)}
    assert sorted(loss.lost.values()) == [1, 1]


def test_headline_labels_become_spans_of_the_headline_and_no_is_an_opinion(tmp_path: Path) -> None:
    rows = f"media,title,annotator 1,annotator 2,label\nCourier,{HEAD},1,0,1\n"
    annotations, loss, _ = under("hyperpartisan-titles", write(tmp_path, {"t.csv": rows}))
    spans = {a.author: [(s.label, s.start, s.end) for s in a.spans] for a in annotations}
    whole = [("loaded headline", 0, len(HEAD))]
    assert spans == {
        "hyperpartisan-titles-1": whole,
        "hyperpartisan-titles-2": [],
        "hyperpartisan-titles": whole,
    }
    assert loss.lost == {}


def test_a_sentence_s_frame_is_a_passage_under_frames(tmp_path: Path) -> None:
    rows = f"sentence,label\n{FIRST},13\n"
    (annotation,), loss, _ = under("frac", write(tmp_path, {"gold.csv": rows}))
    assert [(s.label, s.end) for s in annotation.spans] == [("political", len(FIRST))]
    assert (loss.items, loss.lost) == (1, {})


def test_an_answer_maps_to_an_answer(tmp_path: Path) -> None:
    files = {"en/train-labels-subtask-1.txt": "111\treporting\n", "en/a/article111.txt": PAGE}
    (annotation,), _, _ = under("semeval2023-t3", write(tmp_path, files))
    assert [(a.question, a.values) for a in annotation.answers] == [("genre", ("report",))]


def test_a_mapping_that_maps_nothing_writes_nothing_and_says_why(tmp_path: Path) -> None:
    folder = write(tmp_path, {"train.csv": f"Sentence,Label\n{FIRST},SUBJ\n"})
    annotations, loss, _ = under("newssd-eng", folder)
    assert annotations == []
    assert loss.lost == {"of a whole sentence; ours marks the words": 1}


@pytest.mark.parametrize("name", SHIPPED)
def test_what_a_rule_gives_is_allowed_by_the_scheme_it_leads_to(name: str) -> None:
    mapping = shipped(name)
    for rule in mapping.rules:
        for question, values in rule.answer.items():
            asked = mapping.to.question(question)
            assert asked
            assert misanswered(asked, values) == []
        assert rule.to is None or mapping.to.label(rule.to)


MINE = """\
from: corpora/frac
to: scheme
rules:
  - {question: frame, values: [economic, polical], to: appael}
  - {question: farme, not_mapped: no}
  - {labels: [economic], question: frame, values: [other], to: appeal, not_mapped: both}
  - {question: frame, values: [morality], to: appeal, attributes: {ask: [beg], device: [motive]}}
  - {question: frame, values: [fairness], answer: {genre: [poem], mood: [bad]}}
  - {question: frame, values: [crime], to: appeal, when: {tone: [loud]}, carry: {tone: {to: x}}}
"""


def test_every_problem_of_a_mapping_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(MINE.replace("no}", '"no"}'), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        read_mapping(path)
    told = "\n".join(caught.value.problems)
    for line, what in [
        (4, "'frame' does not offer 'polical'"),
        (4, "pressmark has no label 'appael'"),
        (5, "frac has no question 'farme'"),
        (6, "a rule is for labels or for a question"),
        (6, "a rule leads to a label or answer"),
        (6, "frac has no label 'economic'"),
        (7, "'ask' does not offer 'beg'"),
        (7, "'device' is not asked of 'appeal'"),
        (8, "'genre' does not offer 'poem'"),
        (8, "pressmark has no question 'mood'"),
        (9, "frac has no attribute 'tone'"),
        (9, "frac has no attribute 'tone' to carry"),
        (3, "no rule for 'frame': 'political'; say where to, or why not_mapped"),
    ]:
        assert any(f"mine.yaml:{line}: {what}" in problem for problem in caught.value.problems), (
            what,
            told,
        )


def test_a_key_that_is_no_key_is_answered_with_the_one_that_was_meant(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("from: corpora/frac\nto: frames\nruels: []\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="did you mean 'rules'"):
        read_mapping(path)


def test_what_is_mapped_is_a_good_answer_under_our_scheme(tmp_path: Path) -> None:
    folder = basil(tmp_path, phrase("p0", "cowardly", FIRST, target="Council"))
    (annotation,), _, _ = under("basil", folder)
    to = shipped("basil").to
    assert [faults(span, to) for span in annotation.spans] == [[]]
    assert annotation.scheme == to.hash


def test_no_reader_knows_a_label_or_value_of_its_corpus_by_name() -> None:
    names: set[str] = set()
    for corpus in CORPORA.values():
        names |= {n for each in corpus.scheme.labels for n in (each.name, *each.native) if n}
        asked = (*corpus.scheme.attributes, *corpus.scheme.questions)
        values = [value for question in asked for value in question.values]
        names |= {n for value in values for n in (value.name, *value.native) if n}
    names -= {"biased_words", "0", "1", "2", "3", "none"}  # columns and numbers of files
    files = sorted((CONFIGS.parent / "corpus/imports").glob("*.py"))
    assert len(files) > 10
    found = [
        (path.name, name)
        for path in files
        for name in names
        if f'"{name}"' in path.read_text(encoding="utf-8")
    ]
    assert found == []
