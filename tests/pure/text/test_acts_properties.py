# SPDX-License-Identifier: AGPL-3.0-or-later
"""Acts cited in text: what holds for every spelling and every text."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from app.text.acts import find_acts
from app.text.acts_known import MONTHS
from app.text.acts_reference import LegalReference, known_day

HEADS = {
    "legge": ("L.", "l.", "legge", "Legge", "LEGGE"),
    "decreto-legislativo": (
        "D.Lgs.",
        "d.lgs.",
        "DLgs",
        "D. Lgs.",
        "dlgs",
        "D.Lvo",
        "decreto legislativo",
        "Decreto Legislativo",
    ),
    "decreto-legge": ("D.L.", "DL", "d.l.", "decreto-legge", "decreto legge", "D. L."),
    "dpr": ("D.P.R.", "DPR", "d.p.r.", "decreto del Presidente della Repubblica"),
    "dpcm": ("D.P.C.M.", "DPCM", "decreto del Presidente del Consiglio dei ministri"),
    "legge-regionale": ("L.R.", "l.r.", "LR", "legge regionale"),
}
NUMBER_SIGNS = ("n. ", "n.", "nr. ", "num. ", "n° ", "numero ")
FRAMES = ("{}", "ai sensi della {}, i comuni", "({})", "Vista la {};", "art. 3 del regolamento. {} e s.m.i.")


@st.composite
def acts(draw: st.DrawFn) -> tuple[LegalReference, str, list[str]]:
    """A reference, one way of writing its kind, and every way of writing its number and day."""
    kind = draw(st.sampled_from(sorted(HEADS)))
    number = draw(st.integers(1, 999))
    day = draw(st.dates(dt.date(1948, 1, 1), dt.date(2029, 12, 31)))
    sign = draw(st.sampled_from(NUMBER_SIGNS))
    words = f"{day.day} {MONTHS[day.month - 1]} {day.year}"
    dated = [
        f"{words}, {sign}{number}",
        f"{words} {sign}{number}",
        f"{day:%d/%m/%Y} {sign}{number}",
        f"{day:%d.%m.%Y}, {sign}{number}",
        f"{sign}{number} del {words}",
        f"{number} del {day:%d/%m/%Y}",
    ]
    bare = [
        f"{number}/{day.year}",
        f"{sign}{number}/{day.year}",
        f"{sign}{number} del {day.year}",
        f"{number} del {day.year}",
    ]
    # Two digits stand for the years 1931 to 2030.
    bare.append(f"{number}/{day:%y}")
    reference = LegalReference(kind, number, day.year, known_day(kind, number, day.year, day))
    head = draw(st.sampled_from(HEADS[kind]))
    return reference, head, [draw(st.sampled_from(dated)), draw(st.sampled_from(bare))]


@given(acts(), st.sampled_from(FRAMES))
def test_every_spelling_of_an_act_finds_the_same_act(act: tuple[LegalReference, str, list[str]], frame: str) -> None:
    reference, head, (dated, bare) = act
    with_day = find_acts(frame.format(f"{head} {dated}"))
    without = find_acts(frame.format(f"{head} {bare}"))
    assert [citation.surface for citation in with_day] == [f"{head} {dated}"]
    assert [citation.surface for citation in without] == [f"{head} {bare}"]
    assert with_day[0].reference.urn == reference.urn
    assert with_day[0].reference.slug == without[0].reference.slug == reference.slug


@given(acts(), st.sampled_from(("\n", "\n    ", "  ", "\u00a0", "\r\n\t")))
def test_layout_does_not_change_the_act_found(act: tuple[LegalReference, str, list[str]], blank: str) -> None:
    reference, head, (dated, _bare) = act
    written = f"{head} {dated}".replace(" ", blank)
    found = find_acts(f"ai sensi della {written}, i comuni")
    assert [citation.surface for citation in found] == [written]
    assert found[0].reference == reference


@given(acts())
def test_the_labels_of_an_act_cite_that_act(act: tuple[LegalReference, str, list[str]]) -> None:
    reference = act[0]
    assert find_acts(reference.label)[0].reference.slug == reference.slug
    assert find_acts(reference.long_label)[0].reference.urn == reference.urn


@given(st.text(st.characters(exclude_categories=("Nd", "Nl", "No"))))
def test_a_text_without_digits_cites_acts_by_name_only(text: str) -> None:
    assert all(citation.reference.name for citation in find_acts(text))


PIECES = st.sampled_from(
    (
        "art. ",
        "artt. ",
        "comma ",
        "c. ",
        "lett. a) ",
        "L. ",
        "l.",
        "legge ",
        "d.lgs. ",
        "D.M. ",
        "DPCM ",
        "L.R. ",
        "Reg. (UE) ",
        "dir. ",
        "codice civile",
        "TUEL",
        "CAD",
        "Cost.",
        "241",
        "90",
        "1990",
        "2016",
        "679",
        "n. ",
        "nn. ",
        " del ",
        " della ",
        "dell'",
        " e ",
        "14-bis",
        "ss.",
        "7 aprile 2014",
        "31/02/2020",
        "€ ",
        "c.c.",
        "/",
        "-",
        ", ",
        "(",
        ")",
        "\n",
        "\u00a0",
        "\u00ad",
        "-\n",
        "\n\n",
        "Allegato ",
        "Regione Veneto, ",
        "leggi ",
        "direttive ",
    )
)


@given(st.one_of(st.text(), st.lists(PIECES, max_size=40).map("".join)))
def test_no_text_raises_and_citations_are_ordered_slices_of_it(text: str) -> None:
    last = 0
    for citation in find_acts(text):
        assert last <= citation.start < citation.end
        assert citation.surface == text[citation.start : citation.end]
        assert citation.reference.slug
        assert citation.reference.place_urn.startswith(("urn:nir:", "http://data.europa.eu/eli/"))
        assert citation.reference.label
        assert citation.reference.long_label
        last = citation.end
