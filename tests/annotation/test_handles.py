from dataclasses import replace

from annotation.handles import shifted_ends
from corpus.records import Annotation
from tests import speech


def dragged(quote: str, to: str) -> list[str]:
    """What is remarked when the pre-label over `quote` comes back over `to`."""
    shown = speech.mark("model", (quote, "judged"), role="model")
    annotation = speech.mark("ana", (to, "judged"))
    spans = tuple(replace(s, origin="edited", source="model0") for s in annotation.spans)
    return list(shifted_ends(replace(annotation, spans=spans), shown, speech.article()))


def test_an_end_that_was_dragged_behind_an_emoji_is_remarked() -> None:
    (remark,) = dragged("naïve plan", to="naïve plan, he said")
    assert remark.startswith("'judged' at")
    assert len(dragged("naïve plan", to="Renn’s naïve plan, he")) == 2


def test_an_end_before_every_emoji_of_its_line_or_one_that_stayed_is_not() -> None:
    assert dragged("slams", to="slams “greedy”") == []
    assert dragged("The", to="The café") == []
    assert dragged("naïve plan", to="naïve plan") == []


def test_what_was_drawn_without_a_prelabel_is_not() -> None:
    annotation: Annotation = speech.mark("ana", ("naïve plan", "judged"))
    assert list(shifted_ends(annotation, None, speech.article())) == []
