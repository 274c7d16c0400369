"""The ledger of splits: a placed article never moves, and nothing stands on two sides."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.errors import PressmarkError
from corpus.files import append_lines, read_lines
from corpus.job import Job, open_job
from corpus.records import Answer, Article
from corpus.store import add_articles, append_annotations
from corpus.stories.leaks import check
from corpus.stories.placements import hold_out, placements, split
from tests.conftest import MakeJob
from tests.corpus.stories.test_duplicates import paged, prose
from tests.speech import SCHEME, mark


def story(name: str, seed: int, **facts: object) -> Article:
    """An article that tells the story of that seed, with two sentences of its own."""
    return paged(name, prose(seed, 80), f"Told by {name}.", **facts)


def corpus(count: int) -> list[Article]:
    return [story(f"p{n:02}", n) for n in range(count)]


def reopened(job: Job, **wanted: object) -> Job:
    return open_job(job.folder, [f"split.{key}={value}" for key, value in wanted.items()])


def test_articles_are_placed_by_their_shares_and_the_second_time_none(job: MakeJob) -> None:
    mine = job(*corpus(20))
    assert split(mine).new == {"train": 12, "validation": 4, "test": 4, "held out": 0}
    before = mine.placements.read_bytes()
    again = split(mine)
    assert sum(again.new.values()) == 0
    assert again.all == {"train": 12, "validation": 4, "test": 4, "held out": 0}
    assert mine.placements.read_bytes() == before


@settings(max_examples=25)  # each example writes and reads a job three times
@given(st.data())
def test_whatever_comes_a_placed_article_never_moves_and_no_story_is_on_two_sides(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("job")
    (folder / "pressmark.yaml").write_text("scheme: scheme\n")
    mine = open_job(folder)
    before: dict[str, str] = {}
    for step in range(3):
        seeds = data.draw(st.lists(st.integers(0, 8), min_size=1, max_size=6))
        add_articles(mine, [story(f"a{step}{n}", seed) for n, seed in enumerate(seeds)])
        split(mine)
        after = placements(mine)
        assert {id_: after[id_] for id_ in before} == before
        assert check(mine).leaks == ()
        before = after


def test_a_new_article_joins_its_storys_side(job: MakeJob) -> None:
    mine = job(*corpus(10))
    split(mine)
    add_articles(mine, [story(f"copy{n}", n) for n in range(10)])
    assert split(mine).held_out == {}
    placed = placements(mine)
    assert all(placed[f"copy{n}"] == placed[f"p{n:02}"] for n in range(10))
    reasons = {row["article"]: row["reason"] for row in read_lines(mine.placements)}
    assert reasons["copy3"] == "with 'p03' of its cluster"


def test_an_article_that_bridges_two_sides_is_held_out_with_the_reason(job: MakeJob) -> None:
    mine = job(*corpus(10))
    split(mine)
    placed = placements(mine)
    taught = next(n for n in range(10) if placed[f"p{n:02}"] == "train")
    tested = next(n for n in range(10) if placed[f"p{n:02}"] == "test")
    add_articles(mine, [paged("both", prose(taught, 80), prose(tested, 80))])
    result = split(mine)
    assert result.held_out == {
        "both": f"bridges two sides: its cluster holds 'p{tested:02}' (test)"
        f" and 'p{taught:02}' (train)"
    }
    assert placements(mine)["both"] == "held out"
    assert check(mine).leaks == ()


def test_a_publisher_stays_on_one_side_and_a_copy_by_another_is_held_out(job: MakeJob) -> None:
    pages = [story(f"p{n:02}", n, publisher=f"outlet {n % 6}") for n in range(24)]
    mine = reopened(job(*pages, story("copy", 0, publisher="outlet 1")), by="publisher")
    split(mine)
    placed = placements(mine)
    for outlet in range(6):
        uses = {placed[f"p{n:02}"] for n in range(outlet, 24, 6)}
        assert len(uses - {"held out"}) <= 1
    assert set(placed.values()) >= {"train", "validation", "test"}
    assert check(mine).leaks == ()
    add_articles(mine, [story("later", 99, publisher="outlet 3"), story("nobody's", 98)])
    assert split(mine).waiting == {"its publisher is not known": 1}
    assert placements(mine)["later"] == placed["p03"]


def test_a_split_by_time_tests_on_what_came_last(job: MakeJob) -> None:
    pages = [story(f"p{n:02}", n, published=f"2026-03-{n + 1:02}") for n in range(20)]
    late_copy = story("copy", 0, published="2026-03-20T08:00:00Z")
    mine = reopened(
        job(*pages, late_copy, story("undated", 50)),
        by="time",
        validation_from="2026-03-11",
        test_from="2026-03-16",
    )
    result = split(mine)
    assert result.new == {"train": 10, "validation": 5, "test": 5, "held out": 1}
    assert result.waiting == {"its date is not known": 1}
    assert "of the cluster of 'p00' (train)" in result.held_out["copy"]


def test_a_split_by_topic_keeps_each_answer_on_one_side(job: MakeJob) -> None:
    pages = corpus(12)
    scheme = SCHEME.replace("{name: opinion}", "{name: opinion}, {name: satire}, {name: verse}")
    mine = reopened(job(*pages, scheme=scheme), by="topic", question="genre")
    values = ("report", "opinion", "satire", "verse")
    append_annotations(
        mine.annotations,
        [
            mark("ana", of=page, under=mine.scheme, answers=(Answer("genre", (values[n % 4],)),))
            for n, page in enumerate(pages[:-1])
        ],
    )
    assert split(mine).waiting == {"'genre' is not answered": 1}
    placed = placements(mine)
    sides = {
        value: {placed[f"p{n:02}"] for n in range(11) if values[n % 4] == value} for value in values
    }
    assert all(len(uses) == 1 for uses in sides.values())
    assert len(set().union(*sides.values())) == 3


def test_the_first_draw_shares_out_publishers(job: MakeJob) -> None:
    pages = [story(f"p{n:02}", n, publisher="small" if n < 5 else "large") for n in range(40)]
    mine = job(*pages)
    split(mine)
    placed = placements(mine)
    assert sorted(placed[f"p{n:02}"] for n in range(5)) == ["test", *["train"] * 3, "validation"]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"by": "time"}, "needs 'validation_from' and 'test_from'"),
        ({"by": "topic"}, "needs 'question' under 'split'"),
        ({"validation": 0.6, "test": 0.6}, "leave none to train on"),
        ({"stratify": "[weather]"}, "'weather' is not publisher"),
        (
            {"by": "time", "validation_from": "2026-05-01", "test_from": "2026-04-01"},
            "'validation_from' is after 'test_from'",
        ),
    ],
)
def test_settings_that_cannot_place_are_told_and_nothing_is_written(
    job: MakeJob, wrong: dict[str, object], told: str
) -> None:
    mine = reopened(job(*corpus(4)), **wrong)
    with pytest.raises(PressmarkError, match=told):
        split(mine)
    assert not mine.placements.exists()


def test_a_torn_last_line_is_no_placement_and_its_article_is_placed_anew(job: MakeJob) -> None:
    mine = job(*corpus(10))
    split(mine)
    whole = mine.placements.read_bytes()
    mine.placements.write_bytes(whole[:-30])
    assert len(placements(mine)) == 9
    assert sum(split(mine).new.values()) == 1
    assert len(placements(mine)) == 10


def test_a_use_that_there_is_not_is_told_with_its_line(job: MakeJob) -> None:
    mine = job(*corpus(3))
    append_lines(mine.placements, [{"article": "p00", "use": "practice"}])
    with pytest.raises(PressmarkError, match=r"placements.jsonl:1: article 'p00' is placed in"):
        split(mine)


def test_an_article_that_was_removed_keeps_its_place_in_the_ledger(job: MakeJob) -> None:
    mine = job(*corpus(10))
    split(mine)
    before = placements(mine)
    for shard in mine.articles.glob("*.parquet"):
        shard.unlink()
    add_articles(mine, corpus(9))
    assert split(mine).gone == 1
    assert placements(mine) == before


def test_a_job_of_one_article_is_placed_and_an_empty_one_is_told(job: MakeJob) -> None:
    one = job(*corpus(1))
    assert split(one).new == {"train": 1, "validation": 0, "test": 0, "held out": 0}
    assert check(one).leaks == ()
    with pytest.raises(PressmarkError, match="no articles"):
        split(job())
    with pytest.raises(PressmarkError, match="nothing is placed yet"):
        check(job(*corpus(2)))


def test_a_changed_page_that_became_a_copy_across_sides_is_a_leak_until_it_is_held_out(
    job: MakeJob,
) -> None:
    mine = job(*corpus(10))
    split(mine)
    placed = placements(mine)
    taught = next(n for n in range(10) if placed[f"p{n:02}"] == "train")
    tested = next(n for n in range(10) if placed[f"p{n:02}"] == "test")
    add_articles(mine, [story(f"p{taught:02}", tested)])
    assert split(mine).held_out == {}
    (leak,) = check(mine).leaks
    assert {leak.one, leak.other} == {f"p{taught:02}", f"p{tested:02}"}
    assert hold_out(mine, [f"p{taught:02}"], "became a copy") == 1
    assert check(mine).leaks == ()
    with pytest.raises(PressmarkError, match="no article 'p77'"):
        hold_out(mine, ["p77"], "")


def test_a_copy_among_many_of_the_same_words_is_found_on_the_other_side(
    job: MakeJob, tmp_path: Path
) -> None:
    mine = job(*(paged(f"p{n:02}", prose(1, 80)) for n in range(40)))
    uses = ["test" if n == 39 else "train" for n in range(40)]
    append_lines(
        mine.placements, [{"article": f"p{n:02}", "use": use} for n, use in enumerate(uses)]
    )
    assert any(leak.other == "p39" for leak in check(mine).leaks)


def test_a_ledger_that_contradicts_itself_is_told_with_its_line(job: MakeJob) -> None:
    mine = job(*corpus(3))
    append_lines(mine.placements, [{"article": "p00", "use": u} for u in ("train", "train")])
    assert placements(mine) == {"p00": "train"}
    append_lines(mine.placements, [{"article": "p00", "use": "test"}])
    with pytest.raises(PressmarkError, match=r"jsonl:3: article 'p00' is placed in 'test', but in"):
        check(mine)


def test_a_publisher_placed_by_cluster_before_keeps_its_side_or_is_held_out(job: MakeJob) -> None:
    """Whoever asks for publishers later must not get one on two sides, told that it is on one."""
    mine = job(
        *(story(f"p{n}", n, publisher=outlet) for n, outlet in enumerate(("Post", "Post", "Bee")))
    )
    uses = {"p0": "train", "p1": "test", "p2": "validation"}
    append_lines(mine.placements, [{"article": i, "use": use} for i, use in uses.items()])
    add_articles(mine, [story("post", 8, publisher="Post"), story("bee", 9, publisher="Bee")])
    result = split(reopened(mine, by="publisher"))
    assert result.held_out == {"post": "by publisher: Post stands on two sides already"}
    assert placements(mine)["bee"] == "validation"


def test_a_line_by_publisher_that_names_none_is_no_error(job: MakeJob) -> None:
    mine = job(*(story(f"p{n}", n, publisher="Post") for n in range(2)))
    append_lines(mine.placements, [{"article": "p0", "use": "test", "by": "publisher"}])
    split(reopened(mine, by="publisher"))
    assert placements(mine)["p1"] == "test"
