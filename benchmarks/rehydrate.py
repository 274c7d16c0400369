"""A stand-off release of the sample corpus, rehydrated: how many spans come back equal.

    python benchmarks/rehydrate.py

First from the pages as they were: a span counts as equal if its text, label, picked attributes and
author are those of the job that published it. Then from pages that have changed (a line put before
the text, the paragraph in the middle rewritten): hashed contexts beside what a user of a release
without them would do, which is to apply the old offsets to the new text.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from corpus.blocks.lines import typed_lines
from corpus.init import init_demo
from corpus.job import Job, open_job
from corpus.reading.ingest import ingest
from corpus.records import Annotation, Article
from corpus.release.anchor import carry
from corpus.release.folder import open_release
from corpus.release.pseudonyms import keep_pseudonyms, pseudonymised
from corpus.release.publish import publish
from corpus.release.rehydrate import rehydrate
from corpus.release.shape import annotations_of, without_free_text
from corpus.resources import SAMPLE
from corpus.sample import sample_annotations
from corpus.store import append_annotations, read_annotations, read_articles

Said = Counter[tuple[object, ...]]
SECTION = {
    "name": "sample",
    "version": "1.0",
    "title": "Sample",
    "authors": "[Pressmark]",
    "licence": "CC-BY-4.0",
    "contact": "corpus@example.org",
}


def main() -> None:
    """Print both tables."""
    with tempfile.TemporaryDirectory() as tmp:
        folder = Path(tmp)
        job = published(folder / "job")
        release = job.releases / "sample-1.0"
        print("pages as they were")
        done = rehydrate(release, job.folder / "pages", folder / "back")
        back = open_job(folder / "back")
        ours, theirs = said(job, pseudonyms=True), said(back)
        equal = (ours & theirs).total()
        print(f"  articles rebuilt, sha256 equal   {done.exact} of {done.articles}")
        print(f"  spans equal                      {equal} of {ours.total()}", end="")
        print(f" ({100 * equal / ours.total():.1f}%), {theirs.total() - equal} others")
        print("pages that have changed")
        changed(release, {a.id: a for a in read_articles(job)})
        shutil.rmtree(folder / "back")


def published(folder: Path) -> Job:
    """The sample corpus with its rehearsed annotations, published."""
    init_demo(folder)
    job = open_job(
        folder,
        [
            f"release.{key}={value!r}" if key == "version" else f"release.{key}={value}"
            for key, value in SECTION.items()
        ],
    )
    ingest(job)
    job.keep_scheme()
    passes = sample_annotations(read_articles(job), SAMPLE / "passes", job.scheme)
    append_annotations(job.annotations, passes)
    publish(job)
    return job


def said(job: Job, *, pseudonyms: bool = False) -> Said:
    """Every span as who says what of which words, in the release's terms."""
    texts = {a.id: a.text for a in read_articles(job)}
    opinions: Iterable[Annotation] = read_annotations(job.annotations)
    if pseudonyms:
        names, schemes = keep_pseudonyms(job), {job.scheme.hash: job.scheme}
        opinions = [without_free_text(pseudonymised(a, names), schemes) for a in opinions]
    return Counter(
        (
            a.article,
            a.author,
            s.start,
            s.end,
            texts[a.article][s.start : s.end],
            s.label,
            tuple(s.attributes.items()),
        )
        for a in opinions
        for s in a.spans
    )


def changed(release_folder: Path, old: dict[str, Article]) -> None:
    """Place every span on a changed page, by hashed context and by the old offsets."""
    release = open_release(release_folder)
    counts: Counter[str] = Counter()
    for _, row in release.rows("standoff"):
        before = old[row["id"]]
        after = edited(before)
        words = {
            (a.id, s.id): before.text[s.start : s.end]
            for a in annotations_of(row, release.names)
            for s in a.spans
        }
        counts["spans"] += len(words)
        there = {key for key, quote in words.items() if quote in after.text}
        counts["there"] += len(there)
        carried = carry(row, after, release.names, release.salt)
        for a in carried.annotations:
            for s in a.spans:
                right = after.text[s.start : s.end] == words[a.id, s.id]
                counts["placed right" if right else "placed wrong"] += 1
        for a in annotations_of(row, release.names):
            for s in a.spans:
                right = after.text[s.start : s.end] == words[a.id, s.id]
                counts["offsets right" if right else "offsets wrong"] += 1
    total = counts["spans"]
    print(f"  spans whose words still stand    {counts['there']} of {total}")
    print("                                   right  wrong  listed as not placed")
    placed = counts["placed right"], counts["placed wrong"]
    print(
        f"  hashed context                   {placed[0]:5}  {placed[1]:5}  {total - sum(placed):5}"
    )
    kept = counts["offsets right"], counts["offsets wrong"]
    print(f"  old offsets                      {kept[0]:5}  {kept[1]:5}  {0:5}")


def edited(article: Article) -> Article:
    """The page with a line before it, and the paragraph in its middle rewritten."""
    bodies = [b for b in article.blocks if b.kind == "paragraph"]
    block = bodies[len(bodies) // 2]
    text = article.text[: block.start] + "This part was rewritten." + article.text[block.end :]
    text = "Updated on Friday.\n\n" + text
    return Article(article.id, text, typed_lines(text, "").blocks)


if __name__ == "__main__":
    main()
