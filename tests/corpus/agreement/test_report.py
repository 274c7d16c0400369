"""The report and the terminal's tables: what they show, and that no page's words can break them."""

import io
import re
import tempfile
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from rich.cells import cell_len

from corpus.agreement.agree import Agreed, agree
from corpus.agreement.html import report
from corpus.agreement.numbers import figure, number
from corpus.agreement.passages import passages
from corpus.agreement.told import heading, tables
from corpus.looking.display import safe
from corpus.measures import Figure
from tests.corpus.agreement.rounds import again, found, job_of, press, says, two
from tests.speech import article, raw_text
from tests.test_command import pressmark

HOSTILE = (
    "Maar <script>alert(1)</script>\n\n"
    'The silly plan "><img src=x onerror=alert(2)> &amp; \x1b[31m red \u202e turned ]]> --> end.'
)


class Page(HTMLParser):
    """What a browser would make of the report: tags, and the words of each passage."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.passages: list[str] = []
        self._in = False
        self._letter = False
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "p" and ("class", "text") in attrs:
            self._in = True
            self.passages.append("")
        self._letter = tag == "i"

    def handle_endtag(self, tag: str) -> None:
        self._in = self._in and tag != "p"
        self._letter = False

    def handle_data(self, data: str) -> None:
        if self._in and not self._letter:
            self.passages[-1] += data


def plain(page: str) -> bool:
    """Whether the page runs and loads nothing."""
    tags = Page(page).tags
    return not any(
        tag in {"script", "img", "iframe", "link", "object", "form"}
        or any(name.startswith("on") or name == "src" for name in attrs)
        for tag, attrs in tags
    )


def both(folder: Path, text: str, words: tuple[str, str]) -> Agreed:
    page = article(text, "p0")
    said = [says("ana", page, (words[0], "judged")), says("ben", page, (words[1], "judged"))]
    return agree(job_of(folder, [page], said))


def test_a_passage_shows_its_words_and_a_line_for_each_annotator(tmp_path: Path) -> None:
    shown = report(found(tmp_path, *two(press())))
    page = Page(shown)
    assert "The silly plan of Renn goes on. A vile idea, and a costly one." in page.passages
    assert shown.count("linear-gradient(#b3261e") >= 4
    assert "<b>missed · judged</b>: A “vile”; B nothing" in shown
    assert plain(shown)


def test_spans_that_meet_have_a_line_each(tmp_path: Path) -> None:
    shown = report(both(tmp_path, press()[0].text, ("silly plan", "plan of Renn")))
    (style,) = re.findall(r'<span style="([^"]*)">plan</span>', shown)
    assert style.count("linear-gradient") == 2


def test_a_page_s_words_stay_words(tmp_path: Path) -> None:
    shown = report(both(tmp_path, HOSTILE, ("silly plan", 'plan "><img')))
    assert plain(shown)
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert Page(shown).passages == [safe(HOSTILE.split("\n\n")[1])]


@settings(max_examples=25)
@given(raw_text)
def test_whatever_a_page_holds_the_report_runs_nothing_and_loses_no_word(text: str) -> None:
    from corpus.text import canonical

    body = " ".join(canonical(text)[0].split()) or "x"
    with tempfile.TemporaryDirectory() as folder:
        agreed = both(Path(folder), f"Maar speaks\n\n{body} silly plan", ("silly", "silly plan"))
    shown = report(agreed)
    assert plain(shown)
    (passage,) = Page(shown).passages
    assert passage.endswith("silly plan")
    assert len(passage) >= len("silly plan")


def test_annotators_are_named_as_they_are_and_cannot_be_markup(tmp_path: Path) -> None:
    page = press()[0]
    said = [says("<b>ana", page, ("silly", "judged")), says("ben&co", page, id="2")]
    shown = report(agree(job_of(tmp_path, [page], said)))
    assert "<b>ana" not in shown
    assert "&lt;b&gt;ana: judged" in shown
    assert "ben&amp;co: nothing here" in shown


def test_the_tables_fit_80_columns(tmp_path: Path) -> None:
    pages = press(8)
    names = dict(zip(("ana", "ben"), ("annotator-00000001", "annotator-00000002"), strict=True))
    said = [replace(a, author=names[a.author]) for a in two(pages)]
    said += [says("annotator-00000003", page) for page in pages]
    said += [again(a) for a in said]
    job = job_of(tmp_path, pages, said)
    ran = pressmark("agree", "-C", job.folder, "--show", "2", COLUMNS="80")
    assert ran.code == 0
    assert max(cell_len(line) for line in ran.out.splitlines()) <= 80
    assert "…" not in ran.out.partition("\n1. ")[0]


def test_a_reason_stands_beneath_the_table_once(tmp_path: Path) -> None:
    said = [says(who, page) for page in press() for who in ("ana", "ben")]
    first = tables(found(tmp_path, *said).found)[0]
    assert first.rows[0][2] == "–"
    assert len(first.notes) == len(set(first.notes)) >= 1
    assert all(note.startswith("–: ") for note in first.notes)


def test_what_was_left_out_is_said_above_the_tables(tmp_path: Path) -> None:
    pages = press()
    said = [*two(pages), says("cleo", pages[0], status="skipped")]
    assert "left out: 1 skipped" in list(heading(found(tmp_path, *said).found))


def test_the_terminal_shows_the_worst_passages_no_wider_than_it_is(tmp_path: Path) -> None:
    agreed = both(tmp_path, HOSTILE, ("silly plan", 'plan "><img'))
    rows = [row.plain for row in passages(agreed, 3, 60)]
    assert rows[0] == "1. p0: 1 disagreement (1 boundary)"
    assert max(cell_len(row) for row in rows) <= 60
    assert not any("\x1b" in row for row in rows)
    assert any(row.strip().startswith("ana") for row in rows)


@pytest.mark.parametrize(
    ("value", "told"),
    [(0.414, ".41"), (-0.05, "-.05"), (1.0, "1.00"), (0.0, ".00"), (-0.001, ".00"), (None, "–")],
)
def test_coefficients_are_printed_as_papers_do(value: float | None, told: str) -> None:
    assert number(value) == told
    assert figure(Figure(value)) == told


def test_an_interval_stands_in_brackets() -> None:
    assert figure(Figure(0.41, 0.333, 0.5)) == ".41 [.33, .50]"


def test_a_stream_without_colours_loses_nothing(tmp_path: Path) -> None:
    from rich.console import Console

    agreed = both(tmp_path, press()[0].text, ("silly plan", "plan of Renn"))
    out = io.StringIO()
    console = Console(file=out, width=80, no_color=True)
    for row in passages(agreed, 1, 80):
        console.print(row)
    assert "1 judged: ana (sentiment negative); ben: other words (2)" in " ".join(
        line.partition("│")[2].strip() for line in out.getvalue().splitlines()
    )
