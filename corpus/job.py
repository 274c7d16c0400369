"""A job: one folder with `pressmark.yaml` and what the commands write beside it."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from filelock import FileLock, Timeout
from pydantic import Field, model_validator

from corpus.errors import PressmarkError
from corpus.files import append_lines, read_lines, write_json, write_text
from corpus.release.section import ReleaseSection
from corpus.scheme import Scheme, parse_scheme, read_scheme
from corpus.text import sha256_of
from corpus.yamlfile import ConfigError, Strict, override, read_yaml

FORMAT = 2
FILE = "pressmark.yaml"

#: Not strict: YAML 1.1 takes 1e-4 for a text.
Share = Annotated[float, Field(gt=0, lt=1, strict=False)]
Positive = Annotated[float, Field(gt=0, strict=False)]
Number = Annotated[int, Field(gt=0)]
Format = Literal[
    "auto",
    "text",
    "html",
    "jsonl",
    "json",
    "csv",
    "parquet",
    "warc",
    "news-please",
    "fundus",
    "urls",
]


class Columns(Strict):
    """Which column of a row holds what; `text` is required for CSV, Parquet and JSON lines."""

    text: str = "text"
    id: str | None = None
    url: str | None = None
    publisher: str | None = None
    title: str | None = None
    authors: str | None = None
    published: str | None = None
    language: str | None = None
    licence: str | None = None


class FetchSection(Strict):
    """How a list of addresses is fetched: who asks, how slowly, and what is overridden.

    `contact` is an address or a page of yours: it stands in the User-Agent, so that a site can
    reach you. `pause` is the least number of seconds between two requests to one host. The three
    last keys are yours to answer for; that they were used stands in each article's provenance.
    """

    contact: str = ""
    pause: Annotated[float, Field(ge=0, strict=False)] = 2.0
    timeout: Positive = 30.0
    retries: Annotated[int, Field(ge=0, le=10)] = 4
    max_bytes: Number = 20_000_000
    ignore_robots: bool = False
    ignore_tdm: bool = False
    allow_private: bool = False


class Source(Strict):
    """Files to read (a file, a folder or a glob, beside the job file), or a dataset.

    `id: name` takes the path below the source's root, without its suffix, as the publisher's own id
    of an article (so that a changed file is a new version of it); otherwise the canonical address
    or the text's sha256 is the id. What is given here counts where the page itself says nothing.
    `dataset` is a name on the Hugging Face hub or a folder, `format: urls` a list of addresses that
    `pressmark fetch` fetches.
    """

    path: str = ""
    dataset: str = ""
    subset: str | None = None
    split: str = "train"
    revision: str | None = None
    format: Format = "auto"
    id: Literal["auto", "name"] = "auto"
    columns: Columns = Columns()
    encoding: str | None = None
    publisher: str = ""
    language: str = ""
    licence: str = ""
    max_characters: Number = 1_000_000
    fetch: FetchSection = FetchSection()

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if bool(self.path) == bool(self.dataset):
            raise ValueError("name a 'path' of files or a 'dataset', one of them")
        if self.format == "urls" and not self.fetch.contact.strip():
            raise ValueError("a list of addresses needs 'fetch: {contact: you@example.org}'")
        contact = self.fetch.contact.strip()
        if not (contact.isascii() and contact.isprintable()):
            raise ValueError("'fetch.contact' stands in a header of HTTP: write it in ASCII")
        return self


class BlocksSection(Strict):
    """How blocks are typed: `tagger` asks the learned tagger where the rules are not certain."""

    tagger: bool = True


class StudioSection(Strict):
    """Which Label Studio: our own local one, or a team's by `url` with a token in `token_env`.

    A task stays in the labelling stream until `annotators` people have submitted it. `blocks` is
    the scheme under which people correct blocks.
    """

    url: str | None = None
    token_env: str = "LABEL_STUDIO_API_KEY"  # noqa: S105  # the name of a variable
    project: str = ""
    blocks: Annotated[str, Field(min_length=1)] = "blocks"
    data: str | None = None
    port: Annotated[int, Field(ge=1, le=65535)] = 8095
    batch: Annotated[int, Field(ge=1, le=5000)] = 500
    annotators: Number = 3


class StatsSection(Strict):
    """What `pressmark stats` tells: nothing of an outlet with fewer articles than these.

    A rate over a handful of articles says nothing of an outlet, and is quoted all the same.
    """

    least_per_outlet: Number = 10


class SplitSection(Strict):
    """How `pressmark split` places articles; what training is not told of stays in no split.

    `by` says what stays on one side beside a story: its publisher, its time (by the dates from
    which on articles are for validation and for testing) or its topic (the answer to `question`).
    `stratify` names what is shared out evenly at the draw: 'publisher', 'labels', 'answers' (to
    every question about the article) or a question's name.
    """

    by: Literal["cluster", "publisher", "time", "topic"] = "cluster"
    question: str = ""
    validation: Share = 0.2
    test: Share = 0.2
    validation_from: Annotated[date | None, Field(strict=False)] = None
    test_from: Annotated[date | None, Field(strict=False)] = None
    stratify: Annotated[tuple[str, ...], Field(strict=False)] = ("publisher", "labels", "answers")
    seed: int = 0


class TrainingSection(Strict):
    """How the model is trained; windows and strides are in tokens, shares are of articles.

    The defaults suit the small embedded encoder and few articles: on the sample corpus 1e-4 reached
    SI .65 where 5e-5 reached .44; 2e-4 did as well there and collapsed to one probability for every
    word on 120 longer articles. Encoders of 100M parameters and more want 2e-5 to 5e-5.
    """

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")] = "model"
    encoder: str = "embedded"
    epochs: Positive = 8
    learning_rate: Positive = 1e-4
    batch_size: Number = 4
    window: Annotated[int, Field(ge=16)] = 256
    stride: Annotated[int, Field(ge=0)] = 64
    seed: int = 0
    validation: Share = 0.2
    test: Share = 0.2


class JobFile(Strict):
    """pressmark.yaml as it is written; `packs` is the folder of the publishers' packs."""

    scheme: Annotated[str, Field(min_length=1)] = "scheme"
    sources: Annotated[tuple[Source, ...], Field(strict=False)] = ()
    packs: Annotated[str, Field(min_length=1)] = "packs"
    blocks: BlocksSection = BlocksSection()
    studio: StudioSection = StudioSection()
    stats: StatsSection = StatsSection()
    split: SplitSection = SplitSection()
    training: TrainingSection = TrainingSection()
    release: ReleaseSection = ReleaseSection()


@dataclass(frozen=True)
class Job:
    """An opened job folder. Paths are absolute; `settings` is the validated job file."""

    folder: Path
    settings: JobFile

    @functools.cached_property
    def scheme(self) -> Scheme:
        """The scheme that pressmark.yaml names, read from its file."""
        return read_scheme(self.settings.scheme, self.folder)

    @property
    def articles(self) -> Path:
        """Folder of the articles' Parquet shards."""
        return self.folder / "articles"

    @property
    def annotations(self) -> Path:
        """The log of annotations, one revision a line."""
        return self.folder / "annotations.jsonl"

    @property
    def quarantine(self) -> Path:
        """What could not be used, one a line with its reason."""
        return self.folder / "quarantine.jsonl"

    @property
    def clusters(self) -> Path:
        """Which articles tell one story, and what says so: written by `duplicates`."""
        return self.folder / "clusters.jsonl"

    @property
    def recurring(self) -> Path:
        """Blocks that stand in several articles, with their places: written by `duplicates`."""
        return self.folder / "recurring.jsonl"

    @property
    def placements(self) -> Path:
        """The ledger of splits: which article is for what, appended to and never rewritten."""
        return self.folder / "placements.jsonl"

    @property
    def gold(self) -> Path:
        """The log of adjudicated annotations, where there are any."""
        return self.folder / "gold.jsonl"

    @property
    def takedown(self) -> Path:
        """Hashes of addresses whose articles must not leave the job."""
        return self.folder / "takedown.txt"

    @property
    def pseudonyms(self) -> Path:
        """What turns annotators' names into pseudonyms; it never leaves the job."""
        return self.folder / "pseudonyms.json"

    @property
    def releases(self) -> Path:
        """Folder of published releases, one folder a version."""
        return self.folder / "releases"

    @property
    def fetched(self) -> Path:
        """Folder of what `fetch` brought: a WARC and a ledger for each list of addresses."""
        return self.folder / "fetched"

    @property
    def predictions(self) -> Path:
        """Folder of prediction runs, one Parquet file each."""
        return self.folder / "predictions"

    @property
    def models(self) -> Path:
        """Folder of trained models."""
        return self.folder / "models"

    @property
    def scores(self) -> Path:
        """What `evaluate` found."""
        return self.folder / "scores.json"

    @property
    def state_file(self) -> Path:
        """Format version, lock holder and journal of pushes."""
        return self.folder / "job.json"

    @property
    def studio_data(self) -> Path:
        """Folder of the job's own Label Studio: its data, log and log-in."""
        return self.folder / (self.settings.studio.data or "studio")

    def state(self) -> dict[str, Any]:
        """Read job.json; a job that has none yet has a fresh one."""
        if not self.state_file.exists():
            return {"format": FORMAT}
        try:
            state = json.loads(self.state_file.read_text(encoding="utf-8"))
        except ValueError as error:
            raise PressmarkError(f"{self.state_file}: not valid JSON ({error})") from None
        version = state.get("format") if isinstance(state, dict) else None
        if version not in range(1, FORMAT + 1):
            raise PressmarkError(
                f"{self.state_file}: format {version!r}, this Pressmark reads 1 to {FORMAT}:"
                " upgrade Pressmark, or use the version that wrote the job"
            )
        assert isinstance(state, dict)
        return state

    def write_state(self, **changes: Any) -> None:
        """Replace the named entries of job.json; only whoever holds the lock may."""
        write_json(self.state_file, {**self.state(), **changes})

    def _migrate(self) -> None:
        """Bring a job that an older Pressmark wrote to the present format."""
        version = self.state()["format"]
        if version != FORMAT:
            from corpus.migrate import migrate

            migrate(self, version)
            self.write_state(format=FORMAT)

    def keep_scheme(self, scheme: Scheme | None = None) -> str:
        """Keep a scheme (the job's own) under schemes/HASH.yaml for ever and return its hash."""
        kept = scheme or self.scheme
        path = self.folder / "schemes" / f"{kept.hash}.yaml"
        if not path.exists():
            write_text(path, kept.source)
        return kept.hash

    def kept_scheme(self, hash_: str) -> Scheme:
        """Read the scheme an annotation was made under."""
        path = self.folder / "schemes" / f"{hash_}.yaml"
        if not path.exists():
            raise PressmarkError(f"{path}: no such scheme; restore it from the job's history")
        source = path.read_bytes().decode("utf-8")
        if sha256_of(source) != hash_:
            raise PressmarkError(f"{path}: changed since it was written; restore it")
        return parse_scheme(source, path)

    def set_aside(self, command: str, where: str, reason: str, **more: Any) -> None:
        """Write one unusable thing to quarantine.jsonl: what, where it stands, why; but once."""
        row = {"command": command, "where": where, "reason": reason, **more}
        key = _digest(row)
        if key not in self._aside:
            self._aside.add(key)
            append_lines(self.quarantine, [{"when": now(), **row}])

    @functools.cached_property
    def _aside(self) -> set[bytes]:
        """What quarantine.jsonl held when it was first asked, and has been given since."""
        rows = read_lines(self.quarantine)
        return {_digest({k: v for k, v in row.items() if k != "when"}) for row in rows}

    @contextlib.contextmanager
    def locked(self, command: str) -> Iterator[None]:
        """Hold the job for `command`; the lock dies with the process.

        Raises:
            PressmarkError: another command holds it.
        """
        self.state()
        lock = FileLock(self.folder / ".lock", timeout=0)
        try:
            lock.acquire()
        except Timeout:
            holder = self.state().get("lock") or {}
            raise PressmarkError(
                f"{self.folder}: held by 'pressmark {holder.get('command', '?')}'"
                f" (pid {holder.get('pid', '?')}, since {holder.get('since', '?')});"
                " wait for it to end, then try again"
            ) from None
        try:
            self.write_state(lock={"command": command, "pid": os.getpid(), "since": now()})
            self._migrate()
            yield
        finally:
            self.write_state(lock=None)
            lock.release()


def open_job(folder: str | Path = ".", settings: Sequence[str] = ()) -> Job:
    """Open the job in `folder`, with one-off `settings` such as 'training.epochs=5'.

    Raises:
        ConfigError: no job file there, or every problem of it, each with its line.
    """
    root = Path(folder).resolve()
    path = root / FILE
    if not path.is_file():
        raise ConfigError([f"{path}: no such file; make one with 'pressmark init {folder}'"])
    file = read_yaml(JobFile, path)
    if settings:
        changed = override(yaml.safe_load(path.read_text(encoding="utf-8-sig")), settings)
        name = Path(f"{FILE} with --set")
        file = read_yaml(JobFile, name, yaml.safe_dump(changed, allow_unicode=True))
    return Job(root, file)


def _digest(row: dict[str, Any]) -> bytes:
    """A short name of a row: as many as there are, they stay small in memory."""
    return hashlib.sha256(json.dumps(row, sort_keys=True).encode()).digest()[:12]


def now() -> str:
    """The time in UTC, ISO 8601 to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
