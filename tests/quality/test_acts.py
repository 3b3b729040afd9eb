# SPDX-License-Identifier: AGPL-3.0-or-later
"""Acts cited in real sentences are found, and nothing else is: the labelled list of `bench/data/acts.jsonl`."""

import pytest

from bench.acts import SPLITS, entries, misses, score

TARGET = 0.98


@pytest.mark.parametrize("split", SPLITS)
def test_both_halves_of_the_labelled_list_reach_the_target(split: str) -> None:
    result = score(entries(split))
    assert min(result.precision, result.recall) >= TARGET, "\n".join(misses(entries(split)))


def test_the_labelled_list_is_large_enough_and_half_of_it_is_held_out() -> None:
    halves = [entries(split) for split in SPLITS]
    listed = [entry for half in halves for entry in half]
    assert sum(len(entry["acts"]) for entry in listed) >= 400
    assert sum(not entry["acts"] for entry in listed) >= 100
    assert all(len(half) >= 0.45 * len(listed) for half in halves)


def test_every_entry_of_the_labelled_list_says_where_it_comes_from_and_where_its_acts_stand() -> None:
    listed = [entry for split in SPLITS for entry in entries(split)]
    assert all(entry["source"] for entry in listed)
    assert len({entry["id"] for entry in listed}) == len({entry["text"] for entry in listed}) == len(listed)
    assert all(entry["text"][act["start"] :].startswith(act["surface"]) for entry in listed for act in entry["acts"])
