"""Export: the job's model as a folder that predicts without torch."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from safetensors.numpy import save_file

from corpus.errors import PressmarkError
from corpus.files import write_json, write_text
from corpus.job import Job
from corpus.progress import Progress, silent
from corpus.version import version
from training.checkpoint import Checkpoint
from training.exported import ENCODER, FILES, FORMAT, HEADS, MANIFEST, SCHEME, TOKENIZER
from training.predict import load_model
from training.prediction.engines import fingerprint
from training.prediction.onnxfile import write_onnx


@dataclass(frozen=True, slots=True)
class ExportedModel:
    """What was written: the folder and how large it is."""

    folder: Path
    bytes: int


def export_model(job: Job, to: Path, progress: Progress = silent) -> ExportedModel:
    """Write the job's model to the new folder `to`; it is there whole or not at all.

    Raises:
        PressmarkError: no model, one of another scheme, `to` exists, or the encoder cannot be
            written as ONNX.
    """
    if to.exists():
        raise PressmarkError(f"{to}: exists already; choose a new folder")
    checkpoint = load_model(job)
    kept = job.folder / "schemes" / f"{job.keep_scheme()}.yaml"
    to.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=f".{to.name}.", suffix=".part", dir=to.parent))
    try:
        progress("exporting", 0, 2)
        write_onnx(checkpoint.model.encoder.cpu(), part / ENCODER)
        progress("exporting", 1, 2)
        save_file(dict(checkpoint.reader.weights.tensors), part / HEADS)
        checkpoint.tokenizer.backend_tokenizer.save(str(part / TOKENIZER))
        shutil.copyfile(kept, part / SCHEME)
        files = {name: fingerprint(part / name) for name in FILES}
        write_json(part / MANIFEST, _told(checkpoint, files))
        write_text(part / "README.md", _readme(checkpoint, to.name))
        part.chmod(0o755)
        part.rename(to)
        progress("exporting", 2, 2)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return ExportedModel(to, sum(path.stat().st_size for path in to.iterdir()))


def _told(checkpoint: Checkpoint, files: dict[str, str]) -> dict[str, object]:
    manifest = checkpoint.manifest
    return {
        "kind": "exported",
        "format": FORMAT,
        "pressmark": version(),
        "name": manifest.name,
        "run": f"{manifest.when.removesuffix('Z').replace(':', '-')}-{manifest.name}",
        "scheme": manifest.scheme,
        "scheme_name": manifest.scheme_name,
        "scheme_version": manifest.scheme_version,
        "thresholds": manifest.thresholds,
        "values": manifest.values,
        "calibration": asdict(manifest.calibration),
        "window": checkpoint.reader.window,
        "stride": checkpoint.reader.stride,
        "padding": int(checkpoint.tokenizer.pad_token_id or 0),
        "heads": checkpoint.model.heads.as_dict(),
        "licences": manifest.licences,
        "files": files,
    }


def _readme(checkpoint: Checkpoint, name: str) -> str:
    manifest = checkpoint.manifest
    return f"""# {name}

The Pressmark model '{manifest.name}' (trained {manifest.when}) of the scheme
'{manifest.scheme_name}' {manifest.scheme_version}, exported to run without torch: an encoder as
ONNX (float32), its heads as safetensors, its tokenizer and its scheme. What it learned from, and
what it is not known to do, stands in the card of the model it was exported from.

    pip install 'pressmark[fast]'

    from training.exported import load
    model = load("{name}")                      # or load("{name}", backend="openvino")
    for annotation in model.predict(articles):  # corpus.records.Article
        print(annotation.article, annotation.spans)

pressmark.json names the sha256 of every file; loading refuses one that was changed.
"""
