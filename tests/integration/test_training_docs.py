"""What the pages on training show is what happens: their commands, options, keys and scripts."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import typer
import yaml

import pressmark
from corpus.job import open_job
from corpus.settings import JobFile, TrainingSection
from corpus.store import read_articles
from corpus.yamlfile import override
from tests.sessions import Shown, page, scripts, sessions
from tests.test_command import Ran
from tests.training.press import tiny_encoder
from tests.training.serving.asking import post, serving
from training.fit import train

PAGES = [
    f"docs/{name}.md"
    for name in (
        "training",
        "model",
        "calibration",
        "evaluating",
        "scoring-files",
        "selecting",
        "predicting",
        "serving",
    )
]
COMMANDS = typer.main.get_command(pressmark.app).commands  # type: ignore[attr-defined]  # a group
#: Nothing that is compared depends on how well a model learned.
TINY = {"epochs": 2, "learning_rate": 5e-3, "window": 48, "stride": 8}


def checked(words: tuple[str, ...]) -> None:
    """Fail where there is no such command, option or key."""
    command = COMMANDS[words[0]]
    rest = [*words[1:]]
    while hasattr(command, "commands"):
        command = command.commands[rest.pop(0)]
    given = command.make_context(words[0], rest).params
    JobFile.model_validate(override({}, given.get("settings") or []))


@pytest.mark.parametrize("name", [*PAGES, "README.md"])
def test_a_page_names_no_command_option_or_key_that_is_not_there(name: str) -> None:
    text = page(name)
    for shown in sessions(text):
        if shown.pressmark and "training.arguments={lr_schedular_type" not in shown.words[-1]:
            checked(shown.pressmark)
    options = {option for _, option in _options()}
    for span in re.findall(r"`([^`\n]+)`", text):
        words = span.split()
        if words[0] == "pressmark" and len(words) > 1 and words[1].islower():
            assert words[1] in COMMANDS, span
            mentioned = {word for word in words[2:] if word.startswith("--")}
            assert mentioned <= {o for c, o in _options() if c == words[1]}, span
        elif re.fullmatch(r"--[a-z-]+", words[0]) and words[0] not in THEIRS:
            assert words[0] in options, span
    keyed = r"`(training|evaluation|prediction|selection|serving)\.(\w+)(?=[`:= ])(?<!jsonl)"
    for section, key in re.findall(keyed, text):
        fields = JobFile.model_fields[section].annotation.model_fields  # type: ignore[union-attr]  # a section
        assert key in fields, (section, key)


#: Options of accelerate's, which a page speaks of.
THEIRS = ("--multi_gpu", "--cpu", "--num_processes")


def _options() -> Iterator[tuple[str, str]]:
    for name, command in COMMANDS.items():
        for each in (command, *getattr(command, "commands", {}).values()):
            for parameter in each.params:
                yield from ((name, option) for option in parameter.opts)


def test_the_table_of_training_has_every_key_with_its_default() -> None:
    table = page("docs/training.md").partition("## Keys")[2].partition("\n\n`arguments`")[0]
    rows = [line.split("|")[1:3] for line in table.splitlines() if line.startswith("| `")]
    told: dict[str, str] = {}
    for keys, values in rows:
        named = re.findall(r"`(\w+)`", keys)
        told |= dict(zip(named, values.strip().split(", "), strict=True))
    assert told.keys() == TrainingSection.model_fields.keys()
    for name, field in TrainingSection.model_fields.items():
        if isinstance(field.default, int | float):
            assert float(told[name]) == field.default, name


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the job `mine` that the page's own script makes, on a tiny encoder."""
    folder, before = tmp_path_factory.mktemp("training"), Path.cwd()
    os.chdir(folder)
    try:
        exec(scripts(page("docs/training.md"))[0], {})
        path = folder / "mine/pressmark.yaml"
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        data["training"] |= {**TINY, "encoder": str(tiny_encoder(folder / "bert"))}
        path.write_text(yaml.safe_dump(data), encoding="utf-8")
        yield folder
    finally:
        os.chdir(before)


class Run(Protocol):
    """Runs a command of a page as its process would."""

    def __call__(self, *words: str) -> Ran: ...


@pytest.fixture
def run(at: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("COLUMNS", "80")

    def ran(*words: str) -> Ran:
        # the tiny encoder reads 64 tokens at a time
        given = [word.replace("window=128", "window=48") for word in words]
        monkeypatch.setattr(sys, "argv", ["pressmark", *given])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            pressmark.main()
        out, err = capsys.readouterr()
        return Ran(int(ended.value.code or 0), out, err)

    return ran


def shape(line: str) -> str:
    """A line without its figures and folders, and without what the lot decides."""
    line = re.sub(r"\S*/(?=models/|search/)", "", line)
    line = re.sub(r"\d{4}-\d\d-\d\dT\S+-demo", "RUN", line)
    line = re.sub(r"targets: (soft|hard)", "targets: SOME", line)
    return re.sub(r"[-+]?\d*\.?\d+(e-\d+)?", "N", " ".join(line.split()))


def unsaid(shown: Shown, ran: Ran) -> list[str]:
    """The shown lines that the command did not say, whatever their figures and their breaks."""
    told = shape(f"{ran.err} {ran.out}")
    lines = (re.sub(r"^\s*pressmark: ", "", line).strip() for line in shown.lines)
    return [line for line in lines if line not in ("…", "") and shape(line) not in told]


def commands(name: str) -> list[Shown]:
    return [shown for shown in sessions(page(f"docs/{name}.md")) if shown.pressmark]


def stopped_half_way(what: str, done: int, total: int) -> None:
    if what == "training" and done > total // 2 + 1:
        raise KeyboardInterrupt


def test_training_says_what_the_page_shows(at: Path, run: Run) -> None:
    first, wrong, resumed, seeds, searched, *parsed = commands("training")
    assert [shown.pressmark[0] for shown in parsed if shown.pressmark] == ["train", "upload"]
    for shown, code in ((first, 0), (wrong, 2), (resumed, 0), (seeds, 0), (searched, 0)):
        if shown is resumed:
            with pytest.raises(KeyboardInterrupt):
                train(open_job(at / "mine"), stopped_half_way)
        ran = run(*shown.pressmark or ())
        assert (ran.code, unsaid(shown, ran)) == (code, []), ran.err + ran.out
    written = next(s for s in sessions(page("docs/training.md")) if s.words[0] == "cat")
    found = (at / written.words[1]).read_text(encoding="utf-8").splitlines()
    assert [*map(shape, found)] == [shape(line) for line in written.lines if line]


def test_calibration_says_what_the_page_shows(at: Path, run: Run) -> None:
    (shown,) = commands("calibration")
    ran = run(*shown.pressmark or ())
    assert (ran.code, unsaid(shown, ran)) == (0, []), ran.err + ran.out
    assert (at / "mine/models/demo/reliability.svg").is_file()
    (script,) = scripts(page("docs/calibration.md"))
    exec(script, {})


def stem(line: str) -> str:
    """What stands before the figures of a line: the name of a row, the head of a table."""
    line = re.sub(r"model less [\w-]+", "model less ANOTHER", line.strip())
    return re.split(r"\s\s|[\d.\[–+-]", line)[0].strip()


def test_evaluation_has_the_tables_the_page_shows(at: Path, run: Run) -> None:
    assert run("train", "-C", "mine").code == 0
    (shown,) = commands("evaluating")
    ran = run(*shown.pressmark or ())
    assert ran.code == 0, ran.err
    lines = ran.out.splitlines()
    assert max(map(len, lines)) <= 80
    wanted = {stem(line) for line in shown.lines if line.strip("… ─")}
    assert wanted <= {*map(stem, lines)}, wanted - {*map(stem, lines)}


def test_prediction_says_what_the_page_shows(at: Path, run: Run) -> None:
    assert run("train", "-C", "mine").code == 0
    pq.write_table(pa.table({"text": ["The port slams it.", " \n", None]}), at / "texts.parquet")
    pq.write_table(pa.table({"body": ["a"]}), at / "x.parquet")
    for folder in ("predicted", "demo-export"):
        shutil.rmtree(at / folder, ignore_errors=True)
    every, files, exported = commands("predicting")
    for shown, code in ((every, 0), (files, 1), (exported, 0)):
        ran = run(*shown.pressmark or ())
        assert (ran.code, unsaid(shown, ran)) == (code, []), ran.err + ran.out
    aside = next(s for s in sessions(page("docs/predicting.md")) if s.words[0] == "cat")
    (written,) = at.glob(aside.words[1])
    assert written.read_text(encoding="utf-8").splitlines() == [*aside.lines]
    told = re.findall(r"^\| `(.*?)` \|", page("docs/predicting.md"), re.MULTILINE)
    other = ["--output", "other"]
    asked = (["none.parquet", *other], [], ["x.parquet", *other], ["mine/pressmark.yaml", *other])
    asked += (["mine/articles/*.parquet", "--output", "predicted"],)
    for words, line in zip(asked, told, strict=True):
        ran = run("predict", "-C", "mine", "--input", *(words or ["texts.parquet"]))
        assert (ran.code, ran.out) == (2, "")
        known = line.replace("x.parquet: no Parquet", "mine/pressmark.yaml: no Parquet")
        assert re.fullmatch(re.escape(f"pressmark: {known}\n").replace("…", ".*"), ran.err), line


def test_the_scripts_of_the_pages_run_on_the_job(at: Path, run: Run) -> None:
    assert run("train", "-C", "mine").code == 0
    if not (at / "demo-export").exists():
        assert run("export-model", "-C", "mine", "--to", "demo-export").code == 0
    articles = read_articles(open_job(at / "mine"))[:2]
    (model,) = scripts(page("docs/model.md"))
    exported, cluster = scripts(page("docs/predicting.md"))
    for script in (model, exported):
        exec(script, {"articles": articles})
    compile(cluster, "docs/predicting.md", "exec")


def test_the_server_answers_as_the_page_shows(at: Path, run: Run) -> None:
    assert run("train", "-C", "mine").code == 0
    shown = sessions(page("docs/serving.md"))
    health, _, faulty = (each for each in shown if each.words[0] == "curl" and each.lines)
    asked = next(json.loads("".join(s.lines)) for s in shown if s.words[0] == "cat")
    with serving(open_job(at / "mine")) as (_, url):
        with urllib.request.urlopen(f"{url}/health") as answer:
            assert answer.read().decode() == health.lines[0]
        status, told = post(f"{url}/predict", asked)
        assert (status, len(told["annotations"])) == (200, 1)
        status, told = post(f"{url}/predict", json.loads(faulty.words[-1]))
        assert (status, told) == (422, json.loads("".join(faulty.lines)))
