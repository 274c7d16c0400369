"""Names in an article by simple rules: what an annotator can pick as the target of a span."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from annotation.english import BETWEEN, OWNERS, STARTERS, TIMES, TITLES
from corpus.records import Article, Block

#: As many as a list on the page can show.
MOST = 40

Words = tuple[str, ...]
_WORD = r"[^\W\d_][\w’'-]*\w|[^\W\d_]"
_TOKEN = re.compile(_WORD)
#: Splits a text into what stands between words and, at every second place, a word, or as many
#: small ones as follow each other: there are no names in them, and it is quicker.
_PARTS = re.compile(rf"([a-z]+(?: [a-z]+)*(?![\w’'-])|{_WORD})")
_JOINING = frozenset({"of", "de", "da", "del", "der", "van", "von", "al", "bin", "la", "le"})
#: Blocks of menus, topics and authors, who are seldom what a page praises or blames.
_ASIDE = frozenset({"chrome", "tags", "byline", "comments"})
#: Blocks that may be set in title case, where a capital says nothing.
_HEADINGS = frozenset({"headline", "deck", "subheading", "teaser", "poll", "solicitation"})
#: From how many of its longer words on a heading counts as set in title case.
_TITLE_CASE = 0.6
_LONG = 4
_SENTENCE_ENDS = ".!?:…“‘\"'(—–"


@dataclass(frozen=True, slots=True)
class _Mention:
    """A run of capitalised words; `opens` is true where a sentence begins with it."""

    words: Words
    opens: bool


@lru_cache(maxsize=8)  # task and pre-labels of an article are made one after the other
def candidates(article: Article) -> tuple[str, ...]:
    """Return the names of the article; the outlet last, since a page may praise or blame itself.

    Names come from running text. In headings in title case, in menus, topics and bylines they are
    recognised, not found: there a capital says nothing of a word.
    """
    plain: list[str] = []
    other: list[str] = []
    for block in article.blocks:
        there = plain if _is_plain(article.text, block) else other
        there.append(article.text[block.start : block.end])
    publisher = article.publisher.strip()
    found = _names(plain, other)
    own = {publisher.casefold(), publisher.casefold().removeprefix("the ")}
    own |= {publisher.split()[-1].casefold()} if publisher else set()
    kept = tuple(name for name in found if name.casefold() not in own)[:MOST]
    return (*kept, publisher) if publisher else kept


def names(text: str, *, most: int = MOST) -> tuple[str, ...]:
    """Return the names of running text, the most frequent first; ties in the order of the text.

    A name is a run of capitalised words ('Port of Ansel'). What opens a sentence once and no more,
    or is written small elsewhere ('The'), is none; nor are days and months. A possessive ending and
    what a person is before their name ('Mayor') are cut off, and a surname counts for the one
    person who bears it.
    """
    return _names([text])[:most]


def _names(plain: Iterable[str], other: Iterable[str] = ()) -> tuple[str, ...]:
    texts = [*plain]
    chunks = {chunk for text in texts for chunk in text.split()}
    small = {w for chunk in chunks for w in _TOKEN.findall(chunk) if w.islower()}
    mentions = [mention for text in texts for mention in _mentions(text, small)]
    counts: Counter[Words] = Counter(mention.words for mention in mentions)
    sure = {m.words for m in mentions if not m.opens or len(m.words) > 1}
    kept = {words: n for words, n in counts.items() if words in sure or n > 1}
    merged = _merged(kept)
    for text in other:
        for words in merged:
            merged[words] += text.count(" ".join(words))
    ordered = sorted(merged, key=lambda words: -merged[words])
    return tuple(" ".join(words) for words in ordered)


def _is_plain(text: str, block: Block) -> bool:
    if block.kind in _ASIDE:
        return False
    if block.kind not in _HEADINGS:
        return True
    words = [w.group() for w in _TOKEN.finditer(text, block.start, block.end)]
    long = [word for word in words if len(word) >= _LONG]
    return sum(word[0].isupper() for word in long) < _TITLE_CASE * max(len(long), 1)


def _mentions(text: str, small: set[str]) -> Iterator[_Mention]:
    for run, start, owns in _runs(text):
        words = run
        opens = _opens(text, start) and not owns
        while words and (words[0] in STARTERS or (opens and words[0].lower() in small)):
            # what follows a sentence's first word is not the first itself
            words, opens = words[1:], False
            while words and words[0] in _JOINING:
                words = words[1:]
        words = _untitled(words)
        single = len(words) == 1
        if not words or words[0] in TIMES or (single and words[0].lower() in small):
            continue
        if not single or len(words[0]) > 1:
            yield _Mention(words, opens)


def _opens(text: str, start: int) -> bool:
    """Tell whether a sentence, a quotation or a line begins at `start`."""
    before = text[:start].rstrip(" \t")[-1:]
    return not before or before in "\n\u2028\u2029" or before in _SENTENCE_ENDS or before == "”"


def _untitled(words: Words) -> Words:
    """The name without what its bearer is: 'Finance Minister Oda Quill' is Oda Quill."""
    last = max((n for n, word in enumerate(words) if word in TITLES), default=-1)
    rest = words[last + 1 :]
    return rest if rest and rest[0] not in _JOINING else words


def _merged(counts: Mapping[Words, int]) -> Counter[Words]:
    """Count a surname, and a name in capitals, for the one name that it is short for."""
    people: defaultdict[str, list[Words]] = defaultdict(list)
    plain: dict[str, Words] = {}
    for words in counts:
        if len(words) > 1 and not set(words) & _JOINING:
            people[words[-1]].append(words)
        if not _shouted(words):
            plain.setdefault(" ".join(words).casefold(), words)
    merged: Counter[Words] = Counter()
    for words, count in counts.items():
        whole = plain.get(" ".join(words).casefold(), words) if _shouted(words) else words
        if len(whole) == 1 and len(people[whole[0]]) == 1:
            whole = people[whole[0]][0]
        merged[whole] += count
    return merged


def _shouted(words: Words) -> bool:
    return all(word.isupper() and len(word) > 1 for word in words)


def _runs(text: str) -> Iterator[tuple[Words, int, bool]]:
    """Yield runs of capitalised words, where each begins, and whether it owns something ('Renn’s').

    Joining words stand inside ('Port of Ansel'); so do '&' and a plural's apostrophe ('Dockers’
    Union').
    """
    run: list[str] = []
    start = 0
    for gap, word, place in _words(text):
        capital = word[0].isupper()
        if not (run or capital):
            continue
        if run and gap in OWNERS and run[-1].endswith("s"):
            run[-1] += "’"
        elif run and gap not in BETWEEN:
            yield _without_tail(run), start, False
            run = []
        if capital:
            cut = re.sub(r"[’']s$", "", word)
            start = start if run else place
            run += ["&", cut] if run and gap == " & " else [cut]
            if cut != word:
                yield _without_tail(run), start, True
                run = []
        elif run and set(word.split(" ")) <= _JOINING and gap == " ":
            run += word.split(" ")
        elif run:
            yield _without_tail(run), start, False
            run = []
    if run:
        yield _without_tail(run), start, False


def _words(text: str) -> Iterator[tuple[str, str, int]]:
    """Return what stands before each word, the word, its place; plain small words together."""
    parts = _PARTS.split(text)
    places = list(accumulate(map(len, parts)))
    return zip(parts[::2], parts[1::2], places[::2], strict=False)


def _without_tail(run: list[str]) -> Words:
    while run and run[-1] in _JOINING:
        run = run[:-1]
    return (*run[:-1], run[-1].rstrip("’'")) if run else ()
