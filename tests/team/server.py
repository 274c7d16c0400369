"""A team's server as a test can have it: PostgreSQL, nginx with a private CA, below a sub-path."""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx
import trustme

from annotation.studio import Login
from annotation.studio_env import environment, settings
from annotation.transport import healthy

ADMIN = Login("lead@pressmark.invalid", "not a secret 1", "7" * 40)
PATH = "/labels"
_NGINX = """
user {user}; daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;
worker_processes 1; events {{ worker_connections 256; }}
http {{
  access_log off; client_max_body_size 300m; proxy_read_timeout 300s;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{
    listen 127.0.0.1:{open};
    listen 127.0.0.1:{port} ssl;
    ssl_certificate {folder}/server.pem; ssl_certificate_key {folder}/server.pem;
    location {path}/ {{
      proxy_pass http://127.0.0.1:{behind}/;
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-Proto $scheme;
    }}
  }}
}}
"""


@dataclass(frozen=True)
class Team:
    """A Label Studio of a team: by https with the CA that vouches for it, and without.

    `token` is a lead's personal access token; `login` is a file with the log-in and legacy token.
    """

    url: str
    ca: Path
    plain: str
    token: str
    login: Path


def missing() -> list[str]:
    """Return what Debian would have to bring first."""
    return [name for name in ("postgresql", "nginx") if _program(name) is None]


@contextlib.contextmanager
def team_server(folder: Path) -> Iterator[Team]:
    """Run the three servers for as long as the block lasts; each is ended by its pid."""
    made = environment()
    with contextlib.ExitStack() as stack:
        database = stack.enter_context(_postgres(folder / "postgres.log"))
        behind, port, plain = _free(), _free(), _free()
        url = f"https://localhost:{port}{PATH}"
        data = folder / "data"
        data.mkdir()
        env = {
            **settings(data),
            "LABEL_STUDIO_DJANGO_DB": "default",
            "LABEL_STUDIO_POSTGRE_HOST": str(database),
            "LABEL_STUDIO_POSTGRE_NAME": "postgres",
            "LABEL_STUDIO_POSTGRE_USER": "postgres",
            "LABEL_STUDIO_HOST": url,
            "LABEL_STUDIO_CSRF_TRUSTED_ORIGINS": f"https://localhost:{port}",
        }
        account = {
            "LABEL_STUDIO_USERNAME": ADMIN.email,
            "LABEL_STUDIO_PASSWORD": ADMIN.password,
            "LABEL_STUDIO_USER_TOKEN": ADMIN.token,
        }
        subprocess.run(
            made.command("init", "--quiet", "--enable-legacy-api-token"),
            env={**env, **account},
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        address = ("--internal-host", "127.0.0.1", "--port", str(behind))
        stack.enter_context(
            _running(made.command("start", "--no-browser", *address), folder / "studio.log", env)
        )
        _wait(lambda: healthy(f"http://127.0.0.1:{behind}"), 120)
        ca = _certificates(folder)
        config = _NGINX.format(
            user=pwd.getpwuid(os.geteuid()).pw_name,
            folder=folder,
            port=port,
            open=plain,
            behind=behind,
            path=PATH,
        )
        (folder / "nginx.conf").write_text(config, encoding="utf-8")
        command = [
            str(_program("nginx")),
            "-c",
            "nginx.conf",
            "-p",
            f"{folder}/",
            "-e",
            "error.log",
        ]
        stack.enter_context(_running(command, folder / "nginx.log"))
        _wait(lambda: _open(port), 10)
        login = folder / "login.json"
        login.write_text(json.dumps(asdict(ADMIN)), encoding="utf-8")
        token = _personal(f"http://127.0.0.1:{behind}")
        yield Team(url, ca, f"http://127.0.0.1:{plain}{PATH}", token, login)


@contextlib.contextmanager
def _postgres(log: Path) -> Iterator[Path]:
    """Run PostgreSQL on a socket in a folder of its own; it refuses root, so there it is itself."""
    program = _program("postgresql")
    assert program
    with tempfile.TemporaryDirectory(prefix="pressmark-postgres-") as name:
        folder = Path(name)
        own: tuple[str, ...] = ()
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(folder, user.pw_uid, user.pw_gid)
            own = ("setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups")
        store = str(folder / "store")
        make = [str(program.parent / "initdb"), "-D", store, "-U", "postgres", "-A", "trust"]
        subprocess.run([*own, *make], check=True, stdout=subprocess.DEVNULL, cwd=folder)
        command = [*own, str(program), "-D", store, "-k", name, "-c", "listen_addresses="]
        with _running([*command, "-c", "fsync=off"], log):
            _wait((folder / ".s.PGSQL.5432").exists, 30)
            yield folder


def _certificates(folder: Path) -> Path:
    authority = trustme.CA()
    authority.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(
        folder / "server.pem"
    )
    path = folder / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return path


def _personal(url: str) -> str:
    """Make a personal access token with the legacy one."""
    answer = httpx.post(
        f"{url}/api/token/", headers={"Authorization": f"Token {ADMIN.token}"}, trust_env=False
    )
    return str(answer.raise_for_status().json()["token"])


@contextlib.contextmanager
def _running(
    command: Sequence[str], log: Path, env: dict[str, str] | None = None
) -> Iterator[None]:
    with log.open("ab") as file:
        process = subprocess.Popen(
            command, env=env, stdin=subprocess.DEVNULL, stdout=file, stderr=file
        )
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


def _program(name: str) -> Path | None:
    if name == "postgresql":
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
        return found[-1] if found else None
    path = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    return Path(path) if path else None


def _free() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _open(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


def _wait(ready: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < deadline, "the server did not come up in time"
        time.sleep(0.1)
