"""Annotators under pseudonyms that are the same in every release and say nothing of the name.

A pseudonym is an HMAC of the name under a secret that stays in the job (pseudonyms.json, readable
by its owner alone); the file may also name one by hand. Ids of annotations and spans often hold
their author's name, names of runs their hour: both become HMACs too.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from corpus.errors import PressmarkError
from corpus.files import write_json
from corpus.job import Job
from corpus.records import Annotation, Span
from corpus.release.folder import MANIFEST

#: Roles whose author is a person.
PEOPLE = ("human", "gold")


@dataclass(frozen=True)
class Pseudonyms:
    """What turns names into pseudonyms: the job's secret, and names given by hand."""

    secret: str = field(repr=False)
    names: Mapping[str, str] = field(default_factory=dict, repr=False)

    def author(self, name: str) -> str:
        """Return the pseudonym of an annotator."""
        return self.names.get(name) or f"annotator-{self.token('author', name)[:8]}"

    def token(self, domain: str, name: str) -> str:
        """Return 16 hex digits for `name`; without the secret nobody can test a guess."""
        message = f"{domain}\0{name}".encode("utf-8", "surrogatepass")
        return hmac.new(self.secret.encode(), message, hashlib.sha256).hexdigest()[:16]


def keep_pseudonyms(job: Job) -> Pseudonyms:
    """Return the job's pseudonyms; the first time the secret is drawn and kept, mode 0600.

    Raises:
        PressmarkError: the file is damaged, or gone although there are releases that were made with
            it. A new secret would rename every annotator.
    """
    path = job.pseudonyms
    if not path.exists():
        if stand := sorted(job.releases.glob(f"*/{MANIFEST}")):
            raise PressmarkError(
                f"{path}: is missing, and {stand[-1].parent} was made with it; restore it from a"
                " copy: another secret would give every annotator another pseudonym"
            )
        write_json(path, {"secret": secrets.token_hex(32), "names": {}})
    path.chmod(0o600)
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        secret, names = kept["secret"], kept.get("names", {})
        whole = len(secret) >= 32 and len(set(names.values())) == len(names)
        whole = whole and all(isinstance(name, str) and name for name in names.values())
    except (ValueError, KeyError, TypeError, AttributeError):
        whole = False
    if not whole:
        raise PressmarkError(
            f"{path}: needs a 'secret' of 32 characters and 'names', each another pseudonym;"
            " restore it: another secret would give every annotator another pseudonym"
        )
    return Pseudonyms(secret, names)


def pseudonymised(annotation: Annotation, names: Pseudonyms) -> Annotation:
    """Return the annotation as a release tells it: pseudonyms, no time, labels untouched."""

    def token(id_: str | None) -> str | None:
        return names.token("id", id_) if id_ else id_

    def run(name: str) -> str:
        return names.token("run", name) if name else name

    return replace(
        annotation,
        id=names.token("id", annotation.id),
        author=names.author(annotation.author) if annotation.role in PEOPLE else annotation.author,
        parents=tuple(names.token("id", parent) for parent in annotation.parents),
        run=run(annotation.run),
        shown=run(annotation.shown),
        spans=tuple(_span(span, names, token(span.source)) for span in annotation.spans),
        when="",
        seconds=None,
    )


def authors(annotations: Iterable[Annotation]) -> set[str]:
    """Return the names of the people among the authors."""
    return {a.author for a in annotations if a.role in PEOPLE}


def _span(span: Span, names: Pseudonyms, source: str | None) -> Span:
    return replace(span, id=names.token("id", span.id), source=source)
