"""The model card: what a model is, what it learned from, and what it is not known to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.rights import encoder, labels, licence_of, texts

if TYPE_CHECKING:
    from training.checkpoint import Manifest


def card(manifest: Manifest) -> str:
    """Return the model card: what it is, what it learned from, and what it is not known to do."""
    stands = manifest.thresholds | {
        f"{name}: {value}": t for name, of in manifest.values.items() for value, t in of.items()
    }
    thresholds = "\n".join(f"| {name} | {t:g} |" for name, t in stands.items())
    settings = "\n".join(f"- {name}: {value}" for name, value in manifest.settings.items())
    licences = ", ".join(
        f"{name or 'none stated'} ({count})" for name, count in sorted(texts(manifest).items())
    )
    taught = ", ".join(
        f"{name} ({licence or 'made in this job'})"
        for name, licence in sorted({**manifest.corpora, **labels(manifest)}.items())
    )
    began, licence = encoder(manifest)
    despite = ""
    if manifest.despite:
        despite = f"\nUploaded although a licence forbids it: {manifest.despite}\n"
    return f"""---
library_name: transformers
license: {licence_of(manifest)}
pipeline_tag: token-classification
tags: [news, framing, span-labelling, pressmark]
---
# {manifest.name}

A Pressmark model of the scheme '{manifest.scheme_name}' {manifest.scheme_version}
(sha256 {manifest.scheme[:12]}…). It marks spans of news articles: one 'inside' and one 'begins'
probability a token and label, and one for each answer that can be picked, on the encoder
'{manifest.settings["encoder"]}'.

Learned from {len(manifest.train)} articles, {len(manifest.validation)} looked at while it learned,
{len(manifest.test)} kept for the test ({manifest.annotations} annotations in all). The share of the
annotators who marked a token is the target, so its probabilities speak of people, not of truth.
Thresholds and calibration are from {manifest.standards or "the validation part"}.
{_calibration(manifest)}
Licences of the texts it learned from, with their articles: {licences or "not recorded"}.
Labels it learned, with their licences: {taught or "not recorded"}.
The encoder it began with, with its licence: {began} ({licence or "none stated"}).
{despite}
| label or value | stands from |
| --- | --- |
{thresholds}

## Use
    from pathlib import Path

    from training.checkpoint import load
    checkpoint = load(Path("{manifest.name}"))

Or `pressmark predict` in its job: the spans become pre-labels that an annotator accepts or mends.

## What it is not
- Its scores stand in the job's scores.json (`pressmark evaluate`), with intervals and beside
  trivial baselines; none is claimed here. Thresholds tuned on few articles are optimistic.
- A mark says how an outlet words something, as this corpus' annotators saw it. It says nothing
  about whether a claim is true and nothing about a person. Do not decide anything about an author
  or an outlet by it alone.
- Other outlets, years, genres and languages than those of the corpus are untested.

## How it was made
{settings}
- {", ".join(f"{name} {version}" for name, version in manifest.versions.items())}
- {manifest.hardware}, {manifest.seconds:.0f} s, {manifest.when}
"""


def _calibration(manifest: Manifest) -> str:
    made = manifest.calibration
    if not made.spans:
        return (
            "There was no span to calibrate scores by: a score is the mean of word probabilities."
        )
    whose = "gold" if made.reference == "gold" else "a randomly chosen annotator"
    told = f"A span's score is the probability that {whose} has one that overlaps it by half"
    if made.error is None or made.raw_error is None:
        return f"{told} (from {made.spans} spans, of too few articles to judge it)."
    return (
        f"{told}:\nexpected calibration error {made.error:.3f} on articles it was not fitted on"
        f" (of raw scores {made.raw_error:.3f};\n{made.spans} spans; see reliability.svg)."
    )
