"""Peak memory of prediction at 1,000 and 100,000 articles: it must not grow with the corpus.

    python benchmarks/prediction_memory.py [--sizes 1000 10000 100000] [--as job|files]

Articles are generated (a headline and a paragraph, no two alike), and a tiny random encoder with
untrained heads reads them: what is held is measured here, not how fast or well a model reads.
Each size is predicted by a process of its own, whose peak resident memory is read from the kernel
(ru_maxrss). `--as files` predicts over one Parquet file whose rows lie in a single row group.
"""

from __future__ import annotations

import argparse
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

WORDS = """
    the a of in on with harbour council mayor ferry dock strike vote Renn Maar Quill Ansel said
    told plan price berth winter week money answer crew port story paper town people work house
    """.split()


def generate(folder: Path, count: int, kind: str) -> None:
    """Write a job of that many articles (or a file of them beside it) and an untrained model."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from corpus.job import open_job
    from corpus.records import Article
    from corpus.store import add_articles

    folder.mkdir()
    (folder / "pressmark.yaml").write_text("scheme: scheme\n", encoding="utf-8")
    job = open_job(folder)
    untrained(job)
    made = articles(count)
    if kind == "job":
        add_articles(job, made)
        return
    texts: Iterator[Article] = made
    table = pa.table({"text": [article.text for article in texts]})
    pq.write_table(table, folder / "texts.parquet", row_group_size=count)


def articles(count: int) -> Iterator[object]:
    """Articles of some 40 words."""
    from corpus.records import Article, Block

    draw = random.Random(0)
    for number in range(count):
        lines = [f"Story {number}", " ".join(draw.choices(WORDS, k=40)) + "."]
        text = "\n\n".join(lines)
        end = len(lines[0])
        blocks = (Block(0, end, "headline"), Block(end + 2, len(text), "paragraph"))
        yield Article(id=f"a{number}", text=text, blocks=blocks)


def untrained(job: object) -> None:
    """Save a model of one layer, random, with a tokenizer made of `WORDS`."""
    import tokenizers
    from tokenizers.processors import TemplateProcessing
    from transformers import AutoConfig, AutoModel, PreTrainedTokenizerFast

    from training.checkpoint import Manifest, save
    from training.heads import heads_of
    from training.model import PressmarkModel

    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    plain = tokenizers.BertWordPieceTokenizer()
    plain.train_from_iterator([" ".join(WORDS)], vocab_size=200, special_tokens=special)
    ends = [(name, plain.token_to_id(name)) for name in ("[CLS]", "[SEP]")]
    plain._tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B [SEP]", special_tokens=ends
    )
    names = {f"{name.strip('[]').lower()}_token": name for name in special}
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=plain._tokenizer, **names)
    config = AutoConfig.for_model(
        "bert",
        vocab_size=plain.get_vocab_size(),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=1,
        num_attention_heads=2,
    )
    scheme = job.scheme  # type: ignore[attr-defined]
    model = PressmarkModel.on(AutoModel.from_config(config), heads_of(scheme, []))
    manifest = Manifest(
        name="model",
        scheme=scheme.hash,
        scheme_name=scheme.name,
        scheme_version=scheme.version,
        labels=scheme.label_names,
        thresholds=dict.fromkeys(scheme.label_names, 0.55),
        train=(),
        validation=(),
        test=(),
        groups={},
        data="",
        annotations=0,
        left_out={},
        settings={"window": 256, "stride": 64, "encoder": "random", "seed": 0},
        versions={},
        hardware="",
        seconds=0.0,
        when="2026-10-05T09:00:00Z",
    )
    save(job.models / "model", model, tokenizer, manifest)  # type: ignore[attr-defined]


def measured(folder: Path, kind: str) -> str:
    """Predict in a process of its own: articles, peak MB, seconds."""
    given = [sys.executable, __file__, "--child", str(folder), "--as", kind]
    return subprocess.run(given, capture_output=True, text=True, check=True).stdout


def child(folder: Path, kind: str) -> None:
    """Predict and print what it took."""
    from corpus.job import open_job
    from training.predict import predict
    from training.prediction.files import predict_files

    start = time.perf_counter()
    job = open_job(folder, ["prediction.backend=torch", "prediction.threads=1"])
    if kind == "job":
        count = predict(job).articles
    else:
        count = predict_files(job, [str(folder / "texts.parquet")], folder / "out").articles
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{count:>10} {peak:>9.1f} {time.perf_counter() - start:>9.1f}")


def main() -> None:
    """Print a table of the sizes."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--sizes", type=int, nargs="+", default=[1000, 10_000, 100_000])
    asked.add_argument("--as", dest="kind", choices=["job", "files"], default="job")
    asked.add_argument("--child", type=Path)
    given = asked.parse_args()
    if given.child:
        child(given.child, given.kind)
        return
    print(f"{'articles':>10} {'peak MB':>9} {'seconds':>9}  ({given.kind})", flush=True)
    for count in given.sizes:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name) / "job"
            generate(folder, count, given.kind)
            print(measured(folder, given.kind), end="", flush=True)


if __name__ == "__main__":
    main()
