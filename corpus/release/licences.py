"""Which articles' text a licence lets out: a table read from configs/licences.yaml and the job."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated

from pydantic import Field

from corpus.job import Job
from corpus.records import Article
from corpus.resources import CONFIGS
from corpus.yamlfile import Strict, read_yaml

NAME = "licences.yaml"


class Licence(Strict):
    """A licence: its names, whether text may be passed on, whether with characters masked.

    `model` says whether a model that learned from the text may be published.
    """

    name: Annotated[str, Field(min_length=1)]
    also: Annotated[tuple[str, ...], Field(strict=False)] = ()
    text: bool
    altered: bool | None = None
    model: bool | None = None
    hub: str = ""
    terms: str = ""

    @property
    def lets_models_out(self) -> bool:
        """Whether a model may be published: where adaptations of the text may, unless it says."""
        return self.model if self.model is not None else self.text and self.altered is not False


class LicenceFile(Strict):
    """licences.yaml as it is written."""

    licences: Annotated[tuple[Licence, ...], Field(strict=False)]


#: Licences by every way to write their names, in small letters.
Licences = Mapping[str, Licence]


def read_licences(job: Job | None = None) -> Licences:
    """Return the licences that we ship, and those of JOB/licences.yaml, which count first.

    Raises:
        ConfigError: a file is wrong; every problem of it.
    """
    paths = [CONFIGS / NAME]
    if job and (job.folder / NAME).is_file():
        paths.append(job.folder / NAME)
    return {
        _key(name): licence
        for path in paths
        for licence in read_yaml(LicenceFile, path).licences
        for name in (licence.name, *licence.also)
    }


def known(name: str, licences: Licences) -> Licence | None:
    """Return the licence of that name, or None."""
    return licences.get(_key(name))


def refusal(article: Article, drop: Collection[str], licences: Licences) -> str:
    """Say why the article's text may not be passed on; '' where it may."""
    if not article.licence.strip():
        return "no licence is stated"
    licence = known(article.licence, licences)
    if licence is None:
        return f"the licence '{article.licence.strip()}' is unknown to {NAME}"
    if not licence.text:
        return f"{licence.name}: {licence.terms}"
    masked = any(block.kind in drop for block in article.blocks)
    if masked and licence.altered is False:
        return f"{licence.name}: {licence.terms}, and release.drop would mask characters of it"
    return ""


def _key(name: str) -> str:
    return " ".join(name.casefold().split())
