"""What nobody asked is not taught, and an empty answer to what was asked is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
import yaml

from corpus.job import Job, open_job
from corpus.records import Annotation, Answer, Article, Span
from corpus.scheme import Question, Scheme, parse_scheme
from corpus.settings import TrainingSection
from corpus.store import append_annotations
from tests.conftest import MakeJob
from tests.speech import article, mark, scheme
from training.backends import reader, weights_of
from training.encoders import Encoder
from training.examples import Example, read_examples
from training.heads import Heads, heads_of, joined
from training.model import PressmarkModel
from training.rows import Row, Taught, rows
from training.selecting.counts import answered as answers_of
from training.selecting.counts import count_answers
from training.selecting.label_errors import ranked
from training.units import Floats, Unit, article_unit
from training.units_baselines import tfidf
from training.validation import reached

ASKING = """\
name: asking
version: "1"
published: {citation: c, url: u, licence: CC0-1.0}
labels: [{name: judged, colour: "#b3261e"}, {name: praised, colour: "#005fcc"}]
attributes:
  - {name: unsure, type: flag, labels: [judged]}
  - {name: device, type: several, labels: [judged], values: [{name: verb}, {name: noun}]}
  - {name: tone, type: one, values: [{name: warm}, {name: cold}]}
questions:
  - {name: topics, type: several, values: [{name: boats}, {name: money}]}
  - {name: view, type: one, values: [{name: for}, {name: against}]}
  - {name: odd, type: flag}
"""
BARE = """\
name: bare
version: "1"
published: {citation: c, url: u, licence: CC0-1.0}
labels: [{name: judged, colour: "#b3261e"}]
"""
PAGE = article("Maar slams 😀\n\nA vile plan, he said.\n\nThe café is a bad one.")


def said(under: Scheme, *labels: str, author: str = "ana", **fields: object) -> Annotation:
    """Spans on 'vile', one a label, with nothing ticked; nothing answered."""
    found = mark(author, *(("vile", label) for label in labels), of=PAGE, under=under, answers=())
    spans = tuple(replace(span, attributes={}) for span in found.spans)
    return replace(found, spans=spans, **fields)


def asked(row: Row, heads: Heads, name: str) -> tuple[list[list[float]], int]:
    """The targets of the units that are asked `name`, and how many units those are."""
    at = next(columns for choice, columns in heads.columns() if choice.name == name)
    on = (row["picked_mask"][:, at] > 0).all(axis=1)
    return row["picked"][on][:, at].tolist(), int(on.sum())


def taught(
    encoder: Encoder, under: Scheme, *opinions: Annotation, like: Example | None = None
) -> tuple[Row, Heads]:
    parts = [Taught(under, [replace(like or Example(PAGE, ()), opinions=opinions)])]
    heads = heads_of(under, parts[0].examples)
    (row,) = rows(parts, heads, encoder.tokenizer, TrainingSection())
    return row, heads


def test_an_unticked_flag_and_an_empty_several_of_a_span_are_taught_as_none(
    encoder: Encoder,
) -> None:
    under = parse_scheme(ASKING)
    row, heads = taught(encoder, under, said(under, "judged", "praised"))
    # As drawn, and perhaps with its ends moved
    flags, count = asked(row, heads, "unsure")
    assert count in (1, 2)
    assert flags == [[0.0]] * count
    assert asked(row, heads, "device") == ([[0.0, 0.0]] * count, count)
    assert asked(row, heads, "tone") == ([], 0)


def test_what_is_not_asked_of_a_label_is_not_taught_of_its_spans(encoder: Encoder) -> None:
    under = parse_scheme(ASKING)
    row, heads = taught(encoder, under, said(under, "praised"))
    assert asked(row, heads, "unsure")[1] == asked(row, heads, "device")[1] == 0


def test_an_empty_several_and_flag_of_the_article_are_taught_as_none(encoder: Encoder) -> None:
    under = parse_scheme(ASKING)
    boats = (Answer("topics", ("boats",)),)
    row, heads = taught(encoder, under, said(under), said(under, author="ben", answers=boats))
    assert asked(row, heads, "topics") == ([[0.5, 0.0]], 1)
    assert asked(row, heads, "odd") == ([[0.0]], 1)
    assert asked(row, heads, "view") == ([], 0)


def test_a_several_that_must_be_answered_and_is_not_was_not_asked(encoder: Encoder) -> None:
    under = parse_scheme(ASKING.replace("type: several,", "type: several, required: true,"))
    row, heads = taught(encoder, under, said(under, "judged"))
    assert asked(row, heads, "topics")[1] == asked(row, heads, "device")[1] == 0
    assert asked(row, heads, "odd")[1] == 1


def test_a_corpus_whose_scheme_does_not_know_it_teaches_nothing_of_it(encoder: Encoder) -> None:
    ours, theirs = parse_scheme(ASKING), parse_scheme(BARE)
    parts = [Taught(under, [Example(PAGE, (said(under, "judged"),))]) for under in (ours, theirs)]
    heads = joined([heads_of(part.scheme, part.examples) for part in parts])
    own, other = rows(parts, heads, encoder.tokenizer, TrainingSection())
    assert own["picked_mask"].any()
    assert not other["picked_mask"].any()


def grown(job: Job, **more: list[dict[str, object]]) -> Job:
    """The job after its scheme got more attributes and questions; the older one is kept."""
    job.keep_scheme()
    raw = yaml.safe_load(job.scheme.source)
    for part, added in more.items():
        raw[part] = [*raw.get(part, []), *added]
    path = job.folder / job.settings.scheme
    path.write_text(yaml.safe_dump(raw), encoding="utf-8")
    return open_job(job.folder)


FLAG = {"name": "new", "type": "flag"}
SEVERAL = {"name": "topics", "type": "several", "values": [{"name": "boats"}, {"name": "money"}]}


@pytest.mark.parametrize("part", ["attributes", "questions"])
@pytest.mark.parametrize("added", [FLAG, SEVERAL])
def test_what_was_added_to_the_scheme_later_was_not_asked_before(
    encoder: Encoder, job: MakeJob, part: str, added: dict[str, object]
) -> None:
    before = job(PAGE, scheme=BARE)
    append_annotations(before.annotations, [said(before.scheme, "judged")])
    after = grown(before, **{part: [added]})
    (old,) = read_examples(after).items.values()
    heads = heads_of(after.scheme, [old])
    (row,) = rows([Taught(after.scheme, [old])], heads, encoder.tokenizer, TrainingSection())
    assert asked(row, heads, str(added["name"]))[1] == 0
    late = said(after.scheme, "judged", author="ben", id="late")
    append_annotations(after.annotations, [late])
    (both,) = read_examples(after).items.values()
    (row,) = rows([Taught(after.scheme, [both])], heads, encoder.tokenizer, TrainingSection())
    assert asked(row, heads, str(added["name"]))[1] > 0


def widened(job: Job, value: str) -> Job:
    """The job after every choice of its scheme got one more value."""
    job.keep_scheme()
    raw = yaml.safe_load(job.scheme.source)
    for each in (*raw["attributes"], *raw["questions"]):
        if each["type"] != "flag":
            each["values"].append({"name": value})
    path = job.folder / job.settings.scheme
    path.write_text(yaml.safe_dump(raw), encoding="utf-8")
    return open_job(job.folder)


def told(row: Row, heads: Heads, name: str) -> tuple[set[tuple[float, ...]], set[tuple[bool, ...]]]:
    """The targets of the units that are asked `name`, and of which values a loss is taken."""
    at = next(columns for choice, columns in heads.columns() if choice.name == name)
    on = row["picked_mask"][:, at] > 0
    asked_ = on.any(axis=1)
    return {*map(tuple, row["picked"][asked_][:, at].tolist())}, {*map(tuple, on[asked_].tolist())}


def answered(under: Scheme, author: str, *topics: str) -> Annotation:
    """A span with a device, and answers to the questions about the article."""
    bare = said(under, "judged", author=author, id=author)
    given = {"device": ("verb",), "tone": ("warm",)}
    spans = tuple(replace(span, attributes=given) for span in bare.spans)
    return replace(bare, spans=spans, answers=(Answer("topics", topics), Answer("view", ("for",))))


def test_a_value_that_was_added_later_was_not_refused_by_those_who_were_not_offered_it(
    encoder: Encoder, job: MakeJob
) -> None:
    before = job(PAGE, scheme=ASKING)
    append_annotations(before.annotations, [answered(before.scheme, "ana", "boats")])
    after = widened(before, "late")
    (old,) = read_examples(after).items.values()
    row, heads = taught(encoder, after.scheme, *old.opinions, like=old)
    assert told(row, heads, "topics") == ({(1.0, 0.0, 0.0)}, {(True, True, False)})
    assert told(row, heads, "device") == ({(1.0, 0.0, 0.0)}, {(True, True, False)})
    # whoever picked another of which one can be picked has said so
    assert told(row, heads, "view") == ({(1.0, 0.0, 0.0)}, {(True, True, True)})
    assert told(row, heads, "tone") == ({(1.0, 0.0, 0.0)}, {(True, True, True)})
    late = answered(after.scheme, "ben", "money", "late")
    append_annotations(after.annotations, [late])
    (both,) = read_examples(after).items.values()
    row, heads = taught(encoder, after.scheme, *both.opinions, like=both)
    assert told(row, heads, "topics") == ({(0.5, 0.5, 1.0)}, {(True, True, True)})


def test_gold_was_offered_the_values_of_those_it_was_made_from_and_what_it_says(
    encoder: Encoder, job: MakeJob
) -> None:
    before = job(PAGE, scheme=ASKING)
    old = answered(before.scheme, "ana", "boats")
    after = widened(widened(before, "late"), "later")
    gold = replace(answered(after.scheme, "gold", "boats", "later"), role="gold", parents=("ana",))
    append_annotations(after.annotations, [old, gold])
    (example,) = read_examples(after).items.values()
    assert [each.id for each in example.opinions] == ["gold"]
    row, heads = taught(encoder, after.scheme, *example.opinions, like=example)
    assert told(row, heads, "topics") == ({(1.0, 0.0, 0.0, 1.0)}, {(True, True, False, True)})


def test_no_baseline_is_taught_that_a_value_was_refused_which_was_not_offered(
    job: MakeJob,
) -> None:
    before = job(PAGE, scheme=ASKING)
    append_annotations(before.annotations, [answered(before.scheme, "ana", "boats")])
    after = widened(before, "late")
    late = replace(PAGE, id="late")
    offered = replace(answered(after.scheme, "ben", "late"), article="late")
    (old,) = read_examples(after).items.values()
    linear = tfidf([old, Example(late, (offered,), old.older)], after.scheme)
    topics = next(c for c, _ in linear.heads.about("article") if c.name == "topics")
    (chance,) = linear.chances(PAGE, topics, [article_unit(PAGE)])
    assert chance is not None
    assert chance[topics.values.index("late")] == 1  # nobody who was asked said no


def test_no_curve_choice_of_models_or_doubt_counts_a_value_that_was_not_offered(
    encoder: Encoder, job: MakeJob
) -> None:
    before = job(PAGE, scheme=ASKING)
    append_annotations(before.annotations, [answered(before.scheme, "ana", "boats")])
    after = widened(before, "late")
    (old,) = read_examples(after).items.values()
    heads = heads_of(after.scheme, [old])
    topics = next(choice for choice, _ in heads.about("article") if choice.name == "topics")

    def says(_: int, asked_: list[Unit]) -> list[Floats | None]:
        return [np.array([0.9, 0.1, 0.9], np.float32) for _ in asked_]

    told = answers_of([old], topics, after.scheme, {PAGE.id: "g"}, says)
    counts = count_answers(topics, after.scheme, [old], told, {PAGE.id: "g"})
    found = dict(zip(topics.values, counts[0].tolist(), strict=True))
    assert found["boats"] == [1, 1, 1, 1]
    assert found["late"] == [0, 0, 0, 0]
    model = PressmarkModel.on(encoder.model, heads)
    for part in (model.token_head, model.unit_head):
        torch.nn.init.zeros_(part.weight)
        torch.nn.init.constant_(part.bias, -9)
    offered = {name: at for choice, at in heads.columns() for name in [choice.name]}
    with torch.no_grad():
        model.unit_head.bias[offered["topics"]] = torch.tensor([9.0, -9.0, 9.0])
        model.unit_head.bias[offered["view"]] = torch.tensor([9.0, -9.0, -9.0])
    page = replace(PAGE, id="new")
    said_ = replace(answered(after.scheme, "ben", "boats", "late"), article="new")
    both = [old, Example(page, (said_,), old.older)]
    readings = list(reader(model, encoder.tokenizer, 48, 8).read([PAGE, page], keep=True))
    thresholds = dict.fromkeys(after.scheme.label_names, 0.5)
    whole = reached(readings, both, after.scheme, thresholds, model, values={})
    # nor is anybody doubted for what was not offered: all answers are the model's own
    doubted = ranked([(old, readings[0], weights_of(model))], after.scheme, "characters")
    assert [each for each in doubted if each.fault == "answer"] == []
    # no span is found (0), both questions are answered as they were (1 each)
    assert whole == pytest.approx(2 / 3)


def made_of(job: Job, *parents: Annotation) -> Example:
    """The job's one example, whose gold is made of `parents` under the scheme of today."""
    gold = said(job.scheme, "judged", author="gold", id="gold", role="gold")
    parents_ = tuple(parent.id for parent in parents)
    append_annotations(job.annotations, [*parents, replace(gold, parents=parents_)])
    (example,) = read_examples(job).items.values()
    assert [each.id for each in example.opinions] == ["gold"]
    return example


def flag_of(job: Job) -> Question:
    found = job.scheme.question("odd")
    assert found
    return found


def test_what_a_mapping_made_of_another_schemes_annotation_was_asked_nothing_more(
    job: MakeJob,
) -> None:
    ours = job(PAGE, scheme=ASKING)
    native = parse_scheme(BARE)
    ours.keep_scheme(native)
    example = made_of(ours, said(native, "judged", id="native"))
    assert not example.none(example.opinions[0], flag_of(ours))


def test_gold_knows_no_more_than_those_it_was_made_from_were_asked(job: MakeJob) -> None:
    before = job(PAGE, scheme=BARE)
    old = said(before.scheme, "judged", id="old")
    after = grown(before, questions=[{"name": "odd", "type": "flag"}])
    example = made_of(after, old)
    assert not example.none(example.opinions[0], flag_of(after))
    new = said(after.scheme, "judged", author="ben", id="new")
    example = made_of(after, replace(old, revision=2), new)
    assert example.none(example.opinions[0], flag_of(after))


def test_an_attribute_asked_of_one_more_label_was_not_asked_of_it_before(job: MakeJob) -> None:
    before = job(PAGE, scheme=ASKING)
    append_annotations(before.annotations, [said(before.scheme, "praised")])
    before.keep_scheme()
    path = before.folder / before.settings.scheme
    wider = ASKING.replace("type: flag, labels: [judged]", "type: flag")
    path.write_text(wider, encoding="utf-8")
    after = open_job(before.folder)
    (example,) = read_examples(after).items.values()
    unsure = after.scheme.attribute("unsure")
    assert unsure
    span = replace(example.opinions[0].spans[0], label="judged")
    assert not example.none(example.opinions[0], unsure, replace(span, label="praised"))
    assert example.none(example.opinions[0], unsure, span)


def lines(count: int) -> Article:
    return article("\n\n".join(f"The mayor visits the board, number {n}." for n in range(count)))


def test_a_unit_is_taught_once_where_most_of_it_stands(encoder: Encoder) -> None:
    under = scheme()
    page = lines(12)
    spans = [Span(f"s{n}", b.start, b.end, "judged") for n, b in enumerate(page.blocks)]
    flagged = [replace(s, attributes={"unsure": ("yes",)}) for s in spans]
    opinion = replace(mark("ana", of=page, under=under), spans=tuple(flagged), answers=())
    parts = [Taught(under, [Example(page, (opinion,))])]
    heads = heads_of(under, parts[0].examples)
    made = rows(parts, heads, encoder.tokenizer, TrainingSection(window=24, stride=4))
    assert len(made) > 3
    # The surface tells a block from its neighbours: by its number, unless jitter cut that off
    blocks = encoder.tokenizer(
        [page.text[b.start : b.end] for b in page.blocks], add_special_tokens=False
    )["input_ids"]
    at = next(columns for choice, columns in heads.columns() if choice.name == "loud head")
    on = [row["picked_mask"][:, at][:, 0] > 0 for row in made]
    sizes = [
        units[1] - units[0]
        for row, asked_ in zip(made, on, strict=True)
        for units in row["units"][asked_]
    ]
    assert len(sizes) == len(page.blocks)
    for size, tokens in zip(sizes, blocks, strict=True):
        assert 2 * size >= len(tokens)


def test_the_article_has_one_vote_however_many_windows_it_has(encoder: Encoder) -> None:
    under = parse_scheme(ASKING)
    pages = [replace(lines(12), id="long"), replace(lines(1), id="short")]
    view = (Answer("view", ("for",)),)
    found = [Example(page, (mark("ana", of=page, under=under, answers=view),)) for page in pages]
    heads = heads_of(under, found)
    settings = TrainingSection(window=24, stride=4)
    made = rows([Taught(under, found)], heads, encoder.tokenizer, settings)
    at = next(columns for choice, columns in heads.columns() if choice.name == "view")
    votes = {
        name: sum(row["picked_mask"][:, at].sum() for row in made if row["article"] == name)
        for name in ("long", "short")
    }
    windows = sum(row["article"] == "long" for row in made)
    assert windows > 3
    assert votes["long"] == pytest.approx(votes["short"])
    # A window weighs by what it holds of the article, as the mean over the article does
    weights = np.array(
        [row["picked_mask"][:, at].sum() for row in made if row["article"] == "long"]
    )
    sizes = np.array([len(row["input_ids"]) - 2 for row in made if row["article"] == "long"])
    assert weights / weights.sum() == pytest.approx(sizes / sizes.sum(), rel=1e-5)
