"""The adjudicator's page: the annotator's, and beside it every annotator's version as a layer.

A layer's span is a region of the control `VERSION`, in its label's colour, with the letters of
those who have it in front of it. Taken or left with a key, it can be changed as any other span.
"""

from __future__ import annotations

import string
import xml.etree.ElementTree as ET
from typing import Literal, get_args

from annotation.controls import TEXT, UNPRESSED
from annotation.interface import interface
from corpus.scheme import Scheme

#: The controls of this page; the rest of them are the annotator's.
VERSION, VERDICT, REASON, NOTE = "version", "verdict", "reason", "note"
#: The label of the one span of each dispute at which its reason is asked.
LEAD = "?"
TAKE, LEAVE = "take", "leave"

#: Why annotators disagreed: the guidelines do not say, one overlooked or mistook something, the
#: text can be read both ways, they agree on all but where it begins or ends.
Reason = Literal["gap", "slip", "ambiguity", "boundary"]
REASONS: tuple[str, ...] = get_args(Reason)
TOLD = {
    "gap": "Guideline gap",
    "slip": "Slip",
    "ambiguity": "True ambiguity",
    "boundary": "Boundary",
}
_VERDICTS = {TAKE: "Take it into gold", LEAVE: "Leave it out"}
_HINTS = {
    TAKE: "as it is, or as you change it: its ends, its label, its answers",
    LEAVE: "it is no gold; draw what should stand instead, if anything should",
    "gap": "the guidelines do not decide it, or decide it wrongly",
    "slip": "the guidelines decide it; somebody overlooked or mistook something",
    "ambiguity": "the text can be read both ways, and no rule should decide it",
    "boundary": "all mean the same and begin or end it elsewhere",
}
_MUST = "Please take each version into gold or leave it out"
_NAME = "Please name the reason of each dispute"
_LINE = {
    "rows": "1",
    "maxSubmissions": "1",
    "editable": "true",
    "showSubmitButton": "false",
    "placeholder": "what the guidelines should say",
}

LETTERS = string.ascii_uppercase
_COLOURS = ("#0b7285", "#9c36b5", "#e8590c", "#2b8a3e", "#1c4fd8", "#a61e4d", "#5c940d", "#495057")

# The letters stand before a layer's span in the text; the control that holds them is never used.
_STYLE = """
.pressmark-versions { display: none !important; }
.pressmark-disputed { border-left: 3px solid #0b7285; padding-left: 0.6em; }
.pressmark-text * { line-height: 1.9 !important; }
"""


def keys_of(scheme: Scheme) -> dict[str, str]:
    """Return a key for each verdict and reason: its letter, or the first that the scheme leaves."""
    taken = {label.hotkey for label in scheme.labels}
    asked = (*scheme.attributes, *scheme.questions)
    taken |= {value.hotkey for question in asked for value in question.values}
    keys: dict[str, str] = {}
    wishes = {TAKE: "y", LEAVE: "n", "gap": "g", "slip": "s", "ambiguity": "a", "boundary": "b"}
    for name, wish in wishes.items():
        others = [wish, *name, *string.ascii_lowercase, *string.digits]
        free = (key for key in others if key not in taken)
        keys[name] = next(free, UNPRESSED)
        taken.add(keys[name])
    return keys


def letter_of(letter: str) -> str:
    """Return how the letter of a layer is stored: as no label of a scheme can be called."""
    return f"={letter}"


def region_of(letters: str, number: int) -> str:
    """Return the id of a layer's region; the page's style reads the letters from it."""
    return f"v-{'-'.join(letters)}-{number}"


def introduction(scheme: Scheme) -> str:
    """Return how to adjudicate (HTML), to stand before the scheme's guidelines."""
    keys = keys_of(scheme)
    told = {name: f"<b>{title}</b>{_key(keys[name])}" for name, title in (_VERDICTS | TOLD).items()}
    reasons = "".join(f"<li>{told[name]}: {_HINTS[name]}</li>" for name in REASONS)
    return (
        '<div class="pressmark-guide"><h2>How to adjudicate</h2>'
        "<p>Spans without a letter are settled: they are gold unless you change them. A span with"
        " letters is the version of the annotators A, B, … who have it so; the letters are drawn"
        " anew for each article. Alt and the full stop (.) lead from span to span.</p>"
        f"<p>Of each version say {told[TAKE]} or {told[LEAVE]}. What you take you can change:"
        " drag its ends, press another label's key, answer its questions otherwise. If no version"
        " is right, leave them all and draw the span. Judge by the guidelines, not by how many"
        " have it.</p><p>Once for each dispute you are asked why they disagreed, and for a line"
        f" on what the guidelines should say:</p><ul>{reasons}</ul></div>"
    )


def _key(key: str) -> str:
    return "" if key == UNPRESSED else f" [{key}]"


def adjudicator(scheme: Scheme) -> str:
    """Return the labelling configuration (XML) of the adjudicator's page for `scheme`."""
    root = ET.fromstring(interface(scheme))  # noqa: S314  # our own
    style, side = root.find("Style"), root.find("View[@className='pressmark-side']")
    assert style is not None
    assert side is not None
    style.text = f"{style.text}{_STYLE}{_layers()}"
    for element in side.iter():
        # a layer's span has its label among its letters: what is asked of the label is asked of it
        if element.get("visibleWhen") == "region-selected":
            element.attrib.pop("whenTagName", None)
    keys = keys_of(scheme)
    for number, group in enumerate([*_asked(keys), _questions(), _agreed()]):
        side.insert(number, group)
    drawn = side.find(".//Labels")
    if drawn is not None:
        side.append(_versions(drawn))
    ET.indent(root)
    return ET.tostring(root, encoding="unicode")


def _layers() -> str:
    """Put the letters of those who have a layer's span in front of it."""
    names = [letter.lower() for letter in LETTERS]
    nothing = " ".join(f'--v{name}: "";' for name in names)
    rules = [f".pressmark-text .htx-highlight {{ {nothing} --colour: transparent; }}"]
    for number, (name, letter) in enumerate(zip(names, LETTERS, strict=True)):
        has = f'.pressmark-text [class*="htx-highlight-v-"][class*="-{letter}-"]'
        colour = _COLOURS[number % len(_COLOURS)]
        rules.append(f'{has} {{ --v{name}: "{letter}"; --colour: {colour}; }}')
    shown = " ".join(f"var(--v{name})" for name in names)
    layer = '.pressmark-text [class*="htx-highlight-v-"]'
    rules.append(f"{layer} {{ border-bottom: 3px solid var(--colour) !important; }}")
    rules.append(
        f"{layer}[data-start]::before {{ content: {shown}; background: var(--colour);"
        " color: white; font: bold 11px sans-serif; letter-spacing: 1px; padding: 1px 3px;"
        " margin-right: 2px; border-radius: 3px; }"
    )
    return "\n".join(rules)


def _versions(drawn: ET.Element) -> ET.Element:
    """Hold the label and the letters of a layer's span; nobody sees it or can draw with it."""
    group = ET.Element("View", className="pressmark-versions")
    given = {"toName": TEXT, "choice": "multiple"}
    labels = ET.SubElement(group, "Labels", given, name=VERSION)
    for label in drawn:
        ET.SubElement(labels, "Label", {**label.attrib, "hotkey": UNPRESSED})
    for number, letter in enumerate(LETTERS):
        told = {"value": letter, "alias": letter_of(letter), "hotkey": UNPRESSED}
        ET.SubElement(labels, "Label", told, background=_COLOURS[number % len(_COLOURS)])
    ET.SubElement(labels, "Label", value=LEAD, background="#000000", hotkey=UNPRESSED)
    return group


def _asked(keys: dict[str, str]) -> list[ET.Element]:
    """Of each layer's span: take or leave; of each dispute: the reason, and a line about it."""
    version = {"visibleWhen": "region-selected", "whenTagName": VERSION}
    lead = {**version, "whenLabelValue": LEAD}
    verdict = _group("Is this gold?", version)
    given = {"toName": TEXT, "perRegion": "true", **version}
    _choices(verdict, {"name": VERDICT, **given, "requiredMessage": _MUST}, _VERDICTS, keys)
    why = _group("Why did they disagree?", lead)
    given = {"toName": TEXT, "perRegion": "true", **lead}
    _choices(why, {"name": REASON, **given, "requiredMessage": _NAME}, TOLD, keys)
    ET.SubElement(why, "TextArea", {"name": NOTE, **given, **_LINE})
    return [verdict, why]


def _questions() -> ET.Element:
    """Questions about the article that were answered otherwise: by whom how, and why."""
    repeated = ET.Element("Repeater", on="$disputed", indexFlag="{{idx}}")
    kind = "pressmark-article pressmark-keyless pressmark-disputed"
    group = ET.SubElement(repeated, "View", className=kind)
    ET.SubElement(group, "Header", value="$disputed[{{idx}}].told", size="5")
    given = {"toName": TEXT}
    named = {"name": f"{REASON}.{{{{idx}}}}", **given, "requiredMessage": _NAME}
    _choices(group, named, TOLD, {})
    ET.SubElement(group, "TextArea", {"name": f"{NOTE}.{{{{idx}}}}", **given, **_LINE})
    return repeated


def _agreed() -> ET.Element:
    """Questions that all answered alike, to be answered once more."""
    repeated = ET.Element("Repeater", on="$agreed", indexFlag="{{idx}}")
    group = ET.SubElement(repeated, "View", className="pressmark-article pressmark-disputed")
    ET.SubElement(group, "Header", value="$agreed[{{idx}}].told", size="5")
    return repeated


def _choices(
    group: ET.Element, given: dict[str, str], values: dict[str, str], keys: dict[str, str]
) -> None:
    """Ask for one of the values, which must be given."""
    look = {"choice": "single-radio", "showInline": "true", "required": "true"}
    choices = ET.SubElement(group, "Choices", {**given, **look})
    for value, title in values.items():
        told = {"value": title, "alias": value, "hotkey": keys.get(value, UNPRESSED)}
        ET.SubElement(choices, "Choice", {**told, "hint": _HINTS[value]})


def _group(title: str, when: dict[str, str]) -> ET.Element:
    group = ET.Element("View", when, className="pressmark-span pressmark-settled")
    ET.SubElement(group, "Header", value=title, size="5")
    return group
