"""What the page on selecting shows is what the commands print, but for the figures."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

import pressmark
from corpus.errors import PressmarkError
from corpus.job import open_job
from corpus.settings import SelectionSection
from tests.conftest import MakeJob
from tests.speech import SCHEME
from tests.training.conftest import QUICK
from tests.training.press import annotate, pages
from training.fit import train
from training.selecting import curve

PAGE = (Path(__file__).parents[3] / "docs/selecting.md").read_text(encoding="utf-8")


def said(*arguments: str) -> str:
    """What a command prints."""
    ran = CliRunner().invoke(pressmark.app, list(arguments))
    if isinstance(ran.exception, PressmarkError):
        raise ran.exception
    assert ran.exit_code == 0, ran.output
    return ran.stdout


def shape(line: str) -> str:
    """A line without its figures and its spaces."""
    return re.sub(r"[-+]?\d*\.?\d+", "N", " ".join(line.split()))


def test_the_settings_on_the_page_are_the_defaults() -> None:
    block = textwrap.dedent(PAGE[PAGE.index("    selection:") :])
    assert SelectionSection(**yaml.safe_load(block)["selection"]) == SelectionSection()


def test_every_command_on_the_page_says_what_the_page_shows(
    job: MakeJob, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(curve, "SIZES", 4)
    found = pages(48)
    quick = {**QUICK, "encoder": str(tiny), "epochs": 6, "folds": 2}
    made = job(*found, scheme=SCHEME, training=quick, people={"ana": {}}, selection={"draws": 2})
    annotate(made, found[:40])
    here = ("-C", str(made.folder))
    shown = {shape(line) for line in PAGE.splitlines() if line.startswith("    ")}
    train(open_job(made.folder))

    drawn = said("curve", *here)
    lines = [shape(line) for line in drawn.splitlines()]
    assert lines[0] == "learning curve: FN on held-out articles, by articles"
    assert lines[0] in shown
    assert "model SI" in {line[:8] for line in lines}
    simulated = said("select", "--simulate", *here)
    assert "strategies at equal reading time" in shown
    assert "strategies at equal reading time" in simulated
    assert [row.split()[0] for row in simulated.splitlines() if " 0." in row][:4] == [
        "random",
        "uncertainty",
        "diversity",
        "disagreement",
    ]
    chosen = said("select", "--set", "selection.count=5", "--set", "selection.control=0.2", *here)
    lines = [shape(line) for line in chosen.splitlines() if not line.startswith("note")]
    assert {*lines} <= shown
    doubted = said("label-errors", *here).splitlines()
    assert {"the most suspicious", "to have them looked at: pressmark push --again"} <= {*doubted}
    assert {"the most suspicious", "to have them looked at: pressmark push --again"} <= shown
    # each in two lines, the second of which says what people and the model do
    first = doubted.index("the most suspicious") + 2
    assert re.fullmatch(r"0\.\d\d  \w+ +p\d+", doubted[first])
    assert re.fullmatch(r" {6}.+ · annotators: .+ · model: .+", doubted[first + 1])
    assert "N missing pN" in shown
    assert "“rotten and vile” · annotators: – · model: judged" in shown
    said("select", *here)
    with pytest.raises(PressmarkError, match="no article is left to select"):
        said("select", *here)
