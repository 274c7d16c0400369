"""Datasets of the Hugging Face hub, or of a folder, as sources: streamed, no code of theirs run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from corpus.errors import UnreadableError
from corpus.settings import Source


def dataset_columns(source: Source, folder: Path) -> list[str] | None:
    """Return the columns of a dataset, None where only its rows tell.

    Raises:
        UnreadableError: there is no such dataset, subset or split, or it cannot be reached.
    """
    names = _open(source, folder).column_names
    return None if names is None else [str(name) for name in names]


def dataset_rows(source: Source, folder: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the rows of a dataset with their numbers, from 1.

    Raises:
        UnreadableError: it breaks off.
    """
    number = 0
    try:
        for row in _open(source, folder):
            number += 1
            yield number, row
    except UnreadableError:
        raise
    except Exception as error:  # noqa: BLE001  # as in _open
        told = _line(error)
        raise UnreadableError(f"damaged behind row {number} ({told}); fetch it again") from None


def _open(source: Source, folder: Path) -> Any:
    import datasets

    name = str(folder) if folder.exists() else source.dataset
    try:
        return datasets.load_dataset(
            name,
            source.subset,
            split=source.split,
            revision=None if folder.exists() else source.revision,
            streaming=True,
        )
    # whatever a dataset of someone else's breaks on, it is one source that cannot be read
    except Exception as error:  # noqa: BLE001
        raise UnreadableError(f"cannot be opened as a dataset: {_line(error)}") from None


def _line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
