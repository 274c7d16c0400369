"""Commands about the people who annotate: people, annotator, assign."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from corpus.console import HERE, Folder, Json, Settings, answer, work

if TYPE_CHECKING:
    from annotation.campaign.assign import Assigned
    from annotation.people import Invited

app = typer.Typer()


@app.command()
def people(
    invitation: Annotated[
        str | None, typer.Option(help="Print a text to send to this annotator.")
    ] = None,
    job: Folder = HERE,
    settings: Settings = None,
    as_json: Json = False,
) -> None:
    """Make the accounts of everybody in the job file, without a browser."""
    from annotation.people import invitation as text_for
    from annotation.people import invite
    from corpus.errors import PressmarkError
    from corpus.independence import independence

    with work("people", job, settings) as (opened, progress):
        names = sorted(opened.settings.people)
        if invitation is not None and names and invitation not in names:
            raise PressmarkError(
                f"{invitation}: nobody of that name in the job file; there are: {', '.join(names)}"
            )
        found = invite(opened, progress)
    if invitation is None:
        told = "\n".join(_account(each) for each in found)
        password = f"passwords are in {opened.studio_data}/people.json, for your eyes alone"
        answer(found, as_json, f"{told}\n{password}\n{independence(opened)}")
        return
    mine = found[names.index(invitation)]
    answer(mine, as_json, text_for(opened, mine).rstrip())


def _account(person: Invited) -> str:
    """What is new about a person, the log-in, and where to go."""
    new = "new account" if person.made else "has an account"
    where = "\n  ".join(person.projects) or f"{person.server}, no project yet"
    return f"{person.pseudonym}: {new}, signs in as {person.email}\n  {where}"


@app.command()
def annotator(
    name: Annotated[str, typer.Argument(help="A pseudonym; it names the annotations.")],
    job: Folder = HERE,
    settings: Settings = None,
) -> None:
    """Make one annotator's account on the job's Label Studio, without a browser."""
    from annotation.people import add_annotator

    with work("annotator", job, settings) as (opened, _):
        login = add_annotator(opened, name)
    print(f"{name} signs in as {login.email}\nthe password is in {opened.studio_data}/people.json")


@app.command()
def assign(
    week: Annotated[
        int | None,
        typer.Option(min=1, help="Open no further than this week; without it the next is opened."),
    ] = None,
    date: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The day to plan on; without it, today."),
    ] = None,
    *,
    clear: Annotated[
        bool,
        typer.Option(
            "--clear", help="Remove what was taken back from Label Studio, if nobody has begun it."
        ),
    ] = False,
    job: Folder = HERE,
    settings: Settings = None,
    as_json: Json = False,
) -> None:
    """Give annotators another week's articles, and pass on what somebody cannot do."""
    from annotation.campaign.assign import assign as give
    from annotation.campaign.clearing import clear_away

    with work("assign", job, settings) as (opened, _):
        if clear:
            cleared = clear_away(opened)
            told = (
                f"{cleared.removed} tasks removed, see backups/" if cleared.removed else "nothing"
            )
            begun = f"; {cleared.begun} were begun and stay" if cleared.begun else ""
            answer(cleared, as_json, told + begun)
            return
        result = give(opened, week, date.date() if date else None)
    answer(result, as_json, "\n".join(_given(result)))


def _given(result: Assigned) -> list[str]:
    """What a lead wants to know of an assignment."""
    given = ", ".join(f"{name} {count}" for name, count in result.given.items())
    told = [f"week {result.week} from {result.opens}: " + (given or "nothing to give")]
    if result.given:
        late = f"; of earlier weeks for everybody: {result.late}" if result.late else ""
        told.append(f"for everybody: {result.control}; once more: {result.repeats}{late}")
    told += [f"taken back, {count}: {why}" for why, count in result.reasons.items()]
    if result.waiting:
        told.append(f"waiting for another annotator: {result.waiting}")
    told.append(f"given to nobody yet: {result.left}")
    return told + [f"note: {note}" for note in result.notes]
