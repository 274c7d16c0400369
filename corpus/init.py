"""New job folders: an empty one, and the demo's with the sample corpus."""

from __future__ import annotations

import shutil
from pathlib import Path

from corpus.errors import PressmarkError
from corpus.files import write_text
from corpus.job import FILE
from corpus.resources import CONFIGS, SAMPLE


def init(folder: Path) -> Path:
    """Make `folder` a job with a commented pressmark.yaml and an empty folder for pages.

    Raises:
        PressmarkError: it is a job already; nothing is overwritten.
    """
    if (folder / FILE).exists():
        raise PressmarkError(f"{folder / FILE}: stands already; edit it, or choose another folder")
    _make(folder / "pages")
    write_text(folder / FILE, (CONFIGS / "job.yaml").read_text(encoding="utf-8"))
    return folder / FILE


def init_demo(folder: Path) -> Path:
    """Make `folder` the demo's job over a copy of the sample pages; one that it is already stays.

    Raises:
        PressmarkError: the folder holds something else.
    """
    demo = (CONFIGS / "demo.yaml").read_text(encoding="utf-8")
    path = folder / FILE
    if path.exists() and path.read_text(encoding="utf-8") != demo:
        raise PressmarkError(f"{path}: not the demo's job; choose another folder")
    if not path.exists() and folder.is_dir() and any(folder.iterdir()):
        raise PressmarkError(f"{folder}: not empty and no demo; choose another folder")
    _make(folder)
    shutil.copytree(SAMPLE / "pages", folder / "pages", dirs_exist_ok=True)
    write_text(path, demo)
    return path


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PressmarkError(f"{folder}: cannot be made ({error.strerror})") from None
