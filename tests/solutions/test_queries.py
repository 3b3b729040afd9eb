# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the pages of the library read."""

from app.db import Database
from app.solutions import queries
from tests.makers import make_solution


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
        assert [solution.slug for solution in queries.of_theme(session, ["suap"])] == ["vicina", "lontana"]


def test_the_solutions_of_an_act_start_with_those_whose_legal_basis_names_it(registered: Database) -> None:
    with registered.work() as session:
        make_solution(session, "solo-nel-testo", title="A")
        make_solution(session, "nella-base", title="B", legal_basis=["D.P.R. 7 settembre 2010, n. 160"])
    with registered.reading() as session:
        act = queries.act_by_slug(session, "dpr-160-2010")
        assert act is not None
        assert [solution.slug for solution in queries.of_act(session, act)] == ["nella-base", "solo-nel-testo"]
        assert [(found.slug, count) for found, count in queries.acts(session)] == [("dpr-160-2010", 2)]


def test_totals_count_what_is_published_only(registered: Database) -> None:
    with registered.work() as session:
        make_solution(session, "uno", reused_by=[{"city": "venezia"}], partners=["torino"])
        make_solution(session, "bozza", badge=None)
    with registered.reading() as session:
        assert queries.totals(session) == {"solutions": 1, "bodies": 2, "transfers": 1, "acts": 1}
