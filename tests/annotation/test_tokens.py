"""Tokens: which kind one is, and when it is exchanged."""

from __future__ import annotations

import base64
import json
import time

import pytest

from annotation.tokens import StaleTokenError, Token


def jwt(**claims: object) -> str:
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"head.{body}.signature"


def refused(token: str) -> str:
    raise AssertionError(token)


@pytest.mark.parametrize("token", ["f" * 40, "a.b", "a.!.c", "a.bnVsbA.c"])
def test_anything_but_a_jwt_is_sent_as_it_is(token: str) -> None:
    assert Token(token, refused).header() == f"Token {token}"


def test_a_personal_token_is_exchanged_when_its_access_runs_out_and_not_before() -> None:
    now = time.time()
    lives = iter([jwt(exp=now + 1, n=1), jwt(exp=now + 300, n=2), jwt(exp=now + 300, n=3)])
    token = Token(jwt(exp=now + 3600), lambda _: next(lives))
    first, second, third = token.header(), token.header(), token.header()
    assert first != second == third


@pytest.mark.parametrize("claims", [{"exp": 1}, {}, {"exp": "soon"}])
def test_a_personal_token_that_has_run_out_or_does_not_say_when_is_no_good(
    claims: dict[str, object],
) -> None:
    with pytest.raises(StaleTokenError):
        Token(jwt(**claims), refused)
