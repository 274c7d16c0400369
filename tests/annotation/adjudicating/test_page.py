"""The adjudicator's page: what it asks, and with which keys."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from annotation.adjudicating.page import REASONS, TOLD, adjudicator, introduction, keys_of
from annotation.controls import UNPRESSED
from annotation.interface import interface
from corpus.scheme import Scheme, read_scheme
from tests import speech

SCHEMES = [speech.scheme(), read_scheme("scheme"), read_scheme("frames")]


def keys(page: str) -> list[str]:
    found = [each.get("hotkey") for each in ET.fromstring(page).iter() if each.get("hotkey")]
    return [key for key in found if key and key != UNPRESSED]


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
def test_no_key_means_two_things(scheme: Scheme) -> None:
    mine = keys(adjudicator(scheme))
    assert len(mine) == len(set(mine))
    assert set(keys(interface(scheme))) < set(mine)


def test_a_key_that_the_scheme_uses_is_replaced_by_another() -> None:
    taken = speech.scheme(speech.SCHEME.replace("hotkey: q", "hotkey: y").replace("w}", "n}"))
    given = keys_of(taken)
    assert not {"y", "n"} & {*given.values()}
    assert len({*given.values()}) == len(given)
    assert f"<b>Take it into gold</b> [{given['take']}]" in introduction(taken)


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
def test_everything_an_annotator_is_asked_is_asked_here_too(scheme: Scheme) -> None:
    asked = {each.get("name") for each in ET.fromstring(interface(scheme)).iter()}
    assert asked <= {each.get("name") for each in ET.fromstring(adjudicator(scheme)).iter()}


def test_a_reason_must_be_named_and_is_one_of_four() -> None:
    page = ET.fromstring(adjudicator(speech.scheme()))
    (choices,) = (each for each in page.iter("Choices") if each.get("name") == "reason")
    assert choices.get("required") == "true"
    assert [each.get("alias") for each in choices] == list(REASONS)
    assert list(TOLD) == list(REASONS)
