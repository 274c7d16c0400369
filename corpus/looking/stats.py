"""The corpus in tables: what there is of what, and nothing of an outlet with too few articles."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from corpus.files import read_lines
from corpus.job import Job
from corpus.looking.opinions import Opinions, opinions
from corpus.records import BLOCK_AUTHORS, BLOCK_KINDS, STATUSES
from corpus.store import latest, runs, shards
from corpus.stories.duplicates import read_clusters
from corpus.stories.placements import placements

Value = str | int | float | None
#: Rows read at once: a thousand articles of two hundred blocks would be tens of megabytes.
_BATCH = 200
_COLUMNS = "id sha256 blocks publisher published language licence paywalled provenance".split()
_UNSAID = "(not said)"


@dataclass(frozen=True)
class Table:
    """A table under its name; `note` says what was left out."""

    name: str
    head: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    note: str = ""


@dataclass
class _Pages:
    """Counts over the latest versions of the articles."""

    articles: int = 0
    characters: int = 0
    facts: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    blocks: Counter[tuple[str, str]] = field(default_factory=Counter)
    covered: Counter[str] = field(default_factory=Counter)
    holders: Counter[str] = field(default_factory=Counter)
    dates: list[str] = field(default_factory=list)
    publishers: dict[str, str] = field(default_factory=dict)


def stats(job: Job) -> tuple[Table, ...]:
    """Return the tables of the job's corpus, read column by column and without the texts.

    By outlet nothing is told of fewer than `stats.least_per_outlet` articles.
    """
    now = latest(job)
    pages = _pages(job, now)
    said = opinions(job, pages.publishers)
    tables = [
        _corpus(job, pages),
        *(_counted(name, pages.facts[name]) for name in ("year", "language", "licence")),
        _conditions(pages),
        _kinds(pages),
        *_outlets(job, pages, said),
        _authors(said),
        _labels(said),
        Table("values", ("label", "attribute", "value", "spans"), _rows(said.values)),
        Table("answers", ("question", "value", "annotations"), _rows(said.answers)),
        _counted("split", Counter(use for id_, use in placements(job).items() if id_ in now)),
    ]
    return tuple(table for table in tables if table.rows or table.note)


def _pages(job: Job, now: dict[str, str]) -> _Pages:
    pages = _Pages()
    names: dict[str, str] = {}
    wanted = dict(now)
    for row in _read(job):
        if wanted.get(row["id"]) != row["sha256"]:
            continue
        del wanted[row["id"]]
        pages.articles += 1
        outlet = names.setdefault(row["publisher"], row["publisher"])
        pages.publishers[row["id"]] = outlet
        source, published = row["provenance"], row["published"]
        year = published[:4] if published[:4].isdigit() else ""
        if year:
            days = [*pages.dates, published[:10]]
            pages.dates = [min(days), max(days)]
        paywalled = {True: "yes", False: "no", None: ""}[row["paywalled"]]
        facts = {"publisher": outlet, "year": year, "paywalled": paywalled}
        facts |= {name: row[name] for name in ("language", "licence")}
        facts |= {"robots": source["robots"], "mining": source["tdm"]}
        for name, value in facts.items():
            pages.facts[name][value or _UNSAID] += 1
        _count_blocks(pages, row["blocks"])
    return pages


def _read(job: Job) -> Iterator[dict[str, Any]]:
    """Yield the rows of all versions without their texts, a few hundred in memory at a time."""
    import pyarrow.parquet as pq

    for path in shards(job):
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(_BATCH, columns=_COLUMNS):
                yield from batch.to_pylist()


def _count_blocks(pages: _Pages, blocks: list[dict[str, Any]]) -> None:
    for block in blocks:
        size = block["end"] - block["start"]
        pages.blocks[block["kind"], block["by"]] += 1
        pages.covered[block["kind"]] += size
        pages.characters += size
    pages.holders.update({block["kind"] for block in blocks})


def _corpus(job: Job, pages: _Pages) -> Table:
    """The corpus in a dozen figures."""
    rows: list[tuple[str, Value]] = [
        ("articles", pages.articles),
        ("versions", _versions(job)),
        ("publishers", len({*pages.publishers.values()} - {""})),
        ("first published", pages.dates[0] if pages.dates else None),
        ("last published", pages.dates[-1] if pages.dates else None),
        ("characters in blocks", pages.characters),
        ("blocks", sum(pages.blocks.values())),
        *_stories(job),
        ("runs of predictions", len(runs(job))),
        ("quarantined", sum(1 for _ in read_lines(job.quarantine))),
    ]
    return Table("corpus", ("what", "count"), tuple(rows))


def _versions(job: Job) -> int:
    import pyarrow.parquet as pq

    return sum(pq.read_metadata(path).num_rows for path in shards(job))


def _stories(job: Job) -> list[tuple[str, Value]]:
    """What `pressmark duplicates` found, if it has looked at these very articles."""
    clusters = read_clusters(job)
    if not clusters:
        return [("duplicates", "not looked for: run 'pressmark duplicates'")]
    several = [count for count in Counter(clusters.values()).values() if count > 1]
    return [
        ("stories told more than once", len(several)),
        ("articles that tell them", sum(several)),
        ("recurring blocks", sum(1 for _ in read_lines(job.recurring))),
    ]


def _counted(name: str, counts: Counter[str]) -> Table:
    order = sorted(counts.items(), key=lambda pair: (pair[0] == _UNSAID, -pair[1], pair[0]))
    if name == "year":
        order.sort(key=lambda pair: pair[0])
    return Table(name, (name, "articles"), tuple(order))


def _conditions(pages: _Pages) -> Table:
    """What pages and sites say of who may read and mine them."""
    rows = [
        (name, value, count)
        for name in ("paywalled", "robots", "mining")
        for value, count in sorted(pages.facts[name].items())
    ]
    return Table("conditions", ("what", "said", "articles"), tuple(rows))


def _kinds(pages: _Pages) -> Table:
    """Kinds of block: how many, typed by whom, in how many articles, how much of the text."""
    rows: list[tuple[Value, ...]] = []
    for kind in BLOCK_KINDS:
        by = [pages.blocks[kind, author] for author in BLOCK_AUTHORS]
        if any(by):
            share = round(pages.covered[kind] / pages.characters, 4)
            rows.append((kind, sum(by), *by, pages.holders[kind], share))
    head = ("kind", "blocks", *BLOCK_AUTHORS, "articles", "share of text")
    return Table("blocks", head, tuple(rows))


def _outlets(job: Job, pages: _Pages, said: Opinions) -> list[Table]:
    """Articles by outlet, and spans an annotation; of too few articles only how many outlets."""
    least = job.settings.stats.least_per_outlet
    named = [(name, n) for name, n in pages.facts["publisher"].most_common() if name != _UNSAID]
    told = [(name, count) for name, count in named if count >= least]
    enough = [name for name, _ in told if len(said.annotated[name]) >= least]
    few = len(named) - len(told)
    note = f"{few} outlets with fewer than {least} articles are not told apart" if few else ""
    rates: list[tuple[Value, ...]] = [
        (name, label, count, round(count / said.given[name], 2))
        for name in enough
        for label in sorted(said.labels)
        for count in [said.outlets[name, label]]
    ]
    silent = len(told) - len(enough)
    left = f"{silent} outlets with fewer than {least} annotated articles are left out"
    return [
        Table("publishers", ("publisher", "articles"), tuple(told), note),
        Table(
            "labels by publisher",
            ("publisher", "label", "spans", "spans an annotation"),
            tuple(rates),
            left if silent else "",
        ),
    ]


def _authors(said: Opinions) -> Table:
    rows: list[tuple[Value, ...]] = [
        (*who, *(said.statuses[(*who, status)] for status in STATUSES), said.spans[who])
        for who in sorted({key[:3] for key in said.statuses})
    ]
    return Table("annotators", ("author", "role", "layer", *STATUSES, "spans"), tuple(rows))


def _labels(said: Opinions) -> Table:
    rows = [
        (label, count, len(said.holders[label]), len(said.markers[label]))
        for label, count in said.labels.most_common()
    ]
    return Table("labels", ("label", "spans", "articles", "annotators"), tuple(rows))


def _rows(counts: Counter[Any]) -> tuple[tuple[Value, ...], ...]:
    order: Iterable[Any] = sorted(
        counts.items(), key=lambda pair: (pair[0][:-1], -pair[1], pair[0])
    )
    return tuple((*key, count) for key, count in order)
