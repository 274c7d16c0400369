"""What many tests share: job folders, and one real Label Studio for the whole session."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest
import yaml
from hypothesis import settings

from annotation import studio as label_studio
from corpus.job import Job, open_job
from corpus.records import Article
from corpus.store import add_articles

# a property that is slow on a busy machine is not wrong
settings.register_profile("pressmark", deadline=None)
settings.load_profile("pressmark")


class MakeJob(Protocol):
    """`job(article, scheme=SCHEME, studio={"batch": 2})`: a job folder that holds the article."""

    def __call__(self, *articles: Article, scheme: str = "scheme", **sections: Any) -> Job: ...


def make_job(folder: Path, articles: tuple[Article, ...], scheme: str, sections: Any) -> Job:
    folder.mkdir(parents=True)
    if "\n" in scheme:
        (folder / "mine.yaml").write_text(scheme, encoding="utf-8")
        scheme = "mine.yaml"
    content = yaml.safe_dump({"scheme": scheme, **sections}, allow_unicode=True)
    (folder / "pressmark.yaml").write_text(content, encoding="utf-8")
    job = open_job(folder)
    add_articles(job, articles)
    return job


@pytest.fixture
def job(tmp_path: Path) -> MakeJob:
    """Make job folders, each its own."""
    numbers = itertools.count(1)

    def make(*articles: Article, scheme: str = "scheme", **sections: Any) -> Job:
        return make_job(tmp_path / f"job{next(numbers)}", articles, scheme, sections)

    return make


@pytest.fixture(scope="session")
def studio_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Job]:
    """The job whose Label Studio runs for the whole session; it starts when first asked for."""
    home = make_job(tmp_path_factory.mktemp("studio") / "home", (), "scheme", {})
    label_studio.start(home)
    yield home
    label_studio.stop(home)


@pytest.fixture(scope="session")
def studio(studio_home: Job) -> label_studio.Running:
    """A real Label Studio."""
    running = label_studio.status(studio_home)
    assert running
    return running


@pytest.fixture
def studio_job(job: MakeJob, studio_home: Job, tmp_path_factory: pytest.TempPathFactory) -> MakeJob:
    """Make job folders that share the session's Label Studio, each with a project of its own."""

    def make(*articles: Article, scheme: str = "scheme", **sections: Any) -> Job:
        project = tmp_path_factory.mktemp("project").name
        own = {"data": str(studio_home.studio_data), "project": project}
        section = {**own, **sections.pop("studio", {})}
        return job(*articles, scheme=scheme, studio=section, **sections)

    return make
