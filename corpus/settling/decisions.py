"""What settling decides: one decision a unit, with everybody's vote."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

from corpus.agreement.disagreements import Disagreement
from corpus.records import Annotation, Answer, Span

#: A unit stands in the gold, falls, or is open: a person must decide.
Result = Literal["stands", "falls", "open"]
#: The author of gold that nobody adjudicated.
SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class Vote:
    """What one annotator has at a unit: ids of spans, or values of a question; neither is a no.

    `weight` is what the vote counted: 1 in a count of heads; in a competence model the logarithm
    of how much likelier the vote is where the unit is right (negative: it speaks against).
    """

    author: str
    annotation: str
    spans: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Decision:
    """One unit, a span's place and label or an article's question, and what became of it.

    `start` and `end` are the settled place, or all that the votes have there where none is settled;
    None for a question about the whole article. `values` are a question's, `attributes` those of a
    span that stands. `share` is the votes' share for the unit, or the
    model's probability. `why` says what a share does not: 'tie', 'boundary', 'attribute NAME',
    'one vote', 'accepted' (only pre-labels speak for it), 'planted', 'overlap', 'not asked',
    'question NAME'.
    """

    article: str
    sha256: str
    start: int | None
    end: int | None
    label: str
    question: str
    result: Result
    why: str
    share: float
    method: str
    votes: tuple[Vote, ...]
    values: tuple[str, ...] = ()
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)

    @property
    def id(self) -> str:
        """A name made from the place and everybody's vote: another vote makes it another."""
        said = sorted((v.annotation, v.spans, v.values) for v in self.votes)
        place = self.article, self.sha256, self.label, self.question, self.start, self.end
        return digest(place, self.result, said)


@dataclass(frozen=True, slots=True)
class Settled:
    """One article settled as far as it goes.

    `spans` and `answers` are what stands. `gold` is there once nothing is in dispute: role 'gold',
    author 'settled', with the ids of the annotations as its parents.
    """

    gold: Annotation | None
    votes: tuple[Decision, ...]
    disputes: tuple[Disagreement, ...]
    spans: tuple[Span, ...] = ()
    answers: tuple[Answer, ...] = ()


def gold_id(article: str, sha256: str) -> str:
    """Return the id of an article version's gold, whoever makes it: the last revision counts."""
    return f"gold-{digest(article, sha256)}"


def digest(*parts: object) -> str:
    """Return a short name of what JSON can say."""
    said = json.dumps(parts, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def decision_row(decision: Decision) -> dict[str, Any]:
    """Return a line of votes.jsonl."""
    return {"id": decision.id, **asdict(decision)}


def decision_of(row: Mapping[str, Any]) -> Decision:
    """Read a line of votes.jsonl; the inverse of `decision_row`.

    Raises:
        KeyError, TypeError, ValueError: it is no decision.
    """
    given = {name: row[name] for name in Decision.__dataclass_fields__}
    if given["result"] not in get_args(Result):
        raise ValueError(f"the result {given['result']!r} is not one of {get_args(Result)}")
    votes = tuple(
        Vote(**{**v, "spans": tuple(v["spans"]), "values": tuple(v["values"])})
        for v in given["votes"]
    )
    attributes = {name: tuple(values) for name, values in given["attributes"].items()}
    values = tuple(given["values"])
    return Decision(**{**given, "votes": votes, "values": values, "attributes": attributes})
