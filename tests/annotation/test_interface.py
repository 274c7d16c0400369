"""The scheme as Label Studio's interface and as guidelines."""

import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import pytest

from annotation.controls import UNPRESSED, asked_by, control, typed
from annotation.interface import instructions, interface
from corpus.scheme import Scheme, read_scheme
from tests import speech
from tests.speech import scheme

SHIPPED = [read_scheme("scheme"), read_scheme("frames"), scheme()]
schemes = pytest.mark.parametrize("asked", SHIPPED, ids=lambda s: s.name)


def tree(asked: Scheme) -> ET.Element:
    return ET.fromstring(interface(asked))


def named(root: ET.Element, name: str) -> ET.Element:
    found = [element for element in root.iter() if element.get("name") == name]
    assert len(found) == 1
    return found[0]


def parent(root: ET.Element, child: ET.Element) -> ET.Element:
    return next(element for element in root.iter() if child in element)


@schemes
def test_every_label_stands_with_its_hotkey_and_colour(asked: Scheme) -> None:
    labels = [
        (element.get("alias"), element.get("hotkey"), element.get("background"))
        for element in tree(asked).iter("Label")
    ]
    assert labels == [(label.name, label.hotkey, label.colour) for label in asked.labels]


@schemes
def test_everything_asked_has_one_control_that_offers_its_values(asked: Scheme) -> None:
    root = tree(asked)
    for place, questions in (("article", asked.questions), ("span", asked.attributes)):
        for question in questions:
            element = named(root, control(place, question.name))  # type: ignore[arg-type]
            offered = tuple(choice.get("alias") for choice in element.iter("Choice"))
            expected = ("yes",) if question.type == "flag" else question.value_names
            assert offered == expected
            assert element.get("toName") == "text"


@schemes
def test_questions_come_first_then_labels_then_what_is_asked_of_a_span(asked: Scheme) -> None:
    order = [element.get("name", "") for element in tree(asked).iter() if element.get("toName")]
    kinds = [name.partition(".")[0] for name in order]
    assert kinds == sorted(kinds, key=["article", "label", "span"].index)


@schemes
def test_the_page_is_one_text_that_cannot_load_anything(asked: Scheme) -> None:
    texts = list(tree(asked).iter("Text"))
    named = {"showLabels": "true"} if len(asked.labels) > 8 else {}
    assert [text.attrib for text in texts] == [{**named, "name": "text", "value": "$text"}]
    assert not list(tree(asked).iter("HyperText"))


def test_what_is_asked_of_some_labels_is_shown_for_these_alone() -> None:
    root = tree(scheme())
    element = named(root, "span.device")
    for place in (element, parent(root, element)):
        assert place.get("visibleWhen") == "region-selected"
        assert place.get("whenTagName") == "label"
        assert place.get("whenLabelValue") == "loud head"
    assert element.get("perRegion") == "true"
    assert named(root, "span.sentiment").get("whenLabelValue") is None


def test_a_name_is_picked_from_the_articles_names_or_typed() -> None:
    root = tree(scheme())
    assert named(root, "span.target").get("value") == "$names"
    assert named(root, "span.target.typed").tag == "TextArea"


@pytest.mark.parametrize("place", ["article", "span"])
@pytest.mark.parametrize("name", ["genre", "a name-with_all", "typed"])
def test_a_control_tells_what_it_asks(place: str, name: str) -> None:
    for given in (control, typed):
        assert asked_by(given(place, name)) == (place, name)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["label", "text", "", "span.", "other.genre", None])
def test_a_control_that_is_not_ours_asks_nothing(name: object) -> None:
    assert asked_by(name) is None


@schemes
def test_a_key_struck_by_accident_answers_nothing(asked: Scheme) -> None:
    for place, questions in (("article", asked.questions), ("span", asked.attributes)):
        for question in questions:
            element = named(tree(asked), control(place, question.name))  # type: ignore[arg-type]
            keys = [choice.get("hotkey") for choice in element.iter("Choice")]
            given = [value.hotkey or UNPRESSED for value in question.values]
            assert keys == (given if question.type != "flag" else [UNPRESSED])


def test_a_value_that_belongs_to_kinds_of_block_says_so() -> None:
    hints = [choice.get("hint", "") for choice in tree(SHIPPED[0]).iter("Choice")]
    assert any(hint.endswith("only in: headline, deck") for hint in hints)


def test_titles_that_could_be_taken_for_each_other_are_not_shown() -> None:
    asked = scheme(
        speech.SCHEME.replace(
            "[{name: verb}, {name: question}]",
            "[{name: verb, title: question}, {name: question}, {name: c, title: Good}]",
        )
    )
    device = named(tree(asked), "span.device")
    shown = [(choice.get("alias"), choice.get("value")) for choice in device.iter("Choice")]
    assert shown == [("verb", "verb"), ("question", "question"), ("c", "Good")]


def test_markup_in_a_scheme_is_shown_and_not_obeyed() -> None:
    nasty = "<script>alert('1')</script> & \"more\""
    quoted = nasty.replace('"', '\\"')
    asked = scheme(speech.SCHEME.replace("definition: a judgement", f'definition: "{quoted}"'))
    titled = scheme(
        speech.SCHEME.replace("- name: judged\n", f'- name: judged\n    title: "{quoted}"\n')
    )
    assert "<script>" not in instructions(asked) + instructions(titled)
    assert any(label.get("value") == nasty for label in tree(titled).iter("Label"))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text: list[str] = []
        self.marked: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)
        if "mark" in self.open:
            self.marked.append(data)


def read(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == []
    return reader


def words(text: str) -> str:
    return re.sub(r"\s+", "", text.replace("[[", "").replace("]]", ""))


@schemes
def test_the_instructions_hold_every_guideline(asked: Scheme) -> None:
    told = words("".join(read(instructions(asked)).text))
    parts = [asked.introduction]
    for label in asked.labels:
        parts += [label.definition, label.test]
        parts += [text for e in (*label.positive, *label.negative) for text in (e.text, e.why)]
    for question in (*asked.attributes, *asked.questions):
        parts += [question.guideline, *(value.hint for value in question.values)]
    for case in asked.hard_cases:
        parts += [case.title, case.rule, *(example.text for example in case.examples)]
    assert [part for part in parts if words(part) not in told] == []


def test_the_run_in_question_is_highlighted_in_the_labels_colour() -> None:
    assert re.search(r"label0 mark.positive { background: #b3261e", instructions(scheme()))
    assert read(instructions(scheme())).marked == [
        "bad",
        "silly",
        "vile",
        "Maar slams",
        "Maar rages",
        "Maar caves",
    ]


@pytest.mark.parametrize("name", ["ptc", "semeval2023-t3", "newssd-eng", "basil"])
def test_a_published_scheme_can_be_asked_and_its_guidelines_are_cited(name: str) -> None:
    theirs = read_scheme(f"corpora/{name}")
    root = tree(theirs)
    assert [each.get("alias") for each in root.iter("Label")] == list(theirs.label_names)
    assert bool(list(root.iter("Labels"))) == bool(theirs.labels)
    assert {each.get("hotkey") for each in root.iter("Label")} <= {UNPRESSED}
    assert theirs.published
    assert theirs.published.url in instructions(theirs)
