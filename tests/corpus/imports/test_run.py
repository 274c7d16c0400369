"""`pressmark import` into a job: once, completely, with licence and scheme, beside other work."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from corpus.errors import PressmarkError
from corpus.files import read_lines
from corpus.imports.run import import_corpus
from corpus.job import open_job
from corpus.resources import CONFIGS
from corpus.store import read_annotations, read_articles
from corpus.takedown import REASON, takedown
from corpus.yamlfile import ConfigError
from tests import speech
from tests.conftest import MakeJob
from tests.corpus.imports.made import FIRST, HEAD, PAGE, ptc, row, write
from tests.test_command import pressmark

LABELS = row("111", "Loaded_Language", "cowardly") + row("111", "Doubt", "met")


def test_articles_annotations_and_the_scheme_are_kept(job: MakeJob, tmp_path: Path) -> None:
    mine = job()
    found = import_corpus(mine, "ptc", ptc(tmp_path / "ptc", LABELS))
    assert (found.new, found.annotations, found.spans, found.quarantined) == (1, 1, 2, 0)
    (article,) = read_articles(mine)
    assert article.licence == found.licence == "research use"
    assert article.provenance.source == "articles/article111.txt"
    assert article.provenance.reader == "import ptc"
    (annotation,) = read_annotations(mine.annotations)
    assert mine.kept_scheme(annotation.scheme).name == "ptc"
    assert mine.scheme.hash != annotation.scheme


def test_mapped_annotations_stand_beside_the_native_ones(job: MakeJob, tmp_path: Path) -> None:
    mine = job()
    found = import_corpus(mine, "ptc", ptc(tmp_path / "ptc", LABELS), to="scheme")
    native, ours = read_annotations(mine.annotations)
    assert ours.parents == (native.id,)
    assert ours.scheme == mine.scheme.hash
    assert mine.kept_scheme(ours.scheme).name == "pressmark"
    assert found.mapped
    assert (found.mapped.items, sum(found.mapped.lost.values())) == (2, 1)


def test_imported_again_nothing_is_added(job: MakeJob, tmp_path: Path) -> None:
    mine = job()
    folder = ptc(tmp_path / "ptc", LABELS + "111\tDoubt\t3\t9000\n")
    import_corpus(mine, "ptc", folder, to="scheme")
    before = {p: p.read_bytes() for p in mine.folder.rglob("*") if p.is_file()}
    again = import_corpus(mine, "ptc", folder, to="scheme")
    assert (again.new, again.same, again.annotations, again.known) == (0, 1, 0, 1)
    assert {p: p.read_bytes() for p in mine.folder.rglob("*") if p.is_file()} == before


class Killed(BaseException):
    """A kill in the middle."""


@pytest.mark.parametrize(
    "at",
    ["Job.keep_scheme", "add_articles", "append_annotations", "mapped"],
    ids=lambda at: f"before {at}",
)
def test_an_import_that_was_killed_is_completed_by_the_next(
    job: MakeJob, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    def kill(*_: object, **__: object) -> None:
        raise Killed

    folder = ptc(tmp_path / "ptc", LABELS)
    whole, torn = job(), job()
    import_corpus(whole, "ptc", folder, to="scheme")
    with monkeypatch.context() as patch:
        patch.setattr(f"corpus.imports.run.{at}", kill)
        with pytest.raises(Killed):
            import_corpus(torn, "ptc", folder, to="scheme")
    if torn.annotations.exists():  # the last line half written
        torn.annotations.write_bytes(torn.annotations.read_bytes()[:-40])
    import_corpus(torn, "ptc", folder, to="scheme")
    assert read_annotations(torn.annotations) == read_annotations(whole.annotations)
    assert [a.sha256 for a in read_articles(torn)] == [a.sha256 for a in read_articles(whole)]


def test_two_corpora_live_in_one_job_though_they_share_ids(job: MakeJob, tmp_path: Path) -> None:
    mine = job(speech.article())
    import_corpus(mine, "ptc", ptc(tmp_path / "ptc", LABELS))
    files = {"en/train-labels-subtask-1.txt": "111\topinion\n", "en/a/article111.txt": PAGE}
    import_corpus(mine, "semeval2023-t3", write(tmp_path / "se", files))
    assert [a.id for a in read_articles(mine)] == ["a1", "ptc-111", "semeval2023-t3-111"]


def test_what_is_refused_is_quarantined_with_place_reason_and_what_it_held(
    job: MakeJob, tmp_path: Path
) -> None:
    mine = job()
    found = import_corpus(mine, "ptc", ptc(tmp_path / "ptc", LABELS + "111\tGossip\t3\t9\n"))
    assert found.quarantined == 1
    ((kept),) = read_lines(mine.quarantine)
    assert kept["command"] == "import"
    assert kept["where"] == "ptc: train.labels:3"
    assert "'Gossip' is not in the scheme ptc" in kept["reason"]
    assert (kept["label"], kept["start"], kept["end"]) == ("Gossip", 3, 9)


def test_bytes_that_are_no_text_can_be_quarantined_too(job: MakeJob, tmp_path: Path) -> None:
    mine = job()
    labels = LABELS.encode() + b"111\t\xff\t3\t9\n"
    folder = write(ptc(tmp_path / "ptc", ""), {"train.labels": labels})
    assert import_corpus(mine, "ptc", folder).quarantined == 1
    assert "udcff" in str(list(read_lines(mine.quarantine)))


def test_lone_surrogates_in_json_do_no_harm(job: MakeJob, tmp_path: Path) -> None:
    mine = job()
    target_ = {"Input.gid": "g\ud800", "polarity": 2.0, "from": 0, "to": 3, "mention": "The"}
    data = {"primary_gid": "s\ud800", "sentence_normalized": FIRST, "targets": [target_]}
    folder = write(tmp_path / "n", {"train.jsonl": json.dumps(data)})
    assert import_corpus(mine, "newsmtsc", folder).answers == 2


def test_a_changed_text_is_a_new_version_and_a_new_revision(job: MakeJob, tmp_path: Path) -> None:
    mine = job()
    import_corpus(mine, "ptc", ptc(tmp_path / "ptc", LABELS))
    longer = PAGE + "\nMore.\n"
    found = import_corpus(mine, "ptc", ptc(tmp_path / "ptc", LABELS, longer))
    assert (found.new, found.versions, found.annotations) == (0, 1, 1)
    (annotation,) = read_annotations(mine.annotations)
    assert annotation.revision == 2


def test_a_mapping_of_one_s_own_is_a_file_beside_the_job(job: MakeJob, tmp_path: Path) -> None:
    mine = job(scheme=speech.SCHEME)
    (mine.folder / "map.yaml").write_text(
        "from: corpora/frac\nto: mine.yaml\nrules:\n"
        "  - {question: frame, values: [political], to: judged}\n"
        "  - {question: frame, not_mapped: not of interest here}\n",
        encoding="utf-8",
    )
    rows = f"sentence,label\n{FIRST},13\n{HEAD},1\n"
    found = import_corpus(mine, "frac", write(tmp_path / "f", {"g.csv": rows}), to="map.yaml")
    assert found.mapped
    assert found.mapped.lost == {"not of interest here": 1}
    ours = [a for a in read_annotations(mine.annotations) if a.scheme == mine.scheme.hash]
    assert [[s.label for s in each.spans] for each in ours] == [["judged"], []]
    with pytest.raises(ConfigError, match="maps 'frac', not 'ptc'"):
        import_corpus(mine, "ptc", ptc(tmp_path / "ptc", LABELS), to="map.yaml")


@pytest.mark.parametrize(
    ("name", "to", "told"),
    [
        ("frac", "scheme", "no mapping from frac to 'scheme'; there is one to 'frames'"),
        ("ptc", "nothing", "no mapping from ptc to 'nothing'; there is one to 'scheme'"),
        ("ptc", "none.yaml", "none.yaml: no such file"),
    ],
)
def test_a_mapping_that_is_not_there_is_told_before_anything_is_written(
    job: MakeJob, tmp_path: Path, name: str, to: str, told: str
) -> None:
    mine = job()
    with pytest.raises(PressmarkError, match=told):
        import_corpus(mine, name, ptc(tmp_path / "ptc", LABELS), to=to)
    assert not mine.annotations.exists()
    assert read_articles(mine) == []


# The command as a person types it


def test_without_a_name_the_corpora_are_listed_with_licence_and_what_they_need() -> None:
    ran = pressmark("import")
    assert ran.code == 0
    names = sorted(p.stem for p in (CONFIGS / "corpora").glob("*.yaml"))
    assert [line.split()[0] for line in ran.out.splitlines()] == names
    assert "newsmtsc              MIT              *.jsonl" in ran.out
    listed = json.loads(pressmark("import", "--json").out)
    assert {row["name"]: row["licence"] for row in listed}["ptc"] == "research use"


def test_an_unknown_name_is_exit_2_with_the_names_there_are(job: MakeJob) -> None:
    ran = pressmark("import", "pct", "nowhere", "-C", job().folder)
    assert ran.code == 2
    assert "no corpus 'pct'; did you mean 'ptc'?" in ran.err
    assert "newssd-eng" in ran.err


def test_a_path_that_is_not_there_is_exit_2_in_a_line(job: MakeJob, tmp_path: Path) -> None:
    folder = job().folder
    ran = pressmark("import", "ptc", tmp_path / "no", "-C", folder)
    assert ran.code == 2
    assert f"{tmp_path / 'no'}: no such file or folder; ptc needs article<ID>.txt" in ran.err
    ran = pressmark("import", "ptc", "-C", folder)
    assert ran.code == 2
    assert "say where it lies; it needs article<ID>.txt, *.labels" in ran.err


def test_the_command_says_what_was_read_mapped_and_lost(job: MakeJob, tmp_path: Path) -> None:
    folder = job().folder
    ptc(tmp_path / "ptc", LABELS + "111\tDoubt\t3\t9000\n")
    ran = pressmark("import", "ptc", tmp_path / "ptc", "-C", folder, "--to", "scheme")
    assert ran.code == 1
    assert ran.out.splitlines() == [
        "1 new articles, 0 new versions, 0 known",
        "1 new annotations (2 spans, 0 answers), 0 known",
        "licence: research use",
        "to pressmark: 1 of 2 labels mapped, 1 not, 0 joined with one they overlap",
        "  1 not: a way to argue, often without a word that evaluates",
        "  it says nothing of: appeal",
    ]
    assert f"1 quarantined, see {folder / 'quarantine.jsonl'}" in ran.err
    assert open_job(folder).annotations.exists()
    ran = pressmark("import", "ptc", tmp_path / "ptc", "-C", folder, "--json")
    assert json.loads(ran.out)["known"] == 1


def test_what_was_taken_down_is_not_imported(job: MakeJob, tmp_path: Path) -> None:
    mine = job()
    takedown(mine, "ptc-111")
    found = import_corpus(mine, "ptc", ptc(tmp_path / "ptc", LABELS), to="scheme")
    assert (found.new, found.annotations, found.quarantined) == (0, 0, 1)
    assert read_articles(mine) == []
    assert read_annotations(mine.annotations) == []
    assert [row["reason"] for row in read_lines(mine.quarantine)] == [REASON]
