"""What becomes of a labelling configuration that others wrote."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.adopt.configuration import name_of, read_configuration
from corpus.errors import PressmarkError
from tests.annotation.adopt.foreign import FOREIGN


def read(xml: str) -> object:
    return read_configuration(xml, "harbour", "Harbour press, a project", "https://example.org/7")


def test_labels_attributes_and_questions_are_read_with_their_values_and_keys() -> None:
    read_ = read_configuration(FOREIGN, "harbour", "Harbour press", "x")
    scheme = read_.scheme
    assert [(e.name, e.native, e.colour, e.hotkey) for e in scheme.labels] == [
        ("Name-calling labelling", ("Name-calling/labelling",), "#aa0011", "1"),
        ("berzeichnung", ("Überzeichnung",), "#005fcc", None),
    ]
    assert [(e.name, e.type, e.labels, e.required) for e in scheme.attributes] == [
        ("severity", "one", (), False),
        ("kind", "several", ("Name-calling labelling",), True),
        ("why", "text", (), False),
    ]
    assert [(q.name, q.type) for q in scheme.questions] == [("tone", "one"), ("note", "text")]
    assert scheme.attribute("severity").value_names == ("value 1", "value 2", "value 3")  # type: ignore[union-attr]
    assert (read_.field, read_.object) == ("body", "txt")
    assert scheme.published
    assert scheme.published.citation == "Harbour press"
    assert len(read_.refused) == 2


TEXT = '<Text name="t" value="$text"/>'
LABELS = '<Labels name="l" toName="t"><Label value="A"/></Labels>'


@pytest.mark.parametrize(
    ("xml", "told"),
    [
        ("<View>", "no XML"),
        ("<View/>", "0 <Text>"),
        (f"<View>{TEXT}</View>", "asks nothing"),
        (f"<View>{TEXT}<Text name='u' value='$b'/>{LABELS}</View>", "2 <Text>"),
        (f"<View><HyperText name='t' value='$text'/>{LABELS}</View>", "rendering of HTML"),
        (f"<View><Paragraphs name='t' value='$text'/>{LABELS}</View>", "turn of a dialogue"),
        (f"<View><Image name='t' value='$text'/>{LABELS}</View>", "<Image>"),
        (f"<View><Text name='t' value='$u' valueType='url'/>{LABELS}</View>", "stands elsewhere"),
        (f"<View><Text name='t' value='$a by $b'/>{LABELS}</View>", "not one field"),
        ("<!DOCTYPE x [<!ENTITY a 'b'>]><View>&a;</View>", "document type"),
    ],
)
def test_what_is_not_of_one_text_is_refused_with_the_reason(xml: str, told: str) -> None:
    with pytest.raises(PressmarkError, match=told):
        read(xml)


@given(st.lists(st.text(max_size=70), max_size=12))
def test_any_spelling_gets_a_name_that_a_scheme_can_hold_and_no_other_has(spelt: list[str]) -> None:
    names: list[str] = []
    for each in spelt:
        names.append(name_of(each, names, "label"))
    rows = "".join(f'<Label value="{name}"/>' for name in names) or '<Label value="A"/>'
    assert len(set(names)) == len(names)
    read(f'<View>{TEXT}<Labels name="l" toName="t">{rows}</Labels></View>')
