"""A job: one folder with `pressmark.yaml` and what the commands write beside it."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml
from filelock import FileLock, Timeout

from corpus.errors import PressmarkError
from corpus.files import append_lines, read_lines, write_json, write_text
from corpus.scheme import Scheme, parse_scheme, read_scheme
from corpus.settings import JobFile
from corpus.text import sha256_of
from corpus.yamlfile import ConfigError, load, override, read_yaml

FORMAT = 3
FILE = "pressmark.yaml"


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
    def disputes(self) -> Path:
        """What annotators disagree on and a person must settle."""
        return self.folder / "disputes.jsonl"

    @property
    def votes(self) -> Path:
        """Who voted what on each unit that was settled or is in dispute."""
        return self.folder / "votes.jsonl"

    @property
    def assignments(self) -> Path:
        """The ledger of who annotates what: appended to and never rewritten."""
        return self.folder / "assignments.jsonl"

    @property
    def selection(self) -> Path:
        """The ledger of what was selected to be annotated next; no annotator sees it."""
        return self.folder / "selection.jsonl"

    @property
    def suspects(self) -> Path:
        """The labels that a model doubts, written by `label-errors`."""
        return self.folder / "suspects.jsonl"

    @property
    def qualification(self) -> Path:
        """The log of annotations made to qualify; they count nowhere else."""
        return self.folder / "qualification.jsonl"

    @property
    def exposures(self) -> Path:
        """The ledger of who was shown pre-labels, with the planted errors; no annotator sees it."""
        return self.folder / "exposures.jsonl"

    @property
    def agreement(self) -> Path:
        """What `agree` found."""
        return self.folder / "agreement.json"

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

    def kept_schemes(self) -> list[Scheme]:
        """Read every scheme that was in force once, by hash."""
        paths = sorted((self.folder / "schemes").glob("*.yaml"))
        return [self.kept_scheme(path.stem) for path in paths]

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
        changed = override(load(path.read_text(encoding="utf-8-sig")), settings)
        name = Path(f"{FILE} with --set")
        file = read_yaml(JobFile, name, yaml.safe_dump(changed, allow_unicode=True))
    return Job(root, file)


def _digest(row: dict[str, Any]) -> bytes:
    """A short name of a row: as many as there are, they stay small in memory."""
    return hashlib.sha256(json.dumps(row, sort_keys=True).encode()).digest()[:12]


def now() -> str:
    """The time in UTC, ISO 8601 to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
