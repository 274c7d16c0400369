"""A job's own Label Studio: on this machine, on the loopback address, silent outward.

Everything it keeps lies in the job's studio folder: `login.json` (the administrator's, 0600),
`data/`, `label-studio.log`, and `studio.json` while it runs.
"""

from __future__ import annotations

import json
import re
import secrets
import shutil
import subprocess
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from filelock import FileLock

from annotation.private import write_private
from annotation.studio_env import Environment, environment, settings
from annotation.studio_process import HOST, Process, end, free_port, is_free, launch
from annotation.transport import healthy
from corpus.errors import PressmarkError, ServiceError
from corpus.files import write_json, write_text
from corpus.job import Job, now
from corpus.progress import Progress, silent

_ADMIN = "admin@pressmark.invalid"
_PATIENCE = 300.0
_BOUND = re.compile(rf"Starting development server at http://{re.escape(HOST)}:(\d+)/")


@dataclass(frozen=True)
class Running:
    """A Label Studio that answers, and the file its administrator's log-in is in."""

    url: str
    pid: int
    port: int
    login: Path


@dataclass(frozen=True)
class Login:
    """An account; the secrets are not printed with it."""

    email: str
    password: str = field(repr=False)
    token: str = field(repr=False)


def start(job: Job, progress: Progress = silent, *, private: bool = False) -> Running:
    """Start the job's Label Studio, or return the one that runs; the first time it is installed.

    It outlives the caller. A start that was killed is taken up or begun again. With `private` it
    may ask ML backends (and webhooks, storage and imports) at private addresses, which it refuses
    otherwise: any of its users can then make it send requests to whatever listens on this machine
    and in this network.

    Raises:
        ServiceError: it could not be installed, ended while starting, or did not answer in time.
        PressmarkError: the job names a server of its own, or the one that runs was not started
            with `private`.
    """
    if job.settings.studio.url:
        raise PressmarkError(
            f"{job.folder}: this job works with {job.settings.studio.url} (studio.url);"
            " remove that key to have a Label Studio of its own"
        )
    folder = private_folder(job)
    with FileLock(folder / ".lock"):
        process = _process(job)
        if process and private and not _read_state(job).get("private"):
            raise PressmarkError(
                f"{job.folder}: its Label Studio runs and refuses private addresses;"
                " run 'pressmark studio stop' first"
            )
        if process and (running := status(job)):
            progress(f"already running at {running.url}", 1, 1)
            return running
        if not process:
            made = environment(progress)
            _prepare(folder, made, progress)
            process = _launch(job, made, progress, private=private)
        try:
            port = _wait(process, logs(job), progress)
        except BaseException:
            end(process)
            _state(job).unlink(missing_ok=True)
            raise
        _remember(job, process, port, private=bool(_read_state(job).get("private")))
    return Running(f"http://{HOST}:{port}", process.pid, port, _login(job))


def stop(job: Job) -> bool:
    """Stop the job's Label Studio; tell whether there was one. Its port is free afterwards."""
    if not job.studio_data.is_dir():
        return False
    with FileLock(job.studio_data / ".lock"):
        process, running = _process(job), status(job)
        if process:
            end(process)
            deadline = time.monotonic() + 10
            while running and not is_free(running.port) and time.monotonic() < deadline:
                time.sleep(0.05)
        _state(job).unlink(missing_ok=True)
    return process is not None


def status(job: Job) -> Running | None:
    """Return the job's running Label Studio, or None; one that is still starting is not running."""
    process, port = _process(job), _read_state(job).get("port")
    if process is None or not isinstance(port, int):
        return None
    return Running(f"http://{HOST}:{port}", process.pid, port, _login(job))


def logs(job: Job) -> Path:
    """Return the path of Label Studio's log; the one of the start before ends in '.1'."""
    return job.studio_data / "label-studio.log"


def tail(path: Path, lines: int = 40) -> list[str]:
    """Return the last lines of a log that are not blank; none of a log that is not there."""
    if not path.exists():
        return []
    text = path.read_text(encoding="utf-8", errors="replace")
    return [line for line in text.splitlines() if line.strip()][-lines:]


def read_login(path: Path) -> Login:
    """Read the log-in that `start` or `add_annotator` wrote.

    Raises:
        PressmarkError: the file is missing or is none.
    """
    try:
        return Login(**json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise PressmarkError(f"{path}: no such file; run 'pressmark studio start'") from None
    except (OSError, ValueError, TypeError):
        raise PressmarkError(f"{path}: not a log-in; restore the file") from None


def _login(job: Job) -> Path:
    return job.studio_data / "login.json"


def _state(job: Job) -> Path:
    return job.studio_data / "studio.json"


def private_folder(job: Job) -> Path:
    """Make the studio folder: for the owner alone, and kept out of the job's git history."""
    folder = job.studio_data
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not (folder / ".gitignore").exists():
            write_text(folder / ".gitignore", "*\n")
    except OSError as error:
        raise PressmarkError(f"{folder}: cannot be written ({error.strerror})") from None
    return folder


def _prepare(folder: Path, made: Environment, progress: Progress) -> None:
    """Make log-in and data: `data/` appears when the administrator's account is in it, not before.

    Raises:
        PressmarkError: there is data, but its log-in is gone.
    """
    login, data = folder / "login.json", folder / "data"
    if data.exists():
        read_login(login)
        return
    if not login.exists():
        new = Login(_ADMIN, secrets.token_urlsafe(18), secrets.token_hex(20))
        write_private(login, asdict(new))
    progress("making the administrator's account", 0, 1)
    for left in folder.glob("data.*.part"):
        shutil.rmtree(left, ignore_errors=True)
    # A name of its own: what a killed start left running may still write to the one it had.
    part = folder / f"data.{secrets.token_hex(4)}.part"
    part.mkdir(mode=0o700)
    shutil.copyfile(made.template, part / "label_studio.sqlite3")
    _add_admin(read_login(login), part, made)
    part.rename(data)
    progress("making the administrator's account", 1, 1)


def _add_admin(login: Login, data: Path, made: Environment) -> None:
    """Make the account in a process of its own: the server never has its secrets to show."""
    account = {
        "LABEL_STUDIO_USERNAME": login.email,
        "LABEL_STUDIO_PASSWORD": login.password,
        "LABEL_STUDIO_USER_TOKEN": login.token,
    }
    # The token is applied, and legacy tokens are allowed, only when the account is made.
    command = made.command("init", "--quiet", "--enable-legacy-api-token")
    done = subprocess.run(
        command,
        env={**settings(data), **account},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode:
        last = (done.stdout + done.stderr).strip().splitlines()[-1:]
        raise ServiceError(f"{data}: the account could not be made: {' '.join(last)}")


def _launch(job: Job, made: Environment, progress: Progress, *, private: bool) -> Process:
    wanted = job.settings.studio.port
    port = free_port(wanted)
    if port != wanted:
        progress(f"port {wanted} is taken, using {port}", 1, 1)
    log, data = logs(job), job.studio_data / "data"
    if log.exists():
        log.replace(log.with_name(f"{log.name}.1"))
    address = ("--internal-host", HOST, "--port", str(port))
    environ = settings(data, private=private)
    process = launch(made.command("start", "--no-browser", *address), environ, data, log)
    _remember(job, process, None, private=private)
    return process


def _wait(process: Process, log: Path, progress: Progress) -> int:
    """Wait until the process answers and return its real port, which its own log tells.

    Label Studio moves silently to another port when the one we found free was taken meanwhile.

    Raises:
        ServiceError: it ended, or five minutes went by.
    """
    began = time.monotonic()
    while (waited := time.monotonic() - began) < _PATIENCE:
        if not process.alive:
            raise ServiceError(f"Label Studio ended while starting: {_last(log)}; see {log}")
        bound = _BOUND.search(log.read_text(encoding="utf-8", errors="replace"))
        if bound and healthy(f"http://{HOST}:{bound[1]}"):
            return int(bound[1])
        progress("waiting for Label Studio to answer", int(waited), 0)
        time.sleep(0.25)
    raise ServiceError(
        f"Label Studio did not answer within {_PATIENCE:.0f} s: {_last(log)}; see {log}"
    )


def _last(log: Path) -> str:
    return (tail(log, 1) or ["it said nothing"])[0].strip()


def _remember(job: Job, process: Process, port: int | None, *, private: bool) -> None:
    url = f"http://{HOST}:{port}" if port else None
    state = {**asdict(process), "port": port, "url": url, "private": private, "started": now()}
    write_json(_state(job), state)


def _read_state(job: Job) -> dict[str, object]:
    try:
        state = json.loads(_state(job).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return state if isinstance(state, dict) else {}


def _process(job: Job) -> Process | None:
    """Return the process that studio.json names if it is still that process."""
    match _read_state(job):
        case {"pid": int(pid), "began": str(began)} if (known := Process(pid, began)).alive:
            return known
    return None
