import json
import signal
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpus.dataset import article_row, article_schema
from corpus.errors import PressmarkError
from corpus.init import init, init_demo
from corpus.job import FORMAT, open_job
from corpus.store import read_articles
from corpus.yamlfile import ConfigError
from tests.speech import article


def job_file(folder: Path, text: str) -> Path:
    (folder / "pressmark.yaml").write_text(text, encoding="utf-8")
    return folder


def problems(folder: Path, *settings: str) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        open_job(folder, settings)
    return caught.value.problems


def test_a_new_job_opens_with_the_shipped_scheme(tmp_path: Path) -> None:
    init(tmp_path / "mine")
    job = open_job(tmp_path / "mine")
    assert job.scheme.name == "pressmark"
    assert job.settings.sources[0].path == "pages"
    with pytest.raises(PressmarkError, match="stands already"):
        init(tmp_path / "mine")


def test_the_demo_refuses_a_folder_that_holds_something_else(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(PressmarkError, match="not empty and no demo"):
        init_demo(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.txt"]
    init_demo(tmp_path / "demo")
    init_demo(tmp_path / "demo")


def test_all_misspelt_keys_are_told_at_once_with_the_word_that_was_meant(tmp_path: Path) -> None:
    job_file(
        tmp_path,
        "shceme: scheme\nsources:\n  - path: pages\n    langauge: en\ntraining:\n  epoch: 5\n",
    )
    told = problems(tmp_path)
    path = tmp_path.resolve() / "pressmark.yaml"
    assert told == (
        f"{path}:4: unknown key 'sources.0.langauge'; did you mean 'language'?",
        f"{path}:6: unknown key 'training.epoch'; did you mean 'epochs'?",
        f"{path}:1: unknown key 'shceme'; did you mean 'scheme'?",
    )


def test_a_wrong_value_is_told_with_its_line(tmp_path: Path) -> None:
    job_file(tmp_path, "training:\n  epochs: many\n  test: 2\n")
    told = problems(tmp_path)
    assert len(told) == 2
    assert ":2: training.epochs" in told[0]
    assert "'many'" in told[0]
    assert ":3: training.test" in told[1]


def test_a_setting_for_once_is_checked_like_the_file(tmp_path: Path) -> None:
    job_file(tmp_path, "training: {epochs: 3}\n")
    assert open_job(tmp_path, ["training.epochs=5"]).settings.training.epochs == 5
    assert open_job(tmp_path, ["studio.port=9000"]).settings.studio.port == 9000
    assert "did you mean 'epochs'?" in problems(tmp_path, "training.epoch=5")[0]
    assert "expected KEY.KEY=VALUE" in problems(tmp_path, "training.epochs")[0]


def test_no_job_file_is_one_line_with_the_remedy(tmp_path: Path) -> None:
    assert "pressmark init" in problems(tmp_path)[0]


def test_a_newer_format_is_refused(tmp_path: Path) -> None:
    job = open_job(job_file(tmp_path, "scheme: scheme\n"))
    job.state_file.write_text(json.dumps({"format": FORMAT + 1}))
    with pytest.raises(PressmarkError, match="upgrade Pressmark"):
        job.state()


def test_a_job_of_format_1_is_migrated_and_its_articles_stay(tmp_path: Path) -> None:
    job = open_job(job_file(tmp_path, "scheme: scheme\n"))
    row = article_row(article())
    del row["paywalled"]
    for name in ("fetched", "robots", "tdm"):
        del row["provenance"][name]
    job.articles.mkdir()
    pq.write_table(pa.Table.from_pylist([row]), job.articles / "00000.parquet")
    job.state_file.write_text(json.dumps({"format": 1}))
    assert read_articles(job) == [article()]
    with job.locked("push"):
        pass
    assert job.state()["format"] == FORMAT
    shard = pq.read_table(job.articles / "00000.parquet")
    assert shard.schema.equals(article_schema(), check_metadata=False)
    assert read_articles(job) == [article()]


def test_one_command_at_a_time_and_a_killed_one_leaves_no_lock(tmp_path: Path) -> None:
    job = open_job(job_file(tmp_path, "scheme: scheme\n"))
    script = (
        "import sys, time\n"
        "from corpus.job import open_job\n"
        "with open_job(sys.argv[1]).locked('ingest'):\n"
        "    print('held', flush=True)\n"
        "    time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        told = f"'pressmark ingest' .pid {holder.pid}"
        with pytest.raises(PressmarkError, match=told), job.locked("push"):
            pass
        holder.send_signal(signal.SIGKILL)
    with job.locked("push"):
        pass


def test_the_same_thing_is_quarantined_once(tmp_path: Path) -> None:
    job = open_job(job_file(tmp_path, "scheme: scheme\n"))
    for _ in range(2):
        job.set_aside("ingest", "pages/a.html", "no text")
    job.set_aside("ingest", "pages/b.html", "no text")
    assert len(job.quarantine.read_text().splitlines()) == 2


def test_a_kept_scheme_is_read_again_and_a_changed_one_refused(tmp_path: Path) -> None:
    job = open_job(job_file(tmp_path, "scheme: scheme\n"))
    hash_ = job.keep_scheme()
    assert job.kept_scheme(hash_) == job.scheme
    path = tmp_path / "schemes" / f"{hash_}.yaml"
    path.write_text(path.read_text() + "# more\n")
    with pytest.raises(PressmarkError, match="changed since it was written"):
        job.kept_scheme(hash_)
