# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the pages of the library read."""

from datetime import timedelta
from typing import Any

from sqlalchemy import inspect

from app.cities.models import City
from app.cities.queries import by_slugs
from app.cities.service import import_register
from app.db import Database
from app.pages import queries as page_queries
from app.search.listing import part
from app.solutions import act_queries, queries
from app.solutions.service import propose
from app.writing.queries import shown_in
from app.writing.search import solution_document
from tests.makers import NOW, REGISTER, make_document, make_solution

WHOLE = part(1, 100, 100)


def test_a_theme_counts_the_solutions_of_its_family_once_each(registered: Database) -> None:
    with registered.work() as session:
        make_solution(session, "uno", themes=["suap", "semplificazione"])
        make_solution(session, "due", themes=["suap"])
        make_solution(session, "tre", themes=["appalti"], badge=None)
    with registered.reading() as session:
        counts = {theme.slug: count for theme, count in queries.themes_with_counts(session)}
    assert counts == {"semplificazione": 2, "suap": 2, "appalti": 0}


def test_the_solutions_of_a_theme_start_with_those_it_is_the_main_theme_of(registered: Database) -> None:
    with registered.work() as session:
        make_solution(session, "lontana", title="A", themes=["appalti", "suap"])
        make_solution(session, "vicina", title="B", themes=["suap"])
    with registered.reading() as session:
        found = queries.listed(session, queries.of_themes(["suap"]), WHOLE)
    assert [solution.slug for solution in found] == ["vicina", "lontana"]


def test_the_solutions_of_an_act_start_with_those_whose_legal_basis_names_it(registered: Database) -> None:
    with registered.work() as session:
        make_solution(session, "solo-nel-testo", title="A")
        make_solution(session, "nella-base", title="B", legal_basis=["D.P.R. 7 settembre 2010, n. 160"])
    with registered.reading() as session:
        act = act_queries.act_by_slug(session, "dpr-160-2010")
        assert act is not None
        found = queries.listed(session, queries.of_act(act), WHOLE)
        assert [solution.slug for solution in found] == ["nella-base", "solo-nel-testo"]
        assert queries.extent(session, queries.of_act(act)) == (2, NOW)
        assert [(found.slug, count) for found, count in act_queries.acts(session)] == [("dpr-160-2010", 2)]


def test_the_lines_of_a_table_hold_what_is_known_and_nothing_in_place_of_what_is_not(registered: Database) -> None:
    with registered.work() as session:
        resources = {"one_off_cost": 40_000, "months": 3}
        make_solution(session, "nota", themes=["suap", "appalti"], evidence_level=2, resources=resources)
        unknown = {"one_off_cost": "non disponibile"}
        make_solution(session, "ignota", period={"start": "non disponibile"}, resources=unknown)
        make_solution(session, "bozza", badge=None)
    with registered.reading() as session:
        found = queries.lines(session, ["nota", "ignota", "bozza", "altra"])
    assert found.keys() == {"nota", "ignota"}
    known = {"status": "concluso", "start": "2018", "end": "2020", "evidence": 2, "badge": "visibile"}
    assert found["nota"].items() >= {**known, "one_off_cost": "40000", "demonstration": False}.items()
    assert found["nota"]["themes"] == ["suap", "appalti"]
    assert [found["ignota"].get(name) or "" for name in ("start", "end", "one_off_cost", "evidence")] == [""] * 4


def test_of_the_solutions_changed_together_the_newest_practices_come_first(registered: Database) -> None:
    with registered.work() as session:
        for slug, start in (("c", "2015"), ("b", "2019"), ("a", "2012"), ("d", None)):
            make_solution(session, slug, title=slug, period={"start": start or "non disponibile"})
        make_solution(session, "prima", title="prima", period={"start": "2025"}).updated_at = NOW - timedelta(days=1)
    with registered.reading() as session:
        assert [solution.slug for solution in queries.newest(session, 5)] == ["b", "c", "a", "d", "prima"]


def test_totals_count_what_is_published_only(registered: Database) -> None:
    with registered.work() as session:
        make_solution(session, "uno", reused_by=[{"city": "venezia"}], partners=["torino"])
        make_solution(session, "bozza", badge=None)
    with registered.reading() as session:
        assert page_queries.totals(session) == {
            "solutions": 1,
            "bodies": 2,
            "transfers": 1,
            "acts": 1,
            "demonstration": 0,
        }


def test_the_parts_of_a_list_hold_every_solution_once_though_their_titles_are_the_same(registered: Database) -> None:
    with registered.work() as session:
        for number in range(7):
            make_solution(session, f"uguale-{number}", title="Uguale", themes=["suap", "semplificazione"])
        make_solution(session, "bozza", badge=None)
    with registered.reading() as session:
        family = queries.of_themes(["semplificazione", "suap"])
        total, changed_at = queries.extent(session, family)
        parts = [queries.listed(session, family, part(number, total, 3)) for number in (1, 2, 3)]
        whole = queries.listed(session, family, WHOLE)
    assert (total, changed_at) == (7, NOW)
    assert [len(shown) for shown in parts] == [3, 3, 1]
    assert [item.slug for shown in parts for item in shown] == [item.slug for item in whole]


def test_a_theme_nobody_has_written_about_has_no_part_and_no_last_change(registered: Database) -> None:
    with registered.reading() as session:
        nothing = queries.of_themes(["appalti"])
        assert queries.extent(session, nothing) == (0, None)
        assert queries.listed(session, nothing, part(1, 0, 20)) == []


def with_a_territory(database: Database) -> None:
    """Bologna with solutions of each group, among them those of a body in its territory."""
    inside: dict[str, Any] = {"slug": "comune-imola", "name": "Comune di Imola", "kind": "comune", "city": "bologna"}
    with database.work() as session:
        import_register(session, {**REGISTER, "bodies": [*REGISTER["bodies"], inside]})
        make_solution(session, "vecchia", title="B", period={"start": "2012", "end": "2014"})
        make_solution(session, "nuova", title="C", period={"start": "2022", "end": "2023"})
        make_solution(session, "senza-anno", title="A").year = None
        make_solution(session, "insieme", city="torino", partners=["bologna"])
        make_solution(session, "ripresa", city="torino", reused_by=[{"city": "bologna", "note": "Dal 2021"}])
        make_solution(session, "di-imola", city="comune-imola")
        make_solution(session, "altrui", city="venezia")
        make_solution(session, "bozza", badge=None)


def bologna(database: Database) -> City:
    with database.reading() as session:
        return by_slugs(session, ["bologna"])["bologna"]


def test_the_solutions_of_a_body_come_group_after_group_the_latest_first_in_parts_too(registered: Database) -> None:
    with_a_territory(registered)
    city = bologna(registered)
    with registered.reading() as session:
        counts = queries.counts_of_city(session, city)
        parts = [queries.of_city(session, city, part(number, sum(counts.values()), 2)) for number in (1, 2, 3)]
    assert counts == {"owner": 3, "partner": 1, "reuser": 1, "nearby": 1}
    assert [[(group, solution.slug) for group, solution, _tie in shown] for shown in parts] == [
        [("owner", "nuova"), ("owner", "vecchia")],
        [("owner", "senza-anno"), ("partner", "insieme")],
        [("reuser", "ripresa"), ("nearby", "di-imola")],
    ]


def test_the_solutions_that_name_a_body_are_known_without_reading_them(registered: Database) -> None:
    with_a_territory(registered)
    with registered.reading() as session:
        found = queries.slugs_of_city(session, bologna(registered))
    assert found == ["di-imola", "insieme", "nuova", "ripresa", "senza-anno", "vecchia"]


def test_what_is_published_of_a_theme_or_a_body_can_be_asked_for_alone(registered: Database) -> None:
    with_a_territory(registered)
    with registered.work() as session:
        make_solution(session, "appalto", themes=["appalti"], city="venezia")
    with registered.reading() as session:
        assert [item.slug for item in queries.published(session, themes=["appalti"])] == ["appalto"]
        assert [item.slug for item in queries.published(session, 1, city="venezia")] == ["altrui"]
        assert {item.slug for item in queries.published(session, city="venezia")} == {"altrui", "appalto"}


def test_a_list_of_versions_reads_none_of_their_words(registered: Database) -> None:
    with registered.work() as session:
        make_solution(session, "uno", title="Prima")
        solution = make_solution(session, "uno", title="Dopo")
        draft = queries.revision(session, solution, 1)
        draft.live_at = None
    with registered.reading() as session:
        listed = queries.revisions(session, solution, waiting=True)
        assert [revision.number for revision in listed] == [2, 1]
        assert [revision.number for revision in queries.revisions(session, solution)] == [2]
        assert all({"text", "sections", "plain", "footnotes"} <= inspect(found).unloaded for found in listed)


def test_a_body_that_reused_a_solution_twice_is_counted_once(registered: Database) -> None:
    twice = [{"city": "venezia", "period": {"start": start}} for start in ("2019", "2026")]
    with registered.work() as session:
        make_solution(session, "due-volte", reused_by=[*twice, {"city": "torino"}])
    with registered.reading() as session:
        solution = queries.by_slug(session, "due-volte")
        document = solution_document(session, "due-volte")
        assert solution is not None
        assert document is not None
        assert (len(solution.reuses), solution.reusers, document.reused) == (3, 2, 2)


def test_the_versions_that_were_in_force_and_show_a_picture_say_who_reads_them(registered: Database) -> None:
    shows = {"Problema affrontato": "Vedi ![fasi](kit/Le%20fasi_100%25.png).", "Soluzione adottata": "Uno sportello."}
    with registered.work() as session:
        for office in ("Uno", "Due"):
            make_solution(session, "con-figure", office=office, visibility="members", sections=shows)
        solution = make_solution(session, "con-figure")
        propose(session, solution, make_document(visibility="twin", sections=shows), NOW, None)
    with registered.reading() as session:
        wanted = ("Le fasi_100%.png", "Le fasiX100%.png", "fasi_100%.png")
        assert [list(shown_in(session, solution, name)) for name in wanted] == [["members"], [], []]
