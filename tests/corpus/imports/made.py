"""Published corpora in small: files in the exact formats, every word of them invented."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from corpus.imports.catalogue import CORPORA
from corpus.imports.convert import Converted, convert

HEAD = "Quill drags Maar into the mud 😀"
FIRST = "The cowardly council of Port Ansel met on Monday."
SECOND = "“A disaster,” said Renn, who leads the dockers."
PAGE = f"{HEAD}\n\n{FIRST}\n\n{SECOND}\n"


def read(name: str, path: Path) -> Converted:
    """What corpus `name` at `path` becomes."""
    corpus = CORPORA[name]
    return convert(corpus.read(path), name, corpus.scheme)


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Put files into `folder` by their names below it."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return folder


def row(id_: str, label: str, words: str, text: str = PAGE) -> str:
    """A row of a PTC label file, its place found by quotation."""
    start = text.index(words)
    return f"{id_}\t{label}\t{start}\t{start + len(words)}\n"


def ptc(folder: Path, labels: str, text: str | bytes = PAGE, **more: str | bytes) -> Path:
    """A PTC folder of one article, 111, and a label file."""
    files = {"articles/article111.txt": text, "train.labels": labels, **more}
    return write(folder, files)


def workbook(path: Path, rows: Sequence[Sequence[Any]]) -> Path:
    """An .xlsx file of these rows."""
    import openpyxl

    book = openpyxl.Workbook()
    for cells in rows:
        book.active.append(list(cells))
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return path


def basil(folder: Path, *phrases: Mapping[str, Any], **article_level: str) -> Path:
    """A BASIL folder of one article and these phrases."""
    sentences = [[FIRST, "Nobody voted."], [SECOND]]
    article = {
        "title": HEAD,
        "source": "Calder Courier",
        "date": "2016-05-04",
        "url": "https://courier.example/mud",
        "body-paragraphs": sentences,
    }
    notes = {
        "article-level-annotations": article_level,
        "phrase-level-annotations": [
            {"aim": "dir", "quote": "no", "speaker": "", "polarity": "neg", **phrase}
            for phrase in phrases
        ],
    }
    return write(
        folder,
        {
            "articles/2016/abc_1.json": json.dumps(article),
            "annotations/2016/abc_1_ann.json": json.dumps(notes),
        },
    )


def phrase(place: str, words: str, sentence: str, bias: str = "lex", **more: str) -> dict[str, Any]:
    """A BASIL phrase of `words` in `sentence`, which is 'title' or 'p<k>'."""
    start = sentence.index(words)
    return {
        "id": place,
        "start": start,
        "end": start + len(words),
        "txt": words,
        "bias": bias,
        **more,
    }


def said(found: Converted) -> dict[str, list[tuple[str, str, str]]]:
    """By article and author: question or label, what it stands on, and the value."""
    result = {}
    for annotation in found.annotations.values():
        text = found.articles[annotation.article].text
        spans = [(s.label, text[s.start : s.end], "") for s in annotation.spans]
        answers = [
            (a.question, text[a.start : a.end] if a.end else "", ", ".join(a.values))
            for a in annotation.answers
        ]
        result[f"{annotation.article} {annotation.author}"] = spans + answers
    return result


def reasons(found: Converted) -> list[tuple[str, str]]:
    """Place and reason of everything refused."""
    return [(each.where, each.reason) for each in found.refused]
