"""Uploading a release to the Hugging Face hub, whole, under its version as a tag."""

from __future__ import annotations

import os
from pathlib import Path

from corpus.errors import PressmarkError, ServiceError
from corpus.job import Job
from corpus.release.folder import open_release
from corpus.takedown import barred, read_takedown

#: Variables that hold the token, as huggingface_hub reads them.
TOKENS = ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")


def token(asked_by: str = "--to-hub") -> str:
    """Return the hub's token from the environment; it is never printed or written.

    Raises:
        PressmarkError: there is none.
    """
    found = next((os.environ[name].strip() for name in TOKENS if os.environ.get(name)), "")
    if not found:
        raise PressmarkError(
            f"{asked_by}: no token; put one that may write into the variable {TOKENS[0]}"
        )
    return found


def standing(job: Job) -> Path | None:
    """Return the folder of the release of the job's version if it is published already.

    Raises:
        PressmarkError: it holds an article that was taken down since.
    """
    section = job.settings.release
    folder = job.releases / f"{section.name}-{section.version}"
    if not folder.is_dir():
        return None
    listed = read_takedown(job.takedown)
    rows = open_release(folder).rows("standoff")
    taken = sum(barred(row["id"], row["url"], listed) for _, row in rows)
    if taken:
        raise PressmarkError(
            f"{folder}: {taken} of its articles were taken down since; raise release.version and"
            " publish anew"
        )
    return folder


def upload(folder: Path, repo: str, key: str, *, public: bool = False) -> str:
    """Make `repo` hold the release and nothing else, tag it with the version; return its address.

    A repository that is new is private unless `public`; one that is there keeps its setting.

    Raises:
        PressmarkError: the repository's name is no name, or the release is damaged.
        ServiceError: the hub cannot be reached or refuses.
    """
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HFValidationError
    from huggingface_hub.utils.tqdm import disable_progress_bars

    release = open_release(folder)
    disable_progress_bars()
    hub = HfApi(token=key)
    told = f"{release.manifest['title']}, version {release.version}"
    try:
        made = hub.create_repo(repo, repo_type="dataset", private=not public, exist_ok=True)
        # what an older release had and this one has not (an article that was taken down) goes too
        done = hub.upload_folder(
            repo_id=made.repo_id,
            folder_path=folder,
            repo_type="dataset",
            commit_message=told,
            delete_patterns=["*"],
        )
        hub.create_tag(
            made.repo_id,
            tag=release.version,
            revision=done.oid,
            repo_type="dataset",
            exist_ok=True,
        )
    except HFValidationError as error:
        raise PressmarkError(f"--to-hub {repo}: {plain(error, key)}") from None
    except Exception as error:
        if not of_the_line(error):
            raise
        raise ServiceError(
            f"the hub refuses or cannot be reached ({plain(error, key)}); the release stands in"
            f" {folder}, upload it again with the same command"
        ) from None
    return str(made)


def of_the_line(error: Exception) -> bool:
    """Tell whether the hub or the way to it failed: its client's client differs by version."""
    clients = {"huggingface_hub", "httpx", "httpx2", "requests"}
    return isinstance(error, OSError) or any(
        kind.__module__.partition(".")[0] in clients for kind in type(error).__mro__
    )


def plain(error: Exception, key: str) -> str:
    """An error in one line; were the token in it, it would not be shown."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return "; ".join(lines)[:400].replace(key, "…") or type(error).__name__
