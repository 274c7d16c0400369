"""Faults over push and pull against a real Label Studio: what is doubled, lost or changed.

    python -m benchmarks.faults [--faults 200] [--jobs 8] [--seed 0] [--settle 60]

Starts a Label Studio of its own, and a proxy before it. Each fault is one of

- SIGKILL of `python -m pressmark push|pull`, at a random moment or as a random request is made;
- a connection cut: before a request reaches the server, after it has but before its answer, or in
  the middle of the answer;
- an answer 500 instead of the server's, before or after the request has reached it;
- silence until the client's time is up, before or after the request has reached the server.

The command that was struck is then run again, without faults, until it succeeds. New articles, new
versions and new pre-labels come all the time, and annotators submit, change and draft work through
the API meanwhile. `--settle` seconds after the last request everything is counted.

It is slow: kills start Python anew, silence takes its time, and a request whose
fate is not known is waited for (`studio.deadline`, here ten seconds).
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import yaml

from annotation import studio
from annotation.client import Client, connect
from annotation.codec import id_of
from annotation.people import add_annotator
from annotation.projects import remembered
from annotation.pull import pull
from annotation.push import push
from annotation.wanted import wanted
from benchmarks.struck.proxy import CUTS, SILENCES, TIMEOUT, Proxy
from benchmarks.struck.world import Annotators, World
from corpus.errors import PressmarkError
from corpus.job import Job, open_job
from corpus.store import read_annotations
from corpus.text import sha256_of

ROOT = Path(__file__).parent.parent
TOKEN = "PRESSMARK_FAULTS_TOKEN"
DEADLINE = 10
SCHEME = """\
name: faults
version: "1"
labels:
  - name: judged
    colour: "#b3261e"
    hotkey: "1"
    definition: a judgement
    test: is it one?
    positive: [{text: "a [[bad]] plan"}, {text: "a [[silly]] plan"}, {text: "a [[vile]] plan"}]
    negative: [{text: "a plan"}, {text: "a new plan"}, {text: "a long plan"}]
"""


def make_world(folder: Path, proxy: Proxy, token: str, seed: int, deadline: int) -> World:
    """Make a job that talks to the server through the proxy, and its annotators' accounts."""
    folder.mkdir(parents=True)
    (folder / "mine.yaml").write_text(SCHEME, encoding="utf-8")
    section = {
        "url": proxy.url,
        "token_env": TOKEN,
        "batch": 3,
        "timeout": TIMEOUT,
        "deadline": deadline,
        "annotators": 5,
        "project": f"{folder.name} {seed}",
    }
    file = yaml.safe_dump({"scheme": "mine.yaml", "studio": section})
    (folder / "pressmark.yaml").write_text(file, encoding="utf-8")
    os.environ[TOKEN] = token
    job = open_job(folder)
    tokens = {name: add_annotator(job, name).token for name in ("ana", "ben")}
    return World(job, random.Random(seed), tokens)


def strike(world: World, proxy: Proxy, tally: Counter[str]) -> None:
    """One fault, and the command again until it succeeds."""
    chance = world.chance
    world.grow()
    name = chance.choice(("push", "push", "pull")) if world.articles > 5 else "push"
    done: Callable[[Job], object] = push if name == "push" else pull
    kind = chance.choices(("kill", "cut", "silence"), (0.45, 0.45, 0.1))[0]
    if kind == "kill":
        fault = "kill"
        ended = _killed(world.job, name, proxy, chance)
    else:
        fault = chance.choice(CUTS if kind == "cut" else SILENCES)
        proxy.arm(fault, chance.randrange(12))
        ended = _succeeds(world.job, name, done)
        struck = proxy.struck
        proxy.arm("", 0)
        tally["not struck, since the command was done by then"] += not struck
    tally[f"{name}: {fault}"] += 1
    tally["commands that went through all the same"] += ended
    for _ in range(5):
        if _succeeds(world.job, name, done):
            return
        tally["runs without a fault that failed"] += 1
    tally["commands that never succeeded again"] += 1


def _succeeds(job: Job, name: str, done: Callable[[Job], object]) -> bool:
    try:
        with job.locked(name):
            done(job)
    except PressmarkError as error:
        print(f"    {name}: {error}", file=sys.stderr)
        return False
    return True


def _killed(job: Job, name: str, proxy: Proxy, chance: random.Random) -> bool:
    """Kill the command at a random moment of its life; tell whether it was done before."""
    command = [sys.executable, "-m", "pressmark", name, "-C", str(job.folder)]
    first, wait = proxy.seen + chance.randint(1, 14), chance.uniform(0, 0.4)
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, cwd=ROOT, stdout=quiet, stderr=quiet) as process:
        while process.poll() is None and proxy.seen < first:
            time.sleep(0.005)
        time.sleep(wait if process.poll() is None else 0)
        process.kill()
    return process.returncode == 0


def count(worlds: list[World], admin: Client) -> Counter[str]:
    """Hold the server and the logs against what was wanted and what annotators said."""
    found: Counter[str] = Counter()
    for world in worlds:
        job = world.job
        titled = admin._ask("GET", "/api/projects/", query={"title": job.settings.studio.project})
        found["doubled projects"] += int(titled["count"]) - len(remembered(job))
        (link,) = remembered(job)
        stubs = {stub.id: stub for stub in admin.tasks(link.id)}
        uids = Counter(stub.uid for stub in stubs.values())
        found["tasks"] += len(stubs)
        found["doubled tasks"] += sum(uids.values()) - len(uids)
        found["doubled pre-labels"] += sum(s.total_predictions > 1 for s in stubs.values())
        (tasks,) = wanted(job, "spans").values()
        found["lost tasks"] += sum(task.uid not in uids for task in tasks)
        found["changed texts"] += sum(
            sha256_of(stub.data["text"]) != stub.data["sha256"] for stub in stubs.values()
        )
        log = {each.id: each for each in read_annotations(job.annotations)}
        server = {
            id_of(raw, link.name): raw for task in admin.snapshot(link.id) for raw in task.work()
        }
        found["annotations"] += len(world.said)
        found["drafts"] += world.drafts
        for number, (author, _, places) in world.said.items():
            id_ = f"{link.name}-a{number}"
            held, raw = log.get(id_), server.get(id_)
            found["lost annotations"] += held is None or held.status != "submitted"
            found["annotations lost on the server"] += raw is None
            if held and (held.author, tuple((s.start, s.end) for s in held.spans)) != (
                author,
                places,
            ):
                found["changed annotations"] += 1
        found["lost drafts"] += sum(id_ not in log for id_ in server)
        found["withdrawn"] += sum(each.status == "withdrawn" for each in log.values())
    return found


def run(
    folder: Path,
    url: str,
    token: str,
    *,
    faults: int,
    jobs: int,
    seed: int,
    settle: float = 60,
    deadline: int = DEADLINE,
) -> tuple[Counter[str], Counter[str]]:
    """Strike that often; return what was done, and what is wrong in the end."""
    proxy, admin = Proxy(url), connect(url, token)
    annotators = Annotators(url, admin, seed)
    tally: Counter[str] = Counter()
    worlds: list[World] = []
    try:
        for number in range(faults):
            if number * jobs // faults >= len(worlds):
                place = folder / f"job{len(worlds)}"
                worlds.append(make_world(place, proxy, token, seed + number, deadline))
                annotators.join(worlds[-1])
            strike(worlds[-1], proxy, tally)
            if number % 10 == 9:
                print(f"  {number + 1} faults, {dict(annotators.refused)}", flush=True)
        annotators.stop()
        for world in worlds:
            for name, done in (("push", push), ("pull", pull)):
                tally["last runs that failed"] += not _succeeds(world.job, name, done)  # type: ignore[arg-type]
        time.sleep(settle)
        return tally, count(worlds, admin)
    finally:
        annotators.stop()
        admin.close()
        proxy.close()


def main() -> None:
    """Strike, count and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--faults", type=int, default=200)
    parser.add_argument("--jobs", type=int, default=8)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--settle", type=float, default=60)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        home = folder / "home"
        home.mkdir()
        (home / "pressmark.yaml").write_text("{}\n", encoding="utf-8")
        running = studio.start(open_job(home))
        began = time.perf_counter()
        try:
            token = studio.read_login(running.login).token
            tally, found = run(folder / "jobs", running.url, token, **vars(given))
        finally:
            studio.stop(open_job(home))
    print(f"{given.faults} faults in {time.perf_counter() - began:.0f} s, seed {given.seed}")
    for counted in (tally, found):
        print("\n".join(f"  {number:5} {what}" for what, number in sorted(counted.items())))


if __name__ == "__main__":
    main()
