"""The rooms: who may import whom, and what the command does not load."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = {
    "corpus": {"corpus"},
    "annotation": {"annotation", "corpus"},
    "training": {"training", "corpus"},
}
FILES = [(room, path) for room in ROOMS for path in sorted((ROOT / room).glob("**/*.py"))]


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return names


def tops(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imported(path)}


@pytest.mark.parametrize(("room", "path"), FILES, ids=[str(p.relative_to(ROOT)) for _, p in FILES])
def test_a_room_imports_only_what_it_may(room: str, path: Path) -> None:
    assert tops(path) & {*ROOMS, "pressmark"} <= ROOMS[room]
    if room != "training":
        assert not tops(path) & {"torch", "transformers", "accelerate"}


def test_the_records_need_the_standard_library_alone() -> None:
    for path in ("corpus/records.py", "corpus/text.py", "corpus/errors.py"):
        assert tops(ROOT / path) <= {*sys.stdlib_module_names, "corpus"}


def test_one_file_opens_a_socket_to_label_studio_and_one_to_the_web() -> None:
    talk = (
        "label_studio_sdk.",
        "httpx.",
        "httpcore.",
        "requests.",
        "urllib3.",
        "urllib.request.",
        "http.client.",
    )
    pure = ("label_studio_sdk.label_interface.interface", "label_studio_sdk._legacy.exceptions")
    talking = {
        path.name
        for _, path in FILES
        if any(f"{n}.".startswith(talk) for n in imported(path) - {*pure})
    }
    assert talking == {"transport.py", "fetch.py"}


@pytest.mark.parametrize("code", ["import pressmark", "import corpus.records", "import corpus.job"])
def test_what_is_asked_first_loads_nothing_heavy(code: str) -> None:
    heavy = {"torch", "transformers", "datasets", "pyarrow", "label_studio_sdk"}
    script = f"{code}\nimport sys\nprint(*set(sys.modules) & {heavy!r})"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []
