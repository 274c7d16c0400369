"""duplicates, split and reanchor as a person or a machine calls them."""

from __future__ import annotations

import json

from corpus.files import append_lines
from corpus.stories.placements import placements
from tests.conftest import MakeJob
from tests.corpus.stories.test_duplicates import WIRE, paged, prose
from tests.test_command import pressmark


def test_a_split_that_leaks_is_exit_1_until_one_of_the_two_is_held_out(job: MakeJob) -> None:
    mine = job(paged("a", WIRE), paged("b", WIRE), paged("c", prose(1, 60)))
    uses = {"a": "train", "b": "test", "c": "validation"}
    append_lines(mine.placements, [{"article": i, "use": use} for i, use in uses.items()])
    ran = pressmark("split", "--check", "-C", mine.folder)
    assert ran.code == 1
    assert "copy 1.00: a and b: the same words from first to last" in ran.out
    assert "pressmark split --hold-out ID" in ran.out
    assert pressmark("split", "--hold-out", "a", "-C", mine.folder).code == 0
    ran = pressmark("split", "--check", "--json", "-C", mine.folder)
    assert ran.code == 0
    told = json.loads(ran.out)
    assert (told["placed"], told["leaks"]) == ({"train": 0, "validation": 1, "test": 1}, [])
    assert placements(mine)["a"] == "held out"


def test_an_article_is_held_out_before_the_split_is_checked(job: MakeJob) -> None:
    mine = job(paged("a", WIRE), paged("b", WIRE), paged("c", prose(1, 60)))
    uses = {"a": "train", "b": "test", "c": "validation"}
    append_lines(mine.placements, [{"article": i, "use": use} for i, use in uses.items()])
    ran = pressmark("split", "--check", "--hold-out", "a", "-C", mine.folder)
    assert ran.code == 0
    assert "no near-duplicate article stands on two sides" in ran.out
    assert placements(mine)["a"] == "held out"


def test_a_machine_is_told_the_clusters_the_joins_and_the_blocks(job: MakeJob) -> None:
    mine = job(paged("a", WIRE), paged("b", WIRE), paged("c", prose(1, 60)))
    told = json.loads(pressmark("duplicates", "--json", "-C", mine.folder).out)
    assert (told["articles"], told["clusters"]) == (3, {"a": ["a", "b"]})
    assert [(j["one"], j["other"], j["relation"]) for j in told["joins"]] == [("a", "b", "copy")]
    told = json.loads(pressmark("split", "--json", "-C", mine.folder).out)
    assert sum(told["new"].values()) == 3
    told = json.loads(pressmark("reanchor", "--json", "-C", mine.folder).out)
    assert (told["carried"], told["changed"]) == (0, [])


def test_commands_over_an_empty_job_end_with_a_line(job: MakeJob) -> None:
    mine = job()
    assert pressmark("duplicates", "-C", mine.folder).code == 0
    assert pressmark("reanchor", "-C", mine.folder).code == 0
    ran = pressmark("split", "-C", mine.folder)
    assert ran.code == 2
    assert "there are no articles; run 'pressmark ingest' first" in ran.err
    ran = pressmark("split", "--check", "-C", mine.folder)
    assert ran.code == 2
    assert "nothing is placed yet; run 'pressmark split'" in ran.err
