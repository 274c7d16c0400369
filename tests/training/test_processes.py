"""`accelerate launch`: two processes learn what one learns with twice the batch."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from corpus.job import Job
from training.checkpoint import read_manifest

ROOT = Path(__file__).parents[2]


def curve(job: Job, *launch: str, batch: int) -> list[dict[str, float]]:
    command = [sys.executable, *launch, "-m", "pressmark", "train", "-C", str(job.folder)]
    command += ["--json", "--set", f"training.batch_size={batch}"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    told: list[dict[str, Any]] = [
        json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")
    ]
    assert [each["name"] for each in told] == ["model"]  # one of them speaks
    assert sorted(path.name for path in job.models.iterdir()) == ["model"]
    return list(read_manifest(job.models / "model").curve)


def free_port() -> str:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return str(found.getsockname()[1])


@pytest.mark.parametrize("still", ["bert", "modernbert"], indirect=True)
def test_two_processes_learn_what_one_learns_with_twice_the_batch(still: Job) -> None:
    launch = ["-m", "accelerate.commands.launch", "--multi_gpu", "--num_processes", "2"]
    launch += ["--num_machines", "1", "--mixed_precision", "no", "--dynamo_backend", "no"]
    launch += ["--main_process_port", free_port()]
    two = curve(still, *launch, batch=2)
    hardware = read_manifest(still.models / "model").hardware
    one = curve(still, batch=4)
    assert hardware.startswith("2 processes")
    assert len(one) == len(two) > 6
    for ours, theirs in zip(one, two, strict=True):
        assert ours.keys() == theirs.keys()
        for name in ours:
            assert ours[name] == pytest.approx(theirs[name], abs=1e-4)
