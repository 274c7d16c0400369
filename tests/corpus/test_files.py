import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import PressmarkError
from corpus.files import append_lines, read_lines, replacing, write_text

values = st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), st.integers())


@given(st.lists(values, max_size=4), st.integers(0, 40))
def test_a_torn_last_line_is_cut_and_whole_lines_stay(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, int]], torn: int
) -> None:
    path = tmp_path_factory.mktemp("log") / "log.jsonl"
    append_lines(path, rows)
    whole = path.read_bytes() if rows else b""
    next_ = b'{"a": "' + "é😀".encode() * 10
    path.write_bytes(whole + next_[:torn])
    assert list(read_lines(path)) == rows
    append_lines(path, [])
    assert path.read_bytes() == whole
    path.write_bytes(whole + next_[:torn])
    append_lines(path, [{"after": 1}])
    assert list(read_lines(path)) == [*rows, {"after": 1}]


def test_a_line_separator_inside_a_value_does_not_end_the_line(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    append_lines(path, [{"text": "a\u2028b\u2029c\x85d\ne"}])
    assert len(path.read_text(encoding="utf-8").splitlines()) == 1
    assert list(read_lines(path)) == [{"text": "a\u2028b\u2029c\x85d\ne"}]


def test_a_bad_line_in_the_middle_is_named(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text('{"a": 1}\nnonsense\n{"a": 2}\n', encoding="utf-8")
    with pytest.raises(PressmarkError, match=r"log.jsonl:2: not a JSON object"):
        list(read_lines(path))


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    write_text(path, "old")
    with pytest.raises(NotADirectoryError), replacing(path) as part:
        (part / "no folder").read_text()
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["file.json"]


def test_a_kill_in_the_middle_of_a_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    write_text(path, "old")
    script = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from corpus.files import replacing\n"
        "with replacing(Path(sys.argv[1])) as part:\n"
        "    part.write_text('half')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(path)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert path.read_text() == "old"


def test_a_whole_last_line_without_its_line_end_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text('{"a": 1}\n{"b": 2}', encoding="utf-8")
    assert list(read_lines(path)) == [{"a": 1}, {"b": 2}]
    append_lines(path, [{"c": 3}])
    assert list(read_lines(path)) == [{"a": 1}, {"b": 2}, {"c": 3}]
