"""A real browser, and annotators who use it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from annotation.people import add_annotator
from corpus.job import Job

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from annotation.studio import Running
    from tests.browser.annotator import Annotator

_QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="module")  # its loop must not run on under the tests that have their own
def browser() -> Iterator[Browser]:
    """Chromium without a window."""
    sync_api = pytest.importorskip("playwright.sync_api")
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    if path is None:
        pytest.skip("no chromium on the PATH")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_QUIET))
        yield browser
        browser.close()


@pytest.fixture
def at_work(browser: Browser, studio: Running) -> Iterator[Callable[..., Annotator]]:
    """Seat annotators; at the end none of their browsers may have asked anybody but the server."""
    from tests.browser.annotator import Annotator

    seated = []

    def seat(job: Job, pseudonym: str, *, width: int = 1280, height: int = 800) -> Annotator:
        page = browser.new_page(viewport={"width": width, "height": height})
        annotator = Annotator(page, studio.url, add_annotator(job, pseudonym))
        seated.append(annotator)
        return annotator

    yield seat
    for annotator in seated:
        annotator.page.close()
    assert [url for annotator in seated for url in annotator.outward] == []
