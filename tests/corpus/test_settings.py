"""People and campaign in the job file: every problem at once, with its line."""

from pathlib import Path

import pytest

from corpus.job import open_job
from corpus.yamlfile import ConfigError


def problems(folder: Path, text: str) -> list[str]:
    (folder / "pressmark.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        open_job(folder)
    return str(caught.value).splitlines()


def test_every_problem_of_people_is_told_with_its_line_and_the_key_meant(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        "people:\n"
        "  ana: {capacty: 0.5}\n"
        "  ben: {since: 2026-11-02, until: 2026-10-05}\n"
        "  cleo: {capacity: 0}\n"
        "  dov@example.org: {}\n"
        "  eli: {until: 2026-13-01}\n"
        "campaign: {per_articles: 2}\n",
    )
    assert len(found) == 6
    told = "\n".join(found)
    assert ":2: unknown key 'people.ana.capacty'; did you mean 'capacity'?" in told
    assert ":3: people.ben: 'until' (2026-10-05) lies before 'since' (2026-11-02)" in told
    assert ":4: people.cleo.capacity:" in told
    assert ":5: people.dov@example.org: no pseudonym: up to 40 characters without @" in told
    assert ":6: people.eli.until: input should be a valid date" in told
    assert "month" in told
    assert "did you mean 'per_article'?" in told


@pytest.mark.parametrize("name", [".", "..", ".hidden", "a/b", "a\\b", "a@b", '""', "x" * 41])
def test_a_pseudonym_is_no_address_and_no_path(tmp_path: Path, name: str) -> None:
    quoted = name if name.startswith('"') else f"'{name}'"
    assert len(problems(tmp_path, f"people:\n  {quoted}: {{}}\n")) == 1


def test_two_pseudonyms_must_differ_by_more_than_case(tmp_path: Path) -> None:
    (told,) = problems(tmp_path, "people: {Ana: {}, ana: {}}\n")
    assert "'Ana' and 'ana' differ by case or blanks alone" in told


def test_an_isolated_job_has_servers_of_its_own(tmp_path: Path) -> None:
    (told,) = problems(tmp_path, "studio: {url: https://labels.example.org, isolated: true}\n")
    assert "'isolated' needs servers of our own" in told


@pytest.mark.parametrize("ends", ["0.6, 0.3", "0.5, 0.5"])
def test_a_band_of_abstention_has_its_lower_end_first(tmp_path: Path, ends: str) -> None:
    (told,) = problems(tmp_path, f"evaluation:\n  abstain: [{ends}]\n")
    low, high = ends.split(", ")
    assert told.endswith(
        f"pressmark.yaml:2: evaluation.abstain: no band from {low} to {high}: give the lower end"
        " first, then a higher"
    )


def test_what_is_of_another_kind_is_told_in_the_file_s_words(tmp_path: Path) -> None:
    text = "people:\n  ana:\n  ben: [x]\nstudio:\nsources: pages\ncampaign: {prelabels: 0.5}\n"
    assert [each.partition("pressmark.yaml:")[2] for each in problems(tmp_path, text)] == [
        "5: sources: expected a list, found text",
        "4: studio: expected keys and values, found nothing: write {} to leave all as it is",
        "2: people.ana: expected keys and values, found nothing: write {} to leave all as it is",
        "3: people.ben: expected keys and values, found a list",
        "6: campaign.prelabels: expected keys and values, found a number",
    ]
    [told] = problems(tmp_path, "people: [ana, ben]\n")
    assert told.endswith(":1: people: expected keys and values, found a list")
