"""A plan and what became of it, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sized

from annotation.plan import Plan

#: As many names as a line can hold.
_NAMED = 3

#: What push meets and leaves alone, by the field that counts or lists it.
_LEFT = {
    "unshown": "begun before the wanted pre-labels came, so they are not shown",
    "stale": "with a version of an article that is no longer the latest",
    "altered": "whose text was changed in Label Studio: restore it there",
    "unknown": "not ours, or not wanted there (any more)",
    "contested": "there twice and begun twice: settle by hand which one counts",
}


def left_alone(result: object) -> Iterator[str]:
    """Yield a line for each kind of task that was met and left as it is."""
    for name, told in _LEFT.items():
        value = getattr(result, name)
        count = len(value) if isinstance(value, Sized) else value
        if count:
            yield f"{count} {told}{_names(value)}"


def told_plan(plan: Plan) -> Iterator[str]:
    """Yield the lines of `push --plan` for one desk."""
    yield f"{plan.desk.told or 'everybody'}: {_project(plan)}"
    if plan.unresolved:
        yield f"  {plan.unresolved} sent before, whose fate is not known: waited for first"
    yield f"  {len(plan.new)} new, {plan.same} as they are"
    if plan.newer:
        yield f"  {len(plan.newer)} are given other pre-labels{_names([u for u, _ in plan.newer])}"
    if plan.run:
        yield f"  the project shows the run {plan.run}"
    if plan.removed:
        yield f"  doubles that nobody has begun, removed: {len(plan.removed)}"
    for line in left_alone(plan):
        yield f"  left alone: {line}"


def _project(plan: Plan) -> str:
    if plan.change == "made":
        return "a project would be made"
    changed = ", whose interface gets the scheme as it is now" if plan.change else ""
    return f"project {plan.project}{changed}"


def _names(value: object) -> str:
    """The first few names of a list, without the hash of the text."""
    if not isinstance(value, list | tuple) or not value:
        return ""
    names = [str(each).partition("@")[0] for each in value[:_NAMED]]
    more = f" and {len(value) - _NAMED} more" if len(value) > _NAMED else ""
    return f" ({', '.join(names)}{more})"
