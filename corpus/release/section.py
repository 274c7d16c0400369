"""The `release:` section of pressmark.yaml: what a dataset card must say and no data tells."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from corpus.records import BlockKind
from corpus.yamlfile import Strict

Line = Annotated[str, Field(max_length=300, pattern=r"^[^\r\n]*$")]
Lines = Annotated[tuple[Line, ...], Field(strict=False)]


class ReleaseSection(Strict):
    """Name, version and citation of a release; what is dropped from it, and its known gaps.

    `licence` is that of the labels, by a name that configs/licences.yaml knows. `drop` names the
    kinds of block whose characters are masked where text is let out. `date` is the release's own,
    since nothing in it is taken from the clock.
    """

    name: Annotated[str, Field(pattern=r"^([A-Za-z0-9][A-Za-z0-9_-]{0,95})?$")] = ""
    version: Annotated[str, Field(pattern=r"^([0-9]{1,6}(\.[0-9]{1,6}){0,3})?$")] = ""
    title: Line = ""
    date: Annotated[str, Field(pattern=r"^(\d{4}-\d{2}-\d{2})?$")] = ""
    authors: Lines = ()
    licence: Line = ""
    citation: str = ""
    contact: Line = ""
    description: str = ""
    gaps: Lines = ()
    drop: Annotated[tuple[BlockKind, ...], Field(strict=False)] = ()
