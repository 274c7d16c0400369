"""The command: parses, calls one function, prints; and the one place where rooms are wired."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import click
import typer
from typer.core import TyperGroup

from annotation.commands import adjudicating, keeping, overview, serving, staffing, syncing
from corpus.commands import (
    agreeing,
    importing,
    looking,
    packs,
    placing,
    prelabelling,
    qualifying,
    reading,
    releasing,
    settling,
)
from corpus.console import HERE, Folder, say, work
from corpus.errors import PressmarkError
from training.commands import predicting, scoring, selecting, teaching
from training.commands import serving as answering

if TYPE_CHECKING:
    from corpus.job import Job
    from corpus.progress import Progress
    from training.evaluate import Scores
    from training.serving.app import LabelStudio

#: The order of `pressmark --help`: the way of a page through a job.
ORDER = """
    demo init doctor fetch ingest import adopt show stats prelabel studio people annotator assign
    push pull status scheme backup restore qualify agree effects settle adjudicate
    train evaluate predict export-model upload serve curve select label-errors
    duplicates split reanchor publish rehydrate export takedown
    """.split()


#: What `pip install pressmark` leaves out, by how it is imported: most of it comes with 'train'.
TRAIN = {"torch", "transformers", "accelerate", "sklearn", "scipy", "cleanlab", "optuna", "peft"}


class InOrder(TyperGroup):
    """Lists the commands in `ORDER`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names, those that `ORDER` has first."""
        names = super().list_commands(ctx)
        return sorted(names, key=(*ORDER, *names).index)


app = typer.Typer(
    cls=InOrder,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="From a news page to an annotated corpus, a classifier, and back, to the character.",
)
for part in (
    adjudicating,
    reading,
    packs,
    importing,
    looking,
    agreeing,
    placing,
    prelabelling,
    qualifying,
    releasing,
    serving,
    settling,
    staffing,
    syncing,
    keeping,
    overview,
    teaching,
    scoring,
    predicting,
    selecting,
):
    app.add_typer(part.app)


def _label_studio(job: Job) -> LabelStudio:
    """What Label Studio is answered with when it asks the model's server."""
    from annotation.backend import Backend

    return Backend(job)


app.add_typer(answering.part(_label_studio))


def main() -> None:
    """Run the command; a `PressmarkError` is a line and its exit code, never a traceback."""
    try:
        app()
    except PressmarkError as error:
        for line in str(error).splitlines():
            print(f"pressmark: {line}", file=sys.stderr)
        sys.exit(error.exit_code)
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] not in TRAIN:
            raise
        told = f"this needs {missing.name}; install it with: pip install 'pressmark[train]'"
        print(f"pressmark: {told}", file=sys.stderr)
        sys.exit(2)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        told = f"{error.filename or 'output'}: {error.strerror or error}"
        if error.errno == errno.ENOSPC:
            told = f"{error.filename or 'a file'}: the disk is full; free some, then run it again"
        print(f"pressmark: {told}", file=sys.stderr)
        sys.exit(2)


@app.command()
def doctor(job: Folder = HERE) -> None:
    """Look at what is installed and at the job, and say what is amiss."""
    from annotation.interface import interface
    from annotation.refusal import refusal
    from annotation.studio import status
    from corpus.doctor import Finding, examine
    from corpus.job import open_job

    findings = examine(job)
    if all(finding.well for finding in findings):
        why = refusal(interface(open_job(job).scheme))
        findings.append(Finding("interface", why or "as Label Studio wants it", not why))
    for finding in findings:
        print(f"{'ok ' if finding.well else 'BAD'} {finding.what}: {finding.told}")
    if not all(finding.well for finding in findings):
        raise typer.Exit(1)
    running = status(open_job(job))
    print(f"ok  Label Studio: {running.url if running else 'not running'}")


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(help="Where the demo's job is made.")] = Path(
        "pressmark-demo"
    ),
    stop: Annotated[bool, typer.Option("--stop", help="Stop Label Studio at the end.")] = False,
) -> None:
    """Run the whole loop on the synthetic sample corpus: pages, labels, model, pre-labels."""
    from annotation import studio as local
    from corpus.init import init_demo

    init_demo(folder)
    with work("demo", folder, None) as (job, progress), contextlib.ExitStack() as after:
        if stop:
            after.callback(local.stop, job)
        scores = _loop(job, progress)
        running = local.status(job)
    print("\nsynthetic sample: shows that the parts work, not how well")
    scoring.print_scores(scores)
    print(f"\nthe job: {job.folder}")
    if stop or running is None:
        print(f"Label Studio is stopped; start it again with: pressmark studio start -C {folder}")
    else:
        print(f"Label Studio: {running.url}\nits log-in: {running.login}")


def _loop(job: Job, progress: Progress) -> Scores:
    """Every step of the main job, each said in a line."""
    from annotation.pull import pull as fetch
    from annotation.push import push as send
    from annotation.rehearse import rehearse
    from annotation.studio import start
    from corpus.reading.ingest import ingest as read
    from corpus.resources import SAMPLE
    from corpus.sample import sample_annotations
    from corpus.store import read_articles
    from training.evaluate import evaluate as score
    from training.fit import train as fit
    from training.predict import predict as run

    pages = read(job, progress)
    say(f"1 ingest: {pages.new} new articles, {pages.same} known")
    running = start(job, progress)
    say(f"2 studio: Label Studio runs at {running.url}")
    sent = send(job, None, progress)
    say(f"3 push: {sent.new} new tasks, {sent.same} were there")
    articles = read_articles(job)
    annotated = articles[: -(len(articles) // 6)]
    passes = sample_annotations(annotated, SAMPLE / "passes", job.scheme)
    submitted = rehearse(job, passes, progress)
    say(f"4 annotate: three rehearsed annotators submitted {submitted} annotations")
    labels = fetch(job, progress)
    say(f"5 pull: {labels.new} new annotations, {labels.same} as before")
    trained = fit(job, progress)
    say(f"6 train: {trained.folder} in {trained.seconds:.0f} s")
    scores = score(job, progress)
    predicted = run(job, progress)
    say(f"7 predict: {predicted.spans} spans in {predicted.articles} articles")
    shown = send(job, predicted.run, progress)
    say(f"8 push: {shown.prelabelled} tasks that nobody has annotated show the pre-labels")
    return scores


if __name__ == "__main__":
    main()
