# SPDX-License-Identifier: AGPL-3.0-or-later
"""What each figure counts: in the whole, of a theme, of a body."""

from datetime import UTC, datetime, timedelta

from app.figures.count import Asked, Documented, Facts, Numbers, Transfer, as_rows, numbers

START = datetime(2026, 11, 1, tzinfo=UTC)


def of(*words: str) -> frozenset[str]:
    return frozenset(words)


def asked(days: float | None, *bodies: str, theme: str = "suap", state: str = "open", outcome: str = "") -> Asked:
    answered = START + timedelta(days=days) if days is not None else None
    return Asked(state, outcome, START, START, answered, of(theme), of(*bodies))


def twinned(state: str, *bodies: str, theme: str = "suap", adopted: bool = False, reason: str = "") -> Transfer:
    return Transfer(state, "adattare", reason, adopted, of(theme), of(*bodies))


FACTS = Facts(
    [
        Documented("visibile", of("suap", "imprese"), of("bologna"), of("bari", "torino")),
        Documented("validata", of("cuc"), of("bologna", "anci")),
        Documented("visibile", of("suap"), of("bari")),
    ],
    [
        asked(2, "bari", "torino"),
        asked(4, "bari", state="closed", outcome="solved"),
        asked(9),
        asked(None, "torino", theme="cuc"),
    ],
    [
        twinned("running", "bologna", "bari"),
        twinned("closed", "bologna", "bari", adopted=True),
        twinned("closed", "bologna", "torino"),
        twinned("stopped", "bologna", "torino", theme="cuc", reason="funding"),
    ],
)


def test_the_whole() -> None:
    found = numbers(FACTS)
    assert (found.solutions, found.documented, found.requests, found.requests_open) == (3, 2, 4, 3)
    assert (found.days_to_answer.days, found.days_to_answer.cases) == (4.0, 3)
    assert (found.running, found.transfers, found.unadopted, found.stopped) == (1, 1, 1, 1)
    assert found.running_by_phase == [("adattare", 1)]
    assert found.stopped_by_reason == [("funding", 1)]
    assert found.requests_by_outcome == [("solved", 1)]
    assert found.by_badge == [("visibile", 2), ("validata", 1)]


def test_a_theme_and_a_body_count_what_is_theirs() -> None:
    cuc, bari, torino = numbers(FACTS, theme="cuc"), numbers(FACTS, body="bari"), numbers(FACTS, "suap", "torino")
    assert (cuc.solutions, cuc.requests, cuc.stopped, cuc.by_theme) == (1, 1, 1, [])
    assert (bari.solutions, bari.documented, bari.requests, bari.running, bari.transfers) == (1, 1, 2, 1, 1)
    assert bari.days_to_answer.days is None
    assert (torino.solutions, torino.documented, torino.requests, torino.unadopted) == (0, 1, 1, 1)


def test_who_asks_without_a_name_counts_in_no_body() -> None:
    assert sum(line.requests for line in numbers(Facts([], [asked(1)], [])).by_body) == 0
    assert numbers(Facts([], [asked(1)], [])).requests == 1


def value(found: Numbers, figure: str, of: str) -> object:
    (row,) = [row for row in as_rows(found) if (row["figure"], row["of"]) == (figure, of)]
    return row["value"]


def test_the_lines_of_a_table_say_what_choosing_the_body_or_theme_says() -> None:
    whole = numbers(FACTS)
    for by, lines in (("theme", whole.by_theme), ("city", whole.by_body)):
        assert lines
        for line in lines:
            alone = numbers(FACTS, **{"theme" if by == "theme" else "body": line.key})
            for figure in ("solutions", "requests", "twinnings-running", "transfers-closed", "twinnings-stopped"):
                assert value(whole, f"{figure}-by-{by}", line.key) == value(alone, figure, "")


def test_without_anything_there_are_zeros_and_no_medians() -> None:
    found = numbers(Facts([], [], []))
    assert {row["value"] for row in as_rows(found)} == {0, None}
