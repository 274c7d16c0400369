"""Correcting blocks in a real browser: what was changed on the page is what the article has."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from annotation.layers import BLOCKS, scheme_of
from annotation.pull import pull
from annotation.push import push
from corpus.job import Job
from corpus.records import BLOCK_KINDS, Article, Block
from corpus.store import read_annotations, read_articles
from tests.browser.annotator import Annotator
from tests.conftest import MakeJob
from tests.speech import SCHEME

Seat = Callable[..., Annotator]

PAGE = """\
chrome|Skip to main content
chrome|News
chrome|Opinion
headline|Maar slams “greedy” dockers 😀
byline|By Ann Lee
paragraph|The café strike 👩‍🚀 goes on in Port Ansel.
paragraph|Ferry to Renn closes for good
paragraph|We depend on readers like you. Renn’s plan is “dead”, he said.
chrome|Most read
teaser|Bridge opens over Calder
chrome|© 2026 The Calder Courier
"""


def typed(lines: str, id_: str = "a1") -> Article:
    """An article whose blocks are lines that name their kind."""
    text, blocks = "", []
    for line in lines.splitlines():
        kind, _, words = line.partition("|")
        blocks.append(Block(len(text), len(text) + len(words), kind))
        text += words + "\n"
    return Article(id_, text, tuple(blocks))


def found(job: Job) -> list[tuple[str, str, str]]:
    (page,) = read_articles(job)
    return [(page.text[b.start : b.end], b.kind, b.by) for b in page.blocks]


def test_one_kind_is_changed_and_one_block_redrawn_and_the_article_has_exactly_that(
    studio_job: MakeJob, at_work: Seat
) -> None:
    page = typed(PAGE)
    job = studio_job(page, scheme=SCHEME)
    keys = {label.name: label.hotkey for label in scheme_of(job, BLOCKS).labels}
    project = push(job, layer=BLOCKS).url
    ana = at_work(job, "ana")
    ana.label_all(project)
    ana.select("Ferry to Renn")
    ana.press(keys["teaser"])
    ana.press("Escape")
    ana.mark(keys["solicitation"], "We depend on readers like you.")
    ana.submit()
    result = pull(job, layer=BLOCKS)
    assert (result.new, result.quarantined, result.corrected) == (1, 0, 1)
    lines = [tuple(line.split("|")) for line in PAGE.splitlines()]
    wanted = [(words, kind, "human") for kind, words in lines]
    wanted[6] = ("Ferry to Renn closes for good", "teaser", "human")
    wanted[7:8] = [
        ("We depend on readers like you.", "solicitation", "human"),
        ("Renn’s plan is “dead”, he said.", "paragraph", "human"),
    ]
    assert found(job) == wanted
    (said,) = read_annotations(job.annotations)
    origins = {page.text[s.start : s.end]: s.origin for s in said.spans}
    assert origins["Ferry to Renn closes for good"] == "edited"
    assert origins["We depend on readers like you."] == "drawn"
    assert list(origins.values()).count("accepted") == len(origins) - 2


def test_a_region_that_is_deleted_leaves_the_rules_block(
    studio_job: MakeJob, at_work: Seat
) -> None:
    job = studio_job(typed(PAGE), scheme=SCHEME)
    ben = at_work(job, "ben")
    ben.label_all(push(job, layer=BLOCKS).url)
    ben.select("Ferry to Renn")
    ben.press("Backspace")
    ben.submit()
    pull(job, layer=BLOCKS)
    assert ("Ferry to Renn closes for good", "paragraph", "rule") in found(job)
    assert ("By Ann Lee", "byline", "human") in found(job)


def long_page() -> str:
    """Two hundred blocks as a news page has them: menus, an article, teasers, a foot."""
    menu = [f"chrome|Section {n}" for n in range(60)]
    article = PAGE.splitlines()
    body = [
        f"paragraph|The council of Port Ansel met for the {n}th time on Tuesday and put off the"
        " vote on the toll that Maar has asked for since the spring."
        for n in range(4, 40)
    ]
    box = ["solicitation|Support the Calder Courier", "solicitation|Give 4 crowns a month"]
    teasers = [
        line
        for n in range(20)
        for line in (f"teaser|Renn’s men were seen at pier {n}", f"chrome|{n} min ago")
    ]
    foot = [f"chrome|About us {n}" for n in range(50)]
    return "\n".join([*menu, *article[:8], *body, *box, *article[8:], *teasers, *foot])


def test_every_kind_and_its_key_are_on_the_screen_with_two_hundred_blocks(
    studio_job: MakeJob, at_work: Seat, tmp_path: Path
) -> None:
    """PRESSMARK_SHOTS names a folder that the pictures are kept in."""
    page = typed(long_page())
    assert len(page.blocks) >= 198
    job = studio_job(page, scheme=SCHEME)
    eve = at_work(job, "eve")
    project = push(job, layer=BLOCKS).url
    eve.label_all(project)
    shots = Path(os.environ.get("PRESSMARK_SHOTS", tmp_path))
    eve.page.screenshot(path=shots / "blocks-top.png")
    labels = eve.page.locator(".pressmark-labels .lsf-label")
    expect(labels).to_have_count(len(BLOCK_KINDS))
    for number in range(len(BLOCK_KINDS)):
        expect(labels.nth(number)).to_be_in_viewport(ratio=1)
    eve.select("Ferry to Renn")
    eve.page.screenshot(path=shots / "blocks-selected.png")
    for number in range(len(BLOCK_KINDS)):
        expect(labels.nth(number)).to_be_in_viewport(ratio=1)
    eve.press("Escape")
    keys = {label.name: label.hotkey for label in scheme_of(job, BLOCKS).labels}
    eve.mark(keys["teaser"], "Renn’s men were seen at pier 19")
    eve.page.screenshot(path=shots / "blocks-foot.png")
    eve.submit()
    assert pull(job, layer=BLOCKS).corrected == 1
    kinds = [(b.start, b.end, b.kind) for b in read_articles(job)[0].blocks]
    assert kinds == [(b.start, b.end, b.kind) for b in page.blocks]
