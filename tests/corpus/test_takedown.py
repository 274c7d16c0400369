from pathlib import Path

import pytest

from corpus.errors import PressmarkError
from corpus.files import read_lines
from corpus.job import open_job
from corpus.reading.ingest import ingest
from corpus.store import read_articles
from corpus.takedown import REASON, is_taken_down, read_takedown, takedown
from tests.conftest import MakeJob
from tests.speech import article

URL = "https://courier.example/harbour/strike"


@pytest.mark.parametrize(
    "said", [f"{URL}/", f"{URL}#top", "http://WWW.Courier.example/harbour/strike", f" {URL}\n"]
)
def test_an_address_is_barred_however_it_is_written(job: MakeJob, said: str) -> None:
    page = article(id_="a1", url=URL)
    home = job(page, article(id_="a2", url=f"{URL}-2"))
    assert takedown(home, said).barred == 1
    assert is_taken_down(page, read_takedown(home.takedown))


def test_an_article_without_an_address_is_barred_by_its_id(job: MakeJob) -> None:
    home = job(article(id_="wire/strike"))
    assert takedown(home, "wire/strike").barred == 1


def test_the_same_again_adds_nothing_and_the_list_names_no_address(job: MakeJob) -> None:
    home = job(article(url=URL))
    assert len(takedown(home, URL).added) == 1
    before = home.takedown.read_bytes()
    assert takedown(home, URL).added == ()
    assert home.takedown.read_bytes() == before
    assert b"courier" not in before


def test_a_list_with_a_line_that_is_no_hash_is_refused_whole(job: MakeJob) -> None:
    home = job(article())
    home.takedown.write_text(f"{'a' * 64}  # by letter\n{URL}\n")
    with pytest.raises(PressmarkError, match=r"takedown.txt:2: .* is no sha256"):
        read_takedown(home.takedown)


def test_a_barred_page_is_not_read_in_again_and_the_rest_is(tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    for name in ("one", "two"):
        (tmp_path / f"pages/{name}.txt").write_text(f"Maar speaks of {name}\n\nThe strike goes on.")
    (tmp_path / "pressmark.yaml").write_text("sources: [{path: pages, id: name}]\n")
    home = open_job(tmp_path)
    takedown(home, "one")
    assert ingest(home).quarantined == 1
    assert [a.id for a in read_articles(home)] == ["two"]
    assert [row["reason"] for row in read_lines(home.quarantine)] == [REASON]
