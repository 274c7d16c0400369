"""What the licences of a model's encoder and training data let us do with it.

A model may be published where the encoder that it began with, every text and every published label
that it learned from stand under a licence that lets adaptations out: configs/licences.yaml says
which (`model`, else `text` and `altered`). What is unknown or not stated lets nothing out. This is
no legal advice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from corpus.release.licences import Licences, known, read_licences
from training.descent import descent
from training.encoders import EMBEDDED, EMBEDDED_LICENCE

if TYPE_CHECKING:
    from training.checkpoint import Manifest


def texts(manifest: Manifest) -> dict[str, int]:
    """Return how many texts stood under which licence, those of the models before it included."""
    total: Counter[str] = Counter()
    for each in _line(manifest):
        total.update(each["licences"])
    return dict(total)


def labels(manifest: Manifest) -> dict[str, str]:
    """Return each published corpus whose labels were learned, with its licence; ours have none."""
    found: dict[str, str] = {}
    for each in _line(manifest):
        found |= {name: licence for name, licence in each["corpora"].items() if licence}
    return found


def encoder(manifest: Manifest) -> tuple[str, str]:
    """Return the encoder that the first model of the line began with, and its licence.

    That is '' where none is stated or none was recorded.
    """
    *_, first = _line(manifest)
    name, licence = first["encoder"], first["licence"]
    if licence is None:  # the manifest of an older Pressmark
        licence = EMBEDDED_LICENCE if name == EMBEDDED else ""
    return name, licence


def refusals(manifest: Manifest, licences: Licences) -> list[str]:
    """Say what keeps the model from being published, one line a licence; none if nothing does."""
    found = []
    if not all(each["licences"] for each in _line(manifest)):
        found.append("its texts: not all of their licences were recorded")
    for name, count in sorted(texts(manifest).items()):
        if why := _why(name, licences):
            found.append(f"{count} texts: {why}")
    for corpus, name in sorted(labels(manifest).items()):
        if why := _why(name, licences):
            found.append(f"the labels of {corpus}: {why}")
    name, licence = encoder(manifest)
    if why := _why(licence, licences):
        found.append(f"the encoder {name!r}: {why}")
    return found


def licence_of(manifest: Manifest) -> str:
    """Return the hub's name of the one licence all of it stands under, else 'other'."""
    licences = read_licences()
    names = {*texts(manifest), *labels(manifest).values(), encoder(manifest)[1]}
    hub = {found.hub if (found := known(name, licences)) else "" for name in names}
    return (hub.pop() or "other") if len(hub) == 1 else "other"


def _why(name: str, licences: Licences) -> str:
    if not name.strip():
        return "no licence is stated"
    licence = known(name, licences)
    if licence is None:
        return f"the licence '{name.strip()}' is unknown to licences.yaml"
    return "" if licence.lets_models_out else f"{licence.name}: {licence.terms}"


def _line(manifest: Manifest) -> Iterator[Mapping[str, Any]]:
    """What the model learned from and began with, then that of each model it went on from."""
    for each in descent(asdict(manifest)):
        yield {
            "licences": each.get("licences", {}),
            "corpora": each.get("corpora", {}),
            "encoder": each.get("settings", {}).get("encoder", ""),
            "licence": each.get("encoder_licence"),
        }
