"""An article in the terminal: what is said of it, and that what it holds cannot garble it."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from corpus.errors import PressmarkError
from corpus.job import Job
from corpus.looking.display import cells, safe, wrapped
from corpus.looking.page import page
from corpus.looking.show import show
from corpus.records import Annotation, Answer, Article, Provenance, Span
from corpus.sample import quoted
from corpus.store import add_articles, append_annotations, write_run
from tests import speech
from tests.conftest import MakeJob
from tests.speech import PAGE, SCHEME, article, mark
from tests.test_command import pressmark

HOSTILE = (
    "Maar \x1b[2J\x1b]0;owned\x07 slams \u202edockers\u2066 [bold red]loud[/] 😀\n\n"
    "Renn’s\u2028plan\tis 中文 d\u200bea\u0301\u0301\u0301\u0301\u0301d\x85 [link=http://x]here[/link]."
)


def told(job: Job, id_: str = "a1", width: int = 80, **wanted: object) -> list[str]:
    return [line.plain for line in page(show(job, id_, **wanted), width)]  # type: ignore[arg-type]


def beneath(lines: list[str], words: str) -> list[str]:
    """The lines under the one that holds the words, up to the next of the text, margin cut off."""
    at = next(n for n, line in enumerate(lines) if words in line)
    return lines[at + 1 : at + 5]


@pytest.fixture
def annotated(job: MakeJob) -> Job:
    made = job(article(), scheme=SCHEME)
    said = [
        mark("ana", ("naïve plan", "judged"), ("“dead”", "judged")),
        mark("ben", ("naïve", "judged"), ("“dead”", "judged"), ("Will it ever end?", "loud head")),
        mark("cleo", answers=(Answer("genre", ("opinion",)),)),
    ]
    append_annotations(made.annotations, said)
    return made


def test_the_words_stand_under_their_kind_with_who_typed_it_and_how_sure(job: MakeJob) -> None:
    blocks = (
        replace(article().blocks[0], by="human"),
        replace(article().blocks[1], by="model", score=0.823),
        article().blocks[2],
    )
    lines = told(job(replace(article(), blocks=blocks), scheme=SCHEME))
    assert "headline h         │ Maar slams “greedy” dockers 😀" in lines
    assert any(line.startswith("paragraph m.82     │ The café strike") for line in lines)
    assert "paragraph r        │ Will it ever end?" in lines


def test_each_annotators_marks_stand_beneath_the_words_they_marked(annotated: Job) -> None:
    lines = told(annotated)
    row = next(n for n, line in enumerate(lines) if "naïve plan" in line)
    at = cell_len(lines[row].partition("naïve")[0])
    ana, ben = lines[row + 1 : row + 3]
    assert ana.startswith("               ana │")
    assert ben.startswith("               ben │")
    assert ana[at:].startswith("2─────────")
    assert ben[at:].startswith("1────")
    assert len(ben) == at + len("naïve")


def test_where_they_differ_is_said(annotated: Job) -> None:
    text = " ".join(" ".join(told(annotated)).replace("│", "").split())
    assert "1 judged: ben (sentiment negative); ana: other words (2); not cleo" in text
    assert "3 judged: ana, ben (sentiment negative); not cleo" in text
    assert "genre report (ana, ben) opinion (cleo)" in text.replace("| ", "")
    assert "4 marked, 0 of them by all 3" in text


def test_spans_of_one_author_that_overlap_stand_in_lines_of_their_own(job: MakeJob) -> None:
    made = job(article(), scheme=SCHEME)
    said = mark("ana", ("naïve plan", "judged"), ("plan, he", "loud head"))
    append_annotations(made.annotations, [said])
    lines = told(made)
    row = next(n for n, line in enumerate(lines) if "naïve plan" in line)
    assert [line.strip()[:3] for line in lines[row + 1 : row + 3]] == ["ana", "ana"]


def test_what_is_skipped_withdrawn_or_of_another_version_is_said_and_not_drawn(
    job: MakeJob,
) -> None:
    old, new = article(), article("Maar relents\n\nThe naïve plan stays.")
    made = job(old, new, scheme=SCHEME)
    said = [
        mark("ana", ("naïve", "judged"), of=new, status="withdrawn"),
        mark("ben", of=new, status="skipped"),
        replace(mark("cleo", ("naïve", "judged"), of=old), id="of the old one"),
    ]
    append_annotations(made.annotations, said)
    text = " ".join(" ".join(told(made)).split())
    assert "ana human, withdrawn" in text
    assert "ben human, skipped" in text
    assert f"--version {old.sha256[:8]}" in text
    assert "─" not in text
    assert "1───" in " ".join(told(made, version=old.sha256[:8]))


def test_only_those_who_are_named_and_the_run_that_is_named_are_shown(annotated: Job) -> None:
    shown = mark("model", ("goes on", "judged"), role="model", run="run1")
    write_run(annotated, "run1", [shown])
    lines = told(annotated, annotators=["ana"], run="run1")
    assert any(line.strip().startswith("ana │") for line in lines)
    assert any(line.strip().startswith("run1 │") for line in lines)
    assert not any(line.strip().startswith("ben │") for line in lines)


def test_only_the_kinds_that_are_named_are_printed_and_the_rest_is_counted(annotated: Job) -> None:
    lines = told(annotated, kinds=["headline"])
    assert any("Maar slams" in line for line in lines)
    assert any("… 2 blocks: paragraph 2" in line for line in lines)
    assert not any("café" in line for line in lines)


def test_who_takes_a_block_for_another_kind_is_said(job: MakeJob) -> None:
    made = job(article(), scheme=SCHEME)
    said = replace(
        mark("ana"), layer="blocks", spans=(Span("b", *quoted(PAGE, "Will it ever end?"), "poll"),)
    )
    append_annotations(made.annotations, [said])
    assert any("ana says: poll" in line for line in told(made))


def test_an_answer_about_a_sentence_is_drawn_where_it_stands(job: MakeJob) -> None:
    made = job(article(), scheme=SCHEME)
    place = quoted(PAGE, "Will it ever end?")
    said = replace(mark("ana"), answers=(Answer("biased", ("yes",), *place),))
    append_annotations(made.annotations, [said])
    assert any("1 biased: yes: ana" in line for line in told(made))


@pytest.mark.parametrize("id_", ["a", "https://calder.example/2"])
def test_how_an_id_begins_is_enough(job: MakeJob, id_: str) -> None:
    made = job(article(id_="a very long one"), article(id_="https://calder.example/2026/x"))
    assert show(made, id_).article.id.startswith(id_)


def test_a_misspelt_or_ambiguous_id_is_answered_with_the_closest(job: MakeJob) -> None:
    made = job(article(id_="beacon/toll-vote"), article(id_="beacon/toll-notes"))
    with pytest.raises(PressmarkError, match="did you mean 'beacon/toll-vote'"):
        show(made, "beacn/toll-vote")
    with pytest.raises(PressmarkError, match="2 ids begin with 'beacon'"):
        show(made, "beacon")
    with pytest.raises(PressmarkError, match="there are: "):
        show(made, "beacon/toll-vote", version="ffffffff")


@pytest.mark.parametrize(
    ("wanted", "meant"),
    [({"annotators": ["anna"]}, "'ana'"), ({"kinds": ["paragraf"]}, "'paragraph'")],
)
def test_a_misspelt_annotator_or_kind_is_answered_with_the_closest(
    annotated: Job, wanted: dict[str, list[str]], meant: str
) -> None:
    with pytest.raises(PressmarkError, match=meant):
        show(annotated, "a1", **wanted)  # type: ignore[arg-type]


def hostile(job: MakeJob) -> Job:
    made = job(scheme=SCHEME)
    bad = "x\x1b[31m\u202e\n[red]"
    add_articles(
        made,
        [
            replace(
                article(HOSTILE, bad),
                title=bad,
                publisher=bad,
                authors=(bad,),
                provenance=Provenance(source=bad),
            )
        ],
    )
    said = Annotation(
        "n", bad, article(HOSTILE).sha256, bad, role="human", scheme=bad,
        spans=(Span("s", 3, 60, bad, {bad: (bad,)}),), answers=(Answer(bad, (bad,)),),
    )  # fmt: skip
    append_annotations(made.annotations, [said])
    return made


def test_hostile_text_neither_steers_the_terminal_nor_passes_for_markup(job: MakeJob) -> None:
    made = hostile(job)
    for more in ({}, {"FORCE_COLOR": "1", "TERM": "xterm-256color"}):
        ran = pressmark("show", "x", "-C", made.folder, "--width", "160", **more)
        assert ran.code == 0
        plain = re.sub(r"\x1b\[[0-9;]*m", "", ran.out)
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u2028\u202e\u2066]", plain)
        assert "[bold red]loud[/]" in plain
        assert "[link=http://x]here[/link]" in plain
        assert "␛[2J" in plain
        assert "⟨202E⟩" in plain
        assert all(cell_len(line) <= 160 for line in plain.splitlines())


def test_json_of_hostile_text_is_pure_ascii_and_says_it_all(job: MakeJob) -> None:
    ran = pressmark("show", "x", "-C", hostile(job).folder, "--json")
    assert ran.out.isascii()
    assert "\x1b" not in ran.out
    found = json.loads(ran.out)
    assert found["article"]["text"] == HOSTILE
    assert len(found["annotations"]) == 1


def test_a_pipe_and_no_color_get_the_same_words_without_colours(annotated: Job) -> None:
    piped = pressmark("show", "a1", "-C", annotated.folder, "--width", "80")
    bare = pressmark("show", "a1", "-C", annotated.folder, "--width", "80", NO_COLOR="1")
    coloured = pressmark(
        "show",
        "a1",
        "-C",
        annotated.folder,
        "--width",
        "80",
        FORCE_COLOR="1",
        TERM="xterm-256color",
    )
    assert "\x1b" not in piped.out
    assert piped.out == bare.out
    assert "\x1b[" in coloured.out
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured.out) == piped.out


def test_a_terminal_of_another_encoding_gets_what_it_can_show(annotated: Job) -> None:
    ran = pressmark("show", "a1", "-C", annotated.folder, PYTHONIOENCODING="ascii")
    assert ran.code == 0
    assert "Maar slams" in ran.out


def test_an_empty_job_says_what_comes_first(job: MakeJob) -> None:
    with pytest.raises(PressmarkError, match="pressmark ingest"):
        show(job(), "a1")


def test_a_job_of_an_older_format_is_brought_up_to_date_first(job: MakeJob, tmp_path: Path) -> None:
    made = job(article(), scheme=SCHEME)
    made.write_state(format=1)
    assert pressmark("show", "a1", "-C", made.folder).code == 0


@given(speech.raw_text, st.integers(2, 30))
@example(" 0\x80", 2)
def test_lines_are_never_wider_than_asked_and_no_character_is_lost(text: str, width: int) -> None:
    row = list(cells(text))
    lines = list(wrapped(row, width))
    for line in lines:
        assert sum(cell.width for cell in line) <= max(
            width, max((c.width for c in line), default=0)
        )
        assert sum(cell.width for cell in line) == cell_len("".join(cell.text for cell in line))
    kept = [cell.at for line in lines for cell in line]
    assert kept == sorted(set(kept))
    lost = {cell.at for cell in row} - set(kept)
    assert all(text[at] == "\n" or row[at].text == " " for at in lost)


@given(speech.raw_text)
def test_what_is_safe_holds_nothing_that_a_terminal_acts_on(text: str) -> None:
    assert not re.search(
        r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]",
        safe(text),
    )


@given(speech.articles())
def test_any_article_can_be_shown(found: Article) -> None:
    from corpus.looking.show import Shown

    shown = Shown(found, (), {}, (), "", (), {})
    text = "".join(line.plain for line in page(shown, 80))
    for block in found.blocks:
        assert block.kind in text
