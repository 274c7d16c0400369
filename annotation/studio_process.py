"""Processes that outlive us: known by pid and start, so that no other program is taken for ours."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import ServiceError

HOST = "127.0.0.1"

# Kept because a child that ended stays a zombie, which looks alive, until its parent asks for it.
_children: dict[int, subprocess.Popen[bytes]] = {}


@dataclass(frozen=True)
class Process:
    """One process: its pid, and when it began in the system's own words (pids are used again)."""

    pid: int
    began: str

    @property
    def alive(self) -> bool:
        """Tell whether this very process runs, and not another under its pid."""
        if self.pid in _children:
            _children[self.pid].poll()
        return bool(self.began) and _began(self.pid) == self.began


def launch(command: Sequence[str], env: Mapping[str, str], folder: Path, log: Path) -> Process:
    """Start `command` in a session of its own, its output in `log`, so that it outlives us."""
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        child = subprocess.Popen(
            command,
            env=env,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=handle,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    finally:
        os.close(handle)
    _children[child.pid] = child
    return Process(child.pid, _began(child.pid))


def end(process: Process, patience: float = 10) -> None:
    """End the process and its children: asked first, then killed. One that is not ours is left."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if not process.alive:
            break
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        deadline = time.monotonic() + patience
        while process.alive and time.monotonic() < deadline:
            time.sleep(0.05)
    if child := _children.pop(process.pid, None):
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(patience)


def free_port(wanted: int) -> int:
    """Return `wanted`, or the next port above it that nobody listens on.

    Raises:
        ServiceError: a hundred ports in a row are taken.
    """
    for port in range(wanted, min(wanted + 100, 65536)):
        if is_free(port):
            return port
    raise ServiceError(f"ports {wanted} to {wanted + 99} are taken: set studio.port to a free one")


def is_free(port: int) -> bool:
    """Tell whether `port` of the loopback address can be listened on."""
    with socket.socket() as probe:
        # A listener on all addresses would not keep every system from binding the loopback one.
        if probe.connect_ex((HOST, port)) == 0:
            return False
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _began(pid: int) -> str:
    """When the process began: the boot and its clock ticks, or what ps says; '' if it is gone."""
    if not Path("/proc/self/stat").exists():
        return _ps(pid)
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8", errors="replace")
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("utf-8").strip()
    except OSError:
        return ""
    # The second field, the name in brackets, may hold blanks and brackets itself.
    fields = stat.rpartition(")")[2].split()
    return "" if fields[0] in "ZX" else f"{boot} {fields[19]}"


def _ps(pid: int) -> str:
    command = ["ps", "-o", "stat=,lstart=", "-p", str(pid)]
    env = {**os.environ, "LC_ALL": "C", "TZ": "UTC"}
    told = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
    state, _, began = told.stdout.strip().partition(" ")
    return "" if state.startswith("Z") else began.strip()
