"""A scheme as Label Studio's interface: the page in one column, what is asked of it beside it."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import Counter

from annotation.controls import LABEL, TEXT, UNPRESSED, Place, control, typed
from annotation.guidelines import instructions
from corpus.scheme import Attribute, Label, Question, Scheme, Value

__all__ = ["instructions", "interface"]

#: More values than this become a list to open: two questions of sixteen would fill the screen.
#: More labels than this are named in the text.
_MANY = 8

# While a span is selected its questions take the place of the article's: on a small screen they
# would stand below the fold, and they are asked far more often. Browsers hide <area>, of which
# Label Studio makes a span's handles; shown, a span can be dragged longer or shorter.
# (No child selectors: Label Studio leaves '&gt;' as it stands.)
_STYLE = """
.pressmark { display: flex; align-items: flex-start; gap: 1em; }
.pressmark-page { flex: 1 1 auto; min-width: 0; }
.pressmark-text { max-width: 46em; margin: 0 auto; padding: 0.5em 1.5em 6em; }
.pressmark-text * { line-height: 1.6 !important; }
.pressmark-text .htx-highlight area { display: inline; }
.pressmark-side { flex: 0 0 20em; position: sticky; top: 0; max-height: 88vh; }
.pressmark-side { overflow-y: auto; padding: 0 0.75em 2em; box-sizing: border-box; }
.pressmark-side h4 { font-size: 15px; line-height: 1.3; margin: 0 0 0.35em !important; }
.pressmark-side .lsf-choices { margin: 4px 0 0; }
.pressmark-side .lsf-choice__checkbox { height: auto; line-height: 24px; margin-right: 0.6em; }
.pressmark-keyless sup { display: none; }
.pressmark-article, .pressmark-labels, .pressmark-span { margin-bottom: 1.1em; }
.pressmark-side:has(.pressmark-span:not([style*="none"])) .pressmark-article { display: none; }
.pressmark-side:has(.pressmark-span:not([style*="none"]))::after
{ content: "Esc: back to the questions about the article"; font-size: 13px; opacity: 0.6; }
"""


def interface(scheme: Scheme) -> str:
    """Return the labelling configuration (XML) of `scheme`.

    The controls' names are those of `annotation.controls`; what is stored are the scheme's names,
    what is shown are its titles.
    """
    root = ET.Element("View", className="pressmark")
    ET.SubElement(root, "Style").text = _STYLE
    page = ET.SubElement(root, "View", className="pressmark-page")
    column = ET.SubElement(page, "View", className="pressmark-text")
    # a dozen colours cannot be told apart: there each region says its label
    named = {"showLabels": "true"} if len(scheme.labels) > _MANY else {}
    ET.SubElement(column, "Text", named, name=TEXT, value=f"${TEXT}")
    side = ET.SubElement(root, "View", className="pressmark-side")
    for question in scheme.questions:
        _ask(side, "article", question, {})
    if scheme.labels:
        _labels(side, scheme)
    for attribute in scheme.attributes:
        _ask(side, "span", attribute, _when(attribute))
    ET.indent(root)
    return ET.tostring(root, encoding="unicode")


def _labels(side: ET.Element, scheme: Scheme) -> None:
    group = _group(side, "labels", "Labels", {})
    labels = ET.SubElement(group, "Labels", name=LABEL, toName=TEXT, showInline="true")
    shown = _shown([(label.name, label.title) for label in scheme.labels])
    for label in scheme.labels:
        given = {"value": shown[label.name], "alias": label.name, "background": label.colour}
        given["hotkey"] = label.hotkey or UNPRESSED
        ET.SubElement(labels, "Label", given, hint=_line(_hint(label)))


def _hint(label: Label) -> str:
    told = label.test or label.definition or label.title or label.name
    return told + (f" Only in: {', '.join(label.blocks)}." if label.blocks else "")


def _when(attribute: Attribute) -> dict[str, str]:
    """Ask it of the selected span alone, and where its label is one of the attribute's.

    Said on the control itself too: Label Studio asks there whether an answer is required or stale.
    """
    when = {"visibleWhen": "region-selected", "whenTagName": LABEL}
    return {**when, "whenLabelValue": ",".join(attribute.labels)} if attribute.labels else when


def _ask(side: ET.Element, place: Place, question: Question, when: dict[str, str]) -> None:
    given = {"toName": TEXT, **when}
    if place == "span":
        given["perRegion"] = "true"
    keys = any(value.hotkey for value in question.values)
    kind = place if keys else f"{place} pressmark-keyless"
    group = _group(side, kind, question.title or question.name, when)
    name = control(place, question.name)
    must = {"required": "true"} if question.required else {}
    if must:
        given["requiredMessage"] = f"Please answer: {question.title or question.name}"
    match question.type:
        case "one" | "several":
            _choices(group, name, question, {**given, **must})
        case "flag":
            box = ET.SubElement(group, "Choices", {**given, **must}, name=name, choice="multiple")
            ET.SubElement(box, "Choice", value="Yes", alias="yes", hotkey=UNPRESSED)
        case "text":
            _box(group, name, {**given, **must})
        case "name":
            # Neither is required: an answer in the one leaves the other empty.
            ET.SubElement(group, "Choices", given, name=name, value="$names", layout="select")
            _box(group, typed(place, question.name), given, "or type another name")


def _choices(group: ET.Element, name: str, question: Question, given: dict[str, str]) -> None:
    several = {"choice": "multiple" if question.type == "several" else "single-radio"}
    keys = any(value.hotkey for value in question.values)
    folded = len(question.values) > _MANY and not keys
    look = {"layout": "select"} if folded else {"showInline": "true"}
    choices = ET.SubElement(group, "Choices", {**given, **several, **look}, name=name)
    shown = _shown([(value.name, value.title) for value in question.values])
    for value in question.values:
        item = {"value": shown[value.name], "alias": value.name}
        item["hotkey"] = value.hotkey or UNPRESSED
        if hint := _value_hint(value):
            item["hint"] = _line(hint)
        ET.SubElement(choices, "Choice", item)


def _value_hint(value: Value) -> str:
    """The hint; Label Studio cannot hide a value by the kind of block, so the hint says it."""
    limits = f"only in: {', '.join(value.blocks)}" if value.blocks else ""
    return "; ".join(part for part in (value.hint, limits) if part)


def _box(group: ET.Element, name: str, given: dict[str, str], told: str = "") -> None:
    look = {"rows": "1", "maxSubmissions": "1", "editable": "true", "showSubmitButton": "false"}
    ET.SubElement(group, "TextArea", {**given, **look}, name=name, placeholder=told)


def _group(side: ET.Element, kind: str, title: str, when: dict[str, str]) -> ET.Element:
    group = ET.SubElement(side, "View", when, className=f"pressmark-{kind}")
    ET.SubElement(group, "Header", value=title, size="5")
    return group


def _shown(names: list[tuple[str, str]]) -> dict[str, str]:
    """What is shown for each name: its title, unless that could be taken for another's.

    Label Studio looks a stored answer up by name and by title alike.
    """
    counts = Counter(word for name, title in names for word in {name, title or name})
    return {name: title if title and counts[title] == 1 else name for name, title in names}


def _line(text: str) -> str:
    return " ".join(text.split())
