"""Markup that costs a parser the square of its length, and markup that only looks like it."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.blocks import parser
from corpus.blocks.html import read_html
from corpus.reading.ingest import ingest
from tests.corpus.pages import job_of, only, put, reasons, web

MANY = 60_000
ATTRIBUTES = " ".join(f"a{n}=1" for n in range(MANY))
HOSTILE = {
    "attributes of one element": f"<p {ATTRIBUTES}>",
    "attributes whose values look like tags": "<p "
    + " ".join(f'a{n}="<b>"' for n in range(MANY))
    + ">",
    "attributes of many body tags": "".join(f"<BODY a{n}=1>" for n in range(2 * MANY)),
    "formatting left open": "<p>" + "".join(f"<b id={n}>" for n in range(6000)) + "</p><p>x" * 6000,
    "formatting hidden in values": "<p>"
    + "".join(f'<i title=">{n}">' for n in range(6000))
    + "</p><p>x" * 6000,
    "formatting without attributes": "<p><b><i><u><s><em>" * 3 + "</p><p>x" * 600_000,
}


@pytest.mark.parametrize("markup", HOSTILE.values(), ids=HOSTILE)
def test_markup_that_costs_the_square_of_its_length_is_set_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, markup: str
) -> None:
    monkeypatch.setattr(parser, "SECONDS", 2)
    put(tmp_path, "pages/bad.html", f"<html><body>{markup}<p>The quay is shut.")
    put(tmp_path, "pages/good.html", web())
    job = job_of(tmp_path)
    assert ingest(job).quarantined == 1
    assert "too long or too much memory" in reasons(job)["pages/bad.html"]
    assert only(job).title == "Council agrees on nothing"


@pytest.mark.parametrize(
    "markup",
    [
        "<p " + " ".join(f"a{n}=1" for n in range(3000)) + ">",
        "<body class=a>" * 50,
        '<i class="icon"></i><b id=1></b>' * 600,
        "<p title='<b",
    ],
    ids=["3000 attributes", "50 bodies", "1200 icons", "an open quotation"],
)
def test_markup_that_only_looks_costly_is_read_all_the_same(markup: str) -> None:
    read = read_html(f"<p>The café is shut. 🚢</p>{markup}</p>")
    assert read.text.startswith("The café is shut. 🚢")
