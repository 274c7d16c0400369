"""What adjudicators decided, from Label Studio into gold.jsonl and disputes.jsonl."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from annotation.adjudicating.codec import Adjudicated, Ruling, gold_of
from annotation.adjudicating.sheet import Sheet, read_sheets
from annotation.codec import Read
from annotation.layers import SPANS
from annotation.projects import ADJUDICATION, Linked, remembered
from annotation.raw import RawTask
from annotation.reader import Reader, opened
from annotation.restored import Known
from corpus.job import Job
from corpus.progress import Progress
from corpus.records import Annotation, Article
from corpus.scheme import Scheme
from corpus.settling.decisions import SETTLED
from corpus.settling.disputes import Dispute, append_disputes, read_disputes
from corpus.store import append_annotations, read_annotations

Version = tuple[str, str]


@dataclass(frozen=True)
class Fetched:
    """What came back: gold by what became of it, disputes settled and open again.

    `alive` are the projects that are there still; None if nothing was ever sent.
    """

    new: int = 0
    changed: int = 0
    withdrawn: int = 0
    settled: int = 0
    reopened: int = 0
    quarantined: int = 0
    remarks: tuple[str, ...] = ()
    alive: frozenset[str] | None = None


@dataclass(frozen=True)
class _Returned:
    """One submitted annotation of a sheet, with what could be read of it."""

    sheet: Sheet
    number: int
    when: str
    made: Adjudicated
    author: str


def fetch(job: Job, progress: Progress) -> Fetched:
    """Take over what adjudicators submitted; fetched again nothing changes.

    A submission changed later is a new revision of the gold. One that was deleted or skipped
    afterwards withdraws it, and its disputes are open again. What cannot be used is set aside, and
    what it gave before stands.

    Raises:
        ServiceError: a server with adjudicators' desks cannot be reached.
    """
    desks = [link.desk for link in remembered(job)]
    if not any((desk.layer, desk.purpose) == (SPANS, ADJUDICATION) for desk in desks):
        return Fetched()
    reading = _Reading(read_sheets(job))
    reader = Reader(job, role="gold", command="adjudicate", reading=reading)
    with opened(job, SPANS, ADJUDICATION) as links:
        for client, link in links:
            reader.ask(client, link)
            for number, task in enumerate(client.snapshot(link.id), 1):
                reading.meet(task, link)
                # what is readable is kept by the reading, with its rulings
                for _ in reader.task(task, link):
                    progress("reading what was adjudicated", number, 0)
        alive = frozenset(link.name for _, link in links)
    remarks = (*reader.remarks, *reading.remarks)
    written = _written(job, reading, alive)
    return replace(written, quarantined=reader.quarantined, remarks=remarks, alive=alive)


@dataclass
class _Reading:
    """Reads an adjudicator's annotation by the sheet that it was made on.

    `submitted` are the versions of which anything is submitted, readable or not.
    """

    sheets: Mapping[tuple[str, str], Sheet]
    returned: list[_Returned] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    submitted: set[Version] = field(default_factory=set)

    def meet(self, task: RawTask, link: Linked) -> None:
        """Note that something is submitted of a task."""
        sheet = self.sheets.get((link.name, task.told("uid")))
        if sheet and any(not raw.was_cancelled for raw in task.annotations):
            self.submitted.add(sheet.version)

    def __call__(
        self, task: RawTask, known: Known, article: Article, scheme: Scheme, link: Linked
    ) -> Read:
        raw, author = known.raw, known.author
        sheet = self.sheets.get((link.name, task.told("uid")))
        if sheet is None:
            return Read(None, ("the task is on no sheet of adjudication.jsonl: restore that file",))
        if raw.was_cancelled:
            self.remarks.append(f"{article.id}: skipped by {author}; it stays in dispute")
        made = gold_of(raw, sheet, article, scheme, author)
        if not (raw.draft or raw.was_cancelled):
            self.returned.append(_Returned(sheet, raw.id, raw.when, made, author))
        return Read(made.gold, made.reasons)


def _written(job: Job, reading: _Reading, alive: frozenset[str]) -> Fetched:
    """Write gold and disputes: by the last sheet of each article, and of it the last annotation."""
    said: defaultdict[Version, list[_Returned]] = defaultdict(list)
    for each in sorted(reading.returned, key=lambda r: (r.sheet.occasion, r.when, r.number)):
        said[each.sheet.version].append(each)
    known = {dispute.id: dispute for dispute in read_disputes(job)}
    before = {gold.id: gold for gold in read_annotations(job.gold)}
    golds = [gold for each in said.values() if (gold := _last(each, known))]
    closed = [d for each in said.values() for d in _closed(each, known)]
    here = [sheet for (project, _), sheet in reading.sheets.items() if project in alive]
    gone = {sheet.version for sheet in here} - reading.submitted
    withdrawn = [
        replace(gold, status="withdrawn")
        for gold in before.values()
        if (gold.article, gold.sha256) in gone and gold.status == "submitted" and _ours(gold, known)
    ]
    reopened = [
        replace(
            dispute,
            state="audit" if dispute.decision else "open",
            adjudicator="",
            reason="",
            comment="",
            gold="",
            when="",
        )
        for dispute in known.values()
        if dispute.version in gone and dispute.state == "adjudicated"
    ]
    appended = append_annotations(job.gold, [*golds, *withdrawn])
    disputes = append_disputes(job, [*closed, *reopened])
    settled = sum(1 for d in disputes if d.state == "adjudicated" and known[d.id].state != d.state)
    new = sum(1 for gold in appended if _is_new(gold, before))
    return Fetched(
        new=new,
        changed=len(appended) - new - len(withdrawn),
        withdrawn=len(withdrawn),
        settled=settled,
        reopened=len(disputes) - len([d for d in disputes if d.state == "adjudicated"]),
    )


def _last(returned: Sequence[_Returned], known: Mapping[str, Dispute]) -> Annotation | None:
    """The gold of the last sheet that is still about anything, and could be read."""
    for each in reversed(returned):
        at_issue = [known[id_] for id_ in each.sheet.disputes if id_ in known]
        if each.made.gold and any(dispute.state != "gone" for dispute in at_issue):
            return each.made.gold
    return None


def _closed(returned: Iterable[_Returned], known: Mapping[str, Dispute]) -> Iterator[Dispute]:
    """Yield the disputes that were ruled on; a later ruling takes an earlier one's place."""
    rulings: dict[str, tuple[Ruling, _Returned]] = {}
    for each in returned:
        rulings |= {id_: (ruling, each) for ruling in each.made.rulings for id_ in ruling.disputes}
    for id_, (ruling, each) in rulings.items():
        dispute = known.get(id_)
        if dispute and dispute.state != "gone":
            yield replace(
                dispute,
                state="adjudicated",
                adjudicator=each.author,
                reason=ruling.reason,
                comment=ruling.comment,
                gold=each.sheet.start.id,
                when=each.when,
            )


def _ours(gold: Annotation, known: Mapping[str, Dispute]) -> bool:
    """Tell whether gold was made on a sheet: other hands' gold is not withdrawn here."""
    ruled = (d for d in known.values() if d.state == "adjudicated" and d.gold == gold.id)
    return gold.author != SETTLED and any(True for _ in ruled)


def _is_new(gold: Annotation, before: Mapping[str, Annotation]) -> bool:
    known = before.get(gold.id)
    return gold.status == "submitted" and (
        known is None or known.status != "submitted" or known.author == SETTLED
    )
