"""disputes.jsonl: what a person must decide, and what was decided; a log whose last line counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, get_args

from corpus.agreement.disagreements import Disagreement, Side
from corpus.errors import PressmarkError
from corpus.files import append_lines, read_lines
from corpus.job import Job, now
from corpus.records import Span
from corpus.settling.decisions import Decision, decision_of, decision_row, digest

#: 'open' waits for an adjudicator and so does 'audit' (settled automatically, drawn to be looked at
#: by hand); 'adjudicated' was decided; 'gone' is at issue no longer (annotations have changed).
State = Literal["open", "audit", "adjudicated", "gone"]


@dataclass(frozen=True, slots=True)
class Dispute:
    """One thing for an adjudicator to look at.

    `decision` is what was settled automatically: of an audit alone, which stays one once it is
    adjudicated. `adjudicator` decided it and gave `reason` for the annotators' differing, with a
    `comment` perhaps; `gold` is the id of what was made.
    """

    id: str
    disagreement: Disagreement
    state: State
    decision: Decision | None = None
    adjudicator: str = ""
    reason: str = ""
    comment: str = ""
    gold: str = ""
    when: str = ""

    @property
    def version(self) -> tuple[str, str]:
        """The article and the sha256 of its text."""
        return self.disagreement.article, self.disagreement.sha256


def dispute_id(disagreement: Disagreement, kind: str = "") -> str:
    """Return a name made from what is at issue and every side of it.

    The same annotations give the same disputes; another annotator's vote makes them others, so that
    what was adjudicated without it is open again.
    """
    d = disagreement
    sides = sorted(
        (
            side.author,
            side.annotation,
            [(s.start, s.end, s.label, sorted(s.attributes.items())) for s in side.spans],
            side.values,
        )
        for side in d.sides
    )
    return digest(kind, d.article, d.sha256, d.sort, d.label, d.question, d.start, d.end, sides)


def read_disputes(job: Job) -> list[Dispute]:
    """Return the last word on each dispute, in order of first arrival.

    Raises:
        PressmarkError: a line is no dispute.
    """
    last: dict[str, Dispute] = {}
    for number, row in enumerate(read_lines(job.disputes), 1):
        try:
            dispute = _dispute(row)
        except (KeyError, TypeError, ValueError, PressmarkError) as error:
            raise PressmarkError(
                f"{job.disputes}:{number}: no dispute ({error!r}); restore the file"
            ) from None
        last[dispute.id] = dispute
    return list(last.values())


def to_adjudicate(job: Job) -> dict[tuple[str, str], list[Dispute]]:
    """Return what waits for an adjudicator (state 'open' or 'audit'), by article version."""
    waiting: dict[tuple[str, str], list[Dispute]] = {}
    for dispute in read_disputes(job):
        if dispute.state in ("open", "audit"):
            waiting.setdefault(dispute.version, []).append(dispute)
    return waiting


def append_disputes(job: Job, disputes: Iterable[Dispute]) -> list[Dispute]:
    """Append the disputes that are new or say something else than before; return those."""
    last = {each.id: each for each in read_disputes(job)}
    changed = []
    for dispute in disputes:
        before = last.get(dispute.id)
        if before is None or replace(dispute, when=before.when) != before:
            dated = replace(dispute, when=dispute.when or now())
            last[dispute.id] = dated
            changed.append(dated)
    append_lines(job.disputes, (_row(each) for each in changed))
    return changed


def close_disputes(
    job: Job,
    ids: Iterable[str],
    adjudicator: str,
    gold: str,
    reasons: Mapping[str, str] | None = None,
) -> list[Dispute]:
    """Say that the disputes of `ids` were adjudicated, and the reason found for each.

    Args:
        job: the job.
        ids: of disputes that the job has; one that is adjudicated already is left as it is unless
            something new is said of it.
        adjudicator: the pseudonym of who decided.
        gold: the id of the annotation that was made (`gold_id`).
        reasons: why the annotators differed, by dispute; '' where none was given.

    Raises:
        PressmarkError: there is no such dispute.
    """
    known = {each.id: each for each in read_disputes(job)}
    ids = list(ids)
    if missing := sorted(set(ids) - set(known)):
        raise PressmarkError(f"{job.disputes}: there is no dispute {', '.join(missing)}")
    return append_disputes(
        job,
        (
            replace(
                known[id_],
                state="adjudicated",
                adjudicator=adjudicator,
                gold=gold,
                reason=(reasons or {}).get(id_, ""),
                when="",
            )
            for id_ in ids
        ),
    )


def _row(dispute: Dispute) -> dict[str, Any]:
    row = asdict(dispute)
    row["decision"] = decision_row(dispute.decision) if dispute.decision else None
    return row


def _dispute(row: Mapping[str, Any]) -> Dispute:
    if row["state"] not in get_args(State):
        raise ValueError(f"the state {row['state']!r} is not one of {', '.join(get_args(State))}")
    given = row["disagreement"]
    sides = tuple(
        Side(
            side["author"],
            side["annotation"],
            tuple(map(_span, side["spans"])),
            tuple(side["values"]),
        )
        for side in given["sides"]
    )
    decision = decision_of(row["decision"]) if row["decision"] else None
    disagreement = Disagreement(**{**given, "sides": sides})
    return Dispute(**{**row, "disagreement": disagreement, "decision": decision})


def _span(row: Mapping[str, Any]) -> Span:
    return Span(**{**row, "drawn": tuple(row["drawn"]) if row["drawn"] else None})
