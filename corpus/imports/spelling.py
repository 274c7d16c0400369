"""How a corpus spells what its scheme names: labels, attributes, questions and their values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from corpus.errors import UnreadableError
from corpus.scheme import Label, Question, Scheme, Value
from corpus.text import canonical

_PICKED = ("one", "several")


class Spelling:
    """Looks up the names of a scheme by a corpus' own spelling of them."""

    def __init__(self, scheme: Scheme) -> None:
        self.scheme = scheme
        self._labels = _by_spelling(scheme.labels)
        self._attributes = {each: a for a in scheme.attributes for each in (a.name, *a.native)}
        self._questions = {each: q for q in scheme.questions for each in (q.name, *q.native)}
        asked = (*scheme.attributes, *scheme.questions)
        self._values = {each.name: _by_spelling(each.values) for each in asked}

    def label(self, spelt: str) -> str:
        """Return the label's name.

        Raises:
            UnreadableError: the scheme has no such label.
        """
        return self._look("the label", spelt, self._labels)

    def attributes(self, given: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        """Return attributes by name, without the empty ones.

        Raises:
            UnreadableError: the scheme has no such attribute or value.
        """
        return {
            self._asked("the attribute", spelt, self._attributes).name: names
            for spelt, values in given.items()
            if (names := self._named(self._asked("the attribute", spelt, self._attributes), values))
        }

    def answer(self, spelt: str, values: Sequence[str]) -> tuple[str, tuple[str, ...]]:
        """Return a question's name and the names of its values; no value where all are empty.

        Raises:
            UnreadableError: the scheme has no such question or value.
        """
        question = self._asked("the question", spelt, self._questions)
        return question.name, self._named(question, values)

    def _named(self, question: Question, values: Sequence[str]) -> tuple[str, ...]:
        if question.type not in _PICKED:
            plain = (canonical(value)[0].strip() for value in values)
            return tuple(value for value in plain if value)
        known = self._values[question.name]
        found = []
        rest = [value.strip() for value in values]
        while rest:
            # a value may hold the comma that also stands between values
            size = next((n for n in range(len(rest), 0, -1) if ",".join(rest[:n]) in known), 1)
            value, rest = ",".join(rest[:size]), rest[size:]
            if value or value in known:
                found.append(self._look(f"the value of {question.name!r},", value, known))
        return tuple(dict.fromkeys(found))

    def _asked(self, what: str, spelt: str, known: Mapping[str, Question]) -> Question:
        name = self._look(what, spelt, {each: each for each in known})
        return known[name]

    def _look(self, what: str, spelt: str, known: Mapping[str, str]) -> str:
        if spelt not in known:
            there = ", ".join(dict.fromkeys(known.values()))
            raise UnreadableError(
                f"{what} {spelt!r} is not in the scheme {self.scheme.name}; there are: {there}"
            )
        return known[spelt]


def _by_spelling(items: Iterable[Label | Value]) -> dict[str, str]:
    return {spelt: item.name for item in items for spelt in (item.name, *item.native)}
