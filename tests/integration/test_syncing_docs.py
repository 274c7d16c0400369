"""What the pages on syncing and adopting show is what happens."""

from __future__ import annotations

import re
from pathlib import Path

from annotation.adopt.adopt import adopt
from annotation.client import Client, connect
from annotation.projects import remembered
from annotation.push import push
from annotation.rehearse import rehearse
from annotation.studio import Running, read_login
from corpus.job import Job
from tests.conftest import MakeJob
from tests.integration.test_adopt import FOREIGN
from tests.speech import SCHEME, article, mark
from tests.test_command import Ran, pressmark

DOCS = Path(__file__).parents[2] / "docs"


def session(page: str, after: str) -> list[tuple[list[str], list[str]]]:
    """The commands of a page and what they print, from a heading on."""
    text = (DOCS / page).read_text(encoding="utf-8").partition(after)[2]
    found = []
    for block in re.findall(r"^```\n(\$ .*?)^```", text, re.MULTILINE | re.DOTALL):
        for part in re.split(r"^\$ pressmark ", block, flags=re.MULTILINE)[1:]:
            command, *printed = part.splitlines()
            found.append((command.split(), printed))
    return found


def run(job: Job, *words: str) -> Ran:
    return pressmark(*words, "-C", job.folder, at=job.folder, PYTHONPATH=str(DOCS.parent))


def like(printed: str) -> str:
    """A printed line without what differs each time."""
    plain = re.sub(r"\S*backups/\S+", "FILE", printed)
    plain = re.sub(r"http://\S+/projects/\d+", "URL", plain)
    return re.sub(r"p\d+-[0-9a-f]{6}", "NAME", plain)


def test_pull_backup_and_restore_print_what_the_page_shows(
    studio_job: MakeJob, studio: Running
) -> None:
    job = studio_job(*(article(id_=f"a{n}") for n in range(3)), scheme=SCHEME)
    push(job)
    rehearse(job, [mark("ana", of=article(id_=f"a{n}")) for n in range(2)])
    admin = connect(studio.url, read_login(studio.login).token)
    shown = session("syncing.md", "## Pull")
    assert [words[0] for words, _ in shown] == ["pull", "pull", "backup", "restore", "pull"]
    file = ""
    for words, printed in shown:
        if words[0] == "restore":
            admin._ask("DELETE", f"/api/projects/{remembered(job)[0].id}/")
            gone = run(job, "pull")
            assert (gone.code, gone.err.count("\n")) == (2, 1)
        ran = run(job, *(file if word.startswith("backups/") else word for word in words))
        assert ran.code == 0, ran.err
        assert [like(line) for line in ran.out.splitlines()] == [like(each) for each in printed]
        file = ran.out.splitlines()[-1] if words[0] == "backup" else file
    for option in ("--all", "--accept-withdrawals"):
        assert run(job, "pull", option).code == 0
    admin.close()


def test_adopt_prints_what_the_page_shows(
    studio_job: MakeJob, studio: Running, tmp_path: Path
) -> None:
    admin: Client = connect(studio.url, read_login(studio.login).token)
    number = admin.create_project(title="Harbour Press", label_config=FOREIGN).id
    admin.import_tasks(
        number, [{"data": {"body": text, "image": "x"}} for text in ("One 😀.", "Two.")]
    )
    admin.close()
    job = studio_job(scheme=SCHEME)
    [(first, printed), (second, _)] = session("adopting.md", "# Adopting")
    ran = run(job, first[0], str(number))
    assert ran.code == 1
    assert "2 quarantined" in ran.err
    assert ran.out.splitlines()[0] == printed[0]
    assert ran.out.splitlines()[2].endswith("harbour-press.yaml")
    assert printed[2].endswith("harbour-press.yaml")
    assert second[2] == "--configuration"
    assert adopt(job, str(number)).known == 0
