# SPDX-License-Identifier: AGPL-3.0-or-later
"""Acts cited in text: what is recognised, what is not, and how references are named and addressed."""

import datetime as dt
import subprocess
import sys
from types import FrameType
from typing import Any

import pytest

from app.text.acts import LegalReference, canonical, find_acts, with_region


def only(text: str) -> LegalReference:
    found = find_acts(text)
    assert len(found) == 1, found
    return found[0].reference


@pytest.mark.parametrize(
    ("text", "slug", "urn", "label", "long_label"),
    [
        (
            "L. 56/2014",
            "legge-56-2014",
            "urn:nir:stato:legge:2014-04-07;56",
            "L. 56/2014",
            "Legge 7 aprile 2014, n. 56",
        ),
        (
            "d.lgs. n. 446 del 1997",
            "dlgs-446-1997",
            "urn:nir:stato:decreto.legislativo:1997;446",
            "D.Lgs. 446/1997",
            "Decreto legislativo n. 446 del 1997",
        ),
        (
            "DPR 160/2010",
            "dpr-160-2010",
            "urn:nir:presidente.repubblica:decreto:2010-09-07;160",
            "D.P.R. 160/2010",
            "Decreto del Presidente della Repubblica 7 settembre 2010, n. 160",
        ),
        (
            "DPCM 1 luglio 2011",
            "dpcm-2011-07-01",
            "urn:nir:presidente.consiglio.ministri:decreto:2011-07-01",
            "D.P.C.M. 1º luglio 2011",
            "Decreto del Presidente del Consiglio dei ministri 1º luglio 2011",
        ),
        (
            "L.R. Emilia-Romagna 24/2017",
            "lr-emilia-romagna-24-2017",
            "urn:nir:regione.emilia.romagna:legge:2017;24",
            "L.R. Emilia-Romagna 24/2017",
            "Legge regionale Emilia-Romagna n. 24 del 2017",
        ),
        (
            "Reg. UE 679/2016",
            "reg-ue-2016-679",
            "http://data.europa.eu/eli/reg/2016/679/oj",
            "Reg. (UE) 2016/679",
            "Regolamento (UE) 2016/679",
        ),
        (
            "Reg. (UE) n. 1303/2013",
            "reg-ue-2013-1303",
            "http://data.europa.eu/eli/reg/2013/1303/oj",
            "Reg. (UE) n. 1303/2013",
            "Regolamento (UE) n. 1303/2013",
        ),
        (
            "direttiva 95/46/CE",
            "dir-ue-1995-46",
            "http://data.europa.eu/eli/dir/1995/46/oj",
            "Dir. 95/46/CE",
            "Direttiva 95/46/CE",
        ),
        ("Dir. 24/2014/UE", "dir-ue-2014-24", "http://data.europa.eu/eli/dir/2014/24/oj", "Dir. 2014/24/UE", ""),
        (
            "regolamento delegato (UE) 2019/2144",
            "reg-ue-2019-2144",
            "http://data.europa.eu/eli/reg_del/2019/2144/oj",
            "Reg. (UE) 2019/2144",
            "",
        ),
        (
            "decisione di esecuzione (UE) 2021/1073",
            "dec-ue-2021-1073",
            "http://data.europa.eu/eli/dec_impl/2021/1073/oj",
            "Dec. (UE) 2021/1073",
            "",
        ),
        (
            "la Costituzione italiana",
            "costituzione",
            "urn:nir:stato:costituzione",
            "Cost.",
            "Costituzione della Repubblica italiana",
        ),
        (
            "R.D.L. 5/1933",
            "rdl-5-1933",
            "urn:nir:stato:regio.decreto.legge:1933;5",
            "R.D.L. 5/1933",
            "Regio decreto-legge n. 5 del 1933",
        ),
    ],
)
def test_an_act_has_one_name_in_every_place(text: str, slug: str, urn: str, label: str, long_label: str) -> None:
    reference = only(text)
    assert (reference.slug, reference.urn, reference.label) == (slug, urn, label)
    assert not long_label or reference.long_label == long_label


@pytest.mark.parametrize(
    "spelling",
    [
        "L. 56/14",
        "legge 7 aprile 2014, n. 56",
        "legge Delrio",
        "l. n. 56 del 07/04/2014",
        "art. 1, comma 4, L. 56/2014",
    ],
)
def test_the_slug_of_an_act_does_not_depend_on_the_spelling(spelling: str) -> None:
    assert only(spelling).slug == "legge-56-2014"


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("art. 15 L. 241/90", "https://www.normattiva.it/uri-res/N2Ls?urn:nir:stato:legge:1990-08-07;241"),
        ("GDPR", "https://eur-lex.europa.eu/eli/reg/2016/679/oj"),
        ("L.R. Toscana 65/2014", None),
        ("D.M. 4 agosto 2017, n. 397", None),
        ("DPCM 30 giugno 2011", None),
    ],
)
def test_an_act_is_linked_only_where_its_text_has_a_stable_national_address(text: str, url: str | None) -> None:
    assert only(text).url == url


def test_the_address_of_a_place_opens_the_article() -> None:
    assert str(only("art. 14-bis L. 241/90").place_url).endswith("legge:1990-08-07;241~art14bis")
    assert only("art. 5 GDPR").place_url == only("GDPR").url
    assert only("art. 28 L.R. Sicilia 15/2015").place_url is None
    assert only("L. 241/90").place_urn == only("L. 241/90").urn


@pytest.mark.parametrize(
    ("text", "articles", "commas", "letters"),
    [
        ("artt. 14 e ss. L. 241/1990", ("14",), (), ()),
        ("articoli 62-63 del D.Lgs. 36/2023", ("62", "63"), (), ()),
        ("artt. 18-21 L. 81/2017", ("18", "19", "20", "21"), (), ()),
        ("artt. 473-bis.51 e 492-bis c.p.c.", ("473-bis.51", "492-bis"), (), ()),
        ("artt. 1-500 L. 81/2017", ("1", "500"), (), ()),
        ("articoli 14, 14 bis e 14-ter della legge 241/1990", ("14", "14-bis", "14-ter"), (), ()),
        ("L. 56/2014, art. 1, commi 44 e 45", ("1",), ("44", "45"), ()),
        ("art. 1, comma 44, lett. a) e b), L. 56/2014", ("1",), ("44",), ("a", "b")),
        ("L. 56/2014 c. 44 a)", (), ("44",), ("a",)),
        ("art. 118, quarto comma, Cost.", ("118",), ("4",), ()),
        ("art. 118, comma primo, Cost.", ("118",), ("1",), ()),
        ("art. 5, par. 2, GDPR", ("5",), ("2",), ()),
        ("art. 1, comma 2, lett. a), n. 3), L. 241/1990", ("1",), ("2",), ("a",)),
        ("art. 1, comma 2, secondo periodo, L. 241/1990", ("1",), ("2",), ()),
        ("lettera a) del comma 2 dell'art. 1 della L. 241/1990", ("1",), ("2",), ("a",)),
    ],
)
def test_articles_commas_and_letters_are_read_in_lists_ranges_and_either_order(
    text: str, articles: tuple[str, ...], commas: tuple[str, ...], letters: tuple[str, ...]
) -> None:
    reference = only(text)
    assert (reference.articles, reference.commas, reference.letters) == (articles, commas, letters)
    assert find_acts(text)[0].surface == text


def test_e_seguenti_is_told() -> None:
    assert only("artt. 14 e seguenti L. 241/1990").onwards
    assert not only("art. 14 L. 241/1990").onwards


def test_an_article_between_two_acts_goes_where_the_words_bind_it() -> None:
    found = find_acts("D.Lgs. 267/2000, art. 30, e L. 241/1990, art. 15; art. 9 L. 4/2004 art. 3 del D.Lgs. 82/2005")
    assert [citation.reference.articles for citation in found] == [("30",), ("15",), ("9",), ("3",)]


def test_an_open_bracket_is_taken_in_only_with_its_end() -> None:
    assert find_acts("L. 241/1990 (art. 15) e altro")[0].surface == "L. 241/1990 (art. 15)"
    assert find_acts("L. 241/1990 (art. 15 e altro)")[0].surface == "L. 241/1990"


def test_the_known_day_of_an_act_prevails_over_a_mistyped_one() -> None:
    assert only("legge 8 aprile 2014, n. 56").date == dt.date(2014, 4, 7)
    assert only("legge 3 maggio 2013, n. 999").date == dt.date(2013, 5, 3)


@pytest.mark.parametrize("text", ["legge 31 febbraio 2014, n. 56", "L. 0/2014", "legge 12/2150", "Reg. (UE) 12/0000"])
def test_impossible_days_years_and_numbers_are_no_acts(text: str) -> None:
    assert find_acts(text) == []


def test_a_day_of_another_year_is_not_the_day_of_the_act() -> None:
    assert only("L. 999/2013 del 3 maggio 2012").date is None
    assert only("L. 999/2013 del 3 maggio 2013").date == dt.date(2013, 5, 3)


def test_a_list_of_acts_ends_where_no_act_follows() -> None:
    slugs = [citation.reference.slug for citation in find_acts("direttive 2014/23/UE, 2014/24/UE e 12/0000")]
    assert slugs == ["dir-ue-2014-23", "dir-ue-2014-24"]


def test_an_act_known_by_its_year_alone_is_named_by_it() -> None:
    assert LegalReference("dpcm", None, 2011).label == "D.P.C.M. 2011"
    assert LegalReference("dpcm", None, 2011).long_label == "Decreto del Presidente del Consiglio dei ministri 2011"


def test_two_digit_years_belong_to_the_century_that_can_be_meant() -> None:
    years = [only(text).year for text in ("L. 241/90", "L. 56/14", "R.D. 1265/34", "l. 1150/42")]
    assert years == [1990, 2014, 1934, 1942]


def test_the_name_of_successive_codes_follows_the_number_cited_beside_it() -> None:
    old = find_acts("codice dei contratti pubblici (D.Lgs. 163/2006)")
    assert [citation.reference.number for citation in old] == [163, 163]
    assert only("codice dei contratti pubblici").number == 36


@pytest.mark.parametrize(
    "text",
    [
        "file CAD/GIS",
        "disegni in CAD",
        "Costituzione di un ufficio",
        "la costituzione dell'unione",
        "La Costituzione dell'unione",
    ],
)
def test_names_that_are_also_other_words_need_an_article_beside_them(text: str) -> None:
    assert find_acts(text) == []


@pytest.mark.parametrize("text", ["CAD", " cad ", "\n\ncad\n\n", "il CAD", "CAD art. 5", "art. 5 c.a.d."])
def test_the_digital_code_is_known_by_its_acronym(text: str) -> None:
    assert only(text).slug == "dlgs-82-2005"


def test_canonical_answers_for_exactly_one_act() -> None:
    assert canonical("legge 56/2014 (legge Delrio)") == canonical("L. 7 aprile 2014, n. 56")
    assert canonical("L. 56/2014 e L. 241/1990") is None
    assert canonical("nessuna legge") is None


def test_a_regional_law_takes_the_region_of_its_only_namesake() -> None:
    first, second = find_acts("L.R. Emilia-Romagna 21 dicembre 2017, n. 24; poi la L.R. 24/2017")
    assert first.reference == second.reference
    bare, other = only("L.R. 24/2017"), only("L.R. Lazio 24/2017")
    assert with_region(bare, [first.reference]).slug == "lr-emilia-romagna-24-2017"
    assert with_region(bare, [first.reference, other]) == bare
    assert with_region(only("L. 24/2017"), [other]).region == ""


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("legge della Regione Lombardia 11 marzo 2005, n. 12", "Lombardia"),
        ("legge regionale 21 dicembre 2017, n. 24 della Regione Emilia-Romagna", "Emilia-Romagna"),
        ("legge regionale n. 12/2005 (Lombardia)", "Lombardia"),
        ("LR ER 24/2017", "Emilia-Romagna"),
        ("lr 15 2015 sicilia", "Sicilia"),
        ("l.r. Friuli Venezia  Giulia n. 26/2014", "Friuli-Venezia Giulia"),
        ("legge regionale della Valle d’Aosta n. 6/2014", "Valle d'Aosta"),
    ],
)
def test_the_region_is_read_before_and_after_the_number(text: str, region: str) -> None:
    assert only(text).region == region
    assert find_acts(text)[0].surface == text


@pytest.mark.parametrize(
    "text", ["Regione Veneto, L.R. 19/2005", "Regione del Veneto – L.R. n. 19/2005", "regione veneto lr 19/2005"]
)
def test_the_region_named_just_before_a_law_is_its_region_but_no_part_of_the_citation(text: str) -> None:
    assert only(text).slug == "lr-veneto-19-2005"
    assert find_acts(text)[0].surface.lower().startswith("l")


@pytest.mark.parametrize(
    ("text", "surface"),
    [
        (
            "ai sensi della legge\n        7 agosto 1990,\n        n. 241, che",
            "legge\n        7 agosto 1990,\n        n. 241",
        ),
        ("ai sensi della leg-\nge 7 agosto 1990, n. 241", "leg-\nge 7 agosto 1990, n. 241"),
        ("la leg- ge n. 241/1990;", "leg- ge n. 241/1990"),
        ("la leg\u00adge n. 241/1990;", "leg\u00adge n. 241/1990"),
        ("l'art. 14-\nbis L.\u00a0241/1990", "art. 14-\nbis L.\u00a0241/1990"),
    ],
)
def test_line_breaks_indents_and_cut_words_do_not_hide_an_act(text: str, surface: str) -> None:
    assert find_acts(text)[0].surface == surface
    assert only(text).slug == "legge-241-1990"


def test_a_compound_region_cut_at_its_hyphen_is_still_that_region() -> None:
    assert only("L.R. Emilia-\nRomagna 24/2017").region == "Emilia-Romagna"
    assert only("decreto-\nlegge 76/2020").slug == only("decreto- legge 76/2020").slug == "dl-76-2020"


def test_no_citation_goes_on_across_an_empty_line() -> None:
    assert find_acts("le Camere approvano la legge\n\n241/1990 pratiche") == []


def test_a_line_that_begins_a_list_item_begins_something_new() -> None:
    found = find_acts("- L. 241/1990\n- art. 5 L. 4/2004\n  - L. 56/2014  - art. 1")
    assert [citation.surface for citation in found] == ["L. 241/1990", "art. 5 L. 4/2004", "L. 56/2014  - art. 1"]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("art. 1456 c.c.", "stato:regio.decreto:1942-03-16;262:2~art1456"),
        ("art. 495 c.p.", "stato:regio.decreto:1930-10-19;1398:1~art495"),
        ("art. 360 c.p.c.", "stato:regio.decreto:1940-10-28;1443:1~art360"),
        ("art. 133 c.p.a.", "stato:decreto.legislativo:2010-07-02;104:2~art133"),
        ("codice civile", "stato:regio.decreto:1942-03-16;262"),
    ],
)
def test_articles_of_a_code_are_looked_up_in_the_annex_that_holds_it(text: str, address: str) -> None:
    assert only(text).place_urn == f"urn:nir:{address}"
    assert str(only(text).place_url).endswith(address)


@pytest.mark.parametrize(
    ("typed", "slug"),
    [("legge 241 90", "legge-241-1990"), (" l 241 90 ", "legge-241-1990"), ("d.lgs 36 23", "dlgs-36-2023")],
)
def test_number_and_short_year_typed_with_a_blank_name_an_act_only_by_themselves(typed: str, slug: str) -> None:
    reference = canonical(typed)
    assert reference is not None
    assert reference.slug == slug
    assert find_acts(typed) == []
    assert canonical(f"chi applica la {typed.strip()}") is None
    assert canonical("pratiche 241 90") is None


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Regolamento eIDAS (UE) n. 910/2014", "reg-ue-2014-910"),
        ("art. 12 direttiva Bolkestein", "dir-ue-2006-123"),
        ("GDPR 2016/679", "reg-ue-2016-679"),
        ("Regolamento europeo per la protezione dei dati personali (UE) n. 679/2016", "reg-ue-2016-679"),
        ("art. 13 e14 REG. UE 2016/679", "reg-ue-2016-679"),
        ("articolo 46 del testo unico di cui al D.P.R. n. 445 del 2000", "dpr-445-2000"),
        ("TUIR", "dpr-917-1986"),
        ("codice della crisi d'impresa", "dlgs-14-2019"),
        ("DM Finanze 23/12/1976", "dm-1976-12-23"),
        ("D.M. Sviluppo economico 26 giugno 2015", "dm-2015-06-26"),
        ("art. 5 dell'Allegato al D.P.R. 160/2010", "dpr-160-2010"),
        ("art. 18, Allegato I.1 D.Lgs. 36/2023", "dlgs-36-2023"),
        ("art. 11, comma 3 bis - L. 40/2002", "legge-40-2002"),
        ("art. 62, comm 1, D.L. 1/2012", "dl-1-2012"),
    ],
)
def test_names_ministries_annexes_and_dashes_are_part_of_a_citation(text: str, slug: str) -> None:
    assert only(text).slug == slug
    assert find_acts(text)[0].surface == text


def test_the_decree_of_a_minister_is_known_by_its_day() -> None:
    citation = find_acts("il decreto 22 settembre 2022 del Ministro per l'innovazione e il decreto 3 maggio 2022")[0]
    assert (citation.surface, citation.reference.slug) == ("decreto 22 settembre 2022", "dm-2022-09-22")


HOSTILE = (
    "art. ",
    "art. 1, 2, ",
    "legge 1/1/1/",
    "L. ",
    "L.R. 1/2015 ",
    "leggi 1/2014, ",
    "(",
    "\u00a0",
    "comma 1, lett. a) e ",
    " \n",
    "leg- ",
    "\u00ad ",
    "Regione Lazio, ",
    "Allegato I ",
    "D.M. Sviluppo economico ",
)


@pytest.mark.parametrize("seed", HOSTILE)
def test_the_steps_grow_with_the_length_of_a_hostile_text_and_no_faster(seed: str) -> None:
    short, long = (steps(seed * (size // len(seed))) for size in (25_000, 100_000))
    assert long <= 5 * short + 1_000
    assert long <= 40 * 100_000


def test_no_pattern_backtracks_on_hostile_texts() -> None:
    """Calls do not show what a pattern does inside; a quadratic one would need hours for these."""
    script = "import sys; from app.text.acts import find_acts; [find_acts(seed * 8_000) for seed in sys.argv[1:]]"
    subprocess.run([sys.executable, "-c", script, *HOSTILE], check=True, timeout=120)


def steps(text: str) -> int:
    """Calls made while a text is read: a count, where a clock would depend on the machine."""
    count = 0

    def profile(_frame: FrameType, event: str, _argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        find_acts(text)
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("L. 241/90", ()),
        ("artt. 62 e 63 del d.lgs. 36/2023", ("art62", "art63")),
        ("art. 14-bis, comma 2, l. 241/1990", ("art14bis", "art14biscom2")),
        ("comma 44 della legge 56/2014", ("art1", "art1com44")),
        ("artt. 14-16 L. 241/1990", ("art14", "art15", "art16")),
    ],
)
def test_the_articles_and_commas_of_a_citation_have_one_name_each(text: str, places: tuple[str, ...]) -> None:
    assert only(text).places == places
