"""An adjudicator's hand on a task's results, as Label Studio's page would leave them."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any

from annotation.adjudicating.page import LEAD, NOTE, REASON, TAKE, VERDICT, VERSION
from annotation.raw import RawAnnotation, RawUser
from corpus.agreement.disagreements import Disagreement, disagreements
from corpus.records import Annotation
from corpus.scheme import Scheme
from corpus.settling.disputes import Dispute, dispute_id

Json = dict[str, Any]
WHEN = "2026-10-05T09:00:00Z"


def disputes(scheme: Scheme, *annotations: Annotation) -> list[Dispute]:
    """All that the annotators disagree on, as disputes."""
    return [dispute(d) for d in disagreements(annotations, scheme)]


def dispute(disagreement: Disagreement) -> Dispute:
    return Dispute(dispute_id(disagreement), disagreement, "open")


class Hand:
    """Works on the results of one task."""

    def __init__(self, task: Json) -> None:
        self.task = task
        self.results: list[Json] = copy.deepcopy(task["predictions"][0]["result"])

    def versions(self) -> list[Json]:
        """The regions of layers, in the order of the page."""
        return [item for item in self.results if item["from_name"] == VERSION]

    def version(self, letters: str) -> Json:
        """The one region that has these letters."""
        (found,) = (each for each in self.versions() if self.letters(each) == letters)
        return found

    @staticmethod
    def letters(region: Json) -> str:
        return "".join(each[1] for each in region["value"]["labels"] if each.startswith("="))

    def rule(self, region: Json, verdict: str = TAKE, reason: str = "slip", note: str = "") -> None:
        """Answer what the page asks of a layer's region; the reason only where it asks for it."""
        self._choose(region, VERDICT, [verdict])
        if LEAD in region["value"]["labels"]:
            self._choose(region, REASON, [reason])
            if note:
                self._say(region, NOTE, "textarea", {"text": [note]})

    def rule_all(self, verdict: str = TAKE, reason: str = "slip") -> None:
        for region in self.versions():
            self.rule(region, verdict, reason)

    def reason(self, number: int, reason: str, note: str = "") -> None:
        """Name why a question was answered otherwise."""
        name = f"{REASON}.{number}"
        value = {"choices": [reason]}
        self.results.append({"id": name, "from_name": name, "type": "choices", "value": value})
        if note:
            name = f"{NOTE}.{number}"
            told = {"id": name, "from_name": name, "type": "textarea", "value": {"text": [note]}}
            self.results.append(told)

    def attribute(self, region: Json, name: str, values: list[str]) -> None:
        """Change what is said of a region."""
        control = f"span.{name}"
        self.results = [
            item
            for item in self.results
            if (item["id"], item["from_name"]) != (region["id"], control)
        ]
        self._choose(region, control, values)

    def move(self, region: Json, start: int, end: int) -> None:
        """Drag a region's ends."""
        for item in self.results:
            if item["id"] == region["id"]:
                item["value"] |= {"start": start, "end": end}

    def relabel(self, region: Json, label: str) -> None:
        """Press another label's key on a selected region: it has a second control then."""
        place = {key: region["value"][key] for key in ("start", "end")}
        self._say(region, "label", "labels", {**place, "labels": [label]})

    def draw(self, id_: str, start: int, end: int, label: str, **attributes: list[str]) -> None:
        value = {"start": start, "end": end, "labels": [label]}
        region = {"id": id_, "from_name": "label", "to_name": "text", "type": "labels"}
        self.results.append({**region, "value": value})
        for name, values in attributes.items():
            self._choose({**region, "value": value}, f"span.{name}", values)

    def delete(self, ids: Iterable[str]) -> None:
        gone = set(ids)
        self.results = [item for item in self.results if item["id"] not in gone]

    def answer(self, question: str, values: list[str]) -> None:
        name = f"article.{question}"
        told = {"id": name, "from_name": name, "type": "choices", "value": {"choices": values}}
        self.results = [item for item in self.results if item["from_name"] != name] + [told]

    def submitted(self, **fields: Any) -> RawAnnotation:
        """What a snapshot would hold."""
        return RawAnnotation(
            id=7,
            result=self.results,
            completed_by=RawUser(id=1),
            created_at=WHEN,
            updated_at=WHEN,
            lead_time=12.5,
            **{"parent_prediction": 3, **fields},
        )

    def _choose(self, region: Json, control: str, values: list[str]) -> None:
        place = {key: region["value"][key] for key in ("start", "end")}
        self._say(region, control, "choices", {**place, "choices": values})

    def _say(self, region: Json, control: str, kind: str, value: Json) -> None:
        told = {"id": region["id"], "from_name": control, "to_name": "text", "type": kind}
        self.results.append({**told, "value": value})
