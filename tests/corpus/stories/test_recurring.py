"""Blocks that recur: known as one, and annotated once."""

from __future__ import annotations

import random
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from corpus.records import Annotation, Article, Block, Span
from corpus.sample import quoted
from corpus.store import add_articles, append_annotations, read_run, runs
from corpus.stories.recurring import Recurring, carry, carry_over, find_recurring
from tests.conftest import MakeJob
from tests.corpus.stories.test_duplicates import prose
from tests.speech import SCHEME, article, mark, scheme

PLEA = (
    "Port Ansel has no other newsroom 😀. Please give what you can today, before the tide turns,"
    " and keep the Calder Courier afloat for everyone who reads it on the quay."
)


def page(name: str, plea: str = PLEA, kind: str = "solicitation") -> Article:
    """An article with a body of its own and a block of that kind."""
    head, body = f"Headline of {name}", prose(sum(map(ord, name)), 30)
    text = f"{head}\n\n{body}\n\n{plea}"
    at = [0, len(head) + 2, len(head) + len(body) + 4]
    blocks = (
        Block(at[0], at[0] + len(head), "headline"),
        Block(at[1], at[1] + len(body), "paragraph"),
        Block(at[2], at[2] + len(plea), kind),
    )
    return Article(id=name, text=text, blocks=blocks)


def carried(*annotations: Annotation, pages: list[Article]) -> list[Annotation]:
    return carry({a.id: a for a in pages}, find_recurring(pages), annotations)


def said(of: Article, quote: str, author: str = "ana", **fields: object) -> Annotation:
    return mark(author, (quote, "judged"), of=of, **fields)


def words(annotation: Annotation, page_: Article) -> list[str]:
    return [page_.text[span.start : span.end] for span in annotation.spans]


def test_a_plea_in_three_articles_is_one_whatever_its_white_space() -> None:
    pages = [page("a"), page("b", PLEA.replace(". ", ".\n")), page("c")]
    (block,) = find_recurring([*pages, page("d", "Give, or do not: it is up to you, said Renn.")])
    assert (block.kind, block.articles) == ("solicitation", 3)
    assert [(place.article, place.exact) for place in block.places] == [
        ("a", True),
        ("b", True),
        ("c", True),
    ]


def test_a_plea_with_a_word_changed_is_the_same_one_but_not_exactly() -> None:
    (block,) = find_recurring([page("a"), page("b"), page("c", PLEA.replace("today", "now"))])
    assert [place.exact for place in block.places] == [True, True, False]


def test_a_paragraph_or_a_button_that_recurs_is_none_of_these() -> None:
    pages = [page(n, kind=kind) for kind in ("paragraph", "chrome") for n in ("a", "b")]
    assert find_recurring(pages[:2]) == find_recurring(pages[2:]) == []
    assert find_recurring([]) == find_recurring([article()]) == []


def test_a_block_that_stands_twice_in_one_article_alone_does_not_recur() -> None:
    text = "Give now.\n\nGive now."
    once = Article("a", text, (Block(0, 9, "solicitation"), Block(11, 20, "solicitation")))
    assert find_recurring([once]) == []


@given(seed=st.integers(0, 300))
def test_the_order_of_the_articles_changes_nothing(seed: int) -> None:
    pages = [page(f"p{n}", PLEA.replace("today", f"day {n % 3}")) for n in range(8)]
    mixed = random.Random(seed).sample(pages, len(pages))
    assert find_recurring(mixed) == find_recurring(pages)


def test_a_label_is_carried_to_the_same_words_with_its_provenance() -> None:
    pages = [page("a"), page("bb"), page("ccc", PLEA.replace("today", "now"))]
    source = said(pages[0], "before the tide turns")
    one, other = carried(source, pages=pages)
    for made, of in ((one, pages[1]), (other, pages[2])):
        assert (made.article, made.sha256, made.role) == (of.id, of.sha256, "rule")
        assert made.parents == (source.id,)
        assert words(made, of) == ["before the tide turns"]
        (span,) = made.spans
        assert (span.source, span.attributes) == (source.spans[0].id, source.spans[0].attributes)
        assert made.covers == ((of.blocks[2].start, of.blocks[2].end),)


def test_that_nothing_was_found_in_a_block_is_carried_too() -> None:
    pages = [page("a"), page("b")]
    (made,) = carried(said(pages[0], "Headline"), pages=pages)
    assert made.spans == ()
    assert made.covers == ((pages[1].blocks[2].start, pages[1].blocks[2].end),)


def test_a_label_on_words_that_changed_stays_behind_and_the_block_is_not_covered() -> None:
    pages = [page("a"), page("b", PLEA.replace("today", "now"))]
    assert carried(said(pages[0], "today"), pages=pages) == []
    both = mark("ana", ("today", "judged"), ("the quay", "judged"), of=pages[0])
    (made,) = carried(both, pages=pages)
    assert words(made, pages[1]) == ["the quay"]
    assert made.covers == (quoted(pages[1].text, "the quay"),)


def test_a_label_across_the_blocks_edge_or_on_words_that_stand_there_twice_is_not_carried() -> None:
    twice = PLEA.replace("today", "now, now")
    pages = [page("a"), page("b")]
    across = replace(
        said(pages[0], "today"),
        spans=(Span("s", pages[0].blocks[1].end - 3, pages[0].blocks[2].start + 5, "judged"),),
    )
    assert carried(across, pages=pages) == []
    pages = [page("a", PLEA.replace("today", "now")), page("b", twice)]
    assert carried(said(pages[0], "now"), pages=pages) == []


def test_a_label_over_a_pleas_heading_and_its_text_is_carried_once() -> None:
    def two(name: str, between: str) -> Article:
        one = page(name, f"A word from the desk{between}{PLEA}")
        start = one.blocks[2].start
        cut = Block(start, start + 20, "solicitation")
        rest = Block(start + 20 + len(between), one.blocks[2].end, "solicitation")
        return replace(one, blocks=(*one.blocks[:2], cut, rest))

    pages = [two("a", "\n\n"), two("bb", "\n\n"), two("c", "\n \n\n")]
    text = pages[0].text
    span = Span("s", text.index("A word"), text.index(", before"), "judged")
    source = replace(said(pages[0], "today"), spans=(span,))
    for made, of in zip(carried(source, pages=pages), pages[1:], strict=True):
        assert [" ".join(each.split()) for each in words(made, of)] == [
            " ".join(text[span.start : span.end].split())
        ]
        assert len(made.covers) == 2


def test_nothing_is_carried_to_who_is_annotated_nor_from_rules_models_drafts_or_unseen_parts() -> (
    None
):
    pages = [page("a"), page("b")]
    source = said(pages[0], "today")
    assert carried(source, said(pages[1], "Headline", "ben"), pages=pages) == []
    for fields in ({"role": "model"}, {"role": "rule"}, {"status": "draft"}, {"covers": ((0, 9),)}):
        assert carried(replace(source, **fields), pages=pages) == []


def test_gold_counts_before_the_first_person() -> None:
    pages = [page("a"), page("b"), page("c")]
    gold = said(pages[1], "the quay", "panel", role="gold")
    (made,) = carried(said(pages[0], "today"), gold, pages=pages)
    assert (made.parents, words(made, pages[2])) == ((gold.id,), ["the quay"])


def test_what_is_carried_is_kept_as_a_run_and_not_among_peoples_annotations(job: MakeJob) -> None:
    mine = job(page("a"), page("b"), scheme=SCHEME)
    append_annotations(mine.annotations, [said(page("a"), "today", under=scheme())])
    before = mine.annotations.read_bytes()
    result = carry_over(mine)
    assert mine.annotations.read_bytes() == before
    assert read_run(mine, result.run) == list(result.annotations)
    assert result.spans == 1
    assert carry_over(job(page("a"))).run == ""


def test_carried_again_nothing_new_is_the_same_run_and_something_new_another(job: MakeJob) -> None:
    mine = job(page("a"), page("b"), scheme=SCHEME)
    append_annotations(mine.annotations, [said(page("a"), "today", under=scheme())])
    first = carry_over(mine)
    assert carry_over(mine) == first
    assert runs(mine) == [first.run]
    add_articles(mine, [page("c")])
    again = carry_over(mine)
    assert again.run != first.run
    assert [a.article for a in read_run(mine, again.run)] == ["b", "c"]


def test_a_recurring_block_of_a_huge_word_is_known() -> None:
    (block,) = find_recurring([page(n, "x" * 100_000) for n in "ab"])
    assert isinstance(block, Recurring)
