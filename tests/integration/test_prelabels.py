"""Pre-labels by lot on a real Label Studio: shown to some, errors planted, pulled, counted."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest

from annotation.client import Client, connect
from annotation.projects import remembered
from annotation.pull import pull
from annotation.push import plans, push
from annotation.rehearse import rehearse
from annotation.studio import Running, read_login
from annotation.wanted import wanted
from corpus.assignments import Assignment, append_assignments
from corpus.exposures import read_exposures
from corpus.job import Job
from corpus.prelabels.effects import effects
from corpus.prelabels.planted import planted
from corpus.prelabels.rules import prelabel
from corpus.records import Annotation, Article
from corpus.store import read_annotations
from tests.conftest import MakeJob
from tests.speech import SCHEME, article, mark

WORDS = """\
name: mine
version: "1"
provenance: written for this test
entries:
  judged: [{words: [vile, silly, dull], weight: 0.5}]
  loud head: [{words: [slams], weight: 0.75}]
"""


@pytest.fixture
def admin(studio: Running) -> Iterator[Client]:
    client = connect(studio.url, read_login(studio.login).token)
    yield client
    client.close()


def pages(count: int) -> list[Article]:
    said = "The vile plan of the port is dead. Renn, a silly man 😀, left. The dull day ended."
    return [
        article(f"Maar slams {n}\n\n{said}", f"a{n}", publisher="Courier") for n in range(count)
    ]


def campaign(studio_job: MakeJob, count: int = 8) -> Job:
    found = pages(count)
    prelabels = {"exposure": 0.5, "planted": 0.3}
    home = studio_job(
        *found,
        scheme=SCHEME,
        lexicon="words.yaml",
        people={"ana": {}, "ben": {}},
        campaign={"prelabels": prelabels},
    )
    (home.folder / "words.yaml").write_text(WORDS, encoding="utf-8")
    rows = [Assignment(who, each.id, each.sha256) for who in ("ana", "ben") for each in found]
    rows[0] = replace(rows[0], kind="control")
    append_assignments(home.assignments, rows)
    prelabel(home)
    return home


def work(home: Job) -> list[Annotation]:
    """Everybody lets stand what is shown, and without pre-labels marks one word."""
    said = []
    for desk, tasks in wanted(home, "spans").items():
        for task in tasks:
            own = mark(desk.owner, ("vile", "judged"), of=task.article)
            if task.shown:
                spans = tuple(
                    replace(span, origin="accepted", attributes={"sentiment": ("negative",)})
                    for span in task.shown.spans
                )
                own = replace(own, spans=spans, shown=task.shown.run)
            said.append(own)
    return said


def test_by_lot_some_see_pre_labels_with_errors_and_what_they_did_is_told(
    studio_job: MakeJob, admin: Client
) -> None:
    home = campaign(studio_job)
    assert sum(len(plan.new) for plan in plans(home)) == 16
    assert not home.exposures.exists()
    assert push(home).new == 16
    rows = {(row.annotator, row.article): row for row in read_exposures(home.exposures)}
    # ben's eight articles, and seven of ana's since one is everybody's
    assert Counter(row.arm for row in rows.values())["shown"] in (7, 8)
    assert rows["ana", "a0"].reason == "control"
    for link in remembered(home):
        for task in admin.snapshot(link.id):
            row = rows[link.desk.owner, task.told("article")]
            assert bool(task.predictions) == (row.arm == "shown")
            told = repr(task.data).lower()
            assert not any(word in told for word in ("plant", "exposure", "shown", "arm'"))
    written = home.exposures.read_bytes()
    assert (push(home).new, home.exposures.read_bytes()) == (0, written)

    assert rehearse(home, work(home)) == 16
    assert pull(home).new == 16
    result = effects(home)
    errors = result.planted[0]
    assert errors.shown == errors.stand == sum(len(row.planted) for row in rows.values()) > 2
    fates = result.fates[0]
    assert (fates.edited, fates.removed, fates.added) == (0, 0, 0)
    assert fates.kept == fates.shown > 10
    assert result.rates[0].difference.value is not None
    assert result.rates[0].difference.value > 0
    plants = planted(home)
    for said in read_annotations(home.annotations):
        row = rows[said.author, said.article]
        assert plants.unassisted(said) == (row.arm == "unshown")
        ids = {error.id for error in row.planted}
        assert {s.source for s in said.spans} >= ids
        assert not {s.source for s in plants.without(said).spans} & ids
