"""The same story once: what is joined, what is not, and what is said of it."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.files import read_lines
from corpus.records import Article, Block
from corpus.store import add_articles, write_shard
from corpus.stories.duplicates import Clusters, clusters, duplicates, find_clusters
from tests.conftest import MakeJob
from tests.speech import article, articles

WIRE = "The harbour board met behind closed doors on Monday. " * 5


def paged(name: str, *parts: str, **facts: object) -> Article:
    return article("\n\n".join((f"Headline of {name}", *parts)), name, **facts)


def prose(seed: int, count: int) -> str:
    """`count` words that no other seed has in this order."""
    chance = random.Random(seed)
    return " ".join(f"word{chance.randrange(3000)}" for _ in range(count))


def of(*pages: Article) -> dict[str, str]:
    return find_clusters(pages).of


def relation(one: Article, other: Article) -> str:
    (join,) = find_clusters([one, other]).joins
    return join.relation


def test_clusters_reach_over_a_chain_of_shared_blocks() -> None:
    other = WIRE.replace("harbour", "airport")
    chain = [paged("a", WIRE), paged("b", WIRE, other), paged("c", other), paged("d", "Else.")]
    assert of(*chain) == {"a": "a", "b": "a", "c": "a", "d": "d"}


def test_white_space_punctuation_and_case_hide_no_copy() -> None:
    assert of(paged("a", WIRE), paged("b", WIRE.replace(". ", "!\n").upper()))["b"] == "a"


def test_a_shared_sentence_or_an_outlets_furniture_joins_nothing() -> None:
    said = "The board met on Monday, the harbour said."
    assert len(set(of(*(paged(n, said, prose(ord(n), 60)) for n in "ab")).values())) == 2
    text = WIRE.strip()
    bios = [
        Article(
            id=name,
            text=f"{name}\n\n{text}",
            blocks=(Block(0, 1, "headline"), Block(3, 3 + len(text), "bio")),
        )
        for name in ("a", "b")
    ]
    assert len(set(of(*bios).values())) == 2


def test_an_updated_story_stays_with_the_old_one() -> None:
    story = [f"Sentence {n} of the story says {n * n} things about it." for n in range(10)]
    updated = [
        line.replace("things", "words") if n % 4 == 0 else line for n, line in enumerate(story)
    ]
    pages = [paged("old", *story), paged("new", *updated, "A word more."), paged("x", "Other.")]
    assert of(*pages) == {"new": "new", "old": "new", "x": "x"}


def test_text_that_stands_on_every_page_of_an_outlet_joins_nothing() -> None:
    pages = [paged(f"p{n}", WIRE, f"Body {n}.", publisher="Calder Courier") for n in range(10)]
    others = [paged(f"q{n}", prose(n, 80), publisher="Ansel Post") for n in range(90)]
    assert find_clusters([*pages, *others]).several == {}


def test_a_form_that_many_pages_hold_joins_nothing_though_no_publisher_is_known() -> None:
    form = prose(1, 60)
    pages = [paged(f"p{n:02}", prose(n + 9, 140), form if n < 12 else "") for n in range(60)]
    assert find_clusters(pages).several == {}


def test_pages_that_are_all_the_same_are_one_story_though_their_text_stands_on_all() -> None:
    assert set(of(*(paged(f"p{n:02}", WIRE) for n in range(30))).values()) == {"p00"}
    versions = [paged(f"v{n}", prose(0, 200), f"Now {n}.") for n in range(9)]
    assert set(of(*versions).values()) == {"v0"}


@given(seed=st.integers(0, 500), begin=st.integers(0, 900))
def test_a_short_copy_is_found_inside_a_page_ten_times_as_long(seed: int, begin: int) -> None:
    long = prose(seed, 1000).split()
    copied = " ".join(long[begin : begin + 60])
    pages = [paged("long", " ".join(long)), paged("short", copied, prose(seed + 9999, 40))]
    assert of(*pages)["short"] == "long"


def test_a_story_that_hundreds_of_outlets_print_is_one_cluster() -> None:
    story = prose(1, 150)
    pages = [
        paged(f"p{n:03}", story, prose(n + 10, 50), publisher=f"outlet {n}") for n in range(300)
    ]
    assert set(of(*pages).values()) == {"p000"}


@given(seed=st.integers(0, 1000))
def test_the_order_of_the_articles_changes_nothing(seed: int) -> None:
    pages = [paged(f"p{n}", prose(n // 2, 60), prose(n + 100, 30)) for n in range(12)]
    mixed = random.Random(seed).sample(pages, len(pages))
    assert find_clusters(mixed) == find_clusters(pages)


@given(st.lists(articles(), max_size=6, unique_by=lambda a: a.id))
def test_any_articles_have_a_cluster_each_that_is_the_least_id_of_its_own(
    pages: list[Article],
) -> None:
    found = find_clusters(pages)
    assert set(found.of) == {page.id for page in pages}
    for id_, cluster in found.of.items():
        assert cluster <= id_
        assert found.of[cluster] == cluster


def test_what_has_no_body_is_joined_only_where_all_of_its_text_is_the_same() -> None:
    bare = [
        Article(id=name, text=text, blocks=(Block(0, len(text), "headline"),))
        for name, text in (("a", "Port shut"), ("b", "Port shut"), ("c", "Port open"))
    ]
    assert of(*bare) == {"a": "a", "b": "a", "c": "c"}
    assert find_clusters([]) == Clusters({})


def test_a_word_of_100_000_characters_is_a_word() -> None:
    page = paged("a", "x" * 100_000)
    assert of(page, paged("b", "x" * 100_000), paged("c", "y" * 100_000))["b"] == "a"


def test_a_script_without_spaces_is_read_by_the_character() -> None:
    story = "港の理事会は月曜日に非公開で会合を開き新しい料金を決めた" * 2
    assert (
        of(paged("a", story), paged("b", story + "以上"), paged("c", "港は静かだった"))["b"] == "a"
    )


def test_copies_updates_and_shared_passages_are_told_apart() -> None:
    story, more = prose(1, 200), prose(2, 20)
    courier = {"publisher": "Calder Courier", "published": "2026-03-01"}
    old = paged("a", story, **courier)
    assert relation(old, paged("b", story, more, publisher="Ansel Post")) == "copy"
    assert relation(old, paged("b", story, more, **courier)) == "update"
    late = {**courier, "published": "2026-09-01"}
    assert relation(old, paged("b", story, more, **late)) == "same story"
    part = " ".join(story.split()[:80])
    assert relation(old, paged("b", part, prose(3, 150), publisher="Ansel Post")) == "same story"
    assert relation(paged("a", story), paged("b", story, more)) == "same story"
    here = {"url": "https://calder.example/strike"}
    assert relation(paged("a", story, **here), paged("b", story, more, **here)) == "update"


def test_a_join_says_how_much_is_shared_and_by_whom() -> None:
    pages = [paged(n, WIRE, publisher=f"The {n}") for n in "ab"]
    (join,) = find_clusters([*pages, paged("c", prose(1, 50))]).joins
    assert (join.one, join.other, join.similarity) == ("a", "b", 1.0)
    assert join.reason == "the same words from first to last; by The a and The b"


@pytest.mark.parametrize("date", ["", "last Tuesday", "2026", "2026-13-45T00:00"])
def test_a_date_that_cannot_be_read_is_no_date(date: str) -> None:
    facts = {"publisher": "Calder Courier", "published": date}
    assert relation(paged("a", WIRE, **facts), paged("b", WIRE, "More.", **facts)) == "update"


def test_clusters_are_written_and_read_until_an_article_changes(job: MakeJob) -> None:
    mine = job(paged("a", WIRE), paged("b", WIRE), paged("c", prose(1, 50)))
    found = duplicates(mine)
    assert clusters(mine) == found.of == {"a": "a", "b": "a", "c": "c"}
    rows = list(read_lines(mine.clusters))
    assert [(row["article"], row["cluster"], len(row["joined"])) for row in rows] == [
        ("a", "a", 0),
        ("b", "a", 1),
        ("c", "c", 0),
    ]
    add_articles(mine, [paged("b", prose(2, 50))])
    assert clusters(mine) == {"a": "a", "b": "b", "c": "c"}


def test_clusters_are_found_anew_when_blocks_or_publishers_are_others_or_a_line_is_none_of_ours(
    job: MakeJob,
) -> None:
    pages = [paged("a", WIRE), paged("b", WIRE, prose(1, 50)), paged("c", prose(2, 50))]
    mine = job(*pages)
    duplicates(mine)
    kept = mine.clusters.read_bytes()
    assert clusters(mine)["b"] == "a"
    plea = [replace(block, kind="solicitation", by="human") for block in pages[1].blocks]
    write_shard(
        next(iter(mine.articles.glob("*.parquet"))),
        [pages[0], replace(pages[1], blocks=tuple(plea)), pages[2]],
    )
    assert clusters(mine)["b"] == "b"
    duplicates(mine)
    mine.clusters.write_bytes(mine.clusters.read_bytes() + b'{"article": "d"}\n')
    assert clusters(mine) == {"a": "a", "b": "b", "c": "c"}
    mine.clusters.write_bytes(kept.replace(b'"cluster"', b'"claster"'))
    assert clusters(mine) == {"a": "a", "b": "b", "c": "c"}


def test_versions_of_one_story_that_fill_most_of_a_small_corpus_are_joined() -> None:
    told = prose(1, 240)
    versions = [paged(f"v{n}", told, prose(10 + n, 50), publisher="Ledger") for n in range(5)]
    others = [paged(f"x{n}", prose(20 + n, 290), publisher="Ledger") for n in range(3)]
    assert len(set(of(*versions, *others).values())) == 4


def test_briefs_under_a_text_three_times_as_long_that_stands_on_every_page_are_not_joined() -> None:
    standing = prose(1, 100)
    briefs = [paged(f"b{n}", prose(10 + n, 34), standing, publisher="Ledger") for n in range(8)]
    assert len(set(of(*briefs).values())) == 8
