"""YAML files a person wrote: read strictly, every problem told at once with its line."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin

import pydantic
import yaml

from corpus.errors import PressmarkError


class Strict(pydantic.BaseModel):
    """A section of a YAML file: unknown keys are errors, values are not coerced."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True, strict=True)


class ConfigError(PressmarkError):
    """A file a person wrote is wrong; `problems` holds one line for each fault."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problems))


M = TypeVar("M", bound=Strict)
_MAP, _LIST = "keys and values", "a list"
#: pydantic's errors that speak of Python's types, and what a file should have there.
_KINDS: dict[str, str] = {"model_type": _MAP, "model_attributes_type": _MAP, "dict_type": _MAP}
_KINDS |= {"tuple_type": _LIST, "list_type": _LIST}
#: A place in a file: keys and positions, outermost first.
Loc = tuple[str | int, ...]


def read_yaml(model: type[M], path: Path, text: str | None = None) -> M:
    """Read `path` (or `text`, named as if it stood there) into `model`.

    Raises:
        ConfigError: with every problem of the file, each with its line and what was probably meant.
    """
    if text is None:
        try:
            text = path.read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            raise ConfigError([f"{path}: no such file"]) from None
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError([f"{path}: cannot be read as UTF-8 text ({error})"]) from None
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        data = load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        what = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise ConfigError([f"{path}{line}: not valid YAML: {what}"]) from None
    if not isinstance(data, dict):
        raise ConfigError([f"{path}: expected keys and values, found {_kind(data)}"])
    problems = [f"{path}:{line}: the key {key!r} stands twice" for line, key in _doubles(node)]
    try:
        result = model.model_validate(data)
    except pydantic.ValidationError as error:
        problems += [_told(path, node, model, data, fault) for fault in error.errors()]
    if problems:
        raise ConfigError(problems)
    return result


class _Loader(yaml.SafeLoader):
    """Leaves a date that is none as it was written, so that it is told with its line and key."""

    def date(self, node: yaml.ScalarNode) -> object:
        try:
            return self.construct_yaml_timestamp(node)
        except ValueError:
            return node.value


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _Loader.date)


def load(text: str) -> Any:
    """Return what the YAML `text` holds; a date such as 2026-13-01 is a text."""
    return yaml.load(text, Loader=_Loader)  # noqa: S506  # a SafeLoader


def line_of(text: str, loc: Loc) -> int:
    """Return the line (from 1) of the deepest part of `loc` that the YAML `text` has."""
    return _line(yaml.compose(text, Loader=yaml.SafeLoader), loc)


def override(data: dict[str, Any], settings: Sequence[str]) -> dict[str, Any]:
    """Return `data` with `settings` such as 'training.epochs=5' put in; values are read as YAML."""
    result = {**data}
    for setting in settings:
        name, sign, value = setting.partition("=")
        keys = name.split(".")
        if not sign or not all(keys):
            raise ConfigError([f"--set {setting}: expected KEY.KEY=VALUE"])
        section = result
        for key in keys[:-1]:
            inner = section.get(key) or {}
            if not isinstance(inner, dict):
                raise ConfigError([f"--set {setting}: {key!r} is no section"])
            section[key] = {**inner}
            section = section[key]
        try:
            section[keys[-1]] = load(value)
        except (yaml.YAMLError, ValueError):
            raise ConfigError([f"--set {setting}: the value is not valid YAML"]) from None
    return result


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "yes or no"
    if isinstance(value, int | float):
        return "a number"
    names = {dict: _MAP, list: _LIST, str: "text", type(None): "nothing"}
    return names.get(type(value), type(value).__name__)


def _doubles(
    node: yaml.Node | None, above: tuple[yaml.Node, ...] = ()
) -> Iterator[tuple[int, str]]:
    """Yield line and name of each key that stands twice in one mapping (YAML keeps the last)."""
    if any(node is other for other in above):
        return  # an alias of what it stands in
    above = (*above, node) if node else above
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _doubles(item, above)
    elif isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                yield key.start_mark.line + 1, key.value
            seen.add(key.value)
            yield from _doubles(value, above)


def _told(path: Path, node: yaml.Node | None, model: type[Strict], data: object, fault: Any) -> str:
    """One line for one of pydantic's errors: file, line, key, what is wrong, what was meant."""
    place = [part for part in fault["loc"] if _exists(data, fault["loc"], part)]
    line = _line(node, fault["loc"])
    key = ".".join(str(part) for part in place or fault["loc"])
    if fault["type"] == "extra_forbidden":
        known = _fields(model, fault["loc"][:-1])
        name = str(fault["loc"][-1])
        close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
        hint = f"did you mean {close[0]!r}?" if close else f"known here: {', '.join(sorted(known))}"
        return f"{path}:{line}: unknown key {key!r}; {hint}"
    if fault["type"] == "missing":
        key = ".".join(str(part) for part in fault["loc"])
        return f"{path}:{line}: {key!r} is missing"
    if kind := _KINDS.get(fault["type"]):
        hint = ": write {} to leave all as it is" if (kind, fault["input"]) == (_MAP, None) else ""
        return f"{path}:{line}: {key}: expected {kind}, found {_kind(fault['input'])}{hint}"
    message = fault["msg"].removeprefix("Value error, ")
    if not fault["loc"]:
        return f"{path}: {message}"
    if fault["type"] != "value_error":
        message = message[0].lower() + message[1:] + f", found {fault['input']!r}"
    if fault["type"] == "string_type" and isinstance(fault["input"], int | float):
        message += f": write it in quotes, {str(fault['input'])!r}"
    return f"{path}:{line}: {key}: {message}"


def _exists(data: object, loc: Sequence[str | int], part: str | int) -> bool:
    """Tell whether `part` of a location is in the file (pydantic adds names of union arms)."""
    for step in loc:
        try:
            data = data[step]  # type: ignore[index]  # a wrong kind of container is an answer too
        except (KeyError, IndexError, TypeError):
            return False
        if step is part:
            return True
    return False


def _line(node: yaml.Node | None, loc: Sequence[str | int]) -> int:
    """The line (from 1) of the deepest part of `loc` that the file has."""
    line = 1
    for part in loc:
        if isinstance(node, yaml.MappingNode):
            found = next(((k, v) for k, v in node.value if k.value == str(part)), None)
            if found is None:
                break
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            break
    return line


def _fields(model: type[Strict], loc: Sequence[str | int]) -> list[str]:
    """The keys known at `loc` below `model`."""
    annotation: Any = model
    for part in loc:
        if isinstance(part, int):
            continue
        if get_origin(annotation) in (dict, Mapping):
            annotation = get_args(annotation)[1]
            continue
        inner = _model_in(annotation)
        if inner is None or part not in inner.model_fields:
            return []
        annotation = inner.model_fields[part].annotation
    found = _model_in(annotation)
    return list(found.model_fields) if found else []


def _model_in(annotation: Any) -> type[Strict] | None:
    if isinstance(annotation, type) and issubclass(annotation, Strict):
        return annotation
    if get_origin(annotation) in (Union, UnionType, tuple, list, dict, Mapping) or get_args(
        annotation
    ):
        return next((m for arg in get_args(annotation) if (m := _model_in(arg))), None)
    return None
