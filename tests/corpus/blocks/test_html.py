"""Saved web pages: one text, exact blocks, nothing visible lost."""

from __future__ import annotations

import gzip
import json
import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.blocks.html import Read, read_html
from corpus.records import Article
from corpus.text import canonical
from tests.speech import raw_text

BODY = "The harbour council met for six hours on Tuesday and agreed on nothing at all."
MORE = "Its chair said that another meeting would be held before the end of the month."


def page(body: str, head: str = "") -> Read:
    return read_html(f"<!doctype html><html lang=en><head>{head}</head><body>{body}</body></html>")


def blocks(read: Read) -> list[tuple[str, str]]:
    return [(b.kind, read.text[b.start : b.end]) for b in read.typed.blocks]


def story(*parts: str, head: str = "") -> list[tuple[str, str]]:
    """The blocks of an article's page between its headline and its last paragraph."""
    inner = "".join(parts)
    read = page(
        f"<article><h1>Council agrees</h1><p>{BODY}</p>{inner}<p>{MORE}</p></article>", head
    )
    found = blocks(read)
    assert found[1] == ("paragraph", BODY)
    return found[2:]


def test_white_space_collapses_as_in_a_browser() -> None:
    assert page("<p>a<b>b</b> c</p>").text == "ab c"
    assert page("<p>  one\n  <i> two </i>\tthree<br>four </p>").text == "one two three\nfour"
    assert page("<div>one<div>two</div>three</div>").text == "one\n\ntwo\n\nthree"
    assert page("<pre>one\n  two</pre>").text == "one\n  two"
    assert page("<p>a&nbsp; b &amp; &eacute;</p>").text == "a\xa0 b & é"


def test_two_line_breaks_part_paragraphs() -> None:
    assert page(f"<div>{BODY}<br><br>{MORE}</div>").text == f"{BODY}\n\n{MORE}"


def test_what_a_reader_does_not_see_is_left_out() -> None:
    hidden = (
        "<script>a()</script><style>b{}</style><template>c</template><noscript>d</noscript>"
        "<!-- e --><p hidden>f</p><p style='display: none'>g</p><span class='sr-only'>h</span>"
    )
    assert page(f"<p>seen</p>{hidden}<p>too</p>").text == "seen\n\ntoo"


def test_navigation_is_kept_as_chrome() -> None:
    found = blocks(
        page(
            "<header><a href=/>The Post</a></header><nav><ul><li><a>World</a></li></ul></nav>"
            f"<main><h1>Council agrees</h1><p>{BODY}</p></main><footer><p>© The Post</p></footer>"
        )
    )
    assert found == [
        ("chrome", "The Post"),
        ("chrome", "World"),
        ("headline", "Council agrees"),
        ("paragraph", BODY),
        ("chrome", "© The Post"),
    ]


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<h2>What happens next</h2>", "subheading: What happens next"),
        ("<p><b>What happens next</b></p>", "subheading: What happens next"),
        ("<blockquote><p>We wait.</p></blockquote>", "quote: We wait."),
        ("<figure><figcaption>The quay</figcaption></figure>", "caption: The quay"),
        ("<p>Is it over?</p>", "poll: Is it over?"),
        (
            "<div class=x-related><span>Related:</span> <a href=/r>Ten reefs to visit</a></div>",
            "chrome: Related: | teaser: Ten reefs to visit",
        ),
        (
            """<section><h3>Read more</h3><ul><li><a href=/r>Ten reefs to visit</a></li>
            <li><a href=/s>Nine whales to name</a></li></ul></section>""",
            "chrome: Read more | teaser: Ten reefs to visit | teaser: Nine whales to name",
        ),
        (
            """<div class=newsletter-box><h4>The Post</h4><p>Subscribe
            free.</p><button>Sign up</button></div>""",
            "solicitation: The Post | solicitation: Subscribe free. | solicitation: Sign up",
        ),
        (
            """<div><h3>A Note from Our Staff</h3><p>Join us.</p>
            <p>P.S.</p></div>""",
            "solicitation: A Note from Our Staff | solicitation: Join us. | solicitation: P.S.",
        ),
        ("<div class=post-tags><a>harbour</a>, <a>strike</a></div>", "tags: harbour, strike"),
        ("<div class=author-bio>Ann Lee is tall.</div>", "bio: Ann Lee is tall."),
        ("<div id=comments><h3>Talk</h3><p>First!</p></div>", "comments: Talk | comments: First!"),
    ],
)
def test_markup_says_what_a_block_is(markup: str, expected: str) -> None:
    *inner, last = story(markup)
    assert " | ".join(f"{kind}: {words}" for kind, words in inner) == expected
    assert last == ("paragraph", MORE)


def test_classes_of_the_article_itself_are_not_believed() -> None:
    inner = f"<h1>Council agrees</h1><p>{BODY}</p><p>{MORE}</p>"
    found = blocks(page(f"<div class='content with-newsletter share-enabled'>{inner}</div>"))
    assert [kind for kind, _ in found] == ["headline", "paragraph", "paragraph"]


def test_the_headline_is_what_the_metadata_name_and_stands_once() -> None:
    head = '<meta property="og:title" content="Council agrees">'
    body = f"<h1>The Post of Port Ansel</h1><h2>Council agrees</h2><p>{BODY}</p>"
    found = blocks(page(f"<div>{body}</div><h4>Council agrees</h4>", head))
    assert [words for kind, words in found if kind == "headline"] == ["Council agrees"]
    assert found[-1] == ("chrome", "Council agrees")


def test_a_page_without_a_headline_has_none() -> None:
    assert {kind for kind, _ in blocks(page(f"<p>{BODY}</p><p>{MORE}</p>"))} == {"paragraph"}


def test_metadata_come_from_json_ld_before_the_rest() -> None:
    linked = {
        "@graph": [
            {
                "@type": "NewsArticle",
                "headline": "Council agrees",
                "datePublished": "2026-10-05",
                "author": [{"name": "Ann Lee"}, {"name": "Tom Roe"}],
                "publisher": {"name": "The Post"},
            }
        ]
    }
    metadata = page(
        "<p>a</p>",
        f'<script type="application/ld+json">{json.dumps(linked)}</script>'
        '<link rel="canonical" href="https://post.example/a#top">',
    ).metadata
    assert metadata.title == "Council agrees"
    assert metadata.authors == ("Ann Lee", "Tom Roe")
    assert (metadata.published, metadata.site) == ("2026-10-05", "The Post")
    assert (metadata.url, metadata.language) == ("https://post.example/a", "en")


def test_a_log_in_is_no_part_of_an_address() -> None:
    link = '<link rel="canonical" href="https://ana:secret@post.example/a">'
    assert page("a", link).metadata.url == "https://post.example/a"


def test_a_home_page_is_no_articles_address() -> None:
    assert page("a", '<link rel="canonical" href="https://post.example/">').metadata.url == ""


@pytest.mark.parametrize("broken", ["<", "</p></div>", "<p><b>x</p>y</b>", "<table><p>x", "<a<b>"])
def test_broken_json_ld_and_markup_do_no_harm(broken: str) -> None:
    read = page(broken + "<p>end", '<script type="application/ld+json">{"a":</script>')
    assert read.text.endswith("end")


def test_deeply_nested_markup_is_read() -> None:
    assert page("<div>" * 5000 + "deep").text == "deep"


WORDS = """
<p> </p> <div[class=share]> </div> <br> <b> </i> <h1> <li> <a[href=x]> <table> <td> <script>
</script> <!-- --> <pre> <nav> &#0; &#xD; &#xFEFF;
"""
tags = st.sampled_from([word.replace("[", " ").replace("]", "") for word in WORDS.split()])


@given(st.lists(st.one_of(tags, raw_text), max_size=20))
def test_no_markup_is_too_broken(parts: list[str]) -> None:
    read = read_html(canonical("".join(parts))[0])
    if read.text.strip():
        Article(id="a", text=read.text, blocks=read.typed.blocks)


@pytest.fixture(scope="module")
def real_pages() -> list[tuple[str, list[str]]]:
    """Markup of the 80 news pages and the paragraphs that people found in each."""
    folder = os.environ.get("PRESSMARK_DATA")
    if not folder:
        pytest.skip("PRESSMARK_DATA names no folder of development data")
    root = Path(folder) / "news-html"
    truth = json.loads((root / "ground_truth.json").read_text(encoding="utf-8"))
    return [
        (
            gzip.decompress((root / "html" / name).read_bytes()).decode("utf-8", "replace"),
            # what stands in brackets is optional in that data set
            [plain(part) for part in page["body"] if part.strip() and not part.startswith("[")],
        )
        for name, page in truth.items()
    ]


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def test_paragraphs_of_real_pages_come_out_as_one_block_each(
    real_pages: list[tuple[str, list[str]]],
) -> None:
    found = total = 0
    for markup, paragraphs in real_pages:
        typed = blocks(read_html(canonical(markup)[0]))
        body = {plain(w) for kind, w in typed if kind in ("paragraph", "quote", "subheading")}
        found += sum(paragraph in body for paragraph in paragraphs)
        total += len(paragraphs)
    assert found / total > 0.9
