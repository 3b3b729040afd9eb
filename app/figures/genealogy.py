# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where solutions come from: each source with who learnt it, their variants, and who learnt those in turn: pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.figures.rules import Flow, Practice

#: Steps drawn one inside the other; a longer chain goes on in a tree of its own.
MOST_STEPS = 8


@dataclass(frozen=True)
class Branch:
    """Who learnt a solution, and the variants that came of it."""

    flow: Flow
    variants: tuple["Lineage", ...]


@dataclass(frozen=True)
class Lineage:
    """A solution with those who learnt it; ``own`` are variants by the body that made the source."""

    practice: Practice
    branches: tuple[Branch, ...]
    own: tuple["Lineage", ...]

    @property
    def steps(self) -> int:
        """Passages from the solution to the farthest of those who learnt it."""
        further = [1 + max((variant.steps for variant in branch.variants), default=0) for branch in self.branches]
        return max((*further, *(variant.steps for variant in self.own)), default=0)

    @property
    def flows(self) -> frozenset[Flow]:
        beneath = [*self.own, *(variant for branch in self.branches for variant in branch.variants)]
        return frozenset(branch.flow for branch in self.branches).union(*(variant.flows for variant in beneath))


@dataclass(frozen=True)
class _Known:
    """What the trees are made of."""

    roots: frozenset[str]
    flows: Mapping[str, Sequence[Flow]]
    variants: Mapping[str, Sequence[Practice]]


def lineages(practices: Iterable[Practice], flows: Iterable[Flow]) -> list[Lineage]:
    """A tree for every solution that somebody learnt and that is no variant of a known one, by its title."""
    practices = sorted(practices, key=lambda practice: (practice.title, practice.slug))
    by_slug = {practice.slug: practice for practice in practices}
    sources = [practice for practice in practices if _is_root(practice, by_slug)]
    taught: dict[str, list[Flow]] = {}
    for flow in flows:
        taught.setdefault(flow.solution, []).append(flow)
    variants: dict[str, list[Practice]] = {}
    for practice in practices:
        if practice.based_on in by_slug:
            variants.setdefault(practice.based_on, []).append(practice)
    known = _Known(frozenset(source.slug for source in sources), taught, variants)
    grown = [_grown(source, known) for source in sources]
    return [tree for tree in grown if tree.branches or tree.own]


def _is_root(practice: Practice, by_slug: Mapping[str, Practice]) -> bool:
    """Whether a tree begins here: without a known source, after so many steps, or first in a ring of variants."""
    passed, here = [practice.slug], practice
    while here.based_on in by_slug and here.based_on not in passed:
        here = by_slug[here.based_on]
        passed.append(here.slug)
    if here.based_on in by_slug:
        ring = passed[passed.index(here.based_on) :]
        if practice.slug in ring:
            return practice.slug == min(ring)
    return (len(passed) - 1) % MOST_STEPS == 0


def _grown(practice: Practice, known: _Known) -> Lineage:
    beneath = [item for item in known.variants.get(practice.slug, ()) if item.slug not in known.roots]
    learnt = {flow.receiver.slug for flow in known.flows.get(practice.slug, ())}
    branches = tuple(
        Branch(flow, tuple(_grown(item, known) for item in beneath if item.owner.slug == flow.receiver.slug))
        for flow in known.flows.get(practice.slug, ())
    )
    return Lineage(practice, branches, tuple(_grown(item, known) for item in beneath if item.owner.slug not in learnt))


def touched(trees: Iterable[Lineage], flows: Iterable[Flow]) -> list[Lineage]:
    """The trees in which one of the passages stands, whole: where a thing comes from is part of the answer."""
    wanted = frozenset(flows)
    return [tree for tree in trees if tree.flows & wanted]


def variants(trees: Iterable[Lineage]) -> dict[Flow, list[Practice]]:
    """The variants that came of each passage, by the passage."""
    found: dict[Flow, list[Practice]] = {}
    for tree in trees:
        found |= variants(tree.own)
        for branch in tree.branches:
            found[branch.flow] = [variant.practice for variant in branch.variants]
            found |= variants(branch.variants)
    return found
