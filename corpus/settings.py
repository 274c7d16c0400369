"""pressmark.yaml as it is written: a class a section, read strictly, every key with its default."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, field_validator, model_validator

from corpus.release.section import ReleaseSection
from corpus.yamlfile import Strict

#: Not strict: YAML 1.1 takes 1e-4 for a text.
Share = Annotated[float, Field(gt=0, lt=1, strict=False)]
Positive = Annotated[float, Field(gt=0, strict=False)]
Number = Annotated[int, Field(gt=0)]


def _pseudonym(name: str) -> str:
    if not re.fullmatch(r"[^\s@/\\.][^@/\\\n]{0,39}", name):
        raise ValueError(
            "no pseudonym: up to 40 characters without @, / or \\, the first no dot or blank"
        )
    return name


#: What stands in exports for a person: no address, and nothing that a file or an id cannot hold.
Pseudonym = Annotated[str, AfterValidator(_pseudonym)]
Format = Literal[
    "auto",
    "text",
    "html",
    "jsonl",
    "json",
    "csv",
    "parquet",
    "warc",
    "news-please",
    "fundus",
    "urls",
]


class Columns(Strict):
    """Which column of a row holds what; `text` is required for CSV, Parquet and JSON lines."""

    text: str = "text"
    id: str | None = None
    url: str | None = None
    publisher: str | None = None
    title: str | None = None
    authors: str | None = None
    published: str | None = None
    language: str | None = None
    licence: str | None = None


class FetchSection(Strict):
    """How a list of addresses is fetched: who asks, how slowly, and what is overridden.

    `contact` is an address or a page of yours: it stands in the User-Agent, so that a site can
    reach you. `pause` is the least number of seconds between two requests to one host. The three
    last keys are yours to answer for; that they were used stands in each article's provenance.
    """

    contact: str = ""
    pause: Annotated[float, Field(ge=0, strict=False)] = 2.0
    timeout: Positive = 30.0
    retries: Annotated[int, Field(ge=0, le=10)] = 4
    max_bytes: Number = 20_000_000
    ignore_robots: bool = False
    ignore_tdm: bool = False
    allow_private: bool = False


class Source(Strict):
    """Files to read (a file, a folder or a glob, beside the job file), or a dataset.

    `id: name` takes the path below the source's root, without its suffix, as the publisher's own id
    of an article (so that a changed file is a new version of it); otherwise the canonical address
    or the text's sha256 is the id. What is given here counts where the page itself says nothing.
    `dataset` is a name on the Hugging Face hub or a folder, `format: urls` a list of addresses that
    `pressmark fetch` fetches.
    """

    path: str = ""
    dataset: str = ""
    subset: str | None = None
    split: str = "train"
    revision: str | None = None
    format: Format = "auto"
    id: Literal["auto", "name"] = "auto"
    columns: Columns = Columns()
    encoding: str | None = None
    publisher: str = ""
    language: str = ""
    licence: str = ""
    max_characters: Number = 1_000_000
    fetch: FetchSection = FetchSection()

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if bool(self.path) == bool(self.dataset):
            raise ValueError("name a 'path' of files or a 'dataset', one of them")
        if self.format == "urls" and not self.fetch.contact.strip():
            raise ValueError("a list of addresses needs 'fetch: {contact: you@example.org}'")
        contact = self.fetch.contact.strip()
        if not (contact.isascii() and contact.isprintable()):
            raise ValueError("'fetch.contact' stands in a header of HTTP: write it in ASCII")
        return self


class BlocksSection(Strict):
    """How blocks are typed: `tagger` asks the learned tagger where the rules are not certain."""

    tagger: bool = True


class StudioSection(Strict):
    """Which Label Studio: our own local one, or a team's by `url` with a token in `token_env`.

    `ca` is the file (PEM) of a private authority that vouches for an https address.

    A task stays in the labelling stream until `annotators` people have submitted it. `blocks` is
    the scheme under which people correct blocks. `isolated` gives each of the job's `people` a
    local server of their own, since any account of the open edition can open any project. An
    answer is waited for for `timeout` seconds. For `deadline` seconds a request whose connection
    broke off may still be at work on the server: as long as Label Studio's own image gives one
    (uWSGI's harakiri).
    """

    url: str | None = None
    token_env: str = "LABEL_STUDIO_API_KEY"  # noqa: S105  # the name of a variable
    ca: str | None = None
    project: str = ""
    blocks: Annotated[str, Field(min_length=1)] = "blocks"
    data: str | None = None
    port: Annotated[int, Field(ge=1, le=65535)] = 8095
    batch: Annotated[int, Field(ge=1, le=5000)] = 500
    timeout: Number = 120
    deadline: Number = 120
    isolated: bool = False
    annotators: Number = 3

    @model_validator(mode="after")
    def _own_servers(self) -> Self:
        if self.isolated and self.url:
            raise ValueError("'isolated' needs servers of our own: leave out 'url', or 'isolated'")
        return self


class StatsSection(Strict):
    """What `pressmark stats` tells: nothing of an outlet with fewer articles than these.

    A rate over a handful of articles says nothing of an outlet, and is quoted all the same.
    """

    least_per_outlet: Number = 10


class SplitSection(Strict):
    """How `pressmark split` places articles; what training is not told of stays in no split.

    `by` says what stays on one side beside a story: its publisher, its time (by the dates from
    which on articles are for validation and for testing) or its topic (the answer to `question`).
    `stratify` names what is shared out evenly at the draw: 'publisher', 'labels', 'answers' (to
    every question about the article) or a question's name.
    """

    by: Literal["cluster", "publisher", "time", "topic"] = "cluster"
    question: str = ""
    validation: Share = 0.2
    test: Share = 0.2
    validation_from: Annotated[date | None, Field(strict=False)] = None
    test_from: Annotated[date | None, Field(strict=False)] = None
    stratify: Annotated[tuple[str, ...], Field(strict=False)] = ("publisher", "labels", "answers")
    seed: int = 0


class LoraSection(Strict):
    """Low-rank adapters on the encoder's linear layers (peft); merged into it when it is saved."""

    rank: Number = 16
    alpha: Number = 32
    dropout: Annotated[float, Field(ge=0, lt=1, strict=False)] = 0.0


class SearchSection(Strict):
    """The search for better settings (`pressmark train --search`): how long, and where.

    `space` maps a key of `training` to a list of values or to {low, high, log}.
    """

    trials: Number = 20
    hours: Positive | None = None
    space: dict[str, Any] = Field(default_factory=dict)


#: What thresholds make as large as they can; see training/thresholds.py.
Objective = Literal["characters", "overlap", "SI", "FLC"]


class TrainingSection(Strict):
    """How the model is trained; windows and strides are in tokens, shares are of articles.

    The defaults suit the small embedded encoder and few articles: on the sample corpus 1e-4 reached
    SI .65 where 5e-5 reached .44; 2e-4 did as well there and collapsed to one probability for every
    word on 120 longer articles. Encoders of 100M parameters and more want 2e-5 to 5e-5.

    `encoder` may also be the folder of a model of ours, which then goes on from there. `corpora`
    names other jobs' folders that are taught beside this one, each under its own scheme. `targets`
    are the shares of all annotators ('soft') or the majority's or gold's answer ('hard'). `balance`
    weighs rare answers: 0 not at all, 1 as much as the rest together. `folds` models are trained on
    parts of the articles so that thresholds and calibration come from articles that a model has
    not seen; with 0 they come from the validation part. `objective` is the F1 that thresholds make
    as large as they can: of covered characters or of spans that overlap by half, each label alone,
    or SemEval's SI or FLC, all labels together. Training stops early after `patience`
    evaluations without a smaller loss on the validation part (0: never). `seeds` gives several
    models and their spread. `dropout` is the heads'; `attention_dropout` the encoder's attention's,
    none given: as it came. `arguments` go to transformers' TrainingArguments as they are.
    """

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")] = "model"
    encoder: str = "embedded"
    epochs: Positive = 8
    learning_rate: Positive = 1e-4
    batch_size: Number = 4
    window: Annotated[int, Field(ge=16)] = 256
    stride: Annotated[int, Field(ge=0)] = 64
    seed: int = 0
    validation: Share = 0.2
    test: Share = 0.2
    corpora: Annotated[tuple[str, ...], Field(strict=False)] = ()
    targets: Literal["soft", "hard"] = "soft"
    balance: Annotated[float, Field(ge=0, le=1, strict=False)] = 0.0
    folds: Annotated[int, Field(ge=0, le=20)] = 0
    objective: Objective = "characters"
    patience: Annotated[int, Field(ge=0)] = 0
    seeds: Annotated[tuple[int, ...], Field(strict=False)] = ()
    dropout: Annotated[float, Field(ge=0, lt=1, strict=False)] = 0.1
    attention_dropout: Annotated[float, Field(ge=0, lt=1, strict=False)] | None = None
    bf16: bool | None = None
    lora: LoraSection | None = None
    search: SearchSection = SearchSection()
    arguments: dict[str, Any] = Field(default_factory=dict)


class EvaluationSection(Strict):
    """How models are scored: which person's or which gold's spans a span's score speaks of.

    `reference` is what a predicted span is calibrated against: 'gold' (the consolidated or majority
    spans) or 'annotator' (a randomly chosen annotator's). Spans with a score inside `abstain` are
    told apart as undecided.
    """

    reference: Literal["gold", "annotator"] = "gold"
    abstain: Annotated[tuple[Share, Share] | None, Field(strict=False)] = None
    samples: Number = 1000

    @field_validator("abstain")
    @classmethod
    def _in_order(cls, ends: tuple[float, float] | None) -> tuple[float, float] | None:
        if ends and ends[0] >= ends[1]:
            raise ValueError(
                f"no band from {ends[0]:g} to {ends[1]:g}: give the lower end first, then a higher"
            )
        return ends


class PredictionSection(Strict):
    """How articles are read: `backend` auto takes the fastest that is installed and exact enough.

    `threads` 0 takes every core; `tokens` is the most tokens a batch holds, padding included.
    """

    backend: Literal["auto", "torch", "torch-bf16", "onnx", "openvino"] = "auto"
    threads: Annotated[int, Field(ge=0)] = 0
    tokens: Number = 4096


class SelectionSection(Strict):
    """What to annotate next: `count` articles, a share `control` of them drawn at random.

    Articles of the control slice stay out of training gold. `pace` is how many characters an
    annotator reads in a second, 0: as measured. `draws` are those of the learning curve and of the
    simulation. A next batch that brings less F1 than `worth` is not worth it. `suspects` bounds
    the list of doubted labels.
    """

    strategy: Literal["uncertainty", "diversity", "disagreement", "random"] = "uncertainty"
    count: Number = 100
    control: Annotated[float, Field(ge=0, le=1, strict=False)] = 0.1
    pace: Annotated[float, Field(ge=0, strict=False)] = 0.0
    draws: Annotated[int, Field(ge=2, le=50)] = 3
    worth: Positive = 0.01
    suspects: Number = 100
    seed: int = 0


class ServingSection(Strict):
    """Where `pressmark serve` listens and what it lets in.

    Beyond loopback a token is needed: the variable `token_env` holds it. `max_bytes` bounds a
    request's body, `timeout` the seconds a prediction may take, waiting included; while one is
    made, `waiting` others wait.
    """

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 9090
    token_env: str = "PRESSMARK_TOKEN"  # noqa: S105  # the name of a variable
    max_bytes: Number = 10_000_000
    timeout: Positive = 60.0
    waiting: Annotated[int, Field(ge=0)] = 8


class Person(Strict):
    """Someone who works on the job, named by a pseudonym.

    `capacity` is the share of a full workload. `since` and `until` are the first and the last day
    of work. Who `adjudicates` settles what annotators disagree on, and may annotate other articles.
    Who is `qualified` by the lead's word need not qualify on gold first.
    An e-mail never stands here: it stays in the studio folder's people.json.
    """

    capacity: Positive = 1.0
    annotates: bool = True
    adjudicates: bool = False
    qualified: bool = False
    since: Annotated[date | None, Field(strict=False)] = None
    until: Annotated[date | None, Field(strict=False)] = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.since and self.until and self.until < self.since:
            raise ValueError(f"'until' ({self.until}) lies before 'since' ({self.since})")
        return self


class PrelabelsSection(Strict):
    """Which articles are annotated with pre-labels on the page; hidden from the annotator.

    `exposure` is the share of an annotator's articles that show them, `planted` the share of shown
    pre-labels that are errors put there on purpose.
    """

    exposure: Annotated[float, Field(ge=0, le=1, strict=False)] = 0.5
    planted: Annotated[float, Field(ge=0, le=0.5, strict=False)] = 0.0


class CampaignSection(Strict):
    """Who annotates what, once there are `people`: everybody in a project of their own.

    Each article goes to `per_article` people, a share `control` of the articles to everybody, and a
    share `repeat` of an annotator's articles comes again to the same person `repeat_after` weeks
    later. `weekly` articles a week, those included, go to a person of capacity 1. `qualification`
    articles of gold come before any other work, and who reaches `pass_mark` on them (span F1 by
    overlap) goes on.
    """

    per_article: Number = 2
    control: Annotated[float, Field(ge=0, le=1, strict=False)] = 0.05
    repeat: Annotated[float, Field(ge=0, le=1, strict=False)] = 0.05
    repeat_after: Number = 3
    weekly: Number = 20
    qualification: Annotated[int, Field(ge=0)] = 0
    pass_mark: Annotated[float, Field(ge=0, le=1, strict=False)] = 0.5
    prelabels: PrelabelsSection = PrelabelsSection()
    seed: int = 0


class GammaSection(Strict):
    """What gamma depends on; it is printed beside it. See corpus/agreement/gamma.py."""

    alpha: Annotated[float, Field(ge=0, strict=False)] = 1.0
    beta: Annotated[float, Field(ge=0, strict=False)] = 1.0
    delta_empty: Positive = 1.0
    samples: Number = 30
    seed: int = 0


class AgreementSection(Strict):
    """How agreement is measured: bootstrap `samples`, and what gamma needs to be repeated."""

    samples: Number = 1000
    seed: int = 0
    gamma: GammaSection = GammaSection()


class SettlingSection(Strict):
    """How many annotators' work becomes one: by `method`, an `audit` share of it seen by hand.

    A character ('majority') or a matched span ('matched', 'competence') stands where more than half
    of the annotators have it and at least `threshold` of them, and falls where as many have not;
    what lies between is adjudicated. Shares are compared to two places: 0.67 is two of three. For
    'competence' the share is the model's probability. `seed` draws the audit.
    """

    method: Literal["majority", "matched", "competence"] = "majority"
    threshold: Annotated[float, Field(ge=0.5, le=1, strict=False)] = 0.5
    audit: Annotated[float, Field(ge=0, le=1, strict=False)] = 0.05
    seed: int = 0


class AdjudicationSection(Strict):
    """How those who adjudicate share the work: `weekly` articles a week to one of capacity 1."""

    weekly: Number = 20


class JobFile(Strict):
    """pressmark.yaml as it is written; `packs` is the folder of the publishers' packs.

    `lexicon` names the words and patterns that `pressmark prelabel` looks for.
    """

    scheme: Annotated[str, Field(min_length=1)] = "scheme"
    lexicon: Annotated[str, Field(min_length=1)] = "lexicon"
    sources: Annotated[tuple[Source, ...], Field(strict=False)] = ()
    packs: Annotated[str, Field(min_length=1)] = "packs"
    blocks: BlocksSection = BlocksSection()
    studio: StudioSection = StudioSection()
    people: dict[Pseudonym, Person] = Field(default_factory=dict)
    campaign: CampaignSection = CampaignSection()
    agreement: AgreementSection = AgreementSection()
    settling: SettlingSection = SettlingSection()
    adjudication: AdjudicationSection = AdjudicationSection()
    stats: StatsSection = StatsSection()
    split: SplitSection = SplitSection()
    training: TrainingSection = TrainingSection()
    evaluation: EvaluationSection = EvaluationSection()
    prediction: PredictionSection = PredictionSection()
    selection: SelectionSection = SelectionSection()
    serving: ServingSection = ServingSection()
    release: ReleaseSection = ReleaseSection()

    @field_validator("people")
    @classmethod
    def _told_apart(cls, people: dict[str, Person]) -> dict[str, Person]:
        seen: dict[str, str] = {}
        for name in people:
            if (other := seen.setdefault(name.strip().casefold(), name)) != name:
                raise ValueError(f"{other!r} and {name!r} differ by case or blanks alone")
        return people
