# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rooms stay small enough to hold in the head."""

from tests.architecture import tree

TEMPLATE_LINES = 130
#: Templates that are data, not pages.
GENERATED = {"italy.html": "the map of Italy, written by assets/map/make_map.py"}


def test_modules_stay_small() -> None:
    sizes = {module.shown: tree.code_lines(module) for module in tree.modules()}
    long = {name: size for name, size in sizes.items() if size > 300}
    assert not long, f"modules over 300 code lines, each is two things: {long}"
    p90 = tree.percentile(list(sizes.values()), 0.9)
    assert p90 <= 200, f"nine modules in ten stay under 200 code lines (now {p90})"


def test_functions_stay_short() -> None:
    sizes = {f"{m.shown}:{f.lineno} {f.name}": tree.length(f) for m in tree.modules() for f in tree.functions(m)}
    long = {name: size for name, size in sizes.items() if size > 40}
    assert not long, f"functions over 40 lines, each does more than one thing: {long}"
    p90 = tree.percentile(list(sizes.values()), 0.9)
    assert p90 <= 25, f"nine functions in ten stay under 25 lines (now {p90})"


def test_functions_fork_little() -> None:
    forked = {
        f"{m.shown}:{f.lineno} {f.name}": tree.branches(f)
        for m in tree.modules()
        for f in tree.functions(m)
        if tree.branches(f) > 8
    }
    assert not forked, f"functions with more than 8 forks: {forked}"


def test_pages_parse_call_and_render() -> None:
    sizes = {
        f"{m.shown}:{f.name}": tree.length(f) for m in tree.modules() for f in tree.functions(m) if tree.is_page(f)
    }
    long = {name: size for name, size in sizes.items() if size > 25}
    assert not long, f"page functions over 25 lines, the fourth thing belongs in a room behind them: {long}"
    median = tree.percentile(list(sizes.values()), 0.5)
    assert median <= 10, f"half of the page functions stay under 10 lines (now {median})"


def test_templates_stay_small() -> None:
    long = {}
    for path in tree.APP.rglob("templates/**/*.html"):
        filled = sum(bool(line.strip()) for line in path.read_text(encoding="utf-8").splitlines())
        if filled > TEMPLATE_LINES and path.name not in GENERATED:
            long[str(path.relative_to(tree.APP))] = filled
    assert not long, f"templates over {TEMPLATE_LINES} filled lines, split them into parts: {long}"


def test_the_generated_templates_are_still_there() -> None:
    present = {path.name for path in tree.APP.rglob("templates/**/*.html")}
    assert set(GENERATED) <= present, "a name in GENERATED is gone: remove it"
