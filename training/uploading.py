"""upload: a model to the Hugging Face hub, if the licences of what it learned from let it."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import PressmarkError, ServiceError
from corpus.job import Job, open_job
from corpus.release.hub import of_the_line, plain
from corpus.release.licences import read_licences
from corpus.store import iter_versions, read_articles
from corpus.takedown import barred, is_taken_down, read_takedown
from training.ancestry import texts_taught
from training.checkpoint import Manifest, check_files, excuse, read_manifest
from training.rights import refusals


@dataclass(frozen=True, slots=True)
class Uploaded:
    """Where the model lies now, and what was overridden to let it out."""

    address: str
    despite: str
    overridden: tuple[str, ...]


def upload(job: Job, repo: str, key: str, *, public: bool = False, despite: str = "") -> Uploaded:
    """Make the hub's `repo` ('owner/name') hold the job's model; it is private unless `public`.

    Args:
        job: whose model models/NAME it is.
        repo: made where it is not there.
        key: a token that may write.
        public: whether a new repository can be seen by everyone.
        despite: why a licence that forbids it does not count; stands in manifest and card.

    Raises:
        PressmarkError: a licence forbids it, an article was taken down, or a file was changed.
        ServiceError: the hub cannot be reached or refuses.
    """
    folder = job.models / job.settings.training.name
    manifest = read_manifest(folder)
    check_files(folder, manifest)
    _check_takedown(job, folder, manifest)
    found = refusals(manifest, read_licences(job))
    if found and not despite.strip():
        raise PressmarkError(
            f"{folder}: may not be published ({'; '.join(found)}); train without them, or give your"
            " reason with --despite, and it stands in the model's card"
        )
    if found:
        excuse(folder, " ".join(despite.split()))
    return Uploaded(_send(folder, repo, key, public=public), despite if found else "", tuple(found))


def _check_takedown(job: Job, folder: Path, manifest: Manifest) -> None:
    corpora = manifest.settings.get("corpora", ())
    if corpora and not manifest.texts:
        raise PressmarkError(
            f"{folder}: learned from {', '.join(corpora)} and does not say which texts, so none can"
            " be looked for among the take-downs: run 'pressmark train' again"
        )
    listed = read_takedown(job.takedown)
    urls = {article.id: article.url for article in read_articles(job)} if listed else {}
    learned = (*manifest.train, *manifest.validation)
    own = [id_ for id_ in learned if barred(id_, urls.get(id_, ""), listed)]
    texts = texts_taught(manifest)
    gone = dict.fromkeys([*own, *_barred(job, texts, listed)])
    for corpus in corpora:
        try:
            other = open_job(job.folder / corpus)
            theirs = _barred(other, texts, listed | read_takedown(other.takedown))
        except PressmarkError as error:
            raise PressmarkError(
                f"{folder}: learned from {corpus}, and its take-downs cannot be looked at"
                f" ({error}): put it back, or run 'pressmark train' without it"
            ) from None
        gone |= dict.fromkeys(f"{id_} of {corpus}" for id_ in theirs)
    if gone:
        raise PressmarkError(
            f"{folder}: {len(gone)} of the articles it learned from were taken down since"
            f" ({', '.join([*gone][:5])}); run 'pressmark train' again"
        )


def _barred(job: Job, texts: AbstractSet[str], listed: AbstractSet[str]) -> list[str]:
    """The ids of the job's articles that are on a list, any version of which is among `texts`."""
    versions = iter_versions(job) if listed else ()
    return [each.id for each in versions if each.sha256 in texts and is_taken_down(each, listed)]


def _send(folder: Path, repo: str, key: str, *, public: bool) -> str:
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HFValidationError
    from huggingface_hub.utils.tqdm import disable_progress_bars

    disable_progress_bars()
    hub = HfApi(token=key)
    try:
        made = hub.create_repo(repo, repo_type="model", private=not public, exist_ok=True)
        hub.upload_folder(
            repo_id=made.repo_id,
            folder_path=folder,
            repo_type="model",
            commit_message=f"Pressmark model {folder.name}",
            delete_patterns=["*"],
        )
    except HFValidationError as error:
        raise PressmarkError(f"upload {repo}: {plain(error, key)}") from None
    except Exception as error:
        if not of_the_line(error):
            raise
        raise ServiceError(
            f"the hub refuses or cannot be reached ({plain(error, key)}); the model stands in"
            f" {folder}, upload it again with the same command"
        ) from None
    return str(made)
