"""Which article is for what: a ledger in which a placed article never moves."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from corpus.errors import PressmarkError
from corpus.files import append_lines, read_lines
from corpus.job import Job, now
from corpus.progress import Progress, silent
from corpus.selection import chosen, read_selection
from corpus.settings import SplitSection
from corpus.store import iter_articles, latest, read_annotations
from corpus.stories.duplicates import clusters
from corpus.stories.splits import USES, draw
from corpus.stories.strata import strata, topics

HELD_OUT = "held out"


@dataclass(frozen=True, slots=True)
class Placed:
    """What `split` did: new articles by use, all articles by use, the held-out with their reason.

    `waiting` counts those that cannot be placed yet, by reason; `gone` those of the ledger that
    the job has no more.
    """

    new: dict[str, int]
    all: dict[str, int]
    held_out: dict[str, str]
    waiting: dict[str, int]
    gone: int


def placements(job: Job) -> dict[str, str]:
    """Return each placed article's use, from the ledger: 'train', 'validation', 'test', 'held out'.

    An article that was taken from the job stays in the ledger. Its first line counts, unless a
    later one holds it out: it can leave its side, but never change to another.

    Raises:
        PressmarkError: a line names no article, a use that there is not, or another than before.
    """
    placed: dict[str, str] = {}
    for row in _rows(job):
        if row["use"] == HELD_OUT or row["article"] not in placed:
            placed[row["article"]] = row["use"]
    return placed


def _rows(job: Job) -> Iterator[dict[str, str]]:
    sides: dict[str, str] = {}
    for number, row in enumerate(read_lines(job.placements), 1):
        id_, use = row.get("article"), row.get("use")
        if not isinstance(id_, str) or use not in (*USES, HELD_OUT):
            raise PressmarkError(
                f"{job.placements}:{number}: article {id_!r} is placed in {use!r}, not one of"
                f" {', '.join((*USES, HELD_OUT))}; mend the line or restore the file"
            )
        if use != HELD_OUT and (before := sides.setdefault(id_, use)) != use:
            raise PressmarkError(
                f"{job.placements}:{number}: article {id_!r} is placed in {use!r}, but in"
                f" {before!r} by an earlier line; take one of the two out"
            )
        yield row


def split(job: Job, progress: Progress = silent) -> Placed:
    """Place the articles that the ledger has not, by the job's `split` settings; append them to it.

    A new article joins its cluster's side. One that bridges two sides, or whose cluster stands on
    another side than its publisher, time or topic, is held out with the reason.

    Raises:
        PressmarkError: the settings do not say by what to split, or there are no articles.
    """
    settings = job.settings.split
    _check(job, settings)
    here = latest(job)
    if not here:
        raise PressmarkError(f"{job.folder}: there are no articles; run 'pressmark ingest' first")
    placed, known = placements(job), clusters(job)
    keys, waiting = _keys(job, settings, known)
    new = sorted(set(here) - set(placed) - set(waiting))
    progress("placing articles", 0, len(new))
    draft = _Draft(settings, known, keys, placed, _known_uses(job, settings, placed, keys))
    selected = chosen(read_selection(job.selection))
    draft.place(new, _drawn(job, draft, new, selected))
    draft.spare(selected.intersection(new))
    when = now()
    append_lines(
        job.placements,
        (
            {
                "article": id_,
                "sha256": here[id_],
                "use": draft.use[id_],
                "by": settings.by,
                "group": keys[id_],
                "cluster": known[id_],
                "reason": draft.reason[id_],
                "when": when,
            }
            for id_ in new
        ),
    )
    progress("placing articles", len(new), len(new))
    after = {**placed, **draft.use}
    return Placed(
        new=_counted(draft.use),
        all=_counted({id_: use for id_, use in after.items() if id_ in here}),
        held_out={i: draft.reason[i] for i in new if draft.use[i] == HELD_OUT},
        waiting=dict(Counter(waiting[i] for i in waiting if i not in placed)),
        gone=len(set(placed) - set(here)),
    )


def hold_out(job: Job, ids: Collection[str], reason: str) -> int:
    """Take articles from their sides for good; return how many were on one.

    Raises:
        PressmarkError: an id is not of the job.
    """
    here, placed = latest(job), placements(job)
    if missing := sorted(set(ids) - set(here)):
        raise PressmarkError(f"{job.folder}: there is no article {missing[0]!r} to hold out")
    rows = [
        {"article": i, "sha256": here[i], "use": HELD_OUT, "reason": reason, "when": now()}
        for i in sorted(set(ids))
        if placed.get(i) != HELD_OUT
    ]
    append_lines(job.placements, rows)
    return len(rows)


def _check(job: Job, settings: SplitSection) -> None:
    where = job.folder / "pressmark.yaml"
    questions = [question.name for question in job.scheme.questions]
    if settings.by == "time" and not (settings.validation_from and settings.test_from):
        raise PressmarkError(
            f"{where}: a split by time needs 'validation_from' and 'test_from' under 'split':"
            " the dates from which on articles are to tune and to test on"
        )
    if (
        settings.validation_from
        and settings.test_from
        and settings.validation_from > settings.test_from
    ):
        raise PressmarkError(f"{where}: 'validation_from' is after 'test_from'; exchange them")
    if settings.by == "topic" and settings.question not in questions:
        raise PressmarkError(
            f"{where}: a split by topic needs 'question' under 'split', one of the scheme's"
            f" questions ({', '.join(questions)}); it is {settings.question!r}"
        )
    if settings.validation + settings.test >= 1:
        raise PressmarkError(f"{where}: 'validation' and 'test' leave none to train on; lower them")
    for name in settings.stratify:
        if name not in ("publisher", "labels", "answers", *questions):
            raise PressmarkError(
                f"{where}: stratify: {name!r} is not publisher, labels, answers or a question"
                f" ({', '.join(questions)})"
            )


def _keys(
    job: Job, settings: SplitSection, known: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    """What each article is placed by, and why others cannot be placed yet."""
    if settings.by == "cluster":
        return dict(known), {}
    keys: dict[str, str] = {}
    waiting: dict[str, str] = {}
    answers = topics(read_annotations(job.annotations), settings.question)
    for article in iter_articles(job):
        key, why = article.publisher, "its publisher is not known"
        if settings.by == "time":
            key, why = _use_at(article.published, settings), "its date is not known"
        elif settings.by == "topic":
            key, why = answers.get(article.id, ""), f"{settings.question!r} is not answered"
        if key:
            keys[article.id] = key
        else:
            waiting[article.id] = why
    return keys, waiting


def _use_at(published: str, settings: SplitSection) -> str:
    day = published[:10]
    if len(day) < 10 or not day.replace("-", "").isdigit():
        return ""
    if settings.test_from and day >= settings.test_from.isoformat():
        return "test"
    late = settings.validation_from and day >= settings.validation_from.isoformat()
    return "validation" if late else "train"


@dataclass(frozen=True)
class _Draft:
    """New lines of the ledger in the making: each article's use and reason."""

    settings: SplitSection
    known: Mapping[str, str]
    keys: Mapping[str, str]
    placed: Mapping[str, str]
    own: Mapping[str, str]
    use: dict[str, str] = field(default_factory=dict)
    reason: dict[str, str] = field(default_factory=dict)

    def place(self, new: list[str], drawn: Mapping[str, str]) -> None:
        """Place `new` with their cluster, with their group, or as `drawn` by key."""
        sides = _sides(self.placed, self.known)
        for id_ in new:
            mates = sides[self.known[id_]]
            key = self.keys[id_]
            if len(mates) > 1:
                told = " and ".join(f"{mate!r} ({use})" for use, mate in sorted(mates.items()))
                self._put(id_, HELD_OUT, f"bridges two sides: its cluster holds {told}")
            elif mates and self.settings.by == "cluster":
                ((use, mate),) = mates.items()
                self._put(id_, use, f"with {mate!r} of its cluster")
            elif self.settings.by == "cluster":
                self._put(id_, drawn[key], f"drawn with seed {self.settings.seed}")
            else:
                use = self.own.get(key) or drawn[key]
                why = f"by {self.settings.by}: {key}"
                if use == HELD_OUT:
                    self._put(id_, use, f"{why} stands on two sides already")
                    continue
                self._put(id_, use, why)
                for side, mate in mates.items():
                    self._part(id_, mate, side)
        self._reconcile(new)

    def spare(self, selected: Iterable[str]) -> None:
        """Hold out what a strategy chose where it would be tuned or tested on."""
        for id_ in selected:
            if self.use[id_] in USES[1:]:
                why = f"{self.reason[id_]} ({self.use[id_]}), but chosen by a strategy, not by lot"
                self._put(id_, HELD_OUT, why)

    def _put(self, id_: str, use: str, reason: str) -> None:
        self.use[id_], self.reason[id_] = use, reason

    def _part(self, id_: str, mate: str, side: str) -> None:
        """Hold `id_` out where its `mate` stands on another side."""
        if (use := self.use[id_]) != side:
            why = f"{self.reason[id_]} ({use}), but of the cluster of {mate!r} ({side})"
            self._put(id_, HELD_OUT, why)

    def _reconcile(self, new: list[str]) -> None:
        """Hold out the new articles that part their cluster: the side of most of it stays."""
        members: defaultdict[str, list[str]] = defaultdict(list)
        for id_ in new:
            if self.use[id_] != HELD_OUT:
                members[self.known[id_]].append(id_)
        for ids in members.values():
            count = Counter(self.use[id_] for id_ in ids)
            kept = min(USES, key=lambda use: -count[use])
            mate = next(id_ for id_ in ids if self.use[id_] == kept)
            for id_ in ids:
                self._part(id_, mate, kept)


def _drawn(job: Job, draft: _Draft, new: list[str], selected: Collection[str]) -> dict[str, str]:
    """Draw a use for each key that has none: those that are placed count towards the shares.

    A story of which a strategy chose an article is trained on.
    """
    settings, sides = draft.settings, _sides(draft.placed, draft.known)
    free = [id_ for id_ in new if draft.keys[id_] not in draft.own]
    if settings.by == "cluster":
        free = [id_ for id_ in free if not sides[draft.known[id_]]]
    if not free:
        return {}
    shares = {
        "train": 1 - settings.validation - settings.test,
        "validation": settings.validation,
        "test": settings.test,
    }
    groups = {id_: draft.keys[id_] for id_ in free}
    there = {i: use for i, use in draft.placed.items() if use in USES and i in draft.known}
    groups |= {id_: f"\0{use}" for id_, use in there.items()}
    fixed = {f"\0{use}": use for use in there.values()}
    if settings.by == "cluster":
        fixed |= {draft.keys[id_]: "train" for id_ in free if id_ in selected}
    return draw(groups, shares, settings.seed, strata(job, settings.stratify), fixed)


def _sides(placed: Mapping[str, str], known: Mapping[str, str]) -> defaultdict[str, dict[str, str]]:
    """By cluster: the sides it has articles on, with one of them each."""
    sides: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for id_ in sorted(placed):
        if placed[id_] in USES and id_ in known:
            sides[known[id_]].setdefault(placed[id_], id_)
    return sides


def _known_uses(
    job: Job, settings: SplitSection, placed: Mapping[str, str], keys: Mapping[str, str]
) -> dict[str, str]:
    """The groups that have a side: by time all, else those of the ledger.

    One whose articles were placed by something else, on two sides, is held out from then on.
    """
    if settings.by == "time":
        return {use: use for use in USES}
    if settings.by == "cluster":
        return {}
    own: dict[str, str] = {}
    for row in _rows(job):
        if row.get("by") == settings.by and row["use"] in USES and row.get("group"):
            own.setdefault(row["group"], row["use"])
    sides: defaultdict[str, set[str]] = defaultdict(set)
    for id_, use in placed.items():
        if use in USES and id_ in keys:
            sides[keys[id_]].add(use)
    return {key: HELD_OUT if len(uses) > 1 else min(uses) for key, uses in sides.items()} | own


def _counted(uses: Mapping[str, str]) -> dict[str, int]:
    count = Counter(uses.values())
    return {use: count[use] for use in (*USES, HELD_OUT)}
