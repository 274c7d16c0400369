"""What `agree` found as tables of the terminal: 80 columns, and below each what is undefined."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING

from corpus.agreement.agree import Agreement
from corpus.agreement.disagreements import SORTS
from corpus.agreement.numbers import figure, number
from corpus.agreement.people import IDLE
from corpus.agreement.sorting import Count
from corpus.looking.display import safe
from corpus.measures import Figure

if TYPE_CHECKING:
    from rich.console import Console

    from corpus.agreement.gamma import Gamma
    from corpus.agreement.results import Measured

#: Rows of a table; a crowd of annotators would fill pages. --json has them all.
MOST = 30
ALL = "all labels"


@dataclass
class Told:
    """A table: its name, head and rows, the first column in words; `notes` stand beneath it."""

    name: str
    head: tuple[str, ...]
    rows: list[tuple[str, ...]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    words: int = 1

    def row(self, *cells: str | int | Figure) -> None:
        """Add a row; of a figure that is undefined the reason becomes a note."""
        self.rows.append(tuple(self._cell(cell) for cell in cells))

    def _cell(self, cell: str | int | Figure) -> str:
        if not isinstance(cell, Figure):
            return f"{cell:,}" if isinstance(cell, int) else cell
        if cell.value is None and cell.why:
            note = f"–: {cell.why}"
            if note not in self.notes:
                self.notes.append(note)
        return figure(cell)


def tables(found: Agreement) -> list[Told]:
    """Return every table there is something for."""
    told: list[Told] = []
    if found.measured:
        told += [*_spans(found.measured), *_values(found.measured), *_pairs(found.measured)]
    told += [*_strata(found), *_sorts(found), *_people(found)]
    if found.gamma:
        told.insert(2, _gamma(found.gamma))
    return [table for table in told if table.rows]


def heading(found: Agreement) -> Iterator[str]:
    """Yield the lines above the tables: what was compared, how independent it is, what is out."""
    scheme = found.scheme
    named = f"{safe(scheme.name)} {safe(scheme.version)}"
    yield f"scheme {named}; first submissions, without pre-labels"
    if found.measured:
        m = found.measured
        many = f"{len(m.annotators)} annotators"
        names = ", ".join(map(safe, m.annotators))
        who = f"{many}: {names}" if len(names) <= 60 else many
        yield f"{m.articles} articles by two or more of {who}"
    yield safe(found.independence)
    out = [
        (found.assisted, "made with pre-labels"),
        (found.left_out.skipped, "skipped"),
        (found.left_out.withdrawn, "withdrawn"),
        (found.left_out.draft, "drafts"),
        (found.left_out.scheme, "under a scheme that this one does not continue"),
        (found.left_out.again, "second ones by one author"),
        (found.left_out.second, "second looks under changed guidelines"),
        (found.left_out.lost, "of texts the job does not have"),
        (found.left_out.misfit, "whose spans leave the text"),
    ]
    if told := ", ".join(f"{count} {what}" for count, what in out if count):
        yield f"left out: {told}"
    if found.why:
        yield f"agreement: – ({safe(found.why)})"


def _spans(m: Measured) -> Iterator[Told]:
    alpha = Told("spans, corrected for chance", ("label", "spans", "uα", f"α of {m.unit}s"))
    f1 = Told(
        "spans, F1 (mean of pairs) beside what shuffled spans reach",
        ("label", "exact", "shuffled", "overlap", "shuffled"),
    )
    for each in m.labels:
        name = safe(each.label) or ALL
        units = each.units if each.label else ""
        alpha.row(name, sum(count for _, count in each.spans), each.u, units)
        shuffled = number(each.f1.exact_shuffled.value), number(each.f1.overlap_shuffled.value)
        f1.row(name, each.f1.exact, shuffled[0], each.f1.overlap, shuffled[1])
    every = m.label("")
    if every and len(m.labels) > 2:
        alpha.row("|uα: marked or not", "", every.relevant, "")
        alpha.row("cuα: which label", "", every.coded, "")
        for category in every.categories:
            alpha.row(f"(k)uα: {safe(category.value)}", "", category.alpha, "")
    yield alpha
    yield f1


def _gamma(found: Gamma) -> Told:
    told = Told("spans, gamma", ("labels", "articles", "mean γ"))
    told.row(ALL, found.articles, found.figure)
    s = found.settings
    told.notes.append(
        f"pygamma-agreement {found.version}, {found.unit}s, alpha {s.alpha:g}, beta {s.beta:g},"
        f" empty cost {s.delta_empty:g}, {s.samples} samples, seed {s.seed}"
    )
    told.notes.append(
        f"articles that one annotator alone marked ({found.one_sided}) count 0, those that nobody"
        f" marked ({found.empty}) are left out"
    )
    return told


def _values(m: Measured) -> Iterator[Told]:
    for name, found in (
        ("attributes of spans that two marked", m.attributes),
        ("answers", m.questions),
    ):
        head = ("attribute" if found is m.attributes else "question", "units", "α", "mean κ")
        told = Told(name, head)
        for each in found:
            of = f" ({safe(each.label)})" if each.label else ""
            metric = "" if each.metric == "nominal" else f", {each.metric}"
            told.row(f"{safe(each.name)}{of}{metric}", each.units, each.alpha, each.kappa)
        yield told


def _pairs(m: Measured) -> Iterator[Told]:
    spans = Told("pairs, spans (F1)", ("pair", "label", "articles", "overlap", "shuffled"), words=2)
    for each in m.labels:
        for pair in each.pairs:
            who = f"{safe(pair.one)}, {safe(pair.other)}"
            label = safe(each.label) or ALL
            shuffled = number(pair.f1.overlap_shuffled.value)
            spans.row(who, label, pair.articles, pair.f1.overlap, shuffled)
    yield spans
    answers = Told("pairs, values (Cohen's κ)", ("pair", "what", "units", "κ"), words=2)
    for coded in (*m.questions, *(each for each in m.attributes if not each.label)):
        for two in coded.pairs:
            who = f"{safe(two.one)}, {safe(two.other)}"
            answers.row(who, safe(coded.name), two.units, two.kappa)
    yield answers


def _strata(found: Agreement) -> Iterator[Told]:
    for by, rows in groupby(found.strata, key=lambda s: s.by):
        told = Told(f"by {by}", (by, "articles", "spans", "uα", "F1 overlap", "shuffled"))
        questions = Told(f"answers by {by}", (by, "question", "α"), words=2)
        silent: list[str] = []
        for each in rows:
            shuffled = number(each.f1.overlap_shuffled.value)
            name = safe(each.name)
            if by == "kind of block" and not each.spans:
                silent.append(name)
                continue
            told.row(name, each.articles, each.spans, each.u, each.f1.overlap, shuffled)
            for question, alpha in each.answers:
                questions.row(name, safe(question), alpha)
        if silent:
            told.notes.append(f"nobody marked anything in: {', '.join(silent)}")
        yield told
        if by in {"week", "slice", "guideline version"}:
            yield questions


def _sorts(found: Agreement) -> Iterator[Told]:
    yield _counted("disagreements", "label or question", found.disagreements)
    if len({count.what for count in found.pairs}) > 1:
        yield _counted("disagreements by pair", "pair", found.pairs)


def _counted(name: str, what: str, counts: Sequence[Count]) -> Told:
    told = Told(name, (what, *SORTS, "all"))
    by: dict[str, dict[str, int]] = {}
    for count in counts:
        by.setdefault(count.what, {})[count.sort] = count.count
    order = sorted(by, key=lambda each: (-sum(by[each].values()), each))
    for each in order:
        cells = [by[each].get(sort, 0) for sort in SORTS]
        told.row(safe(each), *cells, sum(cells))
    return told


def _people(found: Agreement) -> Iterator[Told]:
    repeats = Told("each against themselves", ("annotator", "what", "articles", "figure"), words=2)
    for each in found.repeats:
        who = safe(each.annotator)
        chance = number(each.f1.overlap_shuffled.value)
        repeats.row(who, f"F1 overlap (shuffled {chance})", each.articles, each.f1.overlap)
        for question, alpha in each.answers:
            repeats.row(who, f"α of {safe(question)}", each.articles, alpha)
    yield repeats
    rates = Told("spans in 1,000 words, by week", ("annotator", "weeks", "change a week"), words=2)
    for line in found.drift:
        weeks = _shortened([number(rate.rate, 1) for rate in line.rates])
        rates.row(safe(line.annotator), weeks, line.trend)
    yield rates
    times = Told("seconds in 1,000 words", ("annotator", "articles", "median"), notes=[IDLE])
    for each_ in found.speed:
        told = _seconds(each_.seconds) if each_.seconds.value is not None else each_.seconds
        times.row(safe(each_.annotator), each_.articles, told)
    yield times


def _shortened(rates: Sequence[str]) -> str:
    kept = rates if len(rates) <= 6 else [*rates[:3], "…", *rates[-2:]]
    return "  ".join(kept)


def _seconds(found: Figure) -> str:
    if found.low is None or found.high is None:
        return f"{found.value:,.0f}"
    return f"{found.value:,.0f} [{found.low:,.0f}, {found.high:,.0f}]"


def printed(told: Iterable[Told], console: Console) -> None:
    """Print the tables, no wider than the console."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    for each in told:
        shown = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
        for place, name in enumerate(each.head):
            words = place < each.words
            shown.add_column(Text(name), justify="left" if words else "right", no_wrap=not words)
        for row in each.rows[:MOST]:
            shown.add_row(*map(Text, row))
        console.print(Text(each.name, style="bold"))
        console.print(shown)
        more = len(each.rows) - MOST
        notes = [*each.notes, *([f"and {more} more: --json lists them all"] if more > 0 else [])]
        for note in notes:
            console.print(Text(note, style="italic"))
        console.print()
