"""Label Studio's ML backend protocol on our records: its tasks to articles, opinions to its JSON.

Who gives the opinions is not known here: a server (`pressmark serve`) asks a model in between.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from xml.etree import ElementTree as ET

from annotation.adopt.configuration import parsed
from annotation.codec import Json, prediction_of
from annotation.controls import LABEL, TEXT, control
from annotation.projects import remembered
from annotation.shown import note, ready
from annotation.versions import Versions
from corpus.blocks.lines import typed_lines
from corpus.errors import PressmarkError
from corpus.job import Job
from corpus.records import Annotation, Article
from corpus.scheme import Scheme
from corpus.text import canonical, sha256_of

#: A task's number and its data.
Task = tuple[int, Mapping[str, Any]]
_LEARNT = ("one", "several", "flag")


@dataclass(frozen=True)
class Backend:
    """Speaks for a model of the job's scheme."""

    job: Job

    def check(self, configuration: str) -> None:
        """Look whether a project's interface can show what the model says.

        Raises:
            PressmarkError: it is of another scheme, or no annotator's page of ours.
        """
        lacking = list(_lacking(parsed(configuration), self.job.scheme))
        if lacking:
            raise PressmarkError(
                f"the project's interface lacks {', '.join(lacking[:3])}: it is not of the model's"
                f" scheme, '{self.job.scheme.name}' {self.job.scheme.version}; connect a project"
                " that 'pressmark push' made"
            )

    def articles(self, tasks: Sequence[Task]) -> list[Article]:
        """Return the article of each task: its own text, with the job's blocks where it has them.

        Raises:
            PressmarkError: a task has no text, or another than its sha256 says.
        """
        versions = Versions(self.job)
        return [_article(number, data, versions) for number, data in tasks]

    def results(
        self,
        project: str,
        tasks: Sequence[Task],
        articles: Sequence[Article],
        annotations: Sequence[Annotation],
    ) -> list[Json]:
        """Return each task's prediction; those of a project of ours are noted as shown.

        Args:
            project: as Label Studio names it: its number and the second it was made in.
            tasks: the tasks that were asked for.
            articles: theirs, as `articles` returned them.
            annotations: what the model says of each.
        """
        name = self._known(project)
        uids = [str(data.get("uid") or "") for _, data in tasks]
        sent = [ready(uid, said) for uid, said in zip(uids, annotations, strict=True) if uid]
        if name and sent:
            note(self.job, name, sent)
        pairs = zip(annotations, articles, strict=True)
        return [prediction_of(said, article, self.job.scheme) for said, article in pairs]

    def _known(self, project: str) -> str:
        """The name under which our files know the project, '' if it is none of ours."""
        for link in remembered(self.job):
            made = datetime.fromisoformat(link.created)
            if project == f"{link.id}.{int(made.timestamp())}":
                return link.name
        return ""


def _article(number: int, data: Mapping[str, Any], versions: Versions) -> Article:
    text, told = data.get("text"), data.get("sha256")
    where = f"task {number}"
    if not isinstance(text, str) or not text.strip():
        raise PressmarkError(f"{where}: no text under data.text; connect a project that push made")
    if changes := canonical(text)[1]:
        raise PressmarkError(f"{where}: its text was not made by push ({'; '.join(changes)})")
    sha256 = sha256_of(text)
    if told and told != sha256:
        raise PressmarkError(
            f"{where}: its text is not the one its sha256 names: it was changed in Label Studio"
            " after it was pushed; restore it there"
        )
    id_ = str(data.get("article") or where)
    if known := versions.get(id_, sha256):
        return known
    title, publisher = (_text(data.get(key)) for key in ("title", "publisher"))
    blocks = typed_lines(text, title).blocks
    return Article(id=id_, text=text, blocks=blocks, title=title, publisher=publisher)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _lacking(root: ET.Element, scheme: Scheme) -> Iterator[str]:
    """Yield what a model of the scheme may say and the interface has no place for."""
    controls = {tag.get("name"): tag for tag in root.iter() if tag.get("toName") == TEXT}
    labels = controls.get(LABEL)
    offered = {tag.get("alias") or tag.get("value") for tag in labels or ()}
    yield from (f"the label {name!r}" for name in scheme.label_names if name not in offered)
    for place, questions in (("span", scheme.attributes), ("article", scheme.questions)):
        for question in questions:
            name = control(place, question.name)  # type: ignore[arg-type]  # a pair of literals
            if question.type in _LEARNT and name not in controls:
                yield f"the control {name!r}"
