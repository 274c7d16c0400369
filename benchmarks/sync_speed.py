"""Push beside the raw import endpoint and one task a call; pull beside a snapshot alone.

    python benchmarks/sync_speed.py [--sizes 500 5000 20000] [--rounds 3] [--only push|pull]

Starts a Label Studio of its own (SQLite, on this machine) and takes turns: the same articles, of
some 4 kB with 5 spans and 5 choices each, go to fresh projects

- as `pressmark push` does it (from the job's Parquet files, with journal and log of what is shown);
- as a plain httpx client does it that posts the same tasks in the same batches, their JSON text
  made before the clock starts;
- one task a call, with the SDK's `tasks.create` and `predictions.create`, on a sample.

Then as many of them are annotated through the import endpoint, and are pulled

- as `pressmark pull` does it, for the first time and again when nothing has changed;
- as a plain client does it that makes a snapshot and downloads it, without reading it.

Memory is the peak of a process that pushes or pulls and does nothing else. The clock starts when
the modules are loaded.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import httpx

from annotation import studio
from annotation.client import _EVERYTHING
from annotation.codec import task_of
from annotation.connection import connected
from annotation.interface import interface
from annotation.projects import current_project
from corpus.job import Job, open_job
from corpus.records import Annotation, Article, Block, Span
from corpus.store import add_articles, iter_articles, read_run, write_run

Json = dict[str, Any]
RUN = "2026-10-05-model"
WORDS = """
    the a of in on with harbour council mayor ferry dock strike vote Renn Maar Quill Ansel said
    told plan price berth winter week money answer crew port story paper town people work house
    """.split()
SCHEME = """\
name: speed
version: "1"
labels:
  - name: judged
    colour: "#b3261e"
    hotkey: "1"
    definition: a judgement
    test: is it one?
    positive: [{text: "a [[bad]] plan"}, {text: "a [[silly]] plan"}, {text: "a [[vile]] plan"}]
    negative: [{text: "a plan"}, {text: "a new plan"}, {text: "a long plan"}]
attributes:
  - name: sentiment
    type: one
    values: [{name: negative, hotkey: q}, {name: positive, hotkey: w}]
"""


def pages(count: int) -> Iterator[Article]:
    """Articles of some 4 kB of text each."""
    chance = random.Random(0)
    for n in range(count):
        parts = [f"Story {n} of the Calder Courier"]
        parts += [" ".join(chance.choices(WORDS, k=70)).capitalize() + "." for _ in range(11)]
        text, blocks = "", []
        for part in parts:
            text += "\n\n" if text else ""
            kind = "paragraph" if blocks else "headline"
            blocks.append(Block(len(text), len(text) + len(part), kind))
            text += part
        yield Article(f"courier/{n}", text, tuple(blocks), title=parts[0])


def predictions(articles: Iterator[Article], scheme: str) -> Iterator[Annotation]:
    """Five spans with a choice each in every article."""
    for article in articles:
        starts = [block.start for block in article.blocks[1:6]]
        spans = tuple(
            Span(f"s{n}", start, start + 12, "judged", {"sentiment": ("negative",)}, score=0.5)
            for n, start in enumerate(starts)
        )
        yield Annotation(
            f"{RUN}:{article.id}", article.id, article.sha256, "model", "model", scheme, spans,
            run=RUN,
        )  # fmt: skip


def make(folder: Path, count: int, data: Path) -> Job:
    """Make a job with that many articles and pre-labels for each."""
    folder.mkdir(parents=True)
    (folder / "mine.yaml").write_text(SCHEME, encoding="utf-8")
    section = f"studio: {{data: {data}, project: {folder.name}}}\n"
    (folder / "pressmark.yaml").write_text(f"scheme: mine.yaml\n{section}", encoding="utf-8")
    job = open_job(folder)
    add_articles(job, pages(count))
    write_run(job, RUN, predictions(iter_articles(job), job.scheme.hash))
    return job


def tasks(job: Job, *, annotated: bool = False) -> Iterator[Json]:
    """The tasks that a push makes of the job, with an annotation each if they are `annotated`."""
    shown = {each.article: each for each in read_run(job, RUN)}
    for article in iter_articles(job):
        task = task_of(article, job.scheme, shown[article.id])
        if annotated:
            task["annotations"] = [{"result": task["predictions"][0]["result"], "lead_time": 60}]
        yield task


def batches(job: Job, *, annotated: bool = False) -> Iterator[bytes]:
    """Their JSON text, in the batches of a push."""
    rows = tasks(job, annotated=annotated)
    while batch := list(islice(rows, job.settings.studio.batch)):
        yield json.dumps(batch, ensure_ascii=False).encode()


@contextmanager
def plain(running: studio.Running) -> Iterator[httpx.Client]:
    """A plain client that is let in."""
    token = {"Authorization": f"Token {studio.read_login(running.login).token}"}
    with httpx.Client(base_url=running.url, headers=token, timeout=600, trust_env=False) as http:
        yield http


def project(http: httpx.Client, job: Job) -> int:
    """Make an empty project with the job's interface."""
    body = {"title": "raw", "label_config": interface(job.scheme)}
    return int(http.post("/api/projects/", json=body).raise_for_status().json()["id"])


def post(http: httpx.Client, number: int, bodies: Iterable[bytes]) -> float:
    """Post the batches to the import endpoint; return how long it took."""
    headers = {"Content-Type": "application/json"}
    began = time.perf_counter()
    for body in bodies:
        http.post(
            f"/api/projects/{number}/import", content=body, headers=headers
        ).raise_for_status()
    return time.perf_counter() - began


def raw_push(job: Job, running: studio.Running) -> float:
    """Seconds of the raw endpoint."""
    bodies = list(batches(job))
    with plain(running) as http:
        return post(http, project(http, job), bodies)


def one_by_one(job: Job, running: studio.Running, count: int) -> float:
    """Tasks a second, one task a call, with the SDK."""
    from label_studio_sdk import LabelStudio

    token = studio.read_login(running.login).token
    sdk = LabelStudio(base_url=running.url, api_key=token)
    with plain(running) as http:
        number = project(http, job)
    rows = list(islice(tasks(job), count))
    began = time.perf_counter()
    for row in rows:
        task = sdk.tasks.create(project=number, data=row["data"])
        said = row["predictions"][0]
        sdk.predictions.create(
            task=task.id,
            result=said["result"],
            score=said["score"],
            model_version=said["model_version"],
        )
    return count / (time.perf_counter() - began)


def annotated(job: Job, running: studio.Running) -> int:
    """Fill the job's project with annotated tasks, as if they had been pushed and worked on."""
    client = connected(job)
    link = current_project(job, client)
    client.close()
    with plain(running) as http:
        post(http, link.id, batches(job, annotated=True))
    return link.id


def raw_pull(running: studio.Running, number: int) -> tuple[float, int]:
    """Seconds of a snapshot's creation and download, and its size."""
    path = f"/api/projects/{number}/exports/"
    with plain(running) as http:
        began = time.perf_counter()
        id_ = http.post(path, json=_EVERYTHING).raise_for_status().json()["id"]
        while http.get(f"{path}{id_}").json()["status"] != "completed":
            time.sleep(0.05)
        content = http.get(f"{path}{id_}/download", params={"exportType": "JSON"}).content
        took = time.perf_counter() - began
        http.delete(f"{path}{id_}")
    return took, len(content)


def child(what: str, folder: Path) -> tuple[float, float]:
    """Push or pull in a process of its own; return its seconds and its peak memory in MB."""
    command = [sys.executable, __file__, "--child", what, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    seconds, peak = json.loads(done.stdout)
    return seconds, peak


def _child(what: str, folder: Path) -> None:
    import pyarrow.parquet  # noqa: F401  # loaded before the clock starts, as httpx is

    from annotation.pull import pull
    from annotation.push import push

    job = open_job(folder)
    began = time.perf_counter()
    (push if what == "push" else pull)(job)
    took = time.perf_counter() - began
    print(json.dumps([took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))


def measure_push(folder: Path, size: int, running: studio.Running, rounds: int) -> None:
    """Print push beside the raw endpoint, in turns, and a push with nothing to do."""
    ours, raw, peak, again = [], [], 0.0, 0.0
    for number in range(rounds):
        job = make(folder / f"push{size}-{number}", size, running.login.parent)
        for turn in (0, 1) if number % 2 else (1, 0):
            if turn:
                seconds, used = child("push", job.folder)
                ours.append(seconds)
                peak = max(peak, used)
            else:
                raw.append(raw_push(job, running))
        again, _ = child("push", job.folder)
        print(f"  push {size}: ours {ours[-1]:.1f} s, raw {raw[-1]:.1f} s", flush=True)
    print(
        f"push {size:6}: {size / min(ours):6.0f} tasks/s, raw {size / min(raw):6.0f},"
        f" {min(raw) / min(ours):5.0%} of raw, peak {peak:.0f} MB; again {again:.1f} s",
        flush=True,
    )


def measure_pull(folder: Path, size: int, running: studio.Running, rounds: int) -> None:
    """Print a first pull beside a snapshot alone, in turns, and a pull of nothing new."""
    job = make(folder / f"pull{size}", size, running.login.parent)
    number = annotated(job, running)
    ours, raw, peak, again, held = [], [], 0.0, 0.0, 0
    for turn in range(rounds):
        for file in ("annotations.jsonl", "quarantine.jsonl"):
            (job.folder / file).unlink(missing_ok=True)
        seconds, used = child("pull", job.folder)
        taken, held = raw_pull(running, number)
        again, _ = child("pull", job.folder)
        ours.append(seconds)
        raw.append(taken)
        peak = max(peak, used)
        print(f"  pull {size}, {turn}: ours {seconds:.1f} s, snapshot {taken:.1f} s", flush=True)
    print(
        f"pull {size:6}: {min(ours):6.1f} s, snapshot {min(raw):6.1f} s ({held / 1e6:.0f} MB),"
        f" {min(raw) / min(ours):5.0%} of its rate, peak {peak:.0f} MB; again {again:.1f} s",
        flush=True,
    )


def main() -> None:
    """Measure everything and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[500, 5000, 20000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--one-by-one", type=int, default=50)
    parser.add_argument("--only", choices=["push", "pull"])
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        return _child(given.child[0], Path(given.child[1]))
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        home = make(folder / "home", 1, folder / "studio")
        running = studio.start(home)
        try:
            if given.only != "pull":
                sample = make(folder / "sample", given.one_by_one, folder / "studio")
                rate = one_by_one(sample, running, given.one_by_one)
                print(f"one task a call: {rate:.1f} tasks/s", flush=True)
            for size in given.sizes:
                if given.only != "pull":
                    measure_push(folder, size, running, given.rounds)
                if given.only != "push":
                    measure_pull(folder, size, running, given.rounds)
        finally:
            studio.stop(home)
    return None


if __name__ == "__main__":
    main()
