"""Agreement of three annotators on 2,000 articles: every measure but gamma, on one core.

    OMP_NUM_THREADS=1 python benchmarks/agreement_speed.py [--articles N] [--rounds N] [--gamma N]

The annotations are made up: articles of 500 words, the three labels, the attributes and the five
questions of the shipped scheme, about 12 spans an annotator and article, targets out of 3,000
names. Of what one annotator marks, the next leaves out a fifth and moves the ends of another;
attributes and answers differ by lot. Every tenth article is a near-duplicate of the one before.
Measured with 1,000 bootstrap rounds over clusters, the best processor time of `--rounds`. Beside
it, the nominal alpha of one question by the krippendorff package and ours, both without interval,
and gamma by pygamma-agreement (where the extra is installed) on `--gamma` articles, whose time is
multiplied up to all of them.
"""

from __future__ import annotations

import argparse
import random
import resource
import time
from collections.abc import Callable

from corpus.agreement.alpha import alpha
from corpus.agreement.gamma import gamma, installed
from corpus.agreement.measure import measure
from corpus.agreement.opinions import ArticleOpinions, words_of
from corpus.records import Annotation, Answer, Span
from corpus.scheme import Attribute, Question, Scheme, read_scheme

ANNOTATORS = ("ana", "bo", "cy")
WORDS = (
    "the port council said on Monday that greedy dockers had called a reckless strike again".split()
)
NAMES = [f"Name {n}" for n in range(3000)]
#: How many spans of each label an annotator makes in an article, about.
SPANS = (9, 2, 3)


def value(draw: random.Random, asked: Question) -> tuple[str, ...]:
    """Draw an answer, the first values more often."""
    if asked.type == "flag":
        return ("yes",) if draw.random() < 0.1 else ()
    if asked.type == "text":
        return ()
    if asked.type == "name":
        return (draw.choice(NAMES),)
    names = asked.value_names
    picked = {names[int(len(names) * draw.random() ** 2)] for _ in range(2)}
    return tuple(sorted(picked)) if asked.type == "several" else (min(picked),)


def places(draw: random.Random, length: int, count: int) -> list[tuple[int, int]]:
    """Draw places that do not overlap."""
    starts = sorted(draw.sample(range(0, length - 130, 130), min(count, length // 130 - 2)))
    return [(s + draw.randrange(20), s + 40 + draw.randrange(80)) for s in starts]


def again(draw: random.Random, place: tuple[int, int]) -> tuple[int, int] | None:
    """Return what another annotator makes of a place: the same, other ends, or nothing."""
    chance = draw.random()
    if chance < 0.65:
        return place
    return (place[0] + draw.randrange(8), place[1] - draw.randrange(8)) if chance < 0.8 else None


def attributes(draw: random.Random, scheme: Scheme, label: str) -> dict[str, tuple[str, ...]]:
    """Draw an answer to every attribute of the label."""
    asked: tuple[Attribute, ...] = scheme.attributes_of(label)
    return {each.name: value(draw, each) for each in asked}


def said(
    draw: random.Random, scheme: Scheme, text: str
) -> dict[str, tuple[list[Span], list[Answer]]]:
    """Draw each annotator's spans and answers of one article, alike for the most part."""
    marked = [
        (label, place)
        for label, count in zip(scheme.label_names, SPANS, strict=True)
        for place in places(draw, len(text), count + draw.randrange(-1, 2))
    ]
    alike = {label: attributes(draw, scheme, label) for label in scheme.label_names}
    answers = {each: value(draw, each) for each in scheme.questions}
    found = {}
    for author in ANNOTATORS:
        seen = [(label, again(draw, place)) for label, place in marked]
        spans = [
            Span(
                f"{n}",
                *place,
                label,
                attributes(draw, scheme, label) if draw.random() < 0.4 else alike[label],
            )
            for n, (label, place) in enumerate(seen)
            if place
        ]
        given = [
            (q, value(draw, q) if draw.random() < 0.3 else same) for q, same in answers.items()
        ]
        found[author] = spans, [Answer(q.name, values) for q, values in given if values]
    return found


def opinions(scheme: Scheme, articles: int, seed: int = 0) -> list[ArticleOpinions]:
    """Make up what three annotators say of `articles` articles; every tenth is a near-duplicate."""
    draw = random.Random(seed)
    found = []
    for number in range(articles):
        text, name = " ".join(draw.choices(WORDS, k=500)), f"a{number}"
        annotations = {
            author: Annotation(
                f"{name}-{author}",
                name,
                "0" * 64,
                author,
                "human",
                scheme.hash,
                tuple(spans),
                tuple(answers),
            )
            for author, (spans, answers) in said(draw, scheme, text).items()
        }
        cluster = f"a{number - 1}" if number % 10 == 9 else name
        found.append(ArticleOpinions(name, cluster, len(text), annotations, words_of(text)))
    return found


def best(rounds: int, work: Callable[[], object]) -> float:
    """Return the shortest of `rounds` processor times, in seconds: others' load is not in it."""
    times = []
    for _ in range(rounds):
        begin = time.process_time()
        work()
        times.append(time.process_time() - begin)
    return min(times)


def beside_krippendorff(made: list[ArticleOpinions], question: str, rounds: int) -> None:
    """Print the time of nominal alpha, by the package and ours, and that they say the same."""
    import krippendorff
    import numpy as np

    def given(annotation: Annotation) -> str | None:
        return next((a.values[0] for a in annotation.answers if a.question == question), None)

    rows = [[given(each.annotations[author]) for author in ANNOTATORS] for each in made]
    number = {value: float(n) for n, value in enumerate(sorted({v for r in rows for v in r if v}))}
    codes = np.array([[number.get(value or "", np.nan) for value in row] for row in rows]).T
    theirs = krippendorff.alpha(reliability_data=codes, level_of_measurement="nominal")
    same = abs(theirs - (alpha(rows) or 0)) < 1e-12
    slow = best(
        rounds,
        lambda: krippendorff.alpha(reliability_data=codes, level_of_measurement="nominal"),
    )
    ours = best(rounds, lambda: alpha(rows))
    print(f"nominal alpha of '{question}': {1000 * ours:.1f} ms from values of any kind;")
    print(f"  the krippendorff package: {1000 * slow:.1f} ms from a matrix of floats")
    print(f"  they say {'the same' if same else 'DIFFERENT THINGS'}")


def of_gamma(made: list[ArticleOpinions], scheme: Scheme, sample: int) -> None:
    """Print gamma's time on some of the articles."""
    begin = time.perf_counter()
    gamma(made[:1], scheme)
    loaded = time.perf_counter() - begin
    begin = time.perf_counter()
    found = gamma(made[:sample], scheme)
    took = time.perf_counter() - begin
    print(f"gamma of {sample} articles: {took:.1f} s, after {loaded:.0f} s to load and compile;")
    print(f"  so about {took * len(made) / sample / 60:.0f} minutes for all (not run)")
    print(f"  {found.settings}, pygamma-agreement {found.version}")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--gamma", type=int, default=20)
    options = parser.parse_args()
    scheme = read_scheme("scheme")
    made = opinions(scheme, options.articles)
    annotations = [each for opinion in made for each in opinion.annotations.values()]
    spans = sum(len(each.spans) for each in annotations) / len(annotations)
    print(f"{options.articles} articles, {len(ANNOTATORS)} annotators, {spans:.1f} spans each")
    took = best(options.rounds, lambda: measure(made, scheme))
    print(f"every measure but gamma, 1,000 rounds: {took:.2f} s of one core's time")
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"most memory: {most:.0f} MB, the annotations included")
    beside_krippendorff(made, scheme.questions[0].name, options.rounds)
    if installed():
        of_gamma(made, scheme, options.gamma)
    else:
        print("gamma: pygamma-agreement, the extra 'gamma', is not installed")


if __name__ == "__main__":
    main()
