from __future__ import annotations

import json
from pathlib import Path

import pytest

from corpus.job import Job
from corpus.records import Article
from tests.conftest import MakeJob, make_job
from tests.speech import SCHEME
from tests.training.press import annotate, pages, tiny_encoder
from training.checkpoint import load
from training.encoders import Encoder, load_encoder
from training.fit import Trained, train
from training.readings import Reader

#: A tiny encoder that starts from nothing needs long steps.
QUICK = {"epochs": 20, "learning_rate": 5e-3, "batch_size": 4, "window": 48, "stride": 8}


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny random BERT."""
    return tiny_encoder(tmp_path_factory.mktemp("encoder") / "bert")


@pytest.fixture(scope="session")
def encoder(tiny: Path) -> Encoder:
    return load_encoder(str(tiny), Path())


@pytest.fixture(scope="session")
def articles() -> list[Article]:
    return pages(20)


@pytest.fixture
def annotated(job: MakeJob, tiny: Path, articles: list[Article]) -> Job:
    """A job of twenty articles with two annotators each, ready to train."""
    made = job(*articles, scheme=SCHEME, training={**QUICK, "encoder": str(tiny)})
    annotate(made, articles)
    return made


@pytest.fixture(scope="session")
def learned(tmp_path_factory: pytest.TempPathFactory, tiny: Path) -> tuple[Job, Trained]:
    """A job of sixty articles with a trained model, for tests that leave it as it is."""
    found = pages(60)
    section = {**QUICK, "encoder": str(tiny)}
    folder = tmp_path_factory.mktemp("learned") / "job"
    made = make_job(folder, tuple(found), SCHEME, {"training": section})
    annotate(made, found)
    return made, train(made)


@pytest.fixture(scope="session")
def learned_reader(learned: tuple[Job, Trained]) -> Reader:
    """The trained model with its windows."""
    return load(learned[1].folder).reader


@pytest.fixture
def still(job: MakeJob, tmp_path: Path, request: pytest.FixtureRequest) -> Job:
    """A job whose encoder drops nothing out: what is drawn differs from process to process."""
    encoder = tiny_encoder(tmp_path / "still", getattr(request, "param", "bert"))
    config = json.loads((encoder / "config.json").read_text(encoding="utf-8"))
    config |= {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
    (encoder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    articles = pages(15)
    section = {**QUICK, "encoder": str(encoder), "dropout": 0.0, "epochs": 2, "patience": 2}
    section |= {"arguments": {"logging_strategy": "steps", "logging_steps": 1}}
    made = job(*articles, scheme=SCHEME, training=section)
    annotate(made, articles)
    return made
