"""docs/blocks.md: its session runs as shown, its pack is a pack."""

from __future__ import annotations

import re
from pathlib import Path

from typer.testing import CliRunner

from corpus.blocks.packs import PackFile, cues_of
from corpus.yamlfile import read_yaml
from pressmark import app
from tests.corpus.blocks.test_packs import TOWNS, text_of

PAGE = Path(__file__).parents[3] / "docs/blocks.md"


def fenced(language: str) -> str:
    text = PAGE.read_text(encoding="utf-8")
    return "".join(re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL))


def test_the_session_is_what_the_commands_print(tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    for town in TOWNS:
        (tmp_path / "pages" / f"{town}.txt").write_text(text_of(town), encoding="utf-8")
    (tmp_path / "pressmark.yaml").write_text(
        "sources:\n  - {path: pages, publisher: The Calder Courier, id: name}\n", encoding="utf-8"
    )
    said = ""
    for line in re.findall(r"^\$ (.*)$", fenced("console"), re.MULTILINE):
        words = line.removeprefix("pressmark ").split()
        ran = CliRunner().invoke(app, [*words, "-C", str(tmp_path)])
        assert ran.exit_code == 0
        said += f"$ {line}\n{ran.stdout}"
    assert said == fenced("console")


def test_the_pack_shown_is_a_pack(tmp_path: Path) -> None:
    path = tmp_path / "pack.yaml"
    path.write_text(fenced("yaml"), encoding="utf-8")
    cues = cues_of(read_yaml(PackFile, path))
    assert set(cues.lines.values()) == {"chrome"}
    assert set(cues.told.values()) == {"solicitation"}
    assert cues.cue.match("From the quay:")
