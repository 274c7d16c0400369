"""Pages that were made to break a reader, and what is true of any page."""

from __future__ import annotations

import json
import re
from html import escape
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from resiliparse.parse.html import HTMLTree

from corpus.blocks.dom import attributes, plain, tokens
from corpus.blocks.html import Read, read_html
from corpus.records import Article
from corpus.text import canonical
from tests.speech import raw_text


def article(read: Read) -> Article:
    return Article(id="a", text=read.text, blocks=read.typed.blocks)


def with_linked(linked: object, *, deep: str = "") -> Read:
    script = deep or json.dumps(linked)
    return read_html(
        f'<script type="application/ld+json">{script}</script><p>The quay is shut.</p>'
    )


@pytest.mark.parametrize("tag", ["div", "b", "p", "table", "ul><li", "blockquote", "span", "svg"])
def test_nesting_a_hundred_thousand_deep_is_read(tag: str) -> None:
    read = read_html("<p>before</p>" + f"<{tag}>" * 100_000 + "deep")
    assert read.text.startswith("before")
    assert ("deep" in read.text) == (tag != "svg")


def test_text_at_every_level_of_a_deep_page_is_kept() -> None:
    read = read_html("<div>level " * 20_000)
    assert read.text.split() == ["level"] * 20_000
    assert len(article(read).blocks) == 20_000


def test_a_page_of_one_line_of_fifty_megabytes_is_read() -> None:
    read = read_html("<p>" + ("q" * 99 + " ") * 500_000)
    assert len(read.text) == 50_000_000 - 1
    assert len(read.typed.blocks) == 1


def test_two_thousand_attributes_and_an_unclosed_tag_lose_no_words() -> None:
    many = " ".join(f"a{n}=b" for n in range(2_000))
    assert read_html(f"<p {many}>The quay</p><p>is shut<b class='").text == "The quay\n\nis shut"


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<div><p><b><i>one<table><td>two", "one\n\ntwo"),
        ("&amp;amp; &#x26;lt; &nosuch; &#99999999; &", "&amp; &lt; &nosuch; \ufffd &"),
        ("<p>a &lt;b&gt; c", "a <b> c"),
        ("<a<b>one</a<b>two", "onetwo"),
        ('<p \'x =y "z title="a>b hidden=">one', "one"),
        ("<xmp><b>one</b> &amp;</xmp>two", "<b>one</b> &amp;\n\ntwo"),
        ("<!-- a --- b --!>one<!-->two<!--->three", "onetwothree"),
        ("<svg><style><g>a</g></style><title>b</title></svg>one", "one"),
        ("<math><mi>x</mi><br>one", "x\none"),
        ("one<script>if (a<b) '<p>x</p>'</script>two", "onetwo"),
        ("<p hidden>a<p>one<input hidden value=b type=submit>", "one"),
        ("<dialog>a</dialog><dialog open>one</dialog>", "one"),
        ("<iframe>&lt;p>a</iframe>one<noembed><p>b</noembed>", "one"),
    ],
)
def test_broken_markup_reads_as_in_a_browser(markup: str, text: str) -> None:
    assert read_html(f"<body>{markup}").text == text


def test_text_for_screen_readers_is_left_out() -> None:
    clipped = "border:0;clip:rect(0 0 0 0);height:1px;position:absolute"
    assert read_html(f"<p>The quay<span style='{clipped}'>, opens new tab</span> is shut").text == (
        "The quay is shut"
    )
    assert read_html("<p style='clip:rect(0 40px 40px 0)'>seen").text == "seen"


@pytest.mark.parametrize(
    "linked",
    [
        None,
        7,
        [[[]]],
        {"@type": "NewsArticle", "author": 7, "headline": {"a": 1}, "publisher": [3]},
        {"@type": ["NewsArticle", 3], "author": [None, {"name": ["Ann Lee"]}], "url": ["x"]},
        {"@type": "NewsArticle", "datePublished": {}, "inLanguage": [], "hasPart": "x"},
        {"@type": {}, "@graph": {"@graph": {"@type": None}}, "hasPart": [7, None]},
        {"@type": "NewsArticle", "author": {"@id": ["x"]}, "isAccessibleForFree": {"a": []}},
    ],
)
def test_metadata_of_the_wrong_type_are_passed_over(linked: object) -> None:
    assert article(with_linked(linked)).text == "The quay is shut."


def test_ten_thousand_authors_and_ten_megabytes_of_metadata_are_bounded() -> None:
    many = {"@type": "NewsArticle", "author": [{"name": f"Ann {n}"} for n in range(10_000)]}
    assert len(with_linked(many).metadata.authors) == 200
    long = {"@type": "NewsArticle", "headline": "The quay is shut", "articleBody": "x" * 10_000_000}
    assert with_linked(long).metadata.titles == ()


def test_metadata_nested_beyond_what_json_reads_are_passed_over() -> None:
    deep = '{"@graph":' * 100_000 + "1" + "}" * 100_000
    assert with_linked(None, deep=deep).metadata.titles == ()


def test_metadata_hold_no_control_characters_or_escapes() -> None:
    linked = {"@type": "Article", "headline": "Renn&#8217;s\0\x07 quay\ud800\n shut"}
    assert with_linked(linked).metadata.title == "Renn’s quay shut"


@pytest.mark.parametrize(
    ("said", "paywalled"),
    [
        ({}, None),
        ({"isAccessibleForFree": False}, True),
        ({"isAccessibleForFree": "False"}, True),
        ({"isAccessibleForFree": True}, False),
        ({"isAccessibleForFree": True, "hasPart": {"isAccessibleForFree": "false"}}, True),
        ({"hasPart": [{"isAccessibleForFree": False, "cssSelector": ".body"}]}, True),
    ],
)
def test_a_paywall_is_what_the_page_says_of_itself(said: dict[str, Any], paywalled: object) -> None:
    assert with_linked({"@type": "NewsArticle", **said}).metadata.paywalled is paywalled


@pytest.mark.parametrize(
    ("tier", "paywalled"), [("free", False), ("locked", True), ("metered", True), ("x", None)]
)
def test_a_content_tier_tells_of_a_paywall(tier: str, paywalled: object) -> None:
    read = read_html(f'<meta property="article:content_tier" content="{tier}"><p>The quay')
    assert read.metadata.paywalled is paywalled


@pytest.mark.parametrize(
    ("meta", "tdm"),
    [
        ('<meta name="tdm-reservation" content="1">', "reserved"),
        ('<meta name="TDM-Reservation" content=" 0 ">', "open"),
        ('<meta name="robots" content="index, NoAI, noimageai">', "reserved"),
        ('<meta name="robots" content="noarchive">', ""),
        ("", ""),
    ],
)
def test_a_page_that_reserves_mining_says_so(meta: str, tdm: str) -> None:
    assert read_html(f"{meta}<p>The quay").metadata.tdm == tdm


def test_authors_named_elsewhere_in_the_graph_are_found() -> None:
    graph = [{"@type": "Article", "author": {"@id": "#p"}}, {"@id": "#p", "name": "Ann Lee"}]
    assert with_linked({"@graph": graph}).metadata.authors == ("Ann Lee",)
    told = read_html('<meta name="sailthru.author" content="Ann Lee; Tom Roe"><p>The quay')
    assert told.metadata.authors == ("Ann Lee", "Tom Roe")


WORD = st.from_regex(r"[a-z]{3,8}", fullmatch=True)
TAGS = st.sampled_from("p div b i a span li h2 td em section u".split())


@given(st.lists(st.tuples(TAGS, WORD), min_size=1, max_size=30))
def test_every_visible_word_stands_once_and_in_order(parts: list[tuple[str, str]]) -> None:
    read = read_html("<body>" + "".join(f"<{tag}> {word} </{tag}>" for tag, word in parts))
    assert read.text.split() == [word for _, word in parts]
    held = "".join(read.text[block.start : block.end] for block in read.typed.blocks)
    assert re.sub(r"\s", "", held) == "".join(word for _, word in parts)


PARTS = st.one_of(
    raw_text,
    st.sampled_from(
        "<p> </p> <b> </i> <xmp> </xmp> <textarea> <a=\"b> <x'y> <!-- --> "
        "<style> </style> <script> </script> <table> <td> <select> <br/> <q =a=b> <p<q>"
        "".split()
    ),
)


@given(st.lists(PARTS, max_size=15))
@example(["<A", "\x0b", ">"])
def test_the_tags_and_texts_are_those_of_the_parsed_tree(parts: list[str]) -> None:
    source = canonical("".join(parts))[0]
    # the walk leaves out what templates hold; in foreign elements raw ones are markup (unseen)
    told = source.casefold()
    assume("template" not in told and "plaintext" not in told)
    assume(not ("<svg" in told or "<math" in told))
    words: list[str] = []
    found: list[str] = []
    for node in HTMLTree.parse(source).document:
        if node.type == 1:
            found.append(node.tag)
        elif node.type == 3:
            words.append(node.value)
    stream = tokens(source)
    opened = [
        (raw or tag).lower() for raw, _, _, tag, _, _ in stream if raw or tag[:1] not in ("", "/")
    ]
    assert opened == found
    kept = "".join((inner if raw else "") + plain(text) for raw, _, inner, _, _, text in stream)
    assert kept == "".join(words)


@given(st.dictionaries(st.from_regex(r"[a-z][a-z0-9-]*", fullmatch=True), raw_text, max_size=5))
def test_attributes_come_back_as_they_were_written(said: dict[str, str]) -> None:
    said = {name: canonical(value)[0].replace("\0", "") for name, value in said.items()}
    written = "".join(f' {name}="{escape(value)}"' for name, value in said.items())
    (token,) = [token for token in tokens(f"<body><q{written}>") if token[3] == "q"]
    assert attributes(token[4]) == said
