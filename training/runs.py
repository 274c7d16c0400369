"""A run: the checkpoints of a training that is under way, from which it goes on after a kill."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError

from corpus.errors import PressmarkError
from corpus.files import sync_folder, write_json

FILE, SEAL = "run.json", "sums.json"
Tell = Callable[[str], None]


def unheard(line: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Run:
    """The folder of a run, models/.NAME.run: run.json says what it teaches, and checkpoints.

    A checkpoint counts once its `sums.json` stands in it: the sha256 of each of its files.
    """

    folder: Path
    tell: Tell = unheard
    fresh: bool = False

    def begin(self, made_of: Mapping[str, Any]) -> None:
        """Make the folder ready for a run of this; what another run left there goes.

        `made_of` is JSON: what, changed, would give another model.
        """
        before = self._before()
        if before is not None and (self.fresh or before != dict(made_of)):
            if not self.fresh:
                what = ", ".join(_changes(before, made_of))
                self.tell(f"{self.folder.name}: starts anew: {what} changed since it was stopped")
            shutil.rmtree(self.folder)
            before = None
        if before is None:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir(parents=True)
            write_json(self.folder / FILE, made_of)
        newest = True
        for path in self._checkpoints():
            why = _fault(path)
            if why:
                self.tell(f"{path.name} of {self.folder.name} is {why}: passed over")
                shutil.rmtree(path)
            elif newest:
                self.tell(f"goes on from step {_step(path)} of a run that was stopped")
                newest = False

    def newest(self) -> Path | None:
        """Return the checkpoint to go on from, or None; after `begin`."""
        found = self._checkpoints()
        return found[0] if found else None

    def seal(self, step: int) -> None:
        """Mark the checkpoint of that step whole."""
        folder = self.folder / f"checkpoint-{step}"
        write_json(folder / SEAL, sums(folder))
        sync_folder(self.folder)

    @contextlib.contextmanager
    def saving(self, step: int) -> Iterator[None]:
        """Save a checkpoint inside the block; a disk that is full is told.

        Raises:
            PressmarkError: the disk is full; the half-written checkpoint is gone.
        """
        try:
            yield
        except (OSError, RuntimeError, SafetensorError) as error:
            if not disk_is_full(error):
                raise
            shutil.rmtree(self.folder / f"checkpoint-{step}", ignore_errors=True)
            raise PressmarkError(
                f"{self.folder}: the disk is full while step {step} is saved; free some, then run"
                " 'pressmark train' again: it goes on from the checkpoint before"
            ) from None

    def end(self) -> None:
        """Remove what the finished model makes superfluous."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _before(self) -> dict[str, Any] | None:
        """What the folder's run is made of; None where there is none that can be told."""
        try:
            found = json.loads((self.folder / FILE).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return found if isinstance(found, dict) else None

    def _checkpoints(self) -> list[Path]:
        """The run's checkpoints, the newest first."""
        found = [path for path in self.folder.glob("checkpoint-*") if path.is_dir()]
        return sorted(found, key=_step, reverse=True)


def sums(folder: Path) -> dict[str, str]:
    """Return the sha256 of each file in `folder`, brought to disk; of its seal none."""
    found = {}
    for path in sorted(folder.iterdir()):
        if path.is_file() and path.name != SEAL:
            with path.open("rb") as file:
                found[path.name] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def disk_is_full(error: BaseException) -> bool:
    """Tell whether saving failed for want of room: torch and safetensors have their own errors."""
    full = {errno.ENOSPC, errno.EDQUOT}
    if isinstance(error, OSError) and error.errno in full:
        return True
    told = str(error)
    return "No space left" in told or "os error 28" in told or "PytorchStreamWriter" in told


def _fault(folder: Path) -> str:
    """What is wrong with a checkpoint; '' where it is sound."""
    try:
        sealed = json.loads((folder / SEAL).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return "half-written"
    except (OSError, ValueError):
        return f"damaged ({SEAL})"
    found = sums(folder)
    wrong = [name for name in sealed if found.get(name) != sealed[name]]
    return f"damaged ({', '.join(wrong)})" if wrong else ""


def _step(path: Path) -> int:
    number = path.name.rpartition("-")[2]
    return int(number) if number.isdigit() else -1


def _changes(before: Mapping[str, Any], after: Mapping[str, Any], above: str = "") -> list[str]:
    """Name what differs, by its keys."""
    found = []
    for name in dict.fromkeys((*before, *after)):
        old, new = before.get(name), after.get(name)
        if isinstance(old, dict) and isinstance(new, dict):
            found += _changes(old, new, f"{above}{name}.")
        elif old != new:
            found.append(f"{above}{name}")
    return found
