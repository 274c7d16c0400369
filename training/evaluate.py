"""Evaluation: the model on articles it never saw, beside baselines that know little."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from corpus.errors import PressmarkError
from corpus.files import write_json
from corpus.job import Job, now
from corpus.measures import Pair, Score, score
from corpus.progress import Progress, silent
from corpus.records import Span
from corpus.scheme import Scheme
from training.baselines import everything, lexicon, shuffled
from training.checkpoint import Checkpoint
from training.decode import decode
from training.examples import Example, Examples, read_examples
from training.predict import load_model
from training.thresholds import tuned

FORMAT = 1
MODEL = "model"

#: Given an example, the spans a system finds in it.
System = Callable[[Example], Sequence[Span]]


@dataclass(frozen=True, slots=True)
class Scores:
    """What `evaluate` found: scores.json.

    `systems` maps 'model' and each baseline to its scores, all labels first. `spans` counts the
    reference spans by label. `notes` say how to read the figures.
    """

    model: str
    scheme: str
    when: str
    labels: tuple[str, ...]
    articles: tuple[str, ...]
    groups: int
    annotations: int
    spans: dict[str, int]
    systems: dict[str, tuple[Score, ...]]
    notes: tuple[str, ...]
    format: int = FORMAT


def evaluate(job: Job, progress: Progress = silent) -> Scores:
    """Score the job's model on its test articles, beside the baselines; write scores.json.

    The reference is what at least half of an article's annotators covered, character by character.

    Raises:
        PressmarkError: no model, one of another scheme, or no test article is left.
    """
    checkpoint = load_model(job)
    examples = read_examples(job)
    tested = examples.unassisted(checkpoint.manifest.test)
    if not tested:
        raise PressmarkError(
            f"{checkpoint.folder}: none of its test articles is annotated without pre-labels"
            " any more; run 'pressmark train' again"
        )
    scheme = job.scheme
    systems = {
        MODEL: _model(checkpoint, tested, scheme, progress),
        "lexicon": _lexicon(checkpoint, examples, scheme),
        "shuffled": lambda e: shuffled(e.reference(scheme), e.article, scheme),
        "everything": lambda e: everything(e.article, scheme),
    }
    groups = checkpoint.manifest.groups
    references = [example.reference(scheme) for example in tested]
    scores = Scores(
        model=checkpoint.manifest.name,
        scheme=scheme.hash,
        when=now(),
        labels=scheme.label_names,
        articles=tuple(example.article.id for example in tested),
        groups=len({groups[example.article.id] for example in tested}),
        annotations=sum(len(example.opinions) for example in tested),
        spans={
            name: sum(span.label == name for spans in references for span in spans)
            for name in scheme.label_names
        },
        systems={
            name: compared(system, tested, scheme, groups) for name, system in systems.items()
        },
        notes=_notes(checkpoint, len(tested)),
    )
    write_json(job.scores, asdict(scores))
    return scores


def compared(
    system: System, examples: Sequence[Example], scheme: Scheme, groups: dict[str, str]
) -> tuple[Score, ...]:
    """Return the scores of `system` on `examples`; labels that nobody was asked do not count."""
    pairs = []
    for example in examples:
        asked = {label.name for label in scheme.labels if example.asked(label)}
        predicted = tuple(span for span in system(example) if span.label in asked)
        group = groups[example.article.id]
        pairs.append(Pair(group, example.reference(scheme), predicted))
    return tuple(score(pairs, scheme.label_names))


def table(scores: Scores) -> list[tuple[str, ...]]:
    """Return a table's rows, headings first: F1 with its interval, '–' for nothing to score."""
    rows: list[tuple[str, ...]] = [
        ("label", "system", "marked/ref", "exact F1", "overlap F1", "SI F1")
    ]
    for label in ("", *scores.labels):
        for system, found in scores.systems.items():
            by = {each.measure: each for each in found if each.label == label}
            rows.append(
                (
                    label or "all",
                    system,
                    f"{by['exact'].predicted}/{by['exact'].reference}",
                    _shown(by["exact"]),
                    _shown(by["overlap"]),
                    _shown(by["SI"]),
                )
            )
    return rows


def _shown(found: Score) -> str:
    f1 = found.f1
    ends = (f1.low, f1.high)
    interval = "–".join(_plain(end).removeprefix("0") for end in ends if end is not None)
    return _plain(f1.value) + (f" [{interval}]" if interval else "")


def _plain(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _model(
    checkpoint: Checkpoint, tested: list[Example], scheme: Scheme, progress: Progress
) -> System:
    articles = [example.article for example in tested]
    readings = checkpoint.reader.read(articles, progress)
    found = {
        reading.article.id: decode(reading, scheme, checkpoint.manifest.thresholds)
        for reading in readings
    }
    return lambda example: found[example.article.id]


def _lexicon(checkpoint: Checkpoint, examples: Examples, scheme: Scheme) -> System:
    """A lexicon taught and tuned on the same articles as the model."""
    learned = lexicon(examples.of(checkpoint.manifest.train), scheme)
    held_out = examples.unassisted(checkpoint.manifest.validation)
    thresholds = tuned([learned.read(e.article) for e in held_out], held_out, scheme)
    return lambda example: decode(learned.read(example.article), scheme, thresholds)


def _notes(checkpoint: Checkpoint, tested: int) -> tuple[str, ...]:
    manifest = checkpoint.manifest
    gone = len(manifest.test) - tested
    notes = (
        "reference: characters that at least half of an article's annotators covered",
        f"thresholds tuned on {len(manifest.validation)} held-out articles",
        "intervals: 95%, bootstrap over stories; one training seed",
        "SI of all labels ignores the labels, FLC does not",
        "shuffled: the reference's own spans at random places",
    )
    told = f"{gone} test articles are gone, changed, or labelled over pre-labels alone"
    return (*notes, told) if gone else notes
