"""The report of agreement in a real browser: it asks nobody for anything and fits its window."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from corpus.agreement.agree import agree
from corpus.agreement.file import write
from tests.corpus.agreement.rounds import again, job_of, press, says, two

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.mark.parametrize("width", [480, 1000])
def test_the_report_fits_a_window_and_loads_nothing(
    browser: Browser, tmp_path: Path, width: int
) -> None:
    pages = press(8)
    said = two(pages)
    said += [says("cleo", page, (page.text.split()[0], "loud head")) for page in pages]
    said += [again(a) for a in said]
    job = job_of(tmp_path, pages, said)
    address = write(job, agree(job)).as_uri()
    page = browser.new_page(viewport={"width": width, "height": 900})
    asked: list[str] = []
    told: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: told.append(message.text))
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator(".passage").count() >= 4
    line = page.locator(".passage .text span").first
    assert "linear-gradient" in str(line.evaluate("each => getComputedStyle(each).backgroundImage"))
    letters = page.locator(".passage").first.locator(".at i")
    text = page.locator(".passage").first.locator(".text")
    for letter in letters.all():
        box, around = letter.bounding_box(), text.bounding_box()
        assert box
        assert around
        assert around["y"] <= box["y"] <= around["y"] + around["height"] - box["height"]
    page.close()
    assert asked == [address]
    assert told == []
