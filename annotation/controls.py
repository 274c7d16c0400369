"""What the controls of the interface are called, so that interface and codec agree.

A scheme's names hold no full stop: 'span.target.typed' cannot be another attribute's control.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

#: The object that holds the article's text, and the control that draws labels on it.
TEXT = "text"
LABEL = "label"

#: Label Studio gives a letter to every value without a hotkey, and one struck by accident answers
#: a question that may be out of sight. No ordinary keyboard has this key.
UNPRESSED = "f19"

Place = Literal["article", "span"]
_TYPED = ".typed"


def control(place: Place, name: str) -> str:
    """Return the control of a question about the article or of an attribute of a span."""
    return f"{place}.{name}"


def typed(place: Place, name: str) -> str:
    """Return the text box beside a list of names."""
    return control(place, name) + _TYPED


def asked_by(control_name: object) -> tuple[Place, str] | None:
    """Return what a control asks, or None for a control that is none of ours."""
    return _asked(str(control_name))


@lru_cache(maxsize=1024)  # a snapshot names the same few controls a hundred thousand times
def _asked(control_name: str) -> tuple[Place, str] | None:
    place, _, name = control_name.partition(".")
    name = name.removesuffix(_TYPED)
    match place:
        case "article" | "span":
            return (place, name) if name else None
    return None
