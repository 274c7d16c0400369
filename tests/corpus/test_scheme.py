from pathlib import Path

import pytest

from corpus.resources import CONFIGS
from corpus.scheme import parse_scheme, read_scheme
from corpus.text import sha256_of
from corpus.yamlfile import ConfigError
from tests.speech import SCHEME, scheme

SHIPPED = ["scheme", "frames"]


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_scheme_can_be_worked_from(name: str) -> None:
    shipped = read_scheme(name)
    assert shipped.hash == sha256_of(shipped.source)
    assert "not yet piloted" in shipped.status
    assert shipped.introduction
    for label in shipped.labels:
        assert len(label.positive) >= 3
        assert len(label.negative) >= 3
        assert all("[[" in example.text for example in label.positive)


def test_the_design_s_scheme_has_its_labels_attributes_and_questions() -> None:
    ours = read_scheme("scheme")
    assert ours.label_names == ("editorializing", "appeal", "loaded headline")
    assert [question.name for question in ours.questions] == [
        "genre",
        "frame",
        "second_frame",
        "tone",
        "sourcing",
    ]
    asked = {label: {a.name for a in ours.attributes_of(label)} for label in ours.label_names}
    every = {"sentiment", "target", "unsure", "comment"}
    assert asked == {
        "editorializing": every,
        "appeal": every | {"ask", "pressure"},
        "loaded headline": every | {"device"},
    }


def test_the_frames_scheme_has_the_fifteen_policy_frames() -> None:
    assert len(read_scheme("frames").labels) == 15


def test_one_changed_letter_is_another_scheme() -> None:
    assert scheme().hash != scheme(SCHEME.replace("a judgement", "a Judgement")).hash


def test_every_problem_of_a_scheme_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    broken = SCHEME.replace('colour: "#b3261e"', "color: red").replace(
        "within: sentence", "within: paragraph"
    )
    path = tmp_path / "mine.yaml"
    path.write_text(broken, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        read_scheme("mine.yaml", tmp_path)
    problems = caught.value.problems
    assert len(problems) == 3
    assert f"{path}:5: unknown key 'labels.0.color'; did you mean 'colour'?" in problems
    assert any("'labels.0.colour' is missing" in problem for problem in problems)
    assert any(f"{path}:8: labels.0.within" in problem for problem in problems)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('hotkey: "2"', 'hotkey: "1"', "scheme.yaml:16: the hotkey '1' stands twice"),
        ("hotkey: w", "hotkey: q", "the hotkey 'q' stands twice"),
        ("name: loud head\n", "name: judged\n", "the label 'judged' stands twice"),
        ("labels: [loud head]", "labels: [loud hat]", "'loud hat', which is no label"),
        ("{genre: [opinion]}", "{genre: [poem]}", "names 'poem', which 'genre' does not offer"),
        ("{genre: [opinion]}", "{mood: [good]}", "names 'mood', which is no question"),
        ("name: unsure", "name: target", "the attribute or question 'target' stands twice"),
        ("{name: question}", "{name: verb}", "the value of 'device', 'verb' stands twice"),
        ("type: flag", "type: one", "type one needs values"),
    ],
)
def test_a_contradiction_in_a_scheme_is_refused(old: str, new: str, told: str) -> None:
    assert old in SCHEME
    with pytest.raises(ConfigError, match=told):
        parse_scheme(SCHEME.replace(old, new))


def test_a_doubled_key_is_not_silently_the_last_one() -> None:
    with pytest.raises(ConfigError, match=r"scheme.yaml:3: the key 'name' stands twice"):
        parse_scheme(SCHEME.replace('version: "1"\n', 'version: "1"\nname: other\n'))


@pytest.mark.parametrize("text", ["", "[", "- a", "a: [b", "\t", "labels: {", "5"])
def test_what_is_no_yaml_mapping_is_one_clear_line(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_scheme(text)
    assert len(caught.value.problems) == 1


def test_a_scheme_that_is_not_there_is_answered_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="one of ours: blocks, frames, scheme"):
        read_scheme("schme", tmp_path)


def test_nothing_outside_configs_knows_a_label_or_attribute_by_name() -> None:
    root = CONFIGS.parent
    names = {name for s in SHIPPED for name in read_scheme(s).label_names}
    names |= {
        a.name for s in SHIPPED for a in (*read_scheme(s).attributes, *read_scheme(s).questions)
    }
    # words that mean something else in code, the target of a Label Studio tag, say
    names -= {"comment", "other", "target", "policy", "political", "security", "health", "frame"}
    files = [
        p for room in ("corpus", "annotation", "training") for p in (root / room).glob("**/*.py")
    ]
    assert files
    found = [
        (path.name, name)
        for path in [*files, root / "pressmark.py"]
        for name in names
        if f'"{name}"' in path.read_text(encoding="utf-8")
    ]
    assert found == []


PUBLISHED = """\
name: theirs
version: "1"
published: {citation: Quill (2016), url: "https://courier.example", licence: MIT}
labels:
  - {name: a-b, native: ["a,b"], colour: "#b3261e"}
  - {name: c, colour: "#005fcc"}
"""
QUESTIONS = (
    PUBLISHED[: PUBLISHED.index("labels:")]
    + """\
questions:
  - {name: mood, type: one, native: [Mood], values: [{name: good, native: ["1"]}, {name: bad}]}
"""
)


@pytest.mark.parametrize("text", [PUBLISHED, QUESTIONS])
def test_a_published_scheme_leaves_its_guidelines_to_the_publication(text: str) -> None:
    theirs = parse_scheme(text)
    assert theirs.published
    assert theirs.published.licence == "MIT"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (", licence: MIT", "", "'published.licence' is missing"),
        ("name: c,", 'name: c, native: ["a,b"],', "the spelling 'a,b' stands twice"),
        ("name: c,", "name: c, native: [a-b],", "the spelling 'a-b' stands twice"),
        (PUBLISHED[PUBLISHED.index("labels:") :], "", "neither a label nor a question"),
        ("published:", "publishd:", "did you mean 'published'"),
    ],
)
def test_a_published_scheme_is_read_as_strictly(old: str, new: str, told: str) -> None:
    assert old in PUBLISHED
    with pytest.raises(ConfigError, match=told):
        parse_scheme(PUBLISHED.replace(old, new))


def test_a_scheme_of_one_s_own_still_needs_hotkeys_tests_and_examples() -> None:
    bare = "name: mine\nversion: '1'\n" + PUBLISHED[PUBLISHED.index("labels:") :]
    with pytest.raises(ConfigError) as caught:
        parse_scheme(bare)
    lacking = [problem for problem in caught.value.problems if "is missing" in problem]
    assert len(lacking) == 2 * len(("hotkey", "definition", "test", "positive", "negative"))
