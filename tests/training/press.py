"""A small press that learns fast: tiny encoders, and articles whose spans follow a rule."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import tokenizers
from tokenizers.processors import TemplateProcessing
from transformers import AutoConfig, AutoModel, PreTrainedTokenizerFast, set_seed

from corpus.job import Job
from corpus.records import Annotation, Answer, Article, Block, Span
from corpus.scheme import Scheme
from corpus.store import append_annotations

NOUNS = ["mayor", "board", "harbour", "budget", "clinic", "union", "school", "bridge"]
VERBS = ["visits", "plans", "opens", "funds", "reviews", "closes"]
BAD = ["vile", "shameful", "rotten"]
LOUD = ["slams", "blasts", "torches"]
#: The architectures that `tiny_encoder` makes.
KINDS = ("bert", "roberta", "deberta-v2", "modernbert")
_SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
_SIZE = {"num_hidden_layers": 1, "num_attention_heads": 2, "hidden_size": 32}


def pages(count: int, seed: int = 0) -> list[Article]:
    """Articles of a headline and three paragraphs, some words of which are bad or loud."""
    draw = random.Random(seed)
    found = []
    for number in range(count):
        verb = draw.choice(LOUD if number % 2 else VERBS)
        lines = [f"{draw.choice(NOUNS)} {verb} {draw.choice(NOUNS)} 😀".capitalize()]
        for _ in range(3):
            marked = f"{draw.choice(BAD)} and {draw.choice(BAD)} " if draw.random() < 0.7 else ""
            first, second = draw.sample(NOUNS, 2)
            lines.append(f"The {first} {draw.choice(VERBS)} the {marked}“{second}”, it said.")
        text = "\n\n".join(lines)
        starts = [text.index(line) for line in lines]
        blocks = tuple(
            Block(start, start + len(line), "paragraph" if start else "headline")
            for start, line in zip(starts, lines, strict=True)
        )
        found.append(Article(id=f"p{number}", text=text, blocks=blocks))
    return found


def opinion(article: Article, author: str, scheme: Scheme, **fields: Any) -> Annotation:
    """What everyone sees in `pages`: runs of bad words, and a headline with a loud verb."""
    spans = []
    for block in article.blocks:
        text = article.text[block.start : block.end]
        if block.kind == "headline" and any(verb in text for verb in LOUD):
            spans.append(Span(f"h{block.start}", block.start, block.end, "loud head"))
        places = [(text.find(word), text.find(word) + len(word)) for word in BAD if word in text]
        both = [place for word in BAD for place in _every(text, word)]
        if block.kind == "paragraph" and places:
            start = block.start + min(s for s, _ in both)
            end = block.start + max(e for _, e in both)
            spans.append(Span(f"b{block.start}", start, end, "judged"))
    given = {
        "id": f"{article.id}:{author}",
        "answers": (Answer("genre", ("report",)),),
        "spans": tuple(spans),
    }
    return Annotation(
        article=article.id,
        sha256=article.sha256,
        author=author,
        role="human",
        scheme=scheme.hash,
        **{**given, **fields},
    )


def annotate(job: Job, articles: list[Article], authors: tuple[str, ...] = ("ana", "ben")) -> None:
    """Let `authors` annotate the articles in the job's log."""
    made = [opinion(each, author, job.scheme) for each in articles for author in authors]
    append_annotations(job.annotations, made)


def tiny_encoder(folder: Path, kind: str = "bert") -> Path:
    """Save a random encoder of that architecture with a tokenizer of its own; return its folder."""
    corpus = [article.text for article in pages(40)]
    byte_level = kind != "bert"
    tokenizer = _byte_pairs(corpus) if byte_level else _word_pieces(corpus)
    names = {f"{name.strip('[]').lower()}_token": name for name in _SPECIAL}
    # RoBERTa has two rows more than positions
    length = 64
    wrapped = PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=length, **names)
    more: dict[str, Any] = {"max_position_embeddings": length + (2 if kind == "roberta" else 0)}
    if kind == "deberta-v2":
        more |= {"relative_attention": True, "pos_att_type": ["p2c", "c2p"]}
    if kind == "roberta":
        more |= {"pad_token_id": 1}
    else:
        more |= {"pad_token_id": 0}
    if kind == "modernbert":
        more |= {"cls_token_id": 2, "sep_token_id": 3, "bos_token_id": 2, "eos_token_id": 3}
    config = AutoConfig.for_model(
        kind, vocab_size=tokenizer.get_vocab_size(), intermediate_size=64, **_SIZE, **more
    )
    set_seed(0)
    AutoModel.from_config(config).save_pretrained(folder)
    wrapped.save_pretrained(folder)
    return folder


def _every(text: str, word: str) -> list[tuple[int, int]]:
    return [(n, n + len(word)) for n in range(len(text)) if text.startswith(word, n)]


def _word_pieces(corpus: list[str]) -> tokenizers.Tokenizer:
    made = tokenizers.BertWordPieceTokenizer()
    made.train_from_iterator(corpus, vocab_size=300, special_tokens=_SPECIAL, show_progress=False)
    return _framed(made._tokenizer)


def _byte_pairs(corpus: list[str]) -> tokenizers.Tokenizer:
    made = tokenizers.ByteLevelBPETokenizer(trim_offsets=False)
    made.train_from_iterator(corpus, vocab_size=500, special_tokens=_SPECIAL, show_progress=False)
    return _framed(made._tokenizer)


def _framed(tokenizer: tokenizers.Tokenizer) -> tokenizers.Tokenizer:
    ends = [(name, tokenizer.token_to_id(name)) for name in ("[CLS]", "[SEP]")]
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B [SEP]", special_tokens=ends
    )
    return tokenizer
