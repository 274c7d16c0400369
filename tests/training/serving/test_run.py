"""The command as a process: started, asked over a socket, stopped by a signal."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import threading
import time
import urllib.request
from typing import Any

import pytest

from corpus.job import Job
from tests.test_command import pressmark
from tests.training.press import pages
from tests.training.serving.asking import post, sent, serving
from training.fit import Trained

TOKEN = "a token that is long enough"


def test_it_is_stopped_by_a_signal_after_the_answer_that_is_being_made(
    learned: tuple[Job, Trained],
) -> None:
    many = {"articles": [sent(page) for page in pages(400)]}
    with serving(learned[0]) as (process, url):
        answers: list[tuple[int, Any]] = []
        asking = threading.Thread(target=lambda: answers.append(post(f"{url}/predict", many)))
        asking.start()
        time.sleep(0.3)
        process.send_signal(signal.SIGTERM)
        asking.join()
        [(status, answer)] = answers
        assert (status, len(answer["annotations"])) == (200, 400)
        out, err = process.communicate(timeout=60)
        assert (process.returncode, out, err) == (0, "", "")


def test_beyond_loopback_it_asks_for_the_token(learned: tuple[Job, Trained]) -> None:
    with serving(learned[0], "serving.host=0.0.0.0", PRESSMARK_TOKEN=TOKEN) as (process, url):
        local = url.replace("0.0.0.0", "127.0.0.1")
        asked = {"articles": [sent(pages(1)[0])]}
        assert post(f"{local}/predict", asked)[0] == 401
        assert post(f"{local}/predict", asked, Authorization=f"Bearer {TOKEN}")[0] == 200
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0


def test_a_header_that_never_ends_and_nonsense_are_sent_away(learned: tuple[Job, Trained]) -> None:
    with serving(learned[0]) as (_, url):
        port = int(url.rpartition(":")[2])
        for nonsense in (b"\x16\x03\x01 hello\r\n\r\n", b"GET / HTTP/1.1\r\nA: " + b"x" * 200_000):
            with socket.create_connection(("127.0.0.1", port), timeout=60) as caller:
                caller.sendall(nonsense)
                assert caller.recv(100).startswith(b"HTTP/1.1 400")
        with urllib.request.urlopen(f"{url}/health") as answer:
            assert json.load(answer) == {"status": "UP"}


#: A caller that begins to ask, and where it stops.
BEGUN = [
    b"",
    b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ",
    # answered, kept alive, and then half of another one
    b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nGET /health HTTP/1.1\r\nX-",
    # refused before its body is there
    b"POST /nowhere HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99\r\n\r\n{",
]


def test_who_begins_to_ask_and_does_not_end_is_sent_away_though_some_more_trickles_in(
    learned: tuple[Job, Trained],
) -> None:
    with serving(learned[0], "serving.timeout=1") as (_, url):
        port = int(url.rpartition(":")[2])
        for begun in BEGUN:
            with socket.create_connection(("127.0.0.1", port)) as caller:
                caller.sendall(begun)
                assert closed(caller, b"a" if begun else b""), begun
        kept = http.client.HTTPConnection("127.0.0.1", port)
        kept.connect()
        own, until = kept.sock, time.monotonic() + 2.5
        while time.monotonic() < until:  # longer than one request may take
            kept.request("GET", "/health")
            assert json.load(kept.getresponse()) == {"status": "UP"}
            time.sleep(0.05)
        assert kept.sock is own
        kept.close()


def closed(caller: socket.socket, more: bytes) -> bool:
    """Tell whether the server hangs up on a caller that sends a little more again and again."""
    caller.settimeout(0.2)
    for _ in range(100):
        try:
            if not caller.recv(10_000):
                return True
        except TimeoutError:
            caller.sendall(more)
        except ConnectionError:
            return True
    return False


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("serving.host=0.0.0.0", "PRESSMARK_TOKEN"),
        ("serving.host=192.0.2.1", "cannot listen on 192.0.2.1"),
        ("training.name=other", "no model there; run 'pressmark train'"),
        ("serving.prot=1", "port"),
    ],
)
def test_what_cannot_be_served_is_told_in_a_line(
    learned: tuple[Job, Trained], setting: str, told: str
) -> None:
    words = ("--set", "serving.port=0", "--set", setting)
    ran = pressmark("serve", "-C", learned[0].folder, *words, PRESSMARK_TOKEN="")
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert told in ran.err


def test_a_taken_port_is_told_with_the_way_to_another(learned: tuple[Job, Trained]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        setting = f"serving.port={taken.getsockname()[1]}"
        ran = pressmark("serve", "-C", learned[0].folder, "--set", setting)
    assert ran.code == 2
    assert "another port: --set serving.port=9091" in ran.err
