"""A job's own Label Studio, really installed and started."""

import json
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from annotation import studio_env
from annotation.studio import Running, logs, read_login, start, status, stop, tail
from corpus.errors import PressmarkError, ServiceError
from corpus.job import Job
from tests.conftest import MakeJob

ROOT = Path(__file__).parents[2]


def ask(url: str, token: str = "") -> tuple[int, Any]:
    headers = {"Authorization": f"Token {token}"} if token else {}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, None


class Told:
    """A listener that keeps what it was told."""

    def __init__(self) -> None:
        self.words: list[str] = []

    def __call__(self, what: str, done: int, total: int) -> None:
        if what not in self.words:
            self.words.append(what)


@pytest.fixture
def own(job: MakeJob) -> Iterator[Job]:
    """A job with a Label Studio of its own, stopped at the end."""
    made = job()
    yield made
    stop(made)


def test_the_log_in_that_was_written_opens_the_server(studio: Running) -> None:
    login = read_login(studio.login)
    code, me = ask(f"{studio.url}/api/current-user/whoami", login.token)
    assert (code, me["email"]) == (200, login.email)


def test_without_the_token_nothing_is_told(studio: Running) -> None:
    assert ask(f"{studio.url}/api/projects")[0] == 401


def test_only_the_owner_can_read_log_in_data_and_log(studio_home: Job, studio: Running) -> None:
    login = read_login(studio.login)
    for path in (studio.login, logs(studio_home)):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for path in (studio_home.studio_data, studio_home.studio_data / "data"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
    assert login.password not in repr(login)
    assert login.token not in repr(login)


def sign_up(studio: Running, address: str, email: str) -> int:
    """Fill in the form at `address` as a browser would; return the answer's status."""
    with httpx.Client(base_url=studio.url, headers={"Referer": studio.url}) as browser:
        form = browser.get(address).text
        (token,) = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)[:1]
        fields = {"email": email, "password": "correct-horse-9", "csrfmiddlewaretoken": token}
        return browser.post(address, data=fields).status_code


def test_only_the_invited_sign_up(studio: Running) -> None:
    token = read_login(studio.login).token
    _, invitation = ask(f"{studio.url}/api/invite", token)
    assert sign_up(studio, "/user/signup/", "eve@pressmark.invalid") == 403
    assert sign_up(studio, invitation["invite_url"], "ana@pressmark.invalid") == 302
    _, users = ask(f"{studio.url}/api/users", token)
    emails = {user["email"] for user in users}
    assert "ana@pressmark.invalid" in emails
    assert "eve@pressmark.invalid" not in emails


def test_another_name_for_this_machine_is_refused(studio: Running) -> None:
    """A page on the web that has its own name point here gets nothing (DNS rebinding)."""
    request = urllib.request.Request(f"{studio.url}/api/version", headers={"Host": "evil.example"})
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request)
    with caught.value as error:
        assert error.code == 400


def test_it_listens_on_the_loopback_address_alone(studio: Running) -> None:
    probe = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with probe:
        probe.connect(("192.0.2.1", 9))  # sends nothing: it asks which of our addresses would
        outer = probe.getsockname()[0]
    with socket.socket() as caller:
        assert caller.connect_ex((outer, studio.port)) != 0


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc")
def test_the_callers_environment_stays_outside(own: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("USERNAME", "PASSWORD", "PORT", "HOST", "DEBUG", "LABEL_STUDIO_SENTRY_DSN"):
        monkeypatch.setenv(name, "mallory")
    running = start(own)
    login = read_login(running.login)
    environ = Path(f"/proc/{running.pid}/environ").read_text()
    assert "mallory" not in environ
    assert login.password not in environ
    assert login.token not in environ


def test_started_again_it_says_so_and_goes_on(studio_home: Job, studio: Running) -> None:
    told = Told()
    assert start(studio_home, told) == studio
    assert told.words == [f"already running at {studio.url}"]


def test_a_taken_port_is_passed_over_and_named(job: MakeJob, studio: Running) -> None:
    second, told = job(studio={"port": studio.port}), Told()
    try:
        running = start(second, told)
        assert running.port > studio.port
        assert f"port {studio.port} is taken, using {running.port}" in told.words
        assert ask(f"{running.url}/health")[0] == 200
        assert ask(f"{studio.url}/api/projects", read_login(running.login).token)[0] == 401
    finally:
        stop(second)


def test_what_was_stopped_keeps_its_account_and_frees_its_port(own: Job) -> None:
    before = start(own)
    assert status(own) == before
    assert stop(own)
    assert status(own) is None
    assert not stop(own)
    after = start(own)
    assert after.port == before.port
    assert after.pid != before.pid
    assert ask(f"{after.url}/api/projects", read_login(after.login).token)[0] == 200


def test_it_outlives_the_command_that_started_it(own: Job) -> None:
    code = "import sys; from corpus.job import open_job; from annotation.studio import start"
    script = f"{code}; print(start(open_job(sys.argv[1])).pid)"
    command = [sys.executable, "-c", script, str(own.folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    running = status(own)
    assert running
    assert running.pid == int(done.stdout)
    assert os.getsid(running.pid) == running.pid
    assert ask(f"{running.url}/health")[0] == 200


def test_a_start_killed_on_the_way_is_begun_again(own: Job) -> None:
    """Killed at whatever moment: while the account is made, or the server comes up."""
    code = "import sys; from corpus.job import open_job; from annotation.studio import start"
    script = f"{code}; start(open_job(sys.argv[1]))"
    for seconds in (0.9, 1.8, 3.6):
        child = subprocess.Popen([sys.executable, "-c", script, str(own.folder)], cwd=ROOT)
        time.sleep(seconds)
        child.send_signal(signal.SIGKILL)
        child.wait()
    running = start(own)
    assert ask(f"{running.url}/api/projects", read_login(running.login).token)[0] == 200


def test_a_pid_that_another_program_got_is_left_alone(own: Job) -> None:
    bystander = subprocess.Popen(["sleep", "60"], start_new_session=True)
    try:
        start(own)
        state_file = own.studio_data / "studio.json"
        state = state_file.read_text()
        stop(own)
        state_file.write_text(json.dumps({**json.loads(state), "pid": bystander.pid}))
        assert status(own) is None
        assert not stop(own)
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_a_server_that_dies_while_starting_is_told_with_its_last_words(own: Job) -> None:
    start(own)
    stop(own)
    (own.studio_data / "data" / "label_studio.sqlite3").write_bytes(b"no database" * 100)
    with pytest.raises(
        ServiceError, match=r"ended while starting: .*not a database.*log"
    ) as caught:
        start(own)
    assert "\n" not in str(caught.value)
    assert status(own) is None
    assert tail(logs(own), 1)


def test_data_without_its_log_in_is_not_started(own: Job) -> None:
    start(own)
    stop(own)
    (own.studio_data / "login.json").unlink()
    with pytest.raises(PressmarkError, match=r"login\.json"):
        start(own)


def test_a_job_with_a_server_of_its_own_starts_none(job: MakeJob) -> None:
    remote = job(studio={"url": "https://labels.example.org"})
    with pytest.raises(PressmarkError, match=r"labels\.example\.org"):
        start(remote)
    assert not remote.studio_data.exists()


def test_an_installation_that_fails_is_one_line_and_never_taken_for_complete(
    job: MakeJob, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRESSMARK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(ServiceError, match="could not be installed") as caught:
        start(job())
    assert "label-studio==1.23.2" in str(caught.value)
    assert "\n" not in str(caught.value)
    (folder,) = (tmp_path / "cache").glob("label-studio-*[0-9]")
    assert not studio_env.Environment(folder).complete


def test_a_half_made_environment_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, studio: Running
) -> None:
    """Killed before the last step, it holds an interpreter but no database."""
    monkeypatch.setenv("PRESSMARK_CACHE", str(tmp_path))
    monkeypatch.setattr(studio_env, "_make", lambda made, _: shutil.copy(__file__, made.template))
    folder = tmp_path / f"label-studio-1.23.2-py3.{sys.version_info.minor}"
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "python").symlink_to(sys.executable)
    assert not studio_env.Environment(folder).complete
    assert studio_env.environment() == studio_env.Environment(folder)
    assert studio_env.Environment(folder).complete
