# SPDX-License-Identifier: AGPL-3.0-or-later
"""What may be asked, what may follow what, when an answer is due, who may know whose a request is."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.document.dates import day_of
from app.needs import rules
from app.needs.rules import Answer, State, Wanted
from app.text.folding import fold
from tests.makers import NOW
from tests.naughty import STRINGS

TODAY = date(2026, 11, 22)
GOOD = Wanted("Uno sportello unico per cinquanta comuni", date(2027, 3, 1), themes=("suap",))


def wrong(**said: object) -> dict[str, str]:
    return rules.wrong_in(Wanted(**{**vars(GOOD), **said}), TODAY, ["suap"], ["Venezia"])


@pytest.mark.parametrize(
    ("problem", "title"),
    [
        ("Un solo sportello. E poi altro.", "Un solo sportello"),
        ("Prima riga\nseconda", "Prima riga"),
        ("parola " * 30, f"{'parola ' * 14}".strip() + "…"),
        ("https://ente.example/" + "a" * 200, ("https://ente.example/" + "a" * 200)[:100] + "…"),
    ],
)
def test_a_request_without_a_title_is_named_by_how_it_begins(problem: str, title: str) -> None:
    assert rules.first_words(problem) == Wanted(problem).heading == title


def test_two_answers_are_enough() -> None:
    assert wrong() == {}
    assert wrong(themes=()) == {}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"problem": ""}, {"problem": "required"}),
        ({"problem": "Aiuto"}, {"problem": "too_short"}),
        ({"problem": "a" * 4_001}, {"problem": "too_long"}),
        ({"by_when": None}, {"by_when": "required"}),
        ({"by_when": TODAY}, {"by_when": "day_past"}),
        ({"by_when": date(2040, 1, 1)}, {"by_when": "too_far"}),
        ({"themes": ("altro",)}, {"themes": "unknown_theme"}),
        ({"themes": tuple("abcdef")}, {"themes": "too_many_themes"}),
        ({"formats": ("gita",)}, {"formats": "not_a_choice"}),
        ({"visibility": "segreta"}, {"visibility": "not_a_choice"}),
        ({"title": "a" * 121}, {"title": "too_long"}),
        ({"constraints": {"budget": "a" * 301}}, {"budget": "too_long"}),
    ],
)
def test_what_is_wrong_is_named_by_its_field(said: dict[str, object], expected: dict[str, str]) -> None:
    assert wrong(**said) == expected


@pytest.mark.parametrize("text", ["A Venezia ognuno fa da sé da anni", "Tra i comuni di VENEZIA non c'è accordo"])
def test_an_anonymous_request_may_not_name_its_city(text: str) -> None:
    assert wrong(problem=text, visibility="anonymous") == {"problem": "names_city"}
    assert wrong(problem=text) == {}


def test_nor_may_it_tell_it_by_what_its_people_are_called_or_in_another_field() -> None:
    torino = ("Torino", "Città metropolitana di Torino")
    text, limits = "Nel territorio torinese ognuno fa da sé", {"staff": "due persone di Torino"}
    asked = Wanted(text, TODAY.replace(year=2027), constraints=limits, visibility="anonymous")
    assert rules.wrong_in(asked, TODAY, [], torino) == {"problem": "names_city", "staff": "names_city"}


@pytest.mark.parametrize("text", ["A Reggio Calabria e nei comuni intorno", "Gli uffici reggini sono in affanno"])
def test_a_city_is_told_by_the_name_that_people_use_too(text: str) -> None:
    asked = Wanted(text, TODAY.replace(year=2027), visibility="anonymous")
    assert rules.wrong_in(asked, TODAY, [], ("Reggio di Calabria",)) == {"problem": "names_city"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Scrivere a mario.rossi@comune.example.it per i dettagli", True),
        ("Chiamare lo 011 8612345 dalle nove alle dodici", True),
        ("Il mio cellulare: 3331234567, sempre acceso", True),
        ("Il numero è cell. 333 1234567, sempre acceso", True),
        ("Telefono +39 06 12345678, interno due", True),
        ("Nel 2026 abbiamo speso 30.000 euro per 312 Comuni", False),
        ("Vale l'art. 15 della l. 241/1990 e il D.P.R. 160/2010", False),
        ("Il bando è del 12/03/2026 e il CUP è J59J21012000001", False),
    ],
)
def test_a_request_tells_no_mailbox_and_no_telephone(text: str, told: bool) -> None:
    assert wrong(problem=text) == ({"problem": "contact"} if told else {})
    assert wrong(constraints={"staff": text}) == ({"staff": "contact"} if told else {})


def test_a_draft_may_lack_everything() -> None:
    assert rules.wrong_in_draft(Wanted(""), []) == {}


def test_the_title_is_the_first_sentence() -> None:
    assert Wanted("Troppi moduli. Ogni comune ha i suoi.").heading == "Troppi moduli"
    assert Wanted("Un modulo solo.").heading == "Un modulo solo"
    assert Wanted("x", title="Moduli").heading == "Moduli"
    long = Wanted("parola " * 60).heading
    assert len(long) <= 101
    assert long.endswith("…")


@given(st.text(max_size=300))
def test_every_title_makes_an_address(text: str) -> None:
    slug = rules.slug_of(text)
    assert slug
    assert len(slug) <= rules.SLUG_LENGTH
    assert set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


@pytest.mark.parametrize("text", STRINGS)
def test_naughty_text_has_a_title_that_fits(text: str) -> None:
    assert len(Wanted(text).heading) <= rules.MOST_TITLE


@pytest.mark.parametrize(
    ("bodies", "national", "chosen", "hidden"),
    [
        ((), False, (), True),
        (("torino",), False, (), True),
        (("venezia",), False, (), False),
        ((), True, (), False),
        (("torino",), False, ("torino",), False),
        (("bologna",), False, ("torino",), True),
    ],
)
def test_who_may_know_whose_an_anonymous_request_is(
    bodies: tuple[str, ...], national: bool, chosen: tuple[str, ...], hidden: bool
) -> None:
    assert rules.hides_city("anonymous", "venezia", bodies, national, chosen) is hidden
    assert not rules.hides_city("public", "venezia", bodies, national, chosen)


@pytest.mark.parametrize("state", list(State))
def test_only_drafts_and_open_requests_change_and_only_open_ones_are_joined(state: State) -> None:
    assert rules.may_edit(state) is (state in {State.DRAFT, State.OPEN})
    assert rules.may_join(state, "venezia", (), "torino") is (state is State.OPEN)
    assert rules.may_close(state) is (state == State.OPEN)


def test_nobody_joins_twice_or_their_own_request() -> None:
    assert not rules.may_join(State.OPEN, "venezia", (), "venezia")
    assert not rules.may_join(State.OPEN, "venezia", ("torino",), "torino")


@pytest.mark.parametrize("answer", list(Answer))
def test_what_has_an_answer_takes_no_other(answer: Answer) -> None:
    assert rules.may_answer(answer) is (answer in {Answer.WAITING, Answer.OFFERED, Answer.LATER})


def test_an_answer_is_due_at_the_end_of_a_day_in_rome() -> None:
    due = rules.due_after(NOW, 10)
    assert day_of(due) == TODAY + timedelta(days=10)
    assert day_of(due + timedelta(minutes=2)) == TODAY + timedelta(days=11)
    assert NOW < rules.half_way(NOW, due) < due


@pytest.mark.parametrize(
    ("day", "expected"),
    [(None, "required"), (TODAY, "day_past"), (TODAY + timedelta(days=1), ""), (date(2029, 1, 1), "too_far")],
)
def test_later_is_a_day_within_a_year(day: date | None, expected: str) -> None:
    assert rules.wrong_day(day, TODAY) == expected


def test_quarters_go_on_into_the_next_year() -> None:
    assert rules.quarter_of(TODAY) == "2026-4"
    assert rules.quarters_from(TODAY) == ["2026-4", "2027-1", "2027-2", "2027-3"]
    assert rules.begins_on("2027-3") == date(2027, 7, 1)
    assert rules.begins_at("2027-1") == datetime(2026, 12, 31, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("stated", "begun", "transfers", "days"),
    [(None, 3, None, None), (0, 0, 0, 0), (3, 0, 1, 3), (3, 1, 0, 0), (5, 0, 1, 5), (12, 1, 1, 7), (12, 5, 0, 0)],
)
def test_days_allow_so_many_transfers(stated: int | None, begun: int, transfers: int | None, days: int | None) -> None:
    assert rules.transfers_left(stated, begun) == transfers
    assert rules.days_left(stated, begun) == days


def test_requests_that_say_the_same_are_found() -> None:
    others = [
        (1, "Sportello unico delle imprese con moduli uguali nei comuni", ["suap"]),
        (2, "Mobilità ciclabile nelle aree montane", ["mobilita"]),
        (3, "Vogliamo moduli uguali e uno sportello unico", []),
    ]
    assert rules.alike("Uno sportello unico con moduli uguali per le imprese", ["suap"], others, 5) == [1, 3]
    assert rules.alike("", [], others, 5) == []
    # One word in common is no likeness, however short a request is.
    assert rules.alike("Vogliamo uno sportello unico", [], others, 5) == [1, 3]
    assert rules.alike("Vogliamo un SUAP unico", ["suap"], others, 5) == []


def test_a_text_is_read_once_however_often_it_is_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def noting(text: str) -> str:
        read.append(text)
        return fold(text)

    monkeypatch.setattr(rules, "fold", noting)
    others = [(number, f"Un canile per {number} comuni montani", ["suap"]) for number in range(3)]
    for mine in ("Rifugio per animali randagi", "Ricovero per animali randagi"):
        rules.alike(mine, [], others, 5)
    assert len(read) == 2 + len(others)
