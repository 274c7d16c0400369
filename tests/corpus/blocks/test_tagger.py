"""The learned tagger: what it is asked about, and what it may never touch."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from corpus.blocks import tagger
from corpus.blocks.html import Read, read_html
from corpus.blocks.line_features import RULES, Known, features
from corpus.blocks.lines import typed_lines
from corpus.blocks.packs import PackFile, PackLine, cues_of
from corpus.blocks.tagger import SHORTEST, choose, learned, load_model, pack, unpack
from corpus.errors import PressmarkError
from corpus.job import Job, open_job
from corpus.reading import ingest
from corpus.records import BLOCK_KINDS, Article
from corpus.store import iter_articles
from corpus.text import canonical

SAID = "The harbour council met for six hours on Tuesday and agreed on nothing at all, again."
MENU = "".join(f"<li><a href=/{n}>Quay {n}</a></li>" for n in range(40))
MARKUP = (
    f"<nav><ul>{MENU}</ul></nav><main><article><h1>Council agrees on nothing</h1>"
    + "".join(f"<p>{SAID} That was day {n}.</p>" for n in range(20))
    + "<div id=comments><h3>Talk</h3><p>First!</p></div></article></main>"
    + "<footer><p>© The Calder Courier</p><p>Tides</p><p>Winds</p></footer>"
)


def seen(markup: str = MARKUP, **given: object) -> Known:
    """What the tagger is shown of a page."""
    shown: list[Known] = []
    read_html(markup, tagger=lambda known: shown.append(known) or {}, **given)  # type: ignore[arg-type,func-returns-value]
    return shown[0]


def certain_of(kind: str, known: Known) -> np.ndarray:
    """Probabilities that call every line `kind`."""
    shares = np.full((len(known.lines), len(BLOCK_KINDS)), 0.01, np.float32)
    shares[:, BLOCK_KINDS.index(kind)] = 0.85
    return shares


def test_a_page_of_usual_length_is_typed_by_rules_and_model() -> None:
    read = read_html(MARKUP)
    assert {block.by for block in read.typed.blocks} == {"rule", "model"}
    assert all(0 < (block.score or 0) <= 1 for block in read.typed.blocks)
    kinds = [block.kind for block in read.typed.blocks]
    assert kinds.count("headline") == 1
    assert kinds.count("paragraph") == 20
    Article(id="a", text=read.text, blocks=read.typed.blocks)


def test_without_the_tagger_the_rules_say_everything() -> None:
    assert {block.by for block in read_html(MARKUP, tagger=None).typed.blocks} == {"rule"}


def test_text_alone_and_pages_shorter_than_any_it_learned_from_are_left_to_the_rules() -> None:
    short = f"<article><h1>Council agrees</h1><p>{SAID}</p></article>"
    assert {block.by for block in read_html(short).typed.blocks} == {"rule"}
    text = read_html(MARKUP).text
    assert {block.by for block in typed_lines(text).blocks} == {"rule"}
    known = seen()
    assert len(known.lines) >= SHORTEST
    assert learned(known)
    assert not learned(replace(known, pieces=None))


def test_the_headline_and_the_comments_of_a_page_are_the_rules() -> None:
    known = seen()
    said = choose(known, certain_of("teaser", known))
    kept = {known.kinds[i] for i in range(len(known.lines)) if i not in said}
    assert {"headline", "comments"} <= kept
    assert {kind for kind, _ in said.values()} == {"teaser"}


def test_no_second_headline_comes_of_the_model() -> None:
    known = seen()
    said = choose(known, certain_of("headline", known))
    assert said
    assert "headline" not in {kind for kind, _ in said.values()}


def test_what_a_person_wrote_into_a_pack_counts_before_the_model() -> None:
    cues = cues_of(PackFile(publisher="Post", lines=(PackLine(line="Tides", kind="bio"),)))
    known = seen(cues=cues)
    said = choose(known, certain_of("chrome", known))
    assert known.words.index("Tides") not in said
    assert known.words.index("Winds") in said


def test_a_rule_that_is_nearly_always_right_counts_before_the_model() -> None:
    known = seen()
    kinds = ["caption", *known.kinds[1:]]
    for sure, asked in ((0.95, False), (0.6, True)):
        told = replace(known, kinds=kinds, sure=[sure, *known.sure[1:]])
        assert (0 in choose(told, certain_of("chrome", told))) is asked


def test_the_model_is_the_one_its_manifest_names() -> None:
    folder = files("corpus.blocks") / "models"
    manifest = json.loads((folder / "tagger.json").read_text())
    told = manifest["models"]["html"]
    assert hashlib.sha256((folder / told["file"]).read_bytes()).hexdigest() == told["sha256"]
    assert features(seen()).shape[1] == told["features"] == len(load_model("html").mean)
    assert (folder / told["file"]).stat().st_size < 400_000  # type: ignore[attr-defined]


def test_a_model_that_is_not_the_trained_one_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "models"
    folder.mkdir()
    for file in (files("corpus.blocks") / "models").iterdir():
        (folder / file.name).write_bytes(file.read_bytes() + b" ")
    monkeypatch.setattr(tagger, "files", lambda _: tmp_path)
    load_model.cache_clear()
    try:
        with pytest.raises(PressmarkError, match="not the trained tagger"):
            load_model("html")
    finally:
        load_model.cache_clear()


def test_a_model_is_the_same_after_it_was_packed() -> None:
    model = load_model("html")
    again = unpack(pack(model), model.temperature)
    rows = features(seen())
    shares = model.probabilities(rows)
    assert np.array_equal(shares, again.probabilities(rows))
    assert np.allclose(shares.sum(axis=1), 1, atol=1e-4)


def test_the_rules_kind_stands_where_training_looks_for_it() -> None:
    known = seen()
    numbers = features(known)[:, slice(*RULES)].argmax(axis=1)
    assert [BLOCK_KINDS[number] for number in numbers] == list(known.kinds)


def test_a_line_in_the_publishers_pack_and_no_pack_at_all_are_told_apart() -> None:
    line = PackLine(line="Winds", kind="chrome", pages=4)
    with_pack = features(seen(cues=cues_of(PackFile(publisher="Post", lines=(line,)))))
    without = features(seen())
    at = seen().words.index("Winds")
    assert not np.array_equal(with_pack[at], without[at])
    assert not np.array_equal(with_pack[at], with_pack[at - 1])


def test_a_job_may_turn_the_tagger_off(job: Callable[..., Job]) -> None:
    made = job(sources=[{"path": "pages"}])
    (made.folder / "pages").mkdir()
    (made.folder / "pages/one.html").write_text(MARKUP)
    for setting, authors in (("true", {"rule", "model"}), ("false", {"rule"})):
        asked = open_job(made.folder, [f"blocks.tagger={setting}"])
        ingest.ingest(asked)
        (article,) = iter_articles(asked)
        assert {block.by for block in article.blocks} == authors


def test_real_pages_keep_their_text_and_their_one_headline() -> None:
    folder = os.environ.get("PRESSMARK_DATA")
    if not folder:
        pytest.skip("PRESSMARK_DATA names no folder of development data")
    for path in sorted((Path(folder) / "news-html" / "html").glob("*.html.gz"))[:20]:
        source = canonical(gzip.decompress(path.read_bytes()).decode("utf-8", "replace"))[0]
        read, plain = read_html(source), read_html(source, tagger=None)
        assert read.text == plain.text
        assert heads(read) == heads(plain)
        assert [(b.start, b.end) for b in read.typed.blocks] == [
            (b.start, b.end) for b in plain.typed.blocks
        ]


def heads(read: Read) -> list[int]:
    return [block.start for block in read.typed.blocks if block.kind == "headline"]
