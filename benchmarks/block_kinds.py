"""Kinds of block against pages typed by hand: rules on HTML and on text alone.

    python benchmarks/block_kinds.py DATA              # the figures, held-out publishers apart
    python benchmarks/block_kinds.py DATA --tagger html text   # and the tagger's, 16 times taught
    python benchmarks/block_kinds.py DATA --errors     # every wrong line of the tuning publishers

DATA is the folder of development data; the gold is benchmarks/gold/blocks.jsonl (its README says
how it was made). A unit is a line of the page as benchmarks/gold/plain.py cuts it; its predicted
kind is the one that most of its characters have in our article. A line that our article lacks is
'missing'. The rules were tuned on the tuning publishers' pages only; nobody looked at a wrong line
of the held-out ones. 'with recurrence' types with a pack as `pressmark pack propose` makes it of
the publisher's other pages, three or four of them. 'tagger' is the learned one
on top of the rules, taught on all typed pages of the other publishers (the shipped one has seen
every publisher and is never scored). Intervals: 95%, bootstrap over publishers.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import random
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache, partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from corpus.blocks.cues import CUES, Cues
from corpus.blocks.html import read_html
from corpus.blocks.lines import typed_lines
from corpus.blocks.packs import cues_of, proposed_pack
from corpus.blocks.recurrence import Recurrence
from corpus.blocks.tagger import Tagger as LineTagger
from corpus.records import BLOCK_KINDS, Block
from corpus.text import canonical

sys.path.insert(0, str(Path(__file__).parent / "gold"))
from plain import Plain, plain

GOLD = Path(__file__).parent / "gold" / "blocks.jsonl"
#: Drawn by hash of the name before any rule was tuned (see `held_out`).
SHARE = 0.4
LEAST = 20
ROUNDS = 1000
_TOKEN = re.compile(r"\w+|[^\w\s]")

Tagger = Callable[["GoldPage"], list[str]]


@dataclass(frozen=True)
class GoldPage:
    """A typed page: its markup, its plain text, and the kind of each line."""

    name: str
    publisher: str
    source: str
    page: Plain
    kinds: tuple[str, ...]


def held_out(publisher: str) -> bool:
    """Tell whether the rules' author may not look at the publisher's wrong lines."""
    return int(hashlib.sha256(publisher.encode()).hexdigest(), 16) % 1000 < 1000 * SHARE


def gold(data: Path) -> Iterator[GoldPage]:
    """Yield the typed pages.

    Raises:
        ValueError: a page or its plain text is not the one that was typed.
    """
    for row in map(json.loads, GOLD.read_text(encoding="utf-8").splitlines()):
        path = data / row["page"]
        raw = gzip.decompress(path.read_bytes())
        page = plain(path)
        if (hashlib.sha256(raw).hexdigest(), page.sha256) != (
            row["html_sha256"],
            row["text_sha256"],
        ):
            raise ValueError(f"{path}: not the page that was typed")
        kinds = tuple(unit[4] for unit in row["units"])
        yield GoldPage(row["page"], row["publisher"], raw.decode("utf-8", "replace"), page, kinds)


def on_html(page: GoldPage, cues: Cues = CUES, tagger: LineTagger | None = None) -> list[str]:
    """The kind of each line by our article of the markup."""
    read = read_html(canonical(page.source)[0], cues=cues, tagger=tagger)
    return projected(page.page, read.text, read.typed.blocks)


def on_text(page: GoldPage, cues: Cues = CUES, tagger: LineTagger | None = None) -> list[str]:
    """The kind of each line of the plain text alone."""
    blocks = typed_lines(page.page.text, cues=cues, tagger=tagger).blocks
    return projected(page.page, page.page.text, blocks)


def packs_of(pages: Sequence[GoldPage], data: Path) -> tuple[dict[str, Cues], dict[str, Cues]]:
    """Packs for HTML and for text as proposed from each publisher's other pages, read by no one.

    The other pages are those of news-html that nobody typed; nothing of the gold is used.
    """
    typed = {page.name for page in pages}
    html: dict[str, Recurrence] = defaultdict(Recurrence)
    text: dict[str, Recurrence] = defaultdict(Recurrence)
    for path in sorted((data / "news-html" / "html").glob("*.html.gz")):
        if str(path.relative_to(data)) in typed:
            continue
        publisher = path.name.partition("_")[0]
        raw = gzip.decompress(path.read_bytes())
        number = hashlib.sha256(raw).hexdigest()
        read = read_html(canonical(raw.decode("utf-8", "replace"))[0], tagger=None)
        html[publisher].add(number, _said(read.text, read.typed.blocks))
        words = plain(path).text
        text[publisher].add(number, _said(words, typed_lines(words, tagger=None).blocks))
    html_packs, text_packs = (
        {name: cues_of(proposed_pack(name, found)) for name, found in each.items()}
        for each in (html, text)
    )
    return html_packs, text_packs


def taggers_of(
    pages: Sequence[GoldPage], data: Path, forms: Sequence[str], networks: int
) -> dict[str, Tagger]:
    """What is compared: the rules, alone and with packs, and the tagger on top of either.

    The tagger that types a page was taught on the other publishers' pages only.

    Args:
        pages: the gold.
        data: the folder of development data.
        forms: for which of 'html' and 'text' taggers are taught.
        networks: of how many networks; 0 for as many as the shipped one has.
    """
    found: dict[str, Tagger] = {}
    taught: dict[str, dict[str, LineTagger]] = {}
    if forms:
        from train_tagger import left_out, typed_pages

        teaching = typed_pages(data)
        taught = {form: left_out(teaching, form, networks) for form in forms}
    packs = packs_of(pages, data)
    for form, name, on, known in (
        ("html", "HTML", on_html, packs[0]),
        ("text", "text alone", on_text, packs[1]),
    ):
        found[name] = cache(on)
        found[f"{name}, with recurrence"] = cache(partial(_with, on, known, {}))
        if form in taught:
            found[f"{name}, tagger"] = cache(partial(_with, on, {}, taught[form]))
            found[f"{name}, tagger, with recurrence"] = cache(
                partial(_with, on, known, taught[form])
            )
    return found


def _with(
    on: Callable[..., list[str]],
    packs: dict[str, Cues],
    taggers: dict[str, LineTagger],
    page: GoldPage,
) -> list[str]:
    return on(page, packs.get(page.publisher, CUES), taggers.get(page.publisher))


def _said(text: str, blocks: Sequence[Block]) -> Iterator[tuple[str, str]]:
    for block in blocks:
        yield text[block.start : block.end], block.kind


def scores(pages: Sequence[GoldPage]) -> Iterator[str]:
    """Yield how many lines each rule typed and how many rightly: the table of sureness.py."""
    for form in ("html", "text"):
        right: Counter[str] = Counter()
        typed: Counter[str] = Counter()
        for page in pages:
            read = read_html(canonical(page.source)[0], tagger=None)
            text, found = (read.text, read.typed) if form == "html" else (page.page.text, None)
            found = found or typed_lines(text, tagger=None)
            named = [
                SimpleNamespace(start=block.start, end=block.end, kind=f"{rule} {block.kind}")
                for block, rule in zip(found.blocks, found.rules, strict=True)
            ]
            for kind, said in zip(page.kinds, projected(page.page, text, named), strict=True):
                if kind != "unseen" and said != "missing":
                    typed[said] += 1
                    right[said] += said.split()[1] == kind
        yield from (f"{form} {said} {right[said]} {typed[said]}" for said in sorted(typed))


def projected(page: Plain, text: str, blocks: Sequence[Any]) -> list[str]:
    """The kind that most characters of each line of `page` have among `blocks` of `text`."""
    votes = votes_of(page, text, blocks)
    return [vote.most_common(1)[0][0] if vote else "missing" for vote in votes]


def votes_of(page: Plain, text: str, blocks: Sequence[Any]) -> list[Counter[Any]]:
    """How many characters of each line of `page` stand in blocks of `text` of which kind."""
    ours = [(found[0], found.start()) for found in _TOKEN.finditer(text)]
    theirs = [(found[0], found.start()) for found in _TOKEN.finditer(page.text)]
    matcher = SequenceMatcher(
        a=[word for word, _ in theirs], b=[word for word, _ in ours], autojunk=False
    )
    votes: list[Counter[Any]] = [Counter() for _ in page.lines]
    kind_at, line_at = _lookup(blocks), _line_lookup(page)
    for match in matcher.get_matching_blocks():
        for step in range(match.size):
            word, place = theirs[match.a + step]
            votes[line_at(place)][kind_at(ours[match.b + step][1])] += len(word)
    return votes


def _lookup(blocks: Sequence[Any]) -> Callable[[int], Any]:
    table: dict[int, Any] = {}
    for block in blocks:
        table.update(dict.fromkeys(range(block.start, block.end), block.kind))
    return table.__getitem__


def _line_lookup(page: Plain) -> Callable[[int], int]:
    table: dict[int, int] = {}
    for number, line in enumerate(page.lines):
        table.update(dict.fromkeys(range(line.start, line.end), number))
    return table.__getitem__


Counts = dict[str, Counter[str]]  # right, said, gold; by kind


def counted(page: GoldPage, said: Sequence[str]) -> Counts:
    """Count the page's lines: right, said and gold, by kind; unseen lines do not count."""
    counts: Counts = defaultdict(Counter)
    for kind, guess in zip(page.kinds, said, strict=True):
        if kind != "unseen":
            counts[kind]["gold"] += 1
            counts[guess]["said"] += 1
            counts[kind]["right"] += kind == guess
    return counts


def summed(parts: Sequence[Counts]) -> Counts:
    """Add up the counts of pages."""
    total: Counts = defaultdict(Counter)
    for part in parts:
        for kind, counts in part.items():
            total[kind].update(counts)
    return total


def f1(counts: Counter[str]) -> float | None:
    """F1 of one kind; None where it is neither there nor said."""
    both = counts["said"] + counts["gold"]
    return 2 * counts["right"] / both if both else None


def macro(total: Counts, kinds: Sequence[str]) -> float:
    """Mean F1 of `kinds`."""
    return sum(f1(total[kind]) or 0.0 for kind in kinds) / len(kinds)


def _interval(
    parts: dict[str, list[Counts]], value: Callable[[Counts], float | None]
) -> tuple[float, float]:
    """95% of the values over publishers drawn with replacement."""
    random.seed(0)
    names = sorted(parts)
    drawn = []
    for _ in range(ROUNDS):
        chosen = random.choices(names, k=len(names))
        got = value(summed([part for name in chosen for part in parts[name]]))
        if got is not None:
            drawn.append(got)
    drawn.sort()
    return drawn[int(0.025 * len(drawn))], drawn[int(0.975 * len(drawn)) - 1]


def paired(
    title: str,
    pages: Sequence[GoldPage],
    tagger: Tagger,
    rules: Tagger,
    frequent: Sequence[str],
) -> None:
    """Print how much better than the rules a tagger is on the same pages."""
    parts: dict[str, list[tuple[Counts, Counts]]] = defaultdict(list)
    for page in pages:
        parts[page.publisher].append((counted(page, tagger(page)), counted(page, rules(page))))
    print(f"\n{title}, less the rules")
    for name, kinds in (("mean F1", frequent), *((kind, [kind]) for kind in frequent)):
        low, high = _paired_interval(parts, kinds)
        print(f"{name:14}{_gain(parts.values(), kinds):+.3f}  [{low:+.3f}, {high:+.3f}]")


def _gain(groups: Iterable[Sequence[tuple[Counts, Counts]]], kinds: Sequence[str]) -> float:
    pairs = [pair for group in groups for pair in group]
    return macro(summed([a for a, _ in pairs]), kinds) - macro(summed([b for _, b in pairs]), kinds)


def _paired_interval(
    parts: dict[str, list[tuple[Counts, Counts]]], kinds: Sequence[str]
) -> tuple[float, float]:
    """95% of the differences over publishers drawn with replacement."""
    random.seed(0)
    names = sorted(parts)
    drawn = sorted(
        _gain([parts[name] for name in random.choices(names, k=len(names))], kinds)
        for _ in range(ROUNDS)
    )
    return drawn[int(0.025 * len(drawn))], drawn[int(0.975 * len(drawn)) - 1]


def table(title: str, pages: Sequence[GoldPage], tagger: Tagger, frequent: Sequence[str]) -> None:
    """Print one tagger's figures by kind."""
    parts: dict[str, list[Counts]] = defaultdict(list)
    for page in pages:
        parts[page.publisher].append(counted(page, tagger(page)))
    total = summed([part for group in parts.values() for part in group])
    print(f"\n{title}: {len(pages)} pages of {len(parts)} publishers")
    print(f"{'kind':14}{'gold':>6}{'P':>7}{'R':>7}{'F1':>7}")
    for kind in (*BLOCK_KINDS, "missing"):
        counts = total[kind]
        score = f1(counts)
        if score is None:
            continue
        low, high = _interval(parts, lambda t, k=kind: f1(t[k]))
        precision = counts["right"] / counts["said"] if counts["said"] else 0.0
        recall = counts["right"] / counts["gold"] if counts["gold"] else 0.0
        print(
            f"{kind:14}{counts['gold']:6}{precision:7.2f}{recall:7.2f}{score:7.2f}"
            f"  [{low:.2f}, {high:.2f}]"
        )
    low, high = _interval(parts, lambda t: macro(t, frequent))
    print(
        f"mean F1 of the {len(frequent)} kinds with {LEAST} lines and more:"
        f" {macro(total, frequent):.3f} [{low:.2f}, {high:.2f}]"
    )


def main() -> None:
    """Score and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--errors", action="store_true")
    parser.add_argument("--text", action="store_true", help="errors of the text alone")
    parser.add_argument("--scores", action="store_true", help="each rule's share of right lines")
    parser.add_argument("--tagger", nargs="*", help="the learned tagger too: html, text or both")
    parser.add_argument("--networks", type=int, default=0, help="of how many networks it is")
    options = parser.parse_args()
    pages = list(gold(options.data))
    tuning = [page for page in pages if not held_out(page.publisher)]
    if options.scores:
        print("\n".join(scores(tuning)))
        return
    if options.errors:
        for page in tuning:
            said = (on_text if options.text else on_html)(page)
            for line, kind, guess in zip(page.page.lines, page.kinds, said, strict=True):
                if kind not in (guess, "unseen"):
                    print(f"{page.name}\t{kind}\t{guess}\t[{line.tag}] {line.text[:90]}")
        return
    counts = Counter(kind for page in pages for kind in page.kinds)
    frequent = [kind for kind in BLOCK_KINDS if counts[kind] >= LEAST]
    kept = [page for page in pages if held_out(page.publisher)]
    taggers = taggers_of(pages, options.data, options.tagger or (), options.networks)
    groups = {"tuning publishers": tuning, "held-out publishers": kept, "all": pages}
    for name, tagger in taggers.items():
        for group, chosen in groups.items():
            table(f"{name}, {group}", chosen, tagger, frequent)
            if ", tagger" in name:
                rules = taggers[name.replace(", tagger", "")]
                paired(f"{name}, {group}", chosen, tagger, rules, frequent)


if __name__ == "__main__":
    main()
