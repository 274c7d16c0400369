"""Which version of which article is released, with whose annotations, and in which split."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from corpus.job import Job
from corpus.progress import Progress
from corpus.records import Annotation, Article, misfits
from corpus.release.licences import read_licences, refusal
from corpus.release.shape import Item
from corpus.release.tally import Tally
from corpus.store import iter_versions
from corpus.stories.duplicates import clusters
from corpus.takedown import is_taken_down, read_takedown

#: Why an annotation is left out whose log was damaged.
UNFIT = "annotations with a place outside their text"


def items(
    job: Job,
    said: Mapping[tuple[str, str], tuple[Annotation, ...]],
    placed: Mapping[str, str],
    tally: Tally,
    progress: Progress,
) -> Iterator[tuple[Item, str, str]]:
    """Yield each article once, with its split and the reason why its text stays here ('': none)."""
    chosen, barred = _chosen(job, said)
    tally.left_out["articles on the take-down list"] += len(barred)
    tally.left_out["annotations of texts that are not published"] += sum(
        len(each)
        for (id_, sha), each in said.items()
        if chosen.get(id_) != sha and id_ not in barred
    )
    tally.left_out += type(tally.left_out)()  # forget the zeros
    story = _renamed(clusters(job), chosen)
    licences = read_licences(job)
    total, done = len(chosen), 0
    for article in iter_versions(job):
        if chosen.get(article.id) != article.sha256:
            continue
        del chosen[article.id]
        opinions = _fitting(job, article, said.get((article.id, article.sha256), ()), tally)
        cluster = story.get(article.id, article.id)
        item = Item(article, article.sha256, cluster, opinions)
        split = re.sub(r"\W", "_", placed.get(article.id, "unplaced" if placed else "train"))
        refused = refusal(article, job.settings.release.drop, licences)
        tally.add(item, split, refused, job.settings.release.drop)
        yield item, split, refused
        done += 1
        progress("writing articles", done, total)


def _fitting(
    job: Job, article: Article, said: Iterable[Annotation], tally: Tally
) -> tuple[Annotation, ...]:
    """Those whose places lie in the article's text; the others go to quarantine.jsonl."""
    kept = []
    for annotation in said:
        if unfit := misfits(annotation, article):
            tally.left_out[UNFIT] += 1
            job.set_aside("publish", article.id, f"{annotation.author}'s: {'; '.join(unfit)}")
        else:
            kept.append(annotation)
    return tuple(kept)


def _chosen(
    job: Job, said: Mapping[tuple[str, str], tuple[Annotation, ...]]
) -> tuple[dict[str, str], set[str]]:
    """Each article's newest annotated version, else the newest; and the ids that are barred."""
    listed = read_takedown(job.takedown)
    chosen: dict[str, str] = {}
    barred = set()
    for article in iter_versions(job):
        if is_taken_down(article, listed):
            barred.add(article.id)
        before = chosen.get(article.id)
        if not before or (article.id, article.sha256) in said or (article.id, before) not in said:
            chosen[article.id] = article.sha256
    return {id_: sha for id_, sha in chosen.items() if id_ not in barred}, barred


def _renamed(story: Mapping[str, str], ids: Mapping[str, str]) -> dict[str, str]:
    """Clusters by the least id that is published: others may be addresses on the take-down list."""
    least: dict[str, str] = {}
    for id_ in sorted(ids):
        least.setdefault(story.get(id_, id_), id_)
    return {id_: least[story.get(id_, id_)] for id_ in ids}
