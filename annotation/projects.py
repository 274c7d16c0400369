"""The job's projects on a server: made once, remembered in job.json, changed only when safe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from annotation.client import Client
from annotation.connection import server
from annotation.interface import instructions, interface
from annotation.raw import RawProject
from corpus.job import Job, now
from corpus.scheme import Scheme, extends
from corpus.text import sha256_of

#: Label Studio's own limits of a title.
_SHORTEST, _LONGEST = 3, 50


@dataclass(frozen=True)
class Linked:
    """A project of ours: its number, when it was made, and which scheme was in force since when."""

    id: int
    created: str
    interface: str
    schemes: tuple[tuple[str, str], ...]

    @property
    def name(self) -> str:
        """A name no other project has: numbers begin anew with every server."""
        return f"p{self.id}-{sha256_of(self.created)[:6]}"

    def scheme_at(self, when: str) -> str:
        """Return the hash of the scheme that annotators worked under at `when`."""
        in_force = [hash_ for since, hash_ in self.schemes if since <= when]
        return in_force[-1] if in_force else self.schemes[0][1]


def linked(job: Job, client: Client) -> list[Linked]:
    """Return the job's projects that are still on the server, oldest first."""
    found = []
    for row in job.state().get("projects", {}).get(server(job), []):
        link = Linked(**{**row, "schemes": tuple((s, h) for s, h in row["schemes"])})
        project = client.project(link.id)
        if project and project.created_at == link.created:
            found.append(link)
    return found


def current_project(job: Job, client: Client) -> Linked:
    """Return the project to push to, made or brought up to the job's scheme.

    A scheme that only adds to the one in force changes the project's interface; one that takes
    something away gets a project of its own once there are annotations, which would lose it.
    """
    scheme, links = job.scheme, linked(job, client)
    job.keep_scheme()
    link = links[-1] if links else None
    if link is None:
        return _made(job, client, _title(job))
    before = link.schemes[-1][1]
    if before == scheme.hash and link.interface == _print(scheme):
        return link
    safe = before == scheme.hash or extends(scheme, job.kept_scheme(before))
    if not safe and any(task.touched for task in client.tasks(link.id)):
        return _made(job, client, f"{_title(job)[: _LONGEST - 8]} {scheme.version}"[:_LONGEST])
    project = client.update_project(link.id, **_look(scheme))
    since = link.schemes if before == scheme.hash else (*link.schemes, (now(), scheme.hash))
    return _remembered(job, project, since)


def _made(job: Job, client: Client, title: str) -> Linked:
    project = client.create_project(
        title=title,
        show_instruction=True,
        show_collab_predictions=True,
        maximum_annotations=job.settings.studio.annotators,
        **_look(job.scheme),
    )
    return _remembered(job, project, (("", job.scheme.hash),))


def _look(scheme: Scheme) -> dict[str, Any]:
    return {"label_config": interface(scheme), "expert_instruction": instructions(scheme)}


def _print(scheme: Scheme) -> str:
    return sha256_of(interface(scheme) + instructions(scheme))


def _remembered(job: Job, project: RawProject, schemes: tuple[tuple[str, str], ...]) -> Linked:
    link = Linked(project.id, project.created_at, _print(job.scheme), schemes)
    row = {
        "id": link.id,
        "created": link.created,
        "interface": link.interface,
        "schemes": [list(pair) for pair in schemes],
    }
    projects = job.state().get("projects", {})
    others = [r for r in projects.get(server(job), []) if r["created"] != link.created]
    job.write_state(projects={**projects, server(job): [*others, row]})
    return link


def _title(job: Job) -> str:
    title = (job.settings.studio.project or job.folder.name).strip()
    return (title if len(title) >= _SHORTEST else f"Pressmark {title}").strip()[:_LONGEST]
