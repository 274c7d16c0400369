"""Words of the tests of `agree`: a small press, and jobs in which several people annotated it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import yaml

from corpus.agreement.agree import Agreed, agree
from corpus.assignments import Assignment, append_assignments
from corpus.job import Job, open_job
from corpus.records import Annotation, Answer, Article
from corpus.store import add_articles, append_annotations
from tests.speech import SCHEME, article, mark, scheme

PAGES = (
    "Maar slams dockers 😀\n\nThe silly plan of Renn goes on. A vile idea, and a costly one.",
    "Renn rages at Quill\n\nQuill gloated over the grim news. The café stays open in Port Ansel.",
    "Ferry to Renn closes\n\nThe shabby ferry is gone for good, says the timid council of Maar.",
    "Toll vote delayed\n\nThe feeble cabinet caved once more. Nobody in Calder was surprised.",
)


def press(count: int = 4) -> list[Article]:
    """Articles of two publishers."""
    return [
        article(
            PAGES[n % len(PAGES)], f"p{n}", publisher=("Calder Courier", "Harbour Light")[n % 2]
        )
        for n in range(count)
    ]


def says(author: str, page: Article, *spans: tuple[str, str], **fields: object) -> Annotation:
    """What an author says of a page; `genre` is the answer, a report if it is not given."""
    genre = str(fields.pop("genre", "report"))
    answers = (Answer("genre", (genre,)),)
    return mark(author, *spans, of=page, **{"answers": answers, **fields})


def job_of(
    folder: Path,
    pages: Sequence[Article],
    annotations: Sequence[Annotation],
    assignments: Sequence[Assignment] = (),
    text: str = SCHEME,
    **sections: object,
) -> Job:
    """A job that holds the pages, and what was said of them in its log."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "mine.yaml").write_text(text, encoding="utf-8")
    sections = {"agreement": {"samples": 50}, "stats": {"least_per_outlet": 1}, **sections}
    content = yaml.safe_dump({"scheme": "mine.yaml", **sections})
    (folder / "pressmark.yaml").write_text(content, encoding="utf-8")
    job = open_job(folder)
    job.keep_scheme()
    job.keep_scheme(scheme())
    add_articles(job, pages)
    append_annotations(job.annotations, annotations)
    append_assignments(job.assignments, assignments)
    return job


def two(pages: Sequence[Article]) -> list[Annotation]:
    """Two people who agree on the first span of each page and on nothing else."""
    words = [("silly", "vile"), ("gloated", "grim"), ("shabby", "timid"), ("feeble", "caved")]
    said = []
    for n, page in enumerate(pages):
        first, second = words[n % len(words)]
        said.append(says("ana", page, (first, "judged"), (second, "judged")))
        said.append(says("ben", page, (first, "judged"), genre="opinion" if n == 1 else "report"))
    return said


def found(folder: Path, *annotations: Annotation, pages: Sequence[Article] = ()) -> Agreed:
    """What `agree` finds of these annotations of the press."""
    return agree(job_of(folder, pages or press(), annotations))


def again(annotation: Annotation, **fields: object) -> Annotation:
    """The same said on a second occasion."""
    return replace(annotation, id=f"{annotation.id}#2", occasion=2, **fields)  # type: ignore[arg-type]
