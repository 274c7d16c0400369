"""Cross-fitting: every article read by a model that was taught nothing of its group."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import transformers

from corpus.errors import PressmarkError
from corpus.progress import Progress, silent
from corpus.settings import TrainingSection
from corpus.stories.splits import draw
from training.backends import reader, weights_of
from training.decode import Reading
from training.encoders import Encoder
from training.examples import Example
from training.rows import Taught, apart
from training.teach import fit
from training.weights import Weights


def folds_of(groups: Mapping[str, str], count: int, seed: int = 0) -> list[tuple[str, ...]]:
    """Return the ids of `groups` (article id to group) in `count` folds of about the same size.

    Whoever is of one group stays together. The same groups and seed give the same folds in whatever
    order; the ids of a fold are sorted.

    Raises:
        PressmarkError: there are fewer groups than folds, or fewer than two folds.
    """
    stories = len(set(groups.values()))
    if count < 2 or stories < count:
        raise PressmarkError(
            f"training.folds: {count} folds of {len(groups)} articles that tell {stories} stories:"
            " each fold needs a story of its own, and there are at least two; annotate more or set"
            f" training.folds to {stories if stories > 1 else 0}"
        )
    drawn = draw(groups, {str(number): 1 / count for number in range(count)}, seed)
    return [
        tuple(sorted(id_ for id_, group in groups.items() if drawn[group] == str(number)))
        for number in range(count)
    ]


def out_of_fold(  # noqa: PLR0917  # what a fit takes, and the groups
    taught: Taught,
    others: Sequence[Taught],
    groups: Mapping[str, str],
    settings: TrainingSection,
    encoder: Callable[[], Encoder],
    progress: Progress = silent,
    *,
    keep: bool = False,
) -> Iterator[tuple[Example, Reading, Weights]]:
    """Yield each example with its reading by a model that was not taught its group.

    `settings.folds` models are fitted with the same settings and seed, one after the other; the
    examples come fold by fold.

    Args:
        taught: the job's examples; each is taught to all models but one.
        others: what every model is taught beside them, but for the stories of its fold.
        groups: the group of each article id.
        settings: of the training.
        encoder: loads the encoder that a model begins with.
        progress: told with the fold in front.
        keep: whether readings keep their tokens' states, which are large.

    Raises:
        PressmarkError: there are fewer groups than folds.
    """
    ids = [example.article.id for example in taught.examples]
    folds = folds_of({id_: groups[id_] for id_ in ids}, settings.folds, settings.seed)
    for number, fold in enumerate(folds, 1):
        told = told_of(progress, number, len(folds))
        yield from read_fold(taught, others, fold, settings, encoder, told, keep=keep)


def read_fold(  # noqa: PLR0917  # what a fit takes, and the fold
    taught: Taught,
    others: Sequence[Taught],
    fold: Sequence[str],
    settings: TrainingSection,
    encoder: Callable[[], Encoder],
    progress: Progress = silent,
    *,
    keep: bool = False,
    share: float = 1,
) -> Iterator[tuple[Example, Reading, Weights]]:
    """Yield the examples of one fold, each with its reading by a model taught all the others.

    Nor is it taught the fold's stories by way of another job (`others`). `share` is how much of its
    planned steps the model is taught: see `training.teach.fit`.
    """
    examples = {example.article.id: example for example in taught.examples}
    left = [examples[id_] for id_ in sorted(examples.keys() - set(fold))]
    transformers.set_seed(settings.seed)
    begun = encoder()
    beside = apart(others, fold)
    model = fit([Taught(taught.scheme, left), *beside], begun, settings, progress, share=share)
    read_by = reader(model, begun.tokenizer, settings.window, settings.stride)
    weights, read = weights_of(model), [examples[id_] for id_ in fold]
    articles = [example.article for example in read]
    for example, reading in zip(read, read_by.read(articles, progress, keep=keep), strict=True):
        yield example, reading, weights


def told_of(progress: Progress, number: int, count: int) -> Progress:
    """Return a progress that names the fold."""
    return lambda what, done, total: progress(f"fold {number} of {count}: {what}", done, total)
