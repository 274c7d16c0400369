"""The layer in which people correct blocks: its scheme, and what its tasks show."""

from dataclasses import replace

import pytest
from hypothesis import given, settings

from annotation.layers import BLOCKS, blocks_shown, scheme_of
from corpus.blocks.overlay import overlay
from corpus.records import BLOCK_KINDS, Article, Block
from corpus.resources import CONFIGS
from corpus.scheme import parse_scheme, read_scheme
from corpus.yamlfile import ConfigError
from tests import speech
from tests.conftest import MakeJob
from tests.speech import SCHEME, article

SOURCE = (CONFIGS / "blocks.yaml").read_text(encoding="utf-8")
KINDS = parse_scheme(SOURCE)


def test_the_labels_of_the_shipped_scheme_are_the_kinds_of_block_and_no_others(
    job: MakeJob,
) -> None:
    assert read_scheme("blocks", CONFIGS).label_names == BLOCK_KINDS
    assert scheme_of(job(), BLOCKS).label_names == BLOCK_KINDS


def test_each_kind_has_a_key_and_a_colour_of_its_own() -> None:
    labels = parse_scheme(SOURCE).labels
    assert len({label.hotkey for label in labels}) == len({label.colour for label in labels}) == 16


def test_a_scheme_of_blocks_that_lacks_a_kind_or_adds_one_is_refused(job: MakeJob) -> None:
    made = job(studio={"blocks": "mine.yaml"})
    source = SOURCE.replace("- name: poll\n", "- name: quiz\n")
    (made.folder / "mine.yaml").write_text(source, encoding="utf-8")
    with pytest.raises(ConfigError) as told:
        scheme_of(made, BLOCKS)
    assert len(told.value.problems) == 2
    assert "'quiz' is no kind of block" in str(told.value)
    assert "'poll' has no label" in str(told.value)


def test_a_layer_that_is_none_is_refused_with_those_there_are(job: MakeJob) -> None:
    with pytest.raises(ConfigError, match="spans, blocks"):
        scheme_of(job(scheme=SCHEME), "block")


def test_a_menu_is_shown_as_one_region_and_two_paragraphs_as_two() -> None:
    text = "Home\nNews\nMaar slams dockers\nThe strike goes on.\nIt ends."
    kinds = ["chrome", "chrome", "headline", "paragraph", "paragraph"]
    blocks, at = [], 0
    for line, kind in zip(text.split("\n"), kinds, strict=True):
        blocks.append(Block(at, at + len(line), kind, score=0.5 + at / 100))
        at += len(line) + 1
    shown = blocks_shown(Article("a1", text, tuple(blocks)), parse_scheme(SOURCE))
    assert [text[s.start : s.end] for s in shown.spans] == [
        "Home\nNews",
        "Maar slams dockers",
        "The strike goes on.",
        "It ends.",
    ]
    assert shown.spans[0].score == 0.5


@settings(deadline=None)
@given(speech.articles())
def test_who_accepts_all_that_is_shown_changes_no_border_and_no_kind(page: Article) -> None:
    shown = blocks_shown(page, KINDS)
    accepted = [replace(span, origin="accepted") for span in shown.spans]
    found = overlay(page, accepted).blocks
    assert [(b.start, b.end, b.kind) for b in found] == [
        (b.start, b.end, b.kind) for b in page.blocks
    ]
    assert {b.by for b in found} == {"human"}


def test_the_default_articles_blocks_are_all_shown() -> None:
    shown = blocks_shown(article(), KINDS)
    assert [(s.start, s.end, s.label) for s in shown.spans] == [
        (b.start, b.end, b.kind) for b in article().blocks
    ]
