"""The evaluation in a real browser: it asks nobody for anything and fits a narrow window."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import MakeJob
from tests.speech import article, mark
from training.evaluate.errors import errors
from training.evaluate.page import page as drawn
from training.evaluate.results import Scores
from training.evaluate.systems import Test as Tested
from training.examples import Example

if TYPE_CHECKING:
    from playwright.sync_api import Browser

LONG = "anamewithoutanend" * 5


@pytest.mark.parametrize("width", [320, 400, 1000])
@pytest.mark.parametrize("name", ["short", LONG])
def test_the_page_fits_a_window_and_loads_nothing(
    browser: Browser, job: MakeJob, tmp_path: Path, width: int, name: str
) -> None:
    scheme, of = job().scheme, article("Maar slams\n\nA vile plan.", name, publisher=name)
    example = Example(of, (mark("ana", ("vile", scheme.label_names[0]), of=of, under=scheme),))
    test = Tested((example,), scheme, {name: "g"})
    pairs = test.pairs(lambda _: mark("model", ("slams", name), of=of).spans)
    scores = Scores(
        name, "0" * 64, "", scheme.label_names, (name,), 1, 1, {}, {}, (), (), (), (), (),
        None, None, None, (), (), {}, (f"no span of {name!r}: it is not learned",),
    )  # fmt: skip
    file = tmp_path / "evaluation.html"
    file.write_text(drawn(scores, errors(test, pairs), test, pairs), encoding="utf-8")
    page = browser.new_page(viewport={"width": width, "height": 900})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    assert page.locator(".pick label").count() > len(scheme.label_names)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()
    assert asked == [file.as_uri()]
