"""The evaluation of a job's model: its systems, what is measured of them, and what is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property

from corpus.agreement.estimates import Sampling
from corpus.errors import PressmarkError
from corpus.files import write_json, write_text
from corpus.job import Job, now
from corpus.measures import Pair, overlapping
from corpus.progress import Progress, silent
from corpus.scoring.coverage import span_coverage
from training.ancestry import taught_before
from training.baselines import everything, shuffled
from training.checkpoint import Checkpoint, load
from training.evaluate import choices, errors
from training.evaluate.attributes import attributes
from training.evaluate.certainty import band, reliable
from training.evaluate.human import human, three
from training.evaluate.learned import Lessons, lexicon_of, regressions
from training.evaluate.page import page
from training.evaluate.results import MODEL, Question, Scores, Versus
from training.evaluate.said import Said, listen
from training.evaluate.seeds import checkpoints, of_seeds, spread
from training.evaluate.strata import strata
from training.evaluate.systems import MEASURES, System, Test
from training.examples import Example, Examples, read_examples
from training.heads import ARTICLE, PLACE, SENTENCE, Choice, choice_of, heads_of
from training.predict import check_scheme, load_model
from training.references import Where, opinions
from training.values import beside

#: Where the page of figures and errors stands in the job's folder.
PAGE = "report/evaluation.html"


def evaluate(job: Job, progress: Progress = silent, *, against: str = "") -> Scores:
    """Score the job's model on its test articles, beside baselines and people.

    The reference is gold where there is some, else what at least half of an article's annotators
    covered, character by character. Writes scores.json and report/evaluation.html.

    Args:
        job: the job, whose model `training.name` names.
        progress: is told how far the reading is.
        against: the name of another of the job's models, which is compared on the same articles.

    Raises:
        PressmarkError: no model, one of another scheme, no test article is left, or the other model
            was taught some of them.
    """
    checkpoint = load_model(job)
    examples = read_examples(job)
    tested = examples.unassisted(checkpoint.manifest.test)
    if not tested:
        raise PressmarkError(
            f"{checkpoint.folder}: none of its test articles is annotated without pre-labels"
            " any more; run 'pressmark train' again"
        )
    other = _other(job, checkpoint, against, tested) if against else None
    test = Test(tuple(tested), job.scheme, checkpoint.manifest.groups)
    work = _Work(job, checkpoint, examples, test, progress)
    return work.scores(other)


def _other(job: Job, checkpoint: Checkpoint, name: str, tested: Sequence[Example]) -> Checkpoint:
    if name == checkpoint.manifest.name:
        raise PressmarkError(f"--against {name}: that is the model itself; name another one")
    other = load(job.models / name)
    check_scheme(other, job)
    articles = [each.article for each in tested]
    taught = {*taught_before(asdict(other.manifest), articles)}
    # likeness is an estimate: what the model itself seems to know, by the same, is no odds
    taught -= {*taught_before(asdict(checkpoint.manifest), articles)}
    own = {*other.manifest.train, *other.manifest.validation}
    if known := taught | (own & {*checkpoint.manifest.test}):
        raise PressmarkError(
            f"--against {name}: it was taught or tuned on {len(known)} of the test articles of"
            f" {checkpoint.manifest.name!r}, itself, through another corpus or through a model that"
            " it goes on from; train both with one split ('pressmark split')"
        )
    return other


@dataclass(frozen=True)
class _Work:
    """One evaluation, with what all of its parts need."""

    job: Job
    checkpoint: Checkpoint
    examples: Examples
    test: Test
    progress: Progress

    def scores(self, other: Checkpoint | None) -> Scores:
        """Measure everything, and write it."""
        test, scheme, manifest = self.test, self.job.scheme, self.checkpoint.manifest
        asking = self._asking()
        said = self._said(self.checkpoint, asking)
        heard = {other.manifest.name: self._said(other, asking)} if other else {}
        asked = [where for each in asking.values() for where in each.where]
        learned, missing = regressions(self.job, self.lessons, test, asked, progress=self.progress)
        models = {MODEL: said, **heard, **{name: each.said for name, each in learned.items()}}
        pairs = {name: test.pairs(system) for name, system in self._systems(models).items()}
        questions, between = self._questions(models, asking, tuple(heard))
        found = errors.errors(test, pairs[MODEL]) if pairs else []
        seeds = of_seeds(test, [(one, self._said(one, {})) for one in self._seeds()])
        taught = self.examples.of(manifest.train)
        about = [choice for choice, _ in self.checkpoint.reader.weights.heads.about("span")]
        of_spans, less = attributes(about, test, said, taught, self.sampling, beside=learned)
        ours = pairs.get(MODEL, [])
        abstain = self.job.settings.evaluation.abstain or manifest.calibration.abstain
        whose = manifest.calibration.reference
        scores = Scores(
            model=manifest.name,
            scheme=scheme.hash,
            when=now(),
            labels=scheme.label_names,
            articles=tuple(each.article.id for each in test.examples),
            groups=len({test.groups[each.article.id] for each in test.examples}),
            annotations=sum(len(each.opinions) for each in test.examples),
            spans=_counts(test),
            systems={name: test.scores(each, self.sampling) for name, each in pairs.items()},
            versus=(*self._versus(pairs, tuple(heard)), *between, *less),
            human=human(test, ours, said.spans, self.own, self.sampling) if pairs else (),
            attributes=of_spans,
            questions=questions,
            strata=strata(test, ours, taught, self.sampling) if pairs else (),
            coverage=span_coverage(ours, overlapping) if pairs else None,
            band=band(test, ours, abstain, whose) if pairs else None,
            reliability=reliable(test, ours, self.sampling, whose) if pairs else None,
            seeds=seeds,
            spread=spread(seeds),
            errors=errors.counted(found),
            notes=(*self._notes(), *missing),
        )
        write_text(self.job.folder / PAGE, page(scores, found, test, ours))
        write_json(self.job.scores, asdict(scores))
        return scores

    @property
    def sampling(self) -> Sampling:
        """How intervals are drawn."""
        return Sampling(self.job.settings.evaluation.samples)

    @property
    def lessons(self) -> Lessons:
        """What the baselines are taught and tuned on: what the model was."""
        return Lessons(self.examples, self.checkpoint.manifest, self.job.scheme)

    @cached_property
    def own(self) -> list[Example]:
        """The test articles with annotators' own opinions, gold left aside."""
        return read_examples(self.job, gold=False).unassisted(self.checkpoint.manifest.test)

    def _said(self, checkpoint: Checkpoint, asking: Mapping[str, choices.Asking]) -> Said:
        asked: list[Where] = [where for each in asking.values() for where in each.where]
        articles = [example.article for example in self.test.examples]
        readings = checkpoint.reader.read(articles, self.progress, keep=True)
        weights, manifest = checkpoint.reader.weights, checkpoint.manifest
        return listen(readings, weights, self.job.scheme, manifest, asked)

    def _systems(self, models: Mapping[str, Said]) -> dict[str, System]:
        """The systems that find spans; none where the scheme has no labels."""
        scheme, test = self.job.scheme, self.test
        if not scheme.labels:
            return {}
        found: dict[str, System] = {name: _finds(said) for name, said in models.items()}
        found["lexicon"] = lexicon_of(self.lessons)
        found["shuffled"] = lambda e: shuffled(test.references[e.article.id], e.article, scheme)
        found["everything"] = lambda e: everything(e.article, scheme)
        return found

    def _versus(self, pairs: Mapping[str, Sequence[Pair]], others: Sequence[str]) -> list[Versus]:
        """The model less the best baseline, and less the model it is set against."""
        found = []
        beside = [name for name in pairs if name not in (MODEL, *others)]
        for label in ("", *self.test.scheme.label_names) if pairs else ():
            for measure in MEASURES:
                if label and measure == "FLC":
                    continue
                told = {
                    name: self.test.paired(pairs[MODEL], pairs[name], measure, label, self.sampling)
                    for name in (*beside, *others)
                }
                best = max(beside, key=lambda name, told=told: told[name].other.value or 0.0)  # type: ignore[misc]  # bound at once
                found += [Versus(name, label, measure, told[name]) for name in (best, *others)]
        return found

    def _asking(self) -> dict[str, choices.Asking]:
        """What is asked of articles, sentences and places, and what the reference answers."""
        asked = self._learnt()
        gold = opinions(self.test.examples, asked, self.job.scheme)
        found = {c.name: choices.asking(c, gold, self.test.groups) for c in asked}
        return {name: each for name, each in found.items() if each.where}

    def _learnt(self) -> list[Choice]:
        heads = self.checkpoint.reader.weights.heads
        known = [choice_of(heads, each.name) for each in self.job.scheme.questions]
        return [c for c in known if c and c.about in (ARTICLE, SENTENCE, PLACE)]

    def _questions(
        self,
        models: Mapping[str, Said],
        asking: Mapping[str, choices.Asking],
        others: Sequence[str],
    ) -> tuple[tuple[Question, ...], list[Versus]]:
        learnt = [each.choice for each in asking.values()]
        examples = self.examples.of(self.checkpoint.manifest.train)
        taught = opinions(examples, learnt, self.job.scheme)
        raw = opinions(self.own, learnt, self.job.scheme)
        found: list[Question] = []
        between: list[Versus] = []
        for each in asking.values():
            systems: dict[str, choices.Answers] = {
                name: _answers(said) for name, said in models.items()
            }
            systems |= choices.baselines(each, taught)
            made = choices.question(each, systems, models[MODEL], raw, self.sampling)
            beside = [choices.best(made, (MODEL, *others)), *others]
            between += choices.versus(each, systems, beside, self.sampling)
            found.append(made)
        return tuple(found), between

    def _seeds(self) -> list[Checkpoint]:
        return checkpoints(self.job, self.checkpoint)

    def _notes(self) -> tuple[str, ...]:
        manifest = self.checkpoint.manifest
        gone = len(manifest.test) - len(self.test.examples)
        notes = [
            "reference: gold, else characters that at least half of the annotators covered",
            f"thresholds and calibration: {manifest.standards or 'the validation part'}",
            "intervals: 95%, bootstrap over stories",
            "SI of all labels ignores the labels, FLC does not",
            "shuffled: the reference's own spans at random places",
            "annotators: each against the others' majority, model* the model against that",
        ]
        notes += [of_three] if (of_three := three(self.own)) else []
        notes += [*self._of_annotators(), *self._of_values()]
        if len({self.test.groups[each.article.id] for each in self.test.examples}) == 1:
            notes.append("all test articles are one story: no interval can be drawn")
        if gone:
            notes.append(
                f"{gone} test articles are gone, changed, or labelled over pre-labels alone"
            )
        return tuple(notes)

    def _of_values(self) -> Iterator[str]:
        """Say of which values the model has no thresholds."""
        missing = [
            choice.name
            for choice in heads_of(self.job.scheme, ()).choices
            if beside(choice) and choice.name not in self.checkpoint.manifest.values
        ]
        if missing:
            yield (
                f"values of {', '.join(missing)}: from a half, the model is from before they had"
                " thresholds; train again to change that"
            )

    def _of_annotators(self) -> Iterator[str]:
        """Say of whom a score speaks, where that is not the reference, or not what is asked for."""
        calibrated = self.checkpoint.manifest.calibration.reference
        if calibrated == "annotator":
            yield "scores of spans: against the share of annotators who have such a span"
        if calibrated != self.job.settings.evaluation.reference:
            yield (
                f"scores of spans were learned for evaluation.reference: {calibrated};"
                " train again to change that"
            )


def _finds(said: Said) -> System:
    return lambda example: said.spans[example.article.id]


def _answers(said: Said) -> choices.Answers:
    return lambda where: said.answers[where].values if where in said.answers else ()


def _counts(test: Test) -> dict[str, int]:
    spans = [span for each in test.references.values() for span in each]
    return {name: sum(s.label == name for s in spans) for name in test.scheme.label_names}
