"""What we send, as Label Studio's own SDK judges it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from label_studio_sdk.label_interface.interface import LabelInterface

from annotation.codec import prediction_of
from annotation.interface import interface
from annotation.refusal import refusal
from corpus.scheme import read_scheme
from tests.speech import article, mark, scheme

LABELS = '<Labels name="l" toName="z"><Label value="a"/></Labels>'
ASTRAY = f'<View><Text name="t" value="$t"/>{LABELS}</View>'


@pytest.mark.parametrize("name", ["scheme", "frames", "blocks"])
def test_the_interface_of_every_scheme_that_we_ship_is_accepted(name: str) -> None:
    assert refusal(interface(read_scheme(name))) == ""


@pytest.mark.parametrize(
    ("configuration", "why"),
    [
        ("<View>", "end of data"),
        (ASTRAY, "toName"),
    ],
)
def test_a_configuration_that_cannot_be_is_refused_in_a_line(configuration: str, why: str) -> None:
    told = refusal(configuration)
    assert why in told
    assert "\n" not in told


def test_the_sdk_finds_no_fault_in_our_pre_labels() -> None:
    said = mark("model", ("slams", "loud head"), ("naïve", "judged"), role="model")
    sent = prediction_of(replace(said, run="r1"), article(), scheme())
    assert LabelInterface(interface(scheme())).validate_prediction(sent, return_errors=True) == []
