"""What a change of the scheme asks for: a version, and a second look at just what it concerns."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import PressmarkError
from corpus.records import Annotation, Article
from corpus.scheme import Scheme
from corpus.versions import again, bumped, changes, check_version, needed, standing
from tests.speech import SCHEME, article, mark, scheme

THIRD = """\
  - name: pleading
    colour: "#0a7d33"
    hotkey: "3"
    blocks: [solicitation]
    definition: a plea
    test: does it ask?
    positive: [{text: "[[give]]"}, {text: "[[join]]"}, {text: "[[share]]"}]
    negative: [{text: "gave"}, {text: "joined"}, {text: "shared"}]
attributes:
"""


def changed(*swaps: tuple[str, str]) -> Scheme:
    text = SCHEME
    for old, new in swaps:
        assert old in text
        text = text.replace(old, new, 1)
    return scheme(text)


ADDED = ("attributes:\n", THIRD)
REDEFINED = ("definition: a judgement", "definition: a judgement of the outlet's own")
UNASKED = "type: one\n    values: [{name: report}"
EXAMPLE = ('{text: "a [[vile]] plan"}', '{text: "a [[vile]] plan"}, {text: "a [[foul]] plan"}')


@pytest.mark.parametrize(
    ("swap", "version", "told"),
    [
        (ADDED, "1.1", "label 'pleading' added"),
        (REDEFINED, "1.1", "definition of label 'judged' changed"),
        (EXAMPLE, "1.0.1", "examples of label 'judged' changed"),
        (("blocks: [paragraph, quote]", "blocks: [paragraph]"), "1.1", "blocks of label 'judged'"),
        (("{name: verb}, {name: question}", "{name: verb}"), "2.0", "value 'question' of"),
        (("{name: verb}", "{name: verb}, {name: noun}"), "1.1", "value 'noun' of attribute 'de"),
        (("  - {name: target, type: name}\n", ""), "2.0", "attribute 'target' removed"),
        (("labels: [loud head]", "labels: [loud head, judged]"), "1.1", "now asked of 'judged'"),
        (("type: several", "type: one"), "2.0", "type of attribute 'device' changed"),
        (
            ("name: genre\n    type: one\n    required: true", "name: genre\n    type: one"),
            "1.1",
            "required of q",
        ),
        (('colour: "#b3261e"', 'colour: "#b3261f"'), "1.0.1", "wording, examples or looks"),
    ],
)
def test_each_change_raises_the_version_by_its_rule(
    swap: tuple[str, str], version: str, told: str
) -> None:
    found = changes(scheme(), changed(swap))
    assert told in found[0].told
    assert needed("1", found) == version


def test_the_change_that_asks_for_most_decides() -> None:
    found = changes(scheme(), changed(EXAMPLE, ADDED, ("  - {name: target, type: name}\n", "")))
    assert [change.level for change in found] == ["major", "minor", "patch"]
    assert needed("0.3.2", found) == "1.0"


def test_nothing_changed_asks_for_nothing() -> None:
    assert changes(scheme(), scheme()) == []
    assert needed("0.1", []) == "0.1"
    check_version(scheme(), scheme())


def test_a_changed_scheme_that_kept_its_version_is_refused_with_the_version_it_needs() -> None:
    with pytest.raises(PressmarkError, match=r"label 'pleading' added since 1 .*must be 1\.1"):
        check_version(scheme(), changed(ADDED))
    check_version(scheme(), changed(ADDED, ('version: "1"', 'version: "1.1"')))
    check_version(scheme(), changed(ADDED, ('version: "1"', 'version: "1.4"')))
    with pytest.raises(PressmarkError, match=r"must be 1\.1"):
        check_version(scheme(), changed(ADDED, ('version: "1"', 'version: "1.0.1"')))


def test_a_version_that_is_no_number_must_only_be_another_one() -> None:
    named = changed(('version: "1"', "version: spring"))
    with pytest.raises(PressmarkError, match="another one"):
        check_version(named, changed(('version: "1"', "version: spring"), ADDED))
    check_version(named, changed(('version: "1"', "version: summer"), ADDED))


@given(st.tuples(*[st.integers(0, 30)] * 3), st.sampled_from([ADDED, REDEFINED, EXAMPLE]))
def test_the_version_asked_for_is_later_and_is_accepted(
    numbers: tuple[int, int, int], swap: tuple[str, str]
) -> None:
    version = ".".join(map(str, numbers))
    old = changed(('version: "1"', f'version: "{version}"'))
    least = needed(version, changes(old, changed(swap)))
    assert tuple(map(int, f"{least}.0".split(".")[:3])) > numbers
    check_version(old, scheme(bumped(changed(swap).source, least)))


@pytest.mark.parametrize("line", ['version: "1"', "version: 1.0   # the pilot", "version: '1'"])
def test_bumping_changes_the_version_and_nothing_else(line: str) -> None:
    before = f"name: small\n{line}\nlabels: []\n"
    after = bumped(before, "1.1")
    assert after.splitlines()[::2] == before.splitlines()[::2]
    assert after.splitlines()[1].startswith('version: "1.1"')
    assert ("# the pilot" in after) == ("# the pilot" in before)


def looked_at(new: Scheme, *said: Annotation, of: Article | None = None) -> list[str]:
    page = of or article()
    articles = {(page.id, page.sha256): page}
    found = again(said, articles, {scheme().hash: scheme()}, new)
    return [each.annotation.author for each in found]


def test_a_new_label_asks_for_articles_that_have_a_block_where_it_may_stand() -> None:
    said = mark("ana", ("naïve", "judged"))
    assert looked_at(changed(ADDED), said) == []
    anywhere = changed(("attributes:\n", THIRD.replace("    blocks: [solicitation]\n", "")))
    assert looked_at(anywhere, said) == ["ana"]


def test_a_new_value_asks_for_annotations_with_spans_that_it_is_asked_of() -> None:
    new = changed(("{name: verb}", "{name: verb}, {name: noun}"))
    judged, loud = mark("ana", ("naïve", "judged")), mark("ben", ("slams", "loud head"))
    assert looked_at(new, judged, loud) == ["ben"]


def test_a_changed_definition_asks_for_all_that_could_hold_the_label() -> None:
    assert looked_at(changed(REDEFINED), mark("ana"), mark("ben", ("naïve", "judged"))) == [
        "ana",
        "ben",
    ]


def test_what_only_explains_asks_for_nothing() -> None:
    assert looked_at(changed(EXAMPLE), mark("ana", ("naïve", "judged"))) == []


def test_what_was_looked_at_since_skipped_or_withdrawn_is_not_asked_for() -> None:
    new = changed(REDEFINED)
    first = mark("ana", ("naïve", "judged"))
    since = mark("ana", ("naïve", "judged"), id="later", occasion=2, scheme=new.hash)
    assert looked_at(new, first, since) == []
    assert looked_at(new, since, first) == []
    assert looked_at(new, mark("ben", status="skipped"), mark("cleo", status="withdrawn")) == []


def test_an_author_stands_by_the_first_occasion_or_by_a_second_look_under_new_guidelines() -> None:
    first = mark("ana", ("naïve", "judged"))
    repeat = mark("ana", id="repeat", occasion=2)
    look = mark("ana", id="look", occasion=3, shown="own-before-1.1")
    other = mark("ben", id="other", occasion=2)
    for said in ([first, repeat], [repeat, first]):
        assert standing(said) == [first]
    for said in ([first, repeat, look], [look, repeat, first]):
        assert standing(said) == [look]
    assert standing([first, other]) == [first, other]
