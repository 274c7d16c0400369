"""What the README shows is what happens."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from corpus.resources import SAMPLE

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def run(words: list[str], at: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words],
        cwd=at,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_five_commands_bring_ones_own_articles_to_label_studio_and_back(
    tmp_path: Path,
) -> None:
    section = README.partition("five commands")[2].partition("\n## ")[0]
    commands = re.findall(r"^\$ pressmark ([^#\n]*)", section, re.MULTILINE)
    assert len(commands) == 5
    try:
        for number, command in enumerate(commands):
            done = run(["-m", "pressmark", *shlex.split(command)], tmp_path)
            assert done.returncode == 0, (command, done.stderr)
            if number == 0:
                shutil.copytree(
                    SAMPLE / "pages" / "wire", tmp_path / "mine/pages", dirs_exist_ok=True
                )
        assert (tmp_path / "mine/articles").is_dir()
    finally:
        run(["-m", "pressmark", "studio", "stop", "-C", "mine"], tmp_path)


def test_every_command_the_readme_names_is_there() -> None:
    named = set(re.findall(r"`pressmark ([a-z]+)|^\$ pressmark ([a-z]+)", README, re.MULTILINE))
    for command in {one or other for one, other in named}:
        assert run(["-m", "pressmark", command, "--help"], ROOT).returncode == 0, command


def test_every_file_the_readme_points_to_is_there() -> None:
    links = [link for link in re.findall(r"\]\(([^)]+)\)", README) if "://" not in link]
    assert len(links) >= 4
    assert [link for link in links if not (ROOT / link).exists()] == []


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the wheel was unpacked, as pip does."""
    folder = tmp_path_factory.mktemp("wheel")
    built = run(
        ["-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)], ROOT
    )
    assert built.returncode == 0, built.stderr
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        wheel.extractall(folder / "site")
    return folder / "site"


def test_the_wheel_gives_the_command_schemes_and_sample_in_any_folder(
    installed: Path, tmp_path: Path
) -> None:
    here = {"PYTHONPATH": str(installed)}
    script = (
        "import corpus.init, corpus.scheme, pathlib\n"
        "assert str(pathlib.Path(corpus.init.__file__)).startswith(PLACE)\n"
        "corpus.init.init_demo(pathlib.Path('demo'))\n"
        "print(len(corpus.scheme.read_scheme('frames').labels))\n"
    ).replace("PLACE", repr(str(installed)))
    done = run(["-P", "-c", script], tmp_path, **here)
    assert (done.returncode, done.stdout) == (0, "15\n"), done.stderr
    done = run(["-P", "-m", "pressmark", "ingest", "-C", "demo"], tmp_path, **here)
    assert (done.returncode, done.stdout[:2]) == (0, "36"), done.stderr


def test_reading_and_annotating_need_no_torch(tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "for name in ('torch', 'transformers', 'accelerate'): sys.modules[name] = None\n"
        "import annotation.pull, annotation.push, annotation.studio\n"
        "import pressmark\n"
        "sys.argv = ['pressmark', 'ingest', '-C', 'mine']\n"
        "pressmark.main()\n"
    )
    run(["-m", "pressmark", "init", "mine"], tmp_path)
    (tmp_path / "mine/pages/a.txt").write_text("Maar speaks\n\nThe strike goes on.\n")
    done = run(["-c", script], tmp_path)
    assert (done.returncode, done.stdout[:1]) == (0, "1"), done.stderr
