"""An exported model is served where there is no torch, and says what the job's own model says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from corpus.job import Job
from tests.conftest import MakeJob
from tests.speech import SCHEME
from tests.test_command import BARE, pressmark
from tests.training.press import pages
from tests.training.serving.asking import app_of, ask, post, sent, serving
from training.fit import Trained
from training.prediction.exporting import export_model


@pytest.fixture(scope="module")
def exported(learned: tuple[Job, Trained], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export_model(learned[0], tmp_path_factory.mktemp("exported") / "model").folder


@pytest.mark.parametrize("backend", ["auto", "openvino"])
def test_it_answers_as_the_model_that_it_was_exported_from(
    learned: tuple[Job, Trained], exported: Path, job: MakeJob, backend: str
) -> None:
    asked = {"articles": [sent(page) for page in pages(6, seed=9)]}
    expected = ask(app_of(learned[0]), "/predict", asked).json()
    # a machine that only serves has no more of the job than its settings and the scheme
    elsewhere = job(scheme=str(exported / "scheme.yaml"), prediction={"backend": backend})
    with serving(elsewhere, model=exported) as (_, url):
        status, answer = post(f"{url}/predict", asked)
    assert status == 200
    assert answer["model_version"] == expected["model_version"]
    places = [
        [
            (row["article"], s["start"], s["end"], s["label"])
            for row in each["annotations"]
            for s in row["spans"]
        ]
        for each in (answer, expected)
    ]
    assert places[0] == places[1]
    assert len(places[0]) > 5
    assert [row["answers"] for row in answer["annotations"]] == [
        row["answers"] for row in expected["annotations"]
    ]


def test_it_is_of_the_job_s_scheme_or_refused(exported: Path, job: MakeJob) -> None:
    other = job(scheme=SCHEME.replace('version: "1"', 'version: "2"'))
    ran = pressmark("serve", "-C", other.folder, "--set", "serving.port=0", "--model", exported)
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "exported under scheme" in ran.err


def test_what_is_no_exported_model_or_asks_for_torch_is_told_in_a_line(
    learned: tuple[Job, Trained], exported: Path
) -> None:
    words = ("serve", "-C", learned[0].folder, "--set", "serving.port=0", "--model")
    ran = pressmark(*words, learned[1].folder)
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "no exported model; write one with 'pressmark export-model'" in ran.err
    ran = pressmark(*words, exported, "--set", "prediction.backend=torch")
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "prediction.backend: 'torch' runs no exported model" in ran.err


def test_the_job_s_own_model_needs_torch_and_says_how_to_get_it(
    learned: tuple[Job, Trained],
) -> None:
    given = [sys.executable, "-c", BARE, "serve", "-C", str(learned[0].folder)]
    done = subprocess.run(given, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.endswith("install it with: pip install 'pressmark[train,serve]'\n")
    assert done.stderr.count("\n") == 1
