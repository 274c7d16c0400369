"""The job's own model, as it is served."""

from __future__ import annotations

from corpus.job import Job
from training.predict import author, load_model
from training.serving.served import Served


def trained(job: Job) -> Served:
    """Return the model that the job names; trained again, it has another version.

    Raises:
        PressmarkError: there is none, or it was trained under another scheme.
    """
    checkpoint = load_model(job)
    manifest = checkpoint.manifest
    version = f"{manifest.when.removesuffix('Z').replace(':', '-')}-{manifest.name}"
    return Served(version, author(checkpoint, job), checkpoint.reader)
