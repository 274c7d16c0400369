"""The dataset card: README.md of a release, filled from its data, so that a reader can cite it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.errors import PressmarkError
from corpus.files import write_text
from corpus.job import Job
from corpus.release.licences import known, read_licences
from corpus.release.measured import measured
from corpus.release.origins import BARE, gaps, sources, texts
from corpus.release.shape import CONFIGURATIONS, Names, features
from corpus.release.tables import bibtex, cell, listed, table
from corpus.release.tally import Tally
from corpus.scheme import Question, Scheme

FILE = "README.md"
#: What the columns mean.
_COLUMNS = """\
## Columns

One row an article. `blocks` type every character of the page that is no white space; `annotations`
holds what each annotator said on their own, `gold` what was adjudicated, `corrections` what people
said of the blocks. In each of them a span has `start`, `end`, `label` and `attributes`, and an
answer a `question`, its `values`, and a place where it is not about the whole article. An author
with no spans saw the article and marked nothing, unless `status` is 'skipped'. `covers` names the
ranges that were shown where it was not all. `shown` is set where pre-labels of a model were shown:
such annotations are not independent. `parents` are the annotations that gold was made from, or the
one that was mapped: an annotation whose only parent is the same author's under another `scheme`
says the same once more in other labels, and is no further opinion: count within one `scheme`.
`cluster` is alike for copies and versions of one story: keep them on one side of any split.
No column tells when somebody worked, or for how long."""


@dataclass(frozen=True)
class Card:
    """What a card is filled from.

    `people` maps annotators' names to their pseudonyms, for files that others wrote.
    """

    job: Job
    names: Names
    schemes: Mapping[str, Scheme]
    tally: Tally
    manifest: Mapping[str, Any]
    people: Mapping[str, str]


def write_card(folder: Path, card: Card) -> None:
    """Write README.md: the header that `load_dataset` reads, and the card that people read."""
    job, tally, schemes = card.job, card.tally, card.schemes
    section = job.settings.release
    parts = [
        f"# {cell(section.title)}",
        _summary(job, tally),
        _use(section.name, card.manifest),
        _contents(tally),
        _COLUMNS,
        *(_scheme(scheme, hash_, tally) for hash_, scheme in schemes.items()),
        _annotators(tally),
        measured(job, card.people),
        sources(tally),
        texts(job, tally),
        BARE,
        gaps(job, tally, schemes),
        _changes(card.manifest),
        _citation(job),
    ]
    body = "\n\n".join(part.strip() for part in parts if part.strip())
    write_text(folder / FILE, f"---\n{_header(job, card.names, tally)}---\n\n{body}\n")


def _header(job: Job, names: Names, tally: Tally) -> str:
    """The YAML that names configurations, files and features."""
    from datasets import DatasetInfo
    from datasets.info import DatasetInfosDict
    from huggingface_hub import DatasetCardData

    section = job.settings.release
    there = [c for c in CONFIGURATIONS if c == "standoff" or tally.texts.total()]
    splits = {"full": +tally.texts, "standoff": tally.splits}
    licence = known(section.licence, read_licences(job))
    languages = {code.partition("-")[0] for code in tally.languages}
    data = DatasetCardData(
        pretty_name=section.title,
        language=sorted(c for c in languages if 2 <= len(c) <= 3 and c.isalpha()) or None,
        license=licence.hub if licence and licence.hub else "other",
        license_name=None if licence and licence.hub else cell(section.licence),
        annotations_creators=["expert-generated"],
        task_categories=["token-classification", "text-classification"],
        tags=["news", "framing", "span-annotation", "pressmark"],
        configs=[
            {
                "config_name": name,
                "data_files": [
                    {"split": split, "path": f"{name}/{split}.parquet"}
                    for split in _in_order(splits[name])
                ],
                **({"default": True} if name == there[0] else {}),
            }
            for name in there
        ],
    )
    infos = {name: DatasetInfo(features=features(name, names)) for name in there}
    DatasetInfosDict(infos).to_dataset_card_data(data)
    return str(data.to_yaml()) + "\n"


def _in_order(splits: Iterable[str]) -> list[str]:
    known_ = ("train", "validation", "test")
    return sorted(splits, key=lambda s: (known_.index(s) if s in known_ else 9, s))


def _summary(job: Job, tally: Tally) -> str:
    section = job.settings.release
    dates = " to ".join(tally.published)
    named = tally.publishers.total() - tally.publishers[""]
    known_ = len(tally.publishers) - ("" in tally.publishers)
    facts = [
        ("Version", section.version + (f", {section.date}" if section.date else "")),
        ("Authors", ", ".join(section.authors)),
        ("Licence of the annotations", section.licence),
        ("Articles", f"{tally.splits.total()}, {tally.texts.total()} of them with text"),
        ("Publishers", f"{known_} named, of {named} articles"),
        ("Published", dates or "not known"),
        ("Languages", listed(tally.languages, "not known")),
        ("Annotations", _annotations(tally)),
        ("Labelled spans", str(tally.own_spans)),
        ("Stories", f"{len(tally.clusters)} (near-duplicates share a cluster)"),
        ("Contact", section.contact),
    ]
    return section.description.strip() + "\n\n" + table(("", ""), facts)


def _annotations(tally: Tally) -> str:
    authors = len({author for author, _ in tally.authors})
    own = f"{tally.annotations.total() - tally.mapped} by {authors} authors"
    return own + (f", and {tally.mapped} mapped from them" if tally.mapped else "")


def _use(name: str, manifest: Mapping[str, Any]) -> str:
    folder = f"{name}-{manifest['version']}"
    full = bool(manifest["texts"])
    split = _in_order(manifest["texts"] or manifest["splits"])[0]
    first = "full" if full else "standoff"
    rest = (
        "`full` holds every article whose licence lets its text out; `standoff` holds all of them"
        " without text."
        if full
        else "No article's licence lets its text out: there is `standoff` alone."
    )
    example = 'article["text"][span["start"] : span["end"]]' if full else 'span["context"]'
    return f"""## Use

```python
from datasets import load_dataset

# the folder, or its name on the hub
data = load_dataset("{folder}", "{first}", split="{split}")
labels = data.features["annotations"].feature["spans"].feature["label"]
for article in data:
    for opinion in article["gold"] or article["annotations"]:
        for span in opinion["spans"]:
            label = labels.int2str(span["label"])
            print(opinion["author"], label, {example})
```

{rest} Whoever has the pages rebuilds the rest, checked against every sha256:

```
pressmark rehydrate {folder} --from MY_PAGES --to MY_JOB
```

`sha256sum -c SHA256SUMS` checks the folder. Offsets are {manifest["offsets"]}: in Python
`text[start:end]`; where strings are UTF-16 or bytes they must be converted."""


def _contents(tally: Tally) -> str:
    rows = [
        (f"`{s}`", tally.splits[s], tally.texts[s], tally.annotations[s])
        for s in _in_order(tally.splits)
    ]
    told = table(("split", "articles", "with text", "annotations"), rows)
    kinds = table(("kind of block", "blocks"), [(k, n) for k, n in tally.kinds.most_common()])
    one = set(tally.splits) == {"train"}
    note = "Nobody has placed the articles: all are in `train`, which is no split." if one else ""
    return f"## Contents\n\n{told}\n\n{note}\n\n{kinds}"


def _scheme(scheme: Scheme, hash_: str, tally: Tally) -> str:
    hows = sorted({how for under, _, how in tally.labels if under == hash_})
    rows = [
        (
            label.name,
            *(tally.labels[hash_, label.name, how] for how in hows),
            _first(label.definition),
        )
        for label in scheme.labels
    ]
    labels = table(("label", *(f"spans, {how}" for how in hows), "definition"), rows)
    asked = [
        (q.name, kind, _values(q, hash_, counts), q.title)
        for kind, questions, counts in (
            ("of the article or a place in it", scheme.questions, tally.answers),
            ("of a span", scheme.attributes, tally.attributes),
        )
        for q in questions
    ]
    questions = table(("asked", "", "values (times given, all authors)", ""), asked)
    status = f" Status: {cell(scheme.status)}." if scheme.status else ""
    of = tally.schemes[hash_]
    head = f"## Scheme `{scheme.name}` {cell(scheme.version)}"
    text = f"{of} annotations were made under it.{status} The guidelines: `schemes/{hash_}.yaml`."
    return "\n\n".join(each for each in (head, text, _source(scheme), labels, questions) if each)


def _source(scheme: Scheme) -> str:
    """Whom to cite for a published corpus, its licence, and the notice that goes with its text."""
    if not scheme.published:
        return ""
    of = scheme.published
    notice = f" {cell(of.attribution)}." if of.attribution else ""
    return f"Cite its makers: {cell(of.citation)}, <{of.url}>. Licence: {cell(of.licence)}.{notice}"


def _first(definition: str) -> str:
    """The first sentence of a definition; the rest stands in the guidelines."""
    first = " ".join(definition.split()).partition(". ")[0].rstrip(".")
    return first and f"{first}."


def _values(question: Question, scheme: str, counts: Mapping[tuple[str, str, str], int]) -> str:
    name = question.name
    offered = ("yes",) if question.type == "flag" else question.value_names
    if not offered:
        given = sum(n for (*asked, _), n in counts.items() if asked == [scheme, name])
        return f"free text or a name, in full only ({given})"
    return ", ".join(f"{value} {counts.get((scheme, name, value), 0)}" for value in offered)


def _annotators(tally: Tally) -> str:
    rows = [
        (who, role, own["annotations"], own["skipped"], own["spans"])
        for (who, role), own in sorted(tally.authors.items())
    ]
    if not rows:
        return "## Annotators\n\nNobody has annotated anything yet."
    told = table(("author", "role", "articles", "skipped", "spans"), rows)
    return (
        f"## Annotators\n\n{told}\n\nNames are pseudonyms, the same in every release of this"
        " dataset; what ties them to people never left the project."
    )


def _changes(manifest: Mapping[str, Any]) -> str:
    if "previous" not in manifest:
        return "## Changes\n\nThis is the first release."
    rows = [
        (c["what"], c["name"], c["added"], c["removed"], c["changed"], c["same"])
        for c in manifest["changes"]
    ]
    told = table(("", "label or question", "added", "removed", "changed", "as before"), rows)
    return f"## Changes since {cell(manifest['previous'])}\n\n{told}"


def _citation(job: Job) -> str:
    section = job.settings.release
    cited = section.citation.strip() or bibtex(section)
    if "```" in cited:
        raise PressmarkError("release.citation: holds ```, which would end its box in the card")
    return (
        f"## Citation\n\n```bibtex\n{cited}\n```\n\nQuestions, and requests to take an article"
        f" down: {cell(section.contact)}"
    )
