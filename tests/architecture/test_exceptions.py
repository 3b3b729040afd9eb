# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the rules allow is still needed: a permission nobody uses is removed, or it will be used for something else."""

import pytest

from app.config import ROOT
from tests.architecture import test_imports, test_repository, test_rooms, test_sizes, tree


def used_by(names: set[str]) -> set[str]:
    """The outside libraries that these modules import."""
    return {
        found.split(".")[0] for module in tree.modules() if module.name in names for found, _ in tree.imports(module)
    }


@pytest.mark.parametrize("package", sorted(test_imports.PURE))
def test_every_library_a_pure_package_may_use_is_used(package: str) -> None:
    used = used_by({module.name for module in tree.modules() if module.feature == package})
    left = test_imports.PURE[package] - used
    assert not left, f"{package} no longer imports {sorted(left)}: take them out of PURE"


@pytest.mark.parametrize("name", sorted(test_imports.ENGINE))
def test_every_library_a_part_of_the_engine_may_use_is_used(name: str) -> None:
    left = test_imports.ENGINE[name] - used_by({name})
    assert not left, f"{name} no longer imports {sorted(left)}: take them out of ENGINE"


def test_every_part_of_the_engine_is_listed() -> None:
    knowing = {"flask", "sqlalchemy"}
    pure = {
        module.name
        for module in tree.modules()
        if module.feature == "search" and module.room and not used_by({module.name}) & knowing
    }
    apart = {module.name for module in tree.modules() if module.feature == "search"} - pure
    listed = set(test_imports.ENGINE)
    assert not listed & apart, f"these know pages or tables, they are not the engine: {sorted(listed & apart)}"


def test_every_room_that_may_know_flask_knows_it() -> None:
    knowing = {
        module.room or module.feature
        for module in tree.modules()
        for name, _ in tree.imports(module)
        if name.split(".")[0] in test_imports.FLASK
    }
    left = test_imports.KNOWS_FLASK_ROOMS - knowing
    assert not left, f"no room {sorted(left)} imports Flask: take it out of KNOWS_FLASK_ROOMS"


def test_every_part_that_may_use_what_pages_share_uses_it() -> None:
    using = {module.name for module in tree.modules() for name, _ in tree.imports(module) if name.startswith("app.web")}
    left = test_imports.USES_WEB.keys() - using
    assert not left, f"{sorted(left)} no longer import app/web: take them out of USES_WEB"


def test_every_listed_level_has_its_house() -> None:
    present = {module.feature for module in tree.modules()}
    left = test_imports.LEVEL_OF.keys() - present
    assert not left, f"no such house {sorted(left)}: take it out of LEVELS"


def test_every_place_that_may_call_a_text_safe_does() -> None:
    using = {module.shown for module in tree.modules() if "Markup(" in module.text}
    assert using >= test_rooms.MARKUP_ALLOWED, "a place in MARKUP_ALLOWED calls nothing safe: remove it"


def test_every_file_that_may_do_the_work_of_another_room_does() -> None:
    for shown in test_rooms.MAY:
        module = next((module for module in tree.modules() if module.shown == shown), None)
        assert module is not None, f"{shown} is gone: take it out of MAY"
        pattern, _reason = test_rooms.NEVER[module.kind]
        assert test_rooms.calls(module.text, pattern), f"{shown} keeps the rule now: take it out of MAY"


def test_every_exception_carries_its_reason() -> None:
    reasons = [
        *test_imports.NEIGHBOURS.values(),
        *test_imports.USES_WEB.values(),
        *test_sizes.GENERATED.values(),
        *test_rooms.MAY.values(),
    ]
    assert all(len(reason.split()) >= 4 for reason in reasons), "say in one sentence why"


def test_every_silenced_warning_of_the_linter_is_listed_with_its_file() -> None:
    """`noqa` and `type: ignore` name what they silence; files stay few."""
    bare = []
    for module in tree.modules():
        for number, line in enumerate(module.text.splitlines(), 1):
            if line.rstrip().endswith(("# noqa", "# type: ignore")):
                bare.append(f"{module.shown}:{number}")
    assert not bare, f"name the rule that is silenced, as `# noqa: S704`: {bare}"


def test_the_rules_look_at_a_whole_tree() -> None:
    """A rule over an empty list passes: here is what the lists must hold at least."""
    assert len(tree.modules()) > 60
    assert len(tree.tracked()) > 150
    pages = [f for module in tree.modules() for f in tree.functions(module) if tree.is_page(f)]
    assert len(pages) > 20
    assert (ROOT / "app") == tree.APP


def test_a_file_that_names_a_machine_or_a_registry_would_be_found() -> None:
    words = [*test_repository.MACHINES, *test_repository.REGISTRIES]
    assert len(words) >= 8
    own = (ROOT / "tests" / "architecture" / "test_repository.py").read_text(encoding="utf-8")
    assert not [word for word in words if word in own], "the patterns must not stand in the file that looks for them"
