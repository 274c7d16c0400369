"""The job's projects on a server: made once, remembered in job.json, changed only when safe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from annotation.client import Client
from annotation.connection import server
from annotation.interface import instructions, interface
from annotation.layers import SPANS, scheme_of
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
    layer: str = SPANS

    @property
    def name(self) -> str:
        """A name no other project has: numbers begin anew with every server."""
        return f"p{self.id}-{sha256_of(self.created)[:6]}"

    def scheme_at(self, when: str) -> str:
        """Return the hash of the scheme that annotators worked under at `when`.

        Times are told to the second: what was submitted in the second of a change came before it.
        """
        in_force = [hash_ for since, hash_ in self.schemes if since < when]
        return in_force[-1] if in_force else self.schemes[0][1]


def linked(job: Job, client: Client, layer: str = SPANS) -> list[Linked]:
    """Return the job's projects of a layer that are still on the server, oldest first."""
    found = []
    for row in job.state().get("projects", {}).get(server(job), []):
        link = Linked(**{**row, "schemes": tuple((s, h) for s, h in row["schemes"])})
        project = client.project(link.id) if link.layer == layer else None
        if project and project.created_at == link.created:
            found.append(link)
    return found


def current_project(job: Job, client: Client, layer: str = SPANS) -> Linked:
    """Return the project to push to, made or brought up to the layer's scheme.

    A scheme that only adds to the one in force changes the project's interface; one that takes
    something away gets a project of its own once there are annotations, which would lose it.
    """
    scheme, links = scheme_of(job, layer), linked(job, client, layer)
    job.keep_scheme(scheme)
    link = links[-1] if links else None
    if link is None:
        return _made(job, client, layer, scheme, "" if layer == SPANS else f" {layer}")
    before = link.schemes[-1][1]
    if before == scheme.hash and link.interface == _print(scheme):
        return link
    safe = before == scheme.hash or extends(scheme, job.kept_scheme(before))
    if not safe and any(task.touched for task in client.tasks(link.id)):
        more = f" {scheme.version}" if layer == SPANS else f" {layer} {scheme.version}"
        return _made(job, client, layer, scheme, more)
    project = client.update_project(link.id, **_look(scheme))
    since = link.schemes if before == scheme.hash else (*link.schemes, (now(), scheme.hash))
    return _remembered(job, project, since, layer, scheme)


def _made(job: Job, client: Client, layer: str, scheme: Scheme, more: str) -> Linked:
    """Make a project whose title ends in `more`; one person's correction of a page is enough."""
    project = client.create_project(
        title=_title(job)[: _LONGEST - len(more)] + more,
        show_instruction=True,
        show_collab_predictions=True,
        maximum_annotations=job.settings.studio.annotators if layer == SPANS else 1,
        **_look(scheme),
    )
    return _remembered(job, project, (("", scheme.hash),), layer, scheme)


def _look(scheme: Scheme) -> dict[str, Any]:
    return {"label_config": interface(scheme), "expert_instruction": instructions(scheme)}


def _print(scheme: Scheme) -> str:
    return sha256_of(interface(scheme) + instructions(scheme))


def _remembered(
    job: Job, project: RawProject, since: tuple[tuple[str, str], ...], layer: str, scheme: Scheme
) -> Linked:
    link = Linked(project.id, project.created_at, _print(scheme), since, layer)
    row = {
        "id": link.id,
        "created": link.created,
        "interface": link.interface,
        "schemes": [list(pair) for pair in since],
        "layer": layer,
    }
    projects = job.state().get("projects", {})
    others = [r for r in projects.get(server(job), []) if r["created"] != link.created]
    job.write_state(projects={**projects, server(job): [*others, row]})
    return link


def _title(job: Job) -> str:
    title = (job.settings.studio.project or job.folder.name).strip()
    return (title if len(title) >= _SHORTEST else f"Pressmark {title}").strip()[:_LONGEST]
