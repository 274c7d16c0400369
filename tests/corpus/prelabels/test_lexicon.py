"""What a lexicon finds, where it may stand, and what its file has to say."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings

from corpus.check import remarks
from corpus.init import init
from corpus.prelabels.lexicon import Lexicon, parse_lexicon, read_lexicon
from corpus.prelabels.rules import find, prelabel
from corpus.records import Annotation, Article
from corpus.scheme import Scheme, parse_scheme, read_scheme
from corpus.store import read_run
from corpus.yamlfile import ConfigError
from tests import speech
from tests.conftest import MakeJob
from tests.speech import PAGE, SCHEME, article, scheme
from tests.test_command import pressmark

HEAD = "name: mine\nversion: '1'\nlanguage: en\nprovenance: Ann Lee, by hand\nentries:\n"
LOOSE = parse_scheme(
    SCHEME.replace(
        "    blocks: [paragraph, quote]\n    within: sentence\n    unless: {genre: [opinion]}\n", ""
    )
)


def lexicon(entries: str, under: Scheme | None = None) -> Lexicon:
    return parse_lexicon(HEAD + entries, under or scheme())


def marked(
    page: Article, entries: str, under: Scheme | None = None
) -> list[tuple[str, str, float]]:
    found = find(page, lexicon(entries, under), under or scheme())
    return [(page.text[h.span.start : h.span.end], h.span.label, h.span.score or 0) for h in found]


def test_words_are_found_whole_whatever_their_capitals_apostrophes_and_blanks() -> None:
    page = article("Maar speaks\n\nRenn’s  NAÏVE\nplan, a naïveté 😀, is plan B.")
    entries = '  judged: [{words: ["renn\'s naïve plan", naïve], weight: 0.6}]\n'
    assert marked(page, entries) == [("Renn’s  NAÏVE\nplan", "judged", 0.6)]


def test_a_star_stands_for_any_ending() -> None:
    page = article("Maar speaks\n\nA shameful, shameless sham.")
    entries = "  judged: [{words: ['shame*'], weight: 0.5}]\n"
    assert [words for words, _, _ in marked(page, entries)] == ["shameful", "shameless"]


def test_a_find_stands_only_where_its_label_may() -> None:
    page = article("A vile plan\n\nThe vile plan. It is vile? Yes.")
    spans = marked(page, "  judged: [{pattern: 'vile|plan.. It', weight: 0.5}]\n")
    assert [words for words, _, _ in spans] == ["vile", "vile"]


def test_a_label_of_the_whole_block_gets_it_once_with_the_heaviest_weight() -> None:
    entries = (
        "  loud head:\n    - {words: [slams], weight: 0.4}\n    - {words: [dockers], weight: 0.7}\n"
    )
    assert marked(article(), entries) == [("Maar slams “greedy” dockers 😀", "loud head", 0.7)]


def test_of_finds_that_overlap_the_heavier_stays() -> None:
    entries = (
        "  judged:\n    - {words: [naïve plan], weight: 0.5}\n    - {words: [naïve], weight: 0.6}\n"
    )
    assert marked(article(), entries) == [("naïve", "judged", 0.6)]


def test_whole_blocks_that_follow_each_other_are_one_plea() -> None:
    page = article("Help us\n\nGive now.\n\nGive more.\n\nRenn left.\n\nGive again.")
    entries = "  judged: [{words: [give], weight: 0.5, take: block}]\n"
    spans = [words for words, _, _ in marked(page, entries, LOOSE)]
    assert spans == ["Give now.\n\nGive more.", "Give again."]


def test_a_sentence_can_be_taken() -> None:
    page = article("Help us\n\nRenn left. The vile plan stays. He sang.")
    entries = "  judged: [{words: [vile], weight: 0.5, take: sentence}]\n"
    assert [words for words, _, _ in marked(page, entries)] == ["The vile plan stays."]


def test_nothing_is_found_in_another_language() -> None:
    entries = "  judged: [{words: [naïve], weight: 0.5}]\n"
    assert marked(article(PAGE, language="fr"), entries) == []
    assert marked(article(PAGE, language="en-GB"), entries) != []


@pytest.mark.parametrize(
    ("entries", "told"),
    [
        ("  jugded: [{words: [a], weight: 1}]\n", "lexicon.yaml:6: 'jugded' is no label"),
        ("  judged: [{words: [a], pattern: b, weight: 1}]\n", "one of them"),
        ("  judged: [{weight: 1}]\n", "one of them"),
        ("  judged: [{pattern: '(', weight: 1}]\n", "no regular expression"),
        ("  judged: [{pattern: 'a*', weight: 1}]\n", "finds nothing at all"),
        ("  judged: [{words: ['*'], weight: 1}]\n", "is empty"),
        ("  judged: [{words: [a], weight: 1.5}]\n", "weight"),
        ("  judged: [{words: [a], wieght: 1}]\n", "did you mean 'weight'"),
    ],
)
def test_what_is_wrong_with_a_file_is_told(entries: str, told: str) -> None:
    with pytest.raises(ConfigError) as error:
        lexicon(entries)
    assert told in str(error.value)


def test_every_entry_says_where_it_comes_from() -> None:
    bare = HEAD.replace("provenance: Ann Lee, by hand\n", "")
    entries = "  judged: [{words: [a], weight: 1, provenance: hers}, {words: [b], weight: 1}]\n"
    with pytest.raises(ConfigError, match="no 'provenance'"):
        parse_lexicon(bare + entries, scheme())


@settings(max_examples=30)
@given(speech.articles())
def test_on_any_page_what_our_lexicon_finds_is_a_valid_annotation(page: Article) -> None:
    ours = read_scheme("scheme")
    spans = tuple(hit.span for hit in find(page, read_lexicon("lexicon", ours), ours))
    said = Annotation("x", page.id, page.sha256, "rules", "rule", ours.hash, spans)
    assert not [told for told in remarks(said, page, ours) if "answered" not in told]


def test_a_run_is_written_with_its_scores_and_its_lexicon(job: MakeJob) -> None:
    home = job(article(), scheme=SCHEME, lexicon="words.yaml")
    source = HEAD + "  judged: [{words: [naïve], weight: 0.25}, {words: [never], weight: 1}]\n"
    (home.folder / "words.yaml").write_text(source, encoding="utf-8")
    result = prelabel(home)
    assert (result.articles, result.spans) == (1, {"judged": 1, "loud head": 0})
    assert result.finds == {"judged 1": 1, "judged 2": 0}
    (said,) = read_run(home, result.run)
    assert (said.role, said.author, said.scheme) == ("rule", "mine-1", scheme().hash)
    assert [(span.score, span.drawn) for span in said.spans] == [(0.25, None)]
    kept = home.predictions / f"{result.run}.yaml"
    assert kept.read_text(encoding="utf-8") == source


def test_the_command_tells_what_was_found_and_what_is_wrong(tmp_path: Path) -> None:
    init(tmp_path / "mine")
    page = "Renn slams disastrous deal\n\nThe port said on Tuesday that the strike goes on.\n"
    (tmp_path / "mine/pages/one.txt").write_text(page)
    assert pressmark("prelabel", "-C", tmp_path / "mine").code == 2
    pressmark("ingest", "-C", tmp_path / "mine")
    ran = pressmark("prelabel", "-C", tmp_path / "mine", "--json")
    assert (ran.code, sum(json.loads(ran.out)["spans"].values())) == (0, 1)
    ran = pressmark("prelabel", "-C", tmp_path / "mine", "--set", "lexicon=nowhere")
    assert (ran.code, "no such lexicon" in ran.err) == (2, True)
