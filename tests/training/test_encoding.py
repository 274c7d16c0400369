"""Words, windows and soft targets."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus.errors import PressmarkError
from corpus.records import Answer, Article
from tests.speech import article, articles, mark, scheme
from tests.training.press import tiny_encoder
from training.encoders import Encoder, load_encoder
from training.encoding import check_window, targets, windows, words
from training.examples import Example
from training.readings import Reader

SCHEME = scheme()


def said(page: Article) -> list[str]:
    return [page.text[word.start : word.end] for word in words(page)]


def test_punctuation_stands_alone_and_what_is_inside_a_word_stays() -> None:
    page = article("Renn’s “plan—vile”, 24/7… 😀 don't!")
    assert said(page) == [
        "Renn’s",
        "“",
        "plan",
        "—",
        "vile",
        "”",
        ",",
        "24/7",
        "…",
        "😀",
        "don't",
        "!",
    ]


@given(articles())
def test_words_hold_every_character_of_the_blocks_once_and_cross_none(page: Article) -> None:
    found = words(page)
    for word in found:
        block = page.blocks[word.block]
        assert block.start <= word.start < word.end <= block.end
    held = [place for word in found for place in range(word.start, word.end)]
    blocks = [place for block in page.blocks for place in range(block.start, block.end)]
    assert held == [place for place in blocks if not page.text[place].isspace()]


def test_windows_hold_every_token_and_share_the_stride(encoder: Encoder) -> None:
    page = article("\n\n".join(f"The mayor visits harbour {n}." for n in range(30)))
    whole = windows([page], encoder.tokenizer, 10_000, 0)[0]
    cut = windows([page], encoder.tokenizer, 32, 8)
    inner = [[place for place in window.places if place] for window in cut]
    assert max(len(window.ids) for window in cut) == 32
    assert all(before[-8:] == after[:8] for before, after in pairwise(inner))
    joined = inner[0] + [place for places in inner[1:] for place in places[8:]]
    assert joined == [place for place in whole.places if place]
    assert [(w.first, w.last) for w in (cut[0], cut[1], cut[-1])] == [
        (True, False),
        (False, False),
        (False, True),
    ]


def test_windows_know_their_article(encoder: Encoder) -> None:
    pages = [article("One."), article("Two words. " * 30), article("Three.")]
    cut = windows(pages, encoder.tokenizer, 32, 8)
    assert sorted({window.article for window in cut}) == [0, 1, 2]
    assert [w.article for w in cut if w.first] == [w.article for w in cut if w.last] == [0, 1, 2]


@given(page=articles())
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None
)
def test_places_are_slices_of_the_text(page: Article, encoder: Encoder) -> None:
    for window in windows([page], encoder.tokenizer, 32, 8):
        for place in filter(None, window.places):
            assert 0 <= place[0] < place[1] <= len(page.text)


def test_a_target_is_the_share_of_those_asked_who_covered_the_token(encoder: Encoder) -> None:
    page = article("Head\n\nThe vile plan of the board.")
    example = Example(
        page,
        (
            mark("ana", ("vile plan", "judged"), of=page),
            mark("ben", ("vile", "judged"), of=page),
            mark("cem", of=page),
            mark("dan", of=page, answers=(Answer("genre", ("opinion",)),)),
        ),
    )
    window = windows([page], encoder.tokenizer, 64, 0)[0]
    taught = targets(example, window, SCHEME)
    shares: dict[str, set[float]] = {}
    for row, place in enumerate(window.places):
        if place and taught.mask[row, 0]:
            word = next(w for w in words(page) if w.start <= place[0] < w.end)
            share = round(float(taught.inside[row, 0]), 4)
            shares.setdefault(page.text[word.start : word.end], set()).add(share)
    assert shares["vile"] == {0.6667}
    assert shares["plan"] == {0.3333}
    assert shares["The"] == shares["board"] == {0}
    assert taught.begins[:, 0].sum() == pytest.approx(2 / 3)
    assert window.places[int(taught.begins[:, 0].argmax())][0] == page.text.index("vile")  # type: ignore[index]


def test_no_loss_where_the_label_may_not_stand_or_nobody_was_asked(encoder: Encoder) -> None:
    page = article("Head of the board\n\nThe vile plan.")
    window = windows([page], encoder.tokenizer, 64, 0)[0]
    mask = targets(Example(page, (mark("ana", of=page),)), window, SCHEME).mask
    for row, place in enumerate(window.places):
        paragraph = place is not None and place[0] >= page.blocks[1].start
        assert mask[row].tolist() == [paragraph, place is not None]
    opinion = mark("ana", of=page, answers=(Answer("genre", ("opinion",)),))
    unasked = targets(Example(page, (opinion,)), window, SCHEME).mask
    assert unasked[:, 0].sum() == 0
    assert (unasked[:, 1] == mask[:, 1]).all()


def test_a_span_that_began_in_the_window_before_begins_once(encoder: Encoder) -> None:
    body = "mayor visits harbour " * 30
    page = article(f"Head\n\n{body.strip()}.")
    example = Example(page, (mark("ana", (body.strip(), "judged"), of=page),))
    cut = windows([page], encoder.tokenizer, 32, 0)
    taught = [targets(example, window, SCHEME) for window in cut]
    assert len(cut) > 2
    assert [each.begins[:, 0].sum() for each in taught] == [1, *([0] * (len(cut) - 1))]
    assert all(each.inside[:, 0].max() == 1 for each in taught)


@pytest.mark.parametrize(
    ("window", "stride", "told"), [(64, 62, "training.stride"), (65, 8, "training.window")]
)
def test_a_window_the_encoder_cannot_read_is_told(
    encoder: Encoder, window: int, stride: int, told: str
) -> None:
    check_window(encoder, 64, 8)
    with pytest.raises(PressmarkError, match=told):
        check_window(encoder, window, stride)


@pytest.mark.parametrize(
    ("kind", "positions"), [("bert", 64), ("roberta", 64), ("modernbert", 64), ("deberta-v2", None)]
)
def test_every_architecture_tells_its_longest_window(
    tmp_path: Path, kind: str, positions: int | None
) -> None:
    assert load_encoder(str(tiny_encoder(tmp_path / kind, kind)), Path()).positions == positions


def test_a_word_is_read_in_the_window_that_shows_most_around_it(
    learned_reader: Reader,
) -> None:
    page = article("Head\n\n" + "The mayor visits the harbour. " * 20)
    whole = next(learned_reader.read([article("Head\n\nThe mayor visits the harbour.")]))
    assert whole.inside.shape == (len(words(whole.article)), 2)
    cut = next(replace(learned_reader, window=32, stride=12).read([page]))
    assert len(cut.words) == len(words(page))
    assert np.isfinite(cut.inside).all()
    assert (cut.inside > 0).all()
    assert (cut.inside < 1).all()


@given(pages=st.lists(articles(), min_size=1, max_size=3))
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None
)
def test_any_page_is_read_in_order_and_company_changes_little(
    pages: list[Article], learned_reader: Reader
) -> None:
    together = list(learned_reader.read(pages))
    for page, reading in zip(pages, together, strict=True):
        alone = next(learned_reader.read([page]))
        assert reading.article == page
        assert np.allclose(reading.inside, alone.inside, atol=1e-4)
