"""How far long work is, told to a log."""

from __future__ import annotations

import pytest

from corpus import console


def test_a_log_is_told_each_quarter_and_after_each_minute(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = [0.0]
    monkeypatch.setattr(console.time, "monotonic", lambda: clock[0])
    with console.bars() as progress:
        for done, when in enumerate((0, 1, 30, 62, 63, 130)):
            clock[0] = when
            progress("curve", done, 20)
        progress("curve", 10, 20)
        progress("curve", 11, 20)
    assert capsys.readouterr().err.splitlines() == [
        "curve: 0/20",
        "curve: 3/20",
        "curve: 5/20",
        "curve: 10/20",
    ]
