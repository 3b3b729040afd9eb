# SPDX-License-Identifier: AGPL-3.0-or-later
"""The source tree as the rules see it: modules, imports, functions, templates, tracked files."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from app.config import ROOT

APP = ROOT / "app"
Function = ast.FunctionDef | ast.AsyncFunctionDef
BRANCHES = (ast.If, ast.For, ast.While, ast.Try, ast.With, ast.IfExp, ast.Match, ast.BoolOp)


@dataclass(frozen=True)
class Module:
    """One Python file of the project: its dotted name, its path and its tree."""

    name: str
    path: Path
    text: str
    tree: ast.Module

    @property
    def feature(self) -> str:
        """`solutions` for `app.solutions.views`, `db` for `app.db`, empty for `app`."""
        parts = self.name.split(".")
        return parts[1] if len(parts) > 1 else ""

    @property
    def room(self) -> str:
        """`views` for `app.solutions.views`, empty for a module without a room."""
        parts = self.name.split(".")
        return parts[2] if len(parts) > 2 else ""

    @property
    def kind(self) -> str:
        """The room without its subject: `views` for `round_views`, as ARCHITECTURE.md names them."""
        return self.room.rpartition("_")[2]

    @property
    def shown(self) -> str:
        return str(self.path.relative_to(ROOT))


@cache
def modules() -> tuple[Module, ...]:
    """Every module of the application."""
    return tuple(_module(path) for path in sorted(APP.rglob("*.py")))


def _module(path: Path) -> Module:
    relative = path.relative_to(ROOT).with_suffix("")
    parts = relative.parts[:-1] if relative.name == "__init__" else relative.parts
    text = path.read_text(encoding="utf-8")
    return Module(".".join(parts), path, text, ast.parse(text))


def names() -> frozenset[str]:
    return frozenset(module.name for module in modules())


def imports(module: Module) -> Iterator[tuple[str, int]]:
    """What a module imports as (dotted name, line); `from app.x import y` names `app.x.y` where that is a module."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield (inner if inner in names() else node.module), node.lineno


def functions(module: Module) -> Iterator[Function]:
    for node in ast.walk(module.tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node


def code_lines(module: Module) -> int:
    """Lines that hold code: no blank line, no comment, no docstring."""
    lines = {
        number for number, line in enumerate(module.text.splitlines(), 1) if line.strip() and line.strip()[0] != "#"
    }
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            lines -= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return len(lines)


def length(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def branches(function: Function) -> int:
    """Places where the way through a function forks."""
    return sum(isinstance(node, BRANCHES) and not isinstance(node, ast.With) for node in ast.walk(function))


def is_page(function: Function) -> bool:
    """Whether a function answers an address."""
    return any("permits" in ast.unparse(decorator) for decorator in function.decorator_list)


@cache
def tracked() -> tuple[Path, ...]:
    """Files git knows, those not yet added included."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    return tuple(path for name in listed if name and (path := ROOT / name).is_file())


def percentile(values: list[int], share: float) -> int:
    return sorted(values)[int((len(values) - 1) * share)]
