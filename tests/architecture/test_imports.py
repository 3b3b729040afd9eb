# SPDX-License-Identifier: AGPL-3.0-or-later
"""Imports point down the street; pure packages stay pure; Flask and Whoosh are known where they must be only."""

import ast
import sys

import pytest

from tests.architecture import tree

#: Lower never imports higher; neighbours on a level never import each other, except as listed in NEIGHBOURS.
LEVELS = [
    {"errors", "later", "rubbish", "text"},
    {"document", "matching", "access", "config", "files"},
    {"db", "conversion", "data_folder"},
    {"schema", "cities", "search", "journal", "outbox"},
    {"accounts"},
    {"solutions"},
    {"writing"},
    {"review"},
    {"needs"},
    {"twinnings"},
    {"notices", "figures", "pages", "operations", "catalogue"},
    {"web"},
    {"background", "backup"},
    {"commands", "watch"},
    {"cli"},
    {"factory"},
    {""},
]
LEVEL_OF = {feature: number for number, level in enumerate(LEVELS) for feature in level}

#: Houses whose rooms stand on different floors: who may look across, and why.
NEIGHBOURS = {
    ("cities", "search"): "cities/search.py hands its document to the engine, as every feature does",
}
#: `web` knows no feature, but the pages of every feature use it: it stands beside the street, not on it.
BESIDE = {"web"}

PURE: dict[str, set[str]] = {
    "text": {"Stemmer"},
    "document": {"yaml", "markdown", "nh3", "pymdownx"},
    "matching": {"numpy", "scipy"},
    "files": {"pypdf", "PIL"},
    "conversion": set(),
}
PURE_MAY_USE = ("app.errors", "app.later", *(f"app.{package}" for package in PURE))
#: The engine itself: arrays and Whoosh, no pages and no tables.
ENGINE = {
    "app.search.concepts": set(),
    "app.search.document": set(),
    "app.search.engine": {"numpy"},
    "app.search.snapshot": {"numpy"},
    "app.search.excerpt": set(),
    "app.search.facets": {"numpy"},
    "app.search.index": {"whoosh"},
    "app.search.italian": {"numpy"},
    "app.search.nearby": set(),
    "app.search.terminology": {"yaml"},
    "app.search.passages": {"numpy"},
    "app.search.query": set(),
    "app.search.ranker": {"numpy"},
    "app.search.results": set(),
    "app.search.segments": {"numpy"},
    "app.search.spelling": set(),
    "app.search.suggest": set(),
    "app.search.terms": set(),
}
FLASK = {"flask", "flask_babel", "flask_compress", "werkzeug", "whitenoise", "markupsafe"}
KNOWS_FLASK_ROOMS = {"views", "forms", "identity", "letters", "chores"}
KNOWS_FLASK_FEATURES = {"web", "background", "commands", "cli", "factory"}


def knows_flask(module: tree.Module) -> bool:
    """Pages (`views`, `<subject>_views`), forms, who is signed in, letters, and what the worker does."""
    return module.room in KNOWS_FLASK_ROOMS or module.room.endswith("_views")


def test_every_feature_has_its_level() -> None:
    unplaced = {module.feature for module in tree.modules()} - LEVEL_OF.keys()
    assert not unplaced, f"give {sorted(unplaced)} a level in LEVELS, as ARCHITECTURE.md draws the street"


def test_imports_point_down_the_street() -> None:
    wrong = []
    for module in tree.modules():
        for name, line in tree.imports(module):
            parts = name.split(".")
            if parts[0] != "app" or len(parts) < 2:
                continue
            other = parts[1]
            if other == module.feature or other in BESIDE or (module.feature, other) in NEIGHBOURS:
                continue
            if module.feature in BESIDE and LEVEL_OF[other] < LEVEL_OF["cities"]:
                continue
            if LEVEL_OF[other] >= LEVEL_OF[module.feature] or module.feature in BESIDE:
                wrong.append(f"{module.shown}:{line} imports {name}")
    assert not wrong, "move the shared thing down a level (ARCHITECTURE.md):\n" + "\n".join(wrong)


def test_the_exceptions_between_neighbours_are_still_needed() -> None:
    used = {
        (module.feature, name.split(".")[1])
        for module in tree.modules()
        for name, _ in tree.imports(module)
        if "." in name and name.startswith("app.")
    }
    assert set(NEIGHBOURS) <= used, "an exception in NEIGHBOURS is no longer used: remove it"


@pytest.mark.parametrize("package", sorted(PURE))
def test_pure_packages_use_only_what_is_listed(package: str) -> None:
    allowed = PURE[package] | set(sys.stdlib_module_names)
    wrong = [
        f"{module.shown}:{line} imports {name}"
        for module in tree.modules()
        if module.feature == package
        for name, line in tree.imports(module)
        if name.split(".")[0] not in allowed and not name.startswith(PURE_MAY_USE)
    ]
    assert not wrong, "pure packages run without Flask and database; list a library in PURE with care:\n" + "\n".join(
        wrong
    )


@pytest.mark.parametrize("name", sorted(ENGINE))
def test_the_engine_knows_neither_pages_nor_tables(name: str) -> None:
    module = next(module for module in tree.modules() if module.name == name)
    allowed = ENGINE[name] | set(sys.stdlib_module_names)
    # What a solution may be is a list of the format, and no table.
    own = {*ENGINE, "app.search.semantic", "app.document.schema"}
    wrong = [
        f"{module.shown}:{line} imports {found}"
        for found, line in tree.imports(module)
        if found.split(".")[0] not in allowed and not found.startswith("app.text") and found not in own
    ]
    assert not wrong, "the engine is handed documents, it fetches none:\n" + "\n".join(wrong)


def test_only_the_index_adapter_imports_whoosh() -> None:
    knowing = {
        module.name for module in tree.modules() for name, _ in tree.imports(module) if name.split(".")[0] == "whoosh"
    }
    assert knowing == {"app.search.index"}, (
        "another engine must be one more file: keep Whoosh behind app/search/index.py"
    )


def test_flask_is_known_by_pages_and_shared_web_parts_only() -> None:
    wrong = [
        f"{module.shown}:{line} imports {name}"
        for module in tree.modules()
        if module.feature not in KNOWS_FLASK_FEATURES and not knows_flask(module) and module.name != "app"
        for name, line in tree.imports(module)
        if name.split(".")[0] in FLASK
    ]
    assert not wrong, "a service or a query has never heard of HTTP:\n" + "\n".join(wrong)


#: Parts that run beside the pages, and what of `web` they need.
USES_WEB = {
    "app.search.indexer": "writes its lines into the same structured log as the pages",
    "app.solutions.pdf_process": "reads the built style and fonts from the folder that web/assets.py names",
}


def test_what_pages_share_is_used_by_pages_and_by_what_starts_them() -> None:
    wrong = [
        f"{module.shown}:{line} imports {name}"
        for module in tree.modules()
        if module.feature not in KNOWS_FLASK_FEATURES and not knows_flask(module) and module.name != "app"
        for name, line in tree.imports(module)
        if name.startswith("app.web") and module.name not in USES_WEB
    ]
    assert not wrong, "below the pages nothing knows app/web:\n" + "\n".join(wrong)


def test_there_is_no_import_cycle() -> None:
    graph = {
        module.name: {name for name, _ in tree.imports(module) if name in tree.names() and name != module.name}
        for module in tree.modules()
    }
    done: set[str] = set()

    def visit(name: str, way: tuple[str, ...]) -> None:
        assert name not in way, "import cycle: " + " -> ".join([*way[way.index(name) :], name])
        if name not in done:
            for other in graph[name]:
                visit(other, (*way, name))
            done.add(name)

    for name in graph:
        visit(name, ())


def test_no_import_stands_inside_a_function() -> None:
    wrong = [
        f"{module.shown}:{inner.lineno}"
        for module in tree.modules()
        if module.name != "app"
        for function in tree.functions(module)
        for inner in ast.walk(function)
        if isinstance(inner, (ast.Import, ast.ImportFrom))
    ]
    assert not wrong, "an import inside a function hides a circle: move the shared thing down a level:\n" + "\n".join(
        wrong
    )
