# SPDX-License-Identifier: AGPL-3.0-or-later
"""A YAML file of the content folder as data, with the line of every value, and its entries against their fields."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from app.document.model import Problem
from app.document.schema import Field, Level
from app.document.validate import check
from app.text.typed import CONTROL

MAX_NESTING = 9

#: Safe YAML whose dates stay text, as everywhere in the content folder; read by libyaml where it is there.
DATES_AS_TEXT: Any = type(
    "DatesAsText",
    (getattr(yaml, "CSafeLoader", yaml.SafeLoader),),
    {
        "yaml_implicit_resolvers": {
            letter: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
            for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
        }
    },
)


@dataclass(frozen=True)
class DataFile:
    """What a file says, where each value stands (``cities.2.name``), and why it could not be read."""

    data: Any = None
    problems: tuple[Problem, ...] = ()
    lines: dict[str, int] = field(default_factory=dict)


def read(path: Path) -> DataFile:
    """One file. Never raises: what cannot be read is a problem with its line."""
    try:
        return parsed(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        return DataFile(problems=(Problem("file", "not_utf8", 1),))
    except OSError as error:
        return DataFile(problems=(Problem("file", "not_readable", 1, str(error.strerror)),))


def parsed(text: str) -> DataFile:
    """The data of a text. Never raises."""
    control = CONTROL.search(text)
    if control:
        line = text.count("\n", 0, control.start()) + 1
        return DataFile(problems=(Problem("file", "not_readable", line, f"U+{ord(control[0]):04X}"),))
    try:
        node = yaml.compose(text, Loader=DATES_AS_TEXT)
        lines = dict(_places(node, "", set(), 0)) if node else {}
        data = yaml.load(text, Loader=DATES_AS_TEXT)  # noqa: S506 - a safe loader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return DataFile(problems=(_unread(mark.line + 1 if mark else 1, str(error.problem or error.context)),))
    # The last two for a value that is not what its tag says: `!!int ''`, `!!bool forse`, `!!timestamp oggi`.
    except (yaml.YAMLError, ValueError, TypeError, RecursionError, OverflowError, LookupError, AttributeError) as error:
        return DataFile(problems=(_unread(1, str(error)[:200]),))
    return DataFile(data, (), lines)


def _unread(line: int, detail: str) -> Problem:
    return Problem("file", "yaml_file", line, detail, "slug: bologna")


def _places(node: yaml.Node, path: str, seen: set[int], depth: int) -> Iterator[tuple[str, int]]:
    """The line of every value, mappings by name and lists by number from 1."""
    if depth > MAX_NESTING or id(node) in seen:
        raise yaml.constructor.ConstructorError(None, None, "too deep, or an alias", node.start_mark)
    if isinstance(node, (yaml.MappingNode, yaml.SequenceNode)):
        seen.add(id(node))
    for name, child in _children(node):
        inner = f"{path}.{name}" if path else name
        yield inner, child.start_mark.line + 1
        yield from _places(child, inner, seen, depth + 1)


def _children(node: yaml.Node) -> Iterator[tuple[str, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        names = [str(key.value) for key, _value in node.value]
        twice = next((key for key, _value in node.value if names.count(str(key.value)) > 1), None)
        if twice is not None:
            raise yaml.constructor.ConstructorError(None, None, f"'{twice.value}' stands twice", twice.start_mark)
        yield from zip(names, (value for _key, value in node.value), strict=True)
    elif isinstance(node, yaml.SequenceNode):
        yield from ((str(number), value) for number, value in enumerate(node.value, 1))


def listed(data: Any, name: str, example: str, needed: bool = True) -> tuple[list[Any], tuple[Problem, ...]]:
    """A list that the file holds under a name, or what is wrong with it."""
    if not isinstance(data, Mapping):
        return [], (Problem("file", "not_a_mapping", 1, str(data)[:80], f"{name}: ..."),)
    value = data.get(name)
    if value in (None, []):
        return [], (Problem(name, "missing", example=example),) if needed else ()
    if not isinstance(value, list):
        return [], (Problem(name, "not_a_list", detail=str(value)[:80], example=example),)
    return value, ()


def entry_problems(fields: tuple[Field, ...], raw: Any, place: str) -> Iterator[Problem]:
    """What is wrong in one entry: its shape, its fields. Fields without a rule are kept as they are."""
    if not isinstance(raw, Mapping) or not all(isinstance(name, str) for name in raw):
        yield Problem(place, "not_a_mapping", detail=str(raw)[:80], example=f"{fields[0].name}: {fields[0].example}")
        return
    for rule in fields:
        value = raw.get(rule.name)
        if value not in (None, ""):
            yield from check(rule, value, f"{place}.{rule.name}")
        elif rule.needed is not Level.NEVER:
            yield Problem(f"{place}.{rule.name}", "missing", example=rule.example)
