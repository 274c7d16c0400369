"""An annotator's pass worked through on Label Studio's own page, as its author would."""

from __future__ import annotations

from playwright.sync_api import expect

from annotation.names import candidates
from corpus.records import Annotation, Article, Span
from corpus.scheme import Attribute, Question, Scheme
from tests.browser.annotator import Annotator


def shown(text: str) -> str:
    """What the page holds of a text: Label Studio makes elements of line ends."""
    return text.replace("\n", "")


def on_screen(who: Annotator, articles: list[Article]) -> Article:
    """Return the article that the annotator sees."""
    text = who.text.text_content() or ""
    (found,) = [each for each in articles if shown(each.text) == text]
    return found


def work_through(who: Annotator, said: Annotation, article: Article, scheme: Scheme) -> None:
    """Answer, mark, answer for each span and submit; then wait for what comes next."""
    for answer in said.answers:
        question = scheme.question(answer.question)
        assert question
        _answer(who, question, answer.values, article)
    for span in said.spans:
        _mark(who, span, said, article, scheme)
    before = who.text.text_content()
    who.submit()
    expect(who.text).not_to_have_text(before or "", timeout=30_000)


def can_click(said: Annotation) -> bool:
    """Tell whether each span has a character that no other covers, to be clicked on."""
    return all(_free(span, said) is not None for span in said.spans)


def _mark(who: Annotator, span: Span, said: Annotation, article: Article, scheme: Scheme) -> None:
    label, free = scheme.label(span.label), _free(span, said)
    assert label
    assert label.hotkey
    assert free is not None
    start, end = span.drawn or (span.start, span.end)
    who.mark_range(label.hotkey, _nth(article, start), _nth(article, end))
    who.select_at(_nth(article, free))
    for name, values in span.attributes.items():
        attribute = scheme.attribute(name)
        assert attribute
        _answer(who, attribute, values, article)
    who.press("Escape")


def _answer(
    who: Annotator, asked: Question | Attribute, values: tuple[str, ...], article: Article
) -> None:
    title = asked.title or asked.name
    if asked.type == "name":
        for value in values:
            if value in candidates(article):
                who.pick(title, value)
            else:
                who.write(title, value)
    elif asked.type == "text":
        who.write(title, values[0])
    elif asked.type == "flag":
        who.tick(title, "Yes")
    else:
        titles = {value.name: value.title or value.name for value in asked.values}
        for value in values:
            if len(asked.values) > 8:
                who.pick(title, titles[value])
            else:
                who.tick(title, titles[value])


def _free(span: Span, said: Annotation) -> int | None:
    others = [other for other in said.spans if other.id != span.id]
    places = range(span.start, span.end)
    free = (at for at in places if not any(o.start <= at < o.end for o in others))
    return next(free, None)


def _nth(article: Article, at: int) -> int:
    """Which UTF-16 unit of the page's text the character at `at` is."""
    return len(shown(article.text[:at]).encode("utf-16-le")) // 2
