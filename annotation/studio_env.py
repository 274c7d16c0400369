"""The environment Label Studio runs in: its own packages, an empty database, silent settings."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from corpus.errors import ServiceError
from corpus.progress import Progress, silent

VERSION = "1.23.2"
_CONSTRAINTS = Path(__file__).with_name("studio-constraints.txt")

# Label Studio looks a setting X up as LABEL_STUDIO_X, HEARTEX_X and bare X: USERNAME, PORT, HOST,
# DEBUG and CI of the caller's shell would leak in. So it gets these of the caller's and no others.
_KEPT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "TZ")
_SETTINGS = {
    "LABEL_STUDIO_DJANGO_DB": "sqlite",
    # These four are what it takes to be silent outward; Sentry's addresses are built in.
    "LABEL_STUDIO_COLLECT_ANALYTICS": "false",
    "LABEL_STUDIO_LATEST_VERSION_CHECK": "false",
    "LABEL_STUDIO_SENTRY_DSN": "",
    "LABEL_STUDIO_FRONTEND_SENTRY_DSN": "",
    # Others on this machine, and pages in the annotator's browser, can reach the loopback port.
    "LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK": "true",
    "LABEL_STUDIO_ALLOWED_HOSTS": "127.0.0.1,localhost",
    "LABEL_STUDIO_CORS_ALLOW_ALL_ORIGINS": "false",
    "PYTHONUNBUFFERED": "1",
    "PYTHONUTF8": "1",
}
# The second is about webhooks, storage and imports, but connecting a backend makes a webhook to it.
_PRIVATE = {
    "LABEL_STUDIO_ML_BLOCK_LOCAL_IP": "false",
    "LABEL_STUDIO_SSRF_PROTECTION_ENABLED": "false",
}


@dataclass(frozen=True)
class Environment:
    """A virtual environment that holds Label Studio and a migrated database without accounts."""

    folder: Path

    @property
    def python(self) -> Path:
        """The environment's interpreter."""
        return self.folder / "bin" / "python"

    @property
    def template(self) -> Path:
        """The database that new jobs start from: migrations take 25 s and more, a copy none."""
        return self.folder / "empty.sqlite3"

    @property
    def complete(self) -> bool:
        """Tell whether it can be used: the template is put in place last."""
        return self.python.exists() and self.template.exists()

    def command(self, *arguments: str) -> list[str]:
        """Return the command line that runs Label Studio with `arguments`."""
        return [str(self.python), "-P", "-m", "label_studio.server", *arguments]


def cache_folder() -> Path:
    """Return the folder for what can be made again: PRESSMARK_CACHE, or the user's cache."""
    if chosen := os.environ.get("PRESSMARK_CACHE"):
        return Path(chosen).expanduser().resolve()
    root = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(root).expanduser().resolve() / "pressmark"


def settings(data: Path, *, private: bool = False) -> dict[str, str]:
    """Return the whole environment of a Label Studio whose data lies in `data`.

    With `private` it may ask ML backends, and whatever else it is told to ask, on this machine and
    in this network.
    """
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    # With HOME in its own data it finds nobody's cloud credentials and leaves nothing behind.
    own = {"HOME": str(data), "LABEL_STUDIO_BASE_DATA_DIR": str(data)}
    return {"LANG": "C.UTF-8", **kept, **_SETTINGS, **own, **(_PRIVATE if private else {})}


def environment(progress: Progress = silent) -> Environment:
    """Return the environment, made first if it is missing or was left half-made.

    One process makes it, others that ask meanwhile wait.

    Raises:
        ServiceError: it could not be made, with the last thing the installer said.
    """
    name = f"label-studio-{VERSION}-py{sys.version_info.major}.{sys.version_info.minor}"
    made = Environment(cache_folder() / name)
    if made.complete:
        return made
    try:
        made.folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(made.folder.with_suffix(f"{made.folder.suffix}.lock")):
            if not made.complete:
                _make(made, progress)
    except OSError as error:
        raise ServiceError(
            f"{made.folder}: Label Studio cannot be installed there ({error.strerror or error});"
            " set PRESSMARK_CACHE to a folder with 1 GB of room"
        ) from None
    return made


def _make(made: Environment, progress: Progress) -> None:
    shutil.rmtree(made.folder, ignore_errors=True)
    what = f"installing Label Studio {VERSION} (once)"
    packages = len(re.findall(r"^[^#\s]+==", _CONSTRAINTS.read_text("utf-8"), re.MULTILINE))
    progress(what, 0, packages)
    log = made.folder.with_suffix(f"{made.folder.suffix}.log")
    log.unlink(missing_ok=True)
    _run([sys.executable, "-m", "venv", str(made.folder)], log)
    pip = [str(made.python), "-m", "pip", "install", "--no-input", "--progress-bar", "off"]
    wanted = [f"label-studio=={VERSION}", "-c", str(_CONSTRAINTS)]
    for done, _ in enumerate(_collected([*pip, *wanted], log), 1):
        progress(what, min(done, packages), packages)
    progress(what, packages, packages)
    _migrate(made, log, progress)


def _migrate(made: Environment, log: Path, progress: Progress) -> None:
    """Put the template in place: a database that `version` has migrated, with nobody in it."""
    progress("preparing an empty database (once)", 0, 1)
    data = made.folder / "template"
    _run(made.command("version"), log, settings(data))
    (data / "label_studio.sqlite3").replace(made.template)
    shutil.rmtree(data)
    progress("preparing an empty database (once)", 1, 1)


def _run(command: Sequence[str], log: Path, env: Mapping[str, str] | None = None) -> None:
    for _ in _lines(command, log, env):
        pass


def _collected(command: Sequence[str], log: Path) -> Iterator[str]:
    """Run pip and yield the packages it finds, as it finds them."""
    return (line for line in _lines(command, log) if line.startswith("Collecting "))


def _lines(
    command: Sequence[str], log: Path, env: Mapping[str, str] | None = None
) -> Iterator[str]:
    """Run `command`, append what it says to `log` and yield it line by line.

    Raises:
        ServiceError: it failed, with its first line that says so, else its last.
    """
    fault, last = "", ""
    with (
        log.open("a", encoding="utf-8") as file,
        subprocess.Popen(
            command,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        ) as process,
    ):
        assert process.stdout
        try:
            for line in process.stdout:
                file.write(line)
                last = line.strip() or last
                fault = fault or (last if last.startswith("ERROR:") else "")
                yield line
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        raise ServiceError(
            f"Label Studio could not be installed: {fault or last or process.returncode}; see {log}"
        )
