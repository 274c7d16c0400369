"""Work that crossed from one annotator's project to another: it is set aside, not mixed in.

Any account of the open edition can open any project. What Label Studio keeps of that is who
submitted an annotation, who changed it last, what it was copied from, and who left a draft; who
only read a task it keeps nowhere (it locks a task for an hour for whoever labels it, and tells
nobody). So a crossing that left no trace cannot be found: `studio.isolated` prevents it.
"""

from __future__ import annotations

from collections.abc import Mapping

from annotation.projects import ANNOTATING, QUALIFICATION, Desk
from annotation.raw import RawAnnotation


def crossing(
    desk: Desk,
    raw: RawAnnotation,
    author: str,
    accounts: Mapping[int, str],
    makers: Mapping[int, str],
) -> str:
    """Say how an annotation on somebody's desk is not its owner's own work; '' if it is.

    Args:
        desk: where it stands; only annotators' own desks are looked at.
        raw: as Label Studio sent it.
        author: the pseudonym of whoever submitted it.
        accounts: the annotators' pseudonyms by the numbers of their accounts.
        makers: who submitted the task's annotations, by number.
    """
    if not desk.owner or desk.purpose not in (*ANNOTATING, QUALIFICATION):
        return ""
    if author != desk.owner:
        return (
            f"it was made by {author} in {desk.owner}'s project, which is not independent;"
            f" if that is {desk.owner}, put the account's e-mail into people.json"
        )
    other = accounts.get(raw.updated_by or 0, author)
    if other != author:
        return f"it was changed by {other} in {desk.owner}'s project, which is not independent"
    if raw.parent_annotation is None:
        return ""
    if raw.parent_annotation not in makers:
        return f"it was copied from annotation {raw.parent_annotation}, which is of another task"
    source = makers[raw.parent_annotation]
    if source != author:
        return f"it was copied from what {source} said, which is not independent"
    return ""
