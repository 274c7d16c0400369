from dataclasses import replace
from pathlib import Path

import pytest

from corpus.errors import PressmarkError
from corpus.exposures import Exposure, Planted, append_exposures, read_exposures

ERROR = Planted("s1", "label", 3, 9, "judged", (3, 9, "loud head"))
SHOWN = Exposure("ana", "a1", "0" * 64, arm="shown", run="r1", planted=(ERROR,), block="ana:a1")


def test_the_ledger_gives_back_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "exposures.jsonl"
    rows = [SHOWN, replace(SHOWN, annotator="ben", arm="unshown", run="", planted=())]
    assert append_exposures(path, rows) == read_exposures(path) == rows


def test_a_known_assignment_is_not_written_again_but_for_another_run(tmp_path: Path) -> None:
    path = tmp_path / "exposures.jsonl"
    append_exposures(path, [SHOWN])
    newer = replace(SHOWN, run="r2", planted=())
    assert append_exposures(path, [replace(SHOWN, planted=()), newer, newer]) == [newer]
    assert read_exposures(path)[0].planted == (ERROR,)


def test_an_arm_that_changes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "exposures.jsonl"
    append_exposures(path, [SHOWN, replace(SHOWN, arm="unshown", run="")])
    with pytest.raises(PressmarkError, match=r"exposures.jsonl:2: 'a1' was shown to ana"):
        read_exposures(path)


@pytest.mark.parametrize(
    "row", ["{}", '{"annotator": "a", "article": "b", "sha256": "c", "arm": 1}']
)
def test_a_line_that_is_none_is_told_with_its_number(tmp_path: Path, row: str) -> None:
    path = tmp_path / "exposures.jsonl"
    path.write_text(row + "\n{}\n")
    with pytest.raises(PressmarkError, match=r"exposures.jsonl:1: no exposure"):
        read_exposures(path)
