"""Words for tests of releases: a job that can be published, and its dataset as a user loads it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from corpus.job import Job
from corpus.records import Annotation, Article
from corpus.store import append_annotations
from tests.conftest import make_job
from tests.speech import SCHEME

RELEASE = {
    "name": "harbour",
    "version": "1.0",
    "title": "The harbour corpus",
    "date": "2026-11-20",
    "authors": ["Ilse Roe"],
    "licence": "CC-BY-4.0",
    "contact": "corpus@courier.example",
}


def ready(
    folder: Path,
    articles: Iterable[Article],
    annotations: Iterable[Annotation] = (),
    scheme: str = SCHEME,
    **release: Any,
) -> Job:
    """A job with a release section, its articles and what was said of them."""
    job = make_job(folder, tuple(articles), scheme, {"release": {**RELEASE, **release}})
    job.keep_scheme()
    said = list(annotations)
    append_annotations(job.annotations, [a for a in said if a.role != "gold"])
    append_annotations(job.gold, [a for a in said if a.role == "gold"])
    return job


def load(folder: Path, configuration: str, split: str = "train") -> Any:
    """The dataset as a user loads it, with no cache left behind."""
    from datasets import load_dataset

    with tempfile.TemporaryDirectory() as cache:
        return load_dataset(
            str(folder), configuration, split=split, cache_dir=cache, keep_in_memory=True
        )
