"""The job's projects on a server: made once, remembered in job.json, changed only when safe."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from annotation.adjudicating import page
from annotation.client import Client
from annotation.connection import server
from annotation.guidelines import second_look
from annotation.interface import instructions, interface
from annotation.layers import SPANS, scheme_of
from annotation.making import forget_making, made_once
from annotation.raw import RawProject
from corpus.assignments import read_assignments
from corpus.job import Job, now
from corpus.scheme import Scheme, extends
from corpus.suspects import DOUBTED
from corpus.text import sha256_of

#: What is done in a project: annotating, qualifying for it, settling what others disagree on, and
#: looking again at one's own labels under guidelines that have changed.
PURPOSES = (WORK, QUALIFICATION, ADJUDICATION, SECOND) = (
    "work",
    "qualification",
    "adjudication",
    "second look",
)
#: What makes annotations of the corpus.
ANNOTATING = (WORK, SECOND)
#: Label Studio's own limits of a title.
_SHORTEST, _LONGEST = 3, 50


@dataclass(frozen=True, slots=True)
class Desk:
    """What a project is for: a layer, what is done there, and whose it is ('' is everybody's)."""

    layer: str = SPANS
    purpose: str = WORK
    owner: str = ""

    @property
    def told(self) -> str:
        """What a project's title says of it beside the job's name."""
        layer = "" if self.layer == SPANS else self.layer
        purpose = "" if self.purpose == WORK else self.purpose
        return " ".join(part for part in (layer, purpose, self.owner) if part)


@dataclass(frozen=True)
class Linked:
    """A project of ours: its number, when it was made, and which scheme was in force since when.

    One that was made from a backup is `known_as` what its original was.
    """

    id: int
    created: str
    interface: str
    schemes: tuple[tuple[str, str], ...]
    desk: Desk = Desk()
    known_as: str = ""

    @property
    def name(self) -> str:
        """The name under which our files know the project: it outlives a restore."""
        return self.known_as or self.number

    @property
    def number(self) -> str:
        """A name that no other project has: numbers begin anew with every server."""
        return f"p{self.id}-{sha256_of(self.created)[:6]}"

    def scheme_at(self, when: str) -> str:
        """Return the hash of the scheme that annotators worked under at `when`.

        Times are told to the second: what was submitted in the second of a change came before it.
        """
        in_force = [hash_ for since, hash_ in self.schemes if since < when]
        return in_force[-1] if in_force else self.schemes[0][1]


def remembered(job: Job) -> list[Linked]:
    """Return all projects that the job has made on any server, oldest first."""
    rows = job.state().get("projects", {}).values()
    return [_link(row) for servers in rows for row in servers]


def linked(
    job: Job, client: Client, layer: str = SPANS, purpose: str = WORK, owner: str | None = None
) -> list[Linked]:
    """Return the job's projects that are still on the client's server, oldest first.

    Those of one `owner`; without, everybody's that are on that server.
    """
    found = []
    for row in job.state().get("projects", {}).get(server(job, owner or ""), []):
        link = _link(row)
        asked = (link.desk.layer, link.desk.purpose) == (layer, purpose)
        asked = asked and owner in (None, link.desk.owner)
        project = client.project(link.id) if asked else None
        if project and project.created_at == link.created:
            found.append(link)
    return found


def intended(job: Job, client: Client, desk: Desk = Desk()) -> tuple[Linked | None, str]:  # frozen
    """Return the project that a push to the desk begins with, and what will become of it.

    That is '' (nothing), 'made' (a project is made; the one that was stays) or 'updated' (it gets
    the scheme's interface). Nothing is written.
    """
    scheme = scheme_of(job, desk.layer)
    links = linked(job, client, desk.layer, desk.purpose, desk.owner)
    link = links[-1] if links else None
    if link is None:
        return None, "made"
    before = link.schemes[-1][1]
    if before == scheme.hash and link.interface == _print(job, scheme, desk):
        return link, ""
    safe = before == scheme.hash or extends(scheme, job.kept_scheme(before))
    if not safe and any(task.touched for task in client.tasks(link.id)):
        return link, "made"
    return link, "updated"


def current_project(job: Job, client: Client, desk: Desk = Desk(), run: str = "") -> Linked:
    """Return the project to push to, made (to show `run`) or brought up to the layer's scheme.

    A scheme that only adds to the one in force changes the project's interface; one that takes
    something away gets a project of its own once there are annotations, which would lose it.
    """
    scheme = scheme_of(job, desk.layer)
    link, change = intended(job, client, desk)
    job.keep_scheme(scheme)
    if link is None:
        return _made(job, client, desk, scheme, desk.told, run=run)
    if change == "made":
        return _made(job, client, desk, scheme, f"{desk.told} {scheme.version}".strip(), run=run)
    if not change:
        return link
    before = link.schemes[-1][1]
    if any(task.touched for task in client.tasks(link.id)):
        from annotation.backup import backup  # which knows of projects itself

        backup(job, client, link, "before a new configuration")
    project = client.update_project(link.id, **_look(job, scheme, desk))
    since = link.schemes if before == scheme.hash else (*link.schemes, (now(), scheme.hash))
    return _remembered(job, project, since, desk, scheme, known_as=link.known_as)


def _made(job: Job, client: Client, desk: Desk, scheme: Scheme, more: str, *, run: str) -> Linked:
    """Make a project whose title ends in `more`; a desk of one person needs one annotation."""
    everybody = desk == Desk()
    more = more[: _LONGEST - _SHORTEST - 1]
    title = f"{_title(job)[: _LONGEST - len(more) - 1]} {more}".strip()
    project = made_once(
        job,
        client,
        server(job, desk.owner),
        title,
        show_instruction=True,
        show_collab_predictions=True,
        maximum_annotations=job.settings.studio.annotators if everybody else 1,
        **({"model_version": run} if run else {}),
        **_look(job, scheme, desk),
    )
    link = _remembered(job, project, (("", scheme.hash),), desk, scheme)
    forget_making(job, server(job, desk.owner), title)
    return link


def _look(job: Job, scheme: Scheme, desk: Desk) -> dict[str, Any]:
    """The page and what it is introduced by: the annotator's, or the adjudicator's.

    A second look is introduced by why it is asked for.
    """
    if desk.purpose == ADJUDICATION:
        told = page.introduction(scheme) + instructions(scheme)
        return {"label_config": page.adjudicator(scheme), "expert_instruction": told}
    told = instructions(scheme)
    if desk.purpose == SECOND:
        reasons = _reasons(job, scheme, desk)
        changes = [each for each in reasons if each != DOUBTED]
        told = second_look(changes, doubted=DOUBTED in reasons) + told
    return {"label_config": interface(scheme), "expert_instruction": told}


def _reasons(job: Job, scheme: Scheme, desk: Desk) -> list[str]:
    """Why the desk's owner was asked to look again under this scheme, each reason once.

    Of doubts just that there are some: a row has either doubts or what changed.
    """
    rows = [
        row
        for row in read_assignments(job.assignments)
        if (row.kind, row.annotator, row.scheme) == ("again", desk.owner, scheme.hash)
    ]
    whole = (row.reason.removeprefix(f"scheme {scheme.version}: ") for row in rows if not row.taken)
    told = ([DOUBTED] if each.startswith(DOUBTED) else each.split("; ") for each in whole)
    return list(dict.fromkeys(reason for reasons in told for reason in reasons))


def _print(job: Job, scheme: Scheme, desk: Desk) -> str:
    return sha256_of("".join(_look(job, scheme, desk).values()))


def _remembered(
    job: Job,
    project: RawProject,
    since: tuple[tuple[str, str], ...],
    desk: Desk,
    scheme: Scheme,
    *,
    known_as: str = "",
) -> Linked:
    link = Linked(project.id, project.created_at, _print(job, scheme, desk), since, desk, known_as)
    remember(job, link)
    return link


def remember(job: Job, link: Linked) -> None:
    """Write a project into job.json, in the place of what it said of the project before."""
    row = {
        "id": link.id,
        "created": link.created,
        "interface": link.interface,
        "schemes": [list(pair) for pair in link.schemes],
        **asdict(link.desk),
        **({"known_as": link.known_as} if link.known_as else {}),
    }
    projects, name = job.state().get("projects", {}), server(job, link.desk.owner)
    others = [r for r in projects.get(name, []) if r["created"] != link.created]
    job.write_state(projects={**projects, name: [*others, row]})


def _link(row: dict[str, Any]) -> Linked:
    desk = Desk(*(row.get(key, default) for key, default in asdict(Desk()).items()))
    schemes = tuple((since, hash_) for since, hash_ in row["schemes"])
    known_as = row.get("known_as", "")
    return Linked(row["id"], row["created"], row["interface"], schemes, desk, known_as)


def _title(job: Job) -> str:
    title = (job.settings.studio.project or job.folder.name).strip()
    return (title if len(title) >= _SHORTEST else f"Pressmark {title}").strip()[:_LONGEST]
