# SPDX-License-Identifier: AGPL-3.0-or-later
"""A text of an office becomes a solution to be completed: nothing said is dropped without saying so."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.conversion import pandoc as pandoc_room
from app.conversion.convert import Converted, convert, place_images
from app.document.model import Document, Section
from app.document.pictures import folder_of, in_kit
from app.document.render import render, to_html
from app.errors import Unavailable
from app.files.refusal import FileRefused
from tests.pure.conversion.texts import SHEET, changed, italian_word, written
from tests.pure.files import samples

KINDS = pytest.mark.parametrize("kind", ["docx", "odt"])
BOX = (
    '<w:p><w:r><w:pict><v:textbox xmlns:v="urn:schemas-microsoft-com:vml"><w:txbxContent>'
    "<w:p><w:r><w:t>Nella casella</w:t></w:r></w:p></w:txbxContent></v:textbox></w:pict></w:r></w:p>"
)
TRACKED = (
    '<w:p><w:ins w:id="1" w:author="A"><w:r><w:t>Resta</w:t></w:r></w:ins>'
    '<w:del w:id="2" w:author="A"><w:r><w:delText>Sparisce</w:delText></w:r></w:del></w:p>'
)


def keys(converted: Converted) -> set[str]:
    return {key for key, _ in converted.lost}


def lost(converted: Converted, key: str) -> list[str]:
    return [detail for name, detail in converted.lost if name == key]


@KINDS
def test_a_project_sheet_becomes_a_solution(kind: str) -> None:
    converted = convert(written(SHEET, kind))
    assert converted.title == "Sportello unico alla scala metropolitana"
    assert converted.summary == "Lo sportello unico serve tutti i Comuni con una sola modulistica."
    assert list(converted.sections) == ["Problema affrontato", "Soluzione adottata", "Risultati ottenuti"]
    assert converted.sections["Problema affrontato"] == "Ogni Comune aveva i propri moduli.[^1]"
    assert converted.footnotes == "[^1]: Rilevazione del 2018."
    assert converted.lost == ()


@KINDS
def test_lists_tables_and_inner_headings_stay(kind: str) -> None:
    text = convert(written(SHEET, kind)).sections["Soluzione adottata"]
    assert text.startswith("### Le fasi\n\n- convenzione\n    - bozza\n- regolamento\n\n")
    assert re.search(r"^\| Comune +\| Pratiche +\|\n\|-+\|-+\|\n\| Volpiano +\| 120 +\|$", text, re.MULTILINE)


@KINDS
def test_a_list_that_goes_on_after_a_paragraph_goes_on_counting(kind: str) -> None:
    text = "## Problema affrontato\n\n1. primo\n2. secondo\n\nIn mezzo.\n\n3. terzo\n"
    section = convert(written(text, kind)).sections["Problema affrontato"]
    assert section == "1. primo\n2. secondo\n\nIn mezzo.\n\n3. terzo"
    assert '<ol start="3">' in to_html(section)


def test_points_of_several_looks_are_one_list_without_marks_between_them() -> None:
    text = "## Problema affrontato\n\n- uno\n\n<!-- -->\n\n- due\n    1. a\n\n<!-- -->\n\n- tre\n\n1. primo\n"
    section = convert(written(text, "docx")).sections["Problema affrontato"]
    assert section == "- uno\n- due\n    1. a\n- tre\n\n1. primo"


@KINDS
def test_an_unknown_heading_goes_below_the_section_before_it(kind: str) -> None:
    text = convert(written(SHEET, kind)).sections["Risultati ottenuti"]
    assert "[relazione](https://ente.example/relazione)" in text
    assert text.endswith("### Allegati\n\nSchema di convenzione.")


@KINDS
def test_what_was_converted_renders(kind: str) -> None:
    converted = convert(written(SHEET, kind))
    sections = tuple(Section(heading, text) for heading, text in converted.sections.items())
    shown = render(Document({}, sections, converted.footnotes))
    assert "<li>bozza</li>" in shown.sections[1].html
    assert "<td>Volpiano</td>" in shown.sections[1].html
    assert "Rilevazione del 2018." in shown.footnotes


def test_a_text_of_an_italian_word_is_read_by_the_names_of_its_styles() -> None:
    converted = convert(italian_word())
    assert converted.title == "Sportello unico"
    assert converted.sections == {
        "Problema affrontato": "Nascosto Uno\n\n### Dettagli\n\nDue",
        "Soluzione adottata": "Tre",
    }
    assert lost(converted, "hidden_text") == ["1"]


def test_a_long_beginning_tells_the_problem() -> None:
    start = "La situazione di partenza era difficile. " * 10
    converted = convert(written(f"# Titolo\n\n{start}\n\n# Soluzione\n\nFatto."))
    assert converted.title == "Titolo"
    assert converted.summary == ""
    assert converted.sections["Problema affrontato"].startswith("La situazione")


def test_a_summary_of_its_own_is_the_summary() -> None:
    converted = convert(written("# Titolo\n\n# Sintesi\n\nIn breve.\n\n# Problema\n\nUno."))
    assert (converted.summary, dict(converted.sections)) == ("In breve.", {"Problema affrontato": "Uno."})


def test_a_bold_line_that_names_a_section_is_its_heading() -> None:
    converted = convert(
        written("Titolo\n\n**Problema affrontato**\n\nUno.\n\n**2. Risultati**\n\nDue.\n\n**Nota**\n\nTre.")
    )
    assert converted.title == "Titolo"
    assert dict(converted.sections) == {"Problema affrontato": "Uno.", "Risultati ottenuti": "Due.\n\n**Nota**\n\nTre."}


def test_a_text_without_known_headings_is_kept_and_told() -> None:
    converted = convert(written("# Relazione\n\n## Uno\n\nPrimo.\n\n## Due\n\nSecondo."))
    assert converted.title == "Relazione"
    assert converted.sections == {"Problema affrontato": "### Uno\n\nPrimo.\n\n### Due\n\nSecondo."}
    assert keys(converted) == {"no_known_headings"}


def test_sections_stand_in_the_order_of_the_document_whatever_the_order_of_the_text() -> None:
    converted = convert(written("# T\n\n# Risultati\n\nTre.\n\n# Problema\n\nUno.\n\n# Risultati ottenuti\n\nQuattro."))
    assert dict(converted.sections) == {"Problema affrontato": "Uno.", "Risultati ottenuti": "Tre.\n\nQuattro."}
    assert list(converted.sections) == ["Problema affrontato", "Risultati ottenuti"]


@KINDS
def test_a_subtitle_stands_before_what_follows_it(kind: str) -> None:
    """Word has a style for it, which is no paragraph for who reads the document."""
    head = "---\ntitle: Minibus a chiamata\nsubtitle: Un servizio su prenotazione.\n---\n\n"
    converted = convert(written(f"{head}Serve sei comuni.\n\n# Problema\n\nUno.", kind))
    assert converted.title == "Minibus a chiamata"
    assert converted.summary == "Un servizio su prenotazione. Serve sei comuni."
    alone = convert(written(f"{head}# Problema\n\nUno.", kind))
    assert alone.summary == "Un servizio su prenotazione."


def test_a_long_title_is_cut_at_a_word_and_told_whole() -> None:
    whole = "Accordo " * 30
    converted = convert(written(f"# {whole}\n\n# Problema\n\nUno."))
    assert len(converted.title) <= 100
    assert converted.title.endswith("Accordo…")
    assert lost(converted, "title_cut") == [whole.strip()]


@KINDS
def test_images_are_handed_over_and_stay_where_they_stood_in_the_text(kind: str) -> None:
    png, jpg = samples.image("PNG"), samples.image("JPEG")
    text = "# Problema\n\nVedi ![Mappa delle zone](b.png) e ![](a.jpg).\n\n# Risultati\n\n![](b.png)"
    content = written(text, kind, {"b.png": png, "a.jpg": jpg})
    if kind == "odt":
        # As LibreOffice writes it; pandoc writes no alternative text.
        said = "<svg:title>Mappa delle zone</svg:title></draw:frame>"
        content = changed(content, {"content.xml": ("</draw:frame>", said)})
    converted = convert(content)
    assert [(image.name, image.kind.code, image.content) for image in converted.images] == [
        ("immagine-1.png", "png", png),
        ("immagine-2.jpg", "jpg", jpg),
    ]
    assert converted.sections["Problema affrontato"].startswith("Vedi ![Mappa delle zone](immagine-1.png) e ![")
    assert "](immagine-1.png)" in converted.sections["Risultati ottenuti"]
    assert "immagine-2.jpg" in lost(converted, "images_unsaid")
    placed = place_images(converted, {image.name: in_kit(image.name) for image in converted.images})
    sections = tuple(Section(heading, text) for heading, text in placed.sections.items())
    shown = render(Document({}, sections), folder_of("suap")).sections[0]
    assert '<img alt="Mappa delle zone" src="/soluzioni/suap/immagini/immagine-1.png"> e <img' in shown.html


def test_an_image_is_said_by_what_it_shows() -> None:
    converted = convert(written("# Problema\n\nVedi ![Mappa [delle] zone](b.png).", files={"b.png": samples.image()}))
    assert converted.sections["Problema affrontato"] == r"Vedi ![Mappa \[delle\] zone](immagine-1.png)."
    assert place_images(converted, {}).sections["Problema affrontato"] == r"Vedi Mappa \[delle\] zone."


def test_images_take_the_address_where_they_are_kept() -> None:
    text = "# Problema\n\n![Mappa](a.png) ![Foto](b.png)"
    files = {"a.png": samples.image(), "b.png": samples.image(size=(9, 9))}
    placed = place_images(convert(written(text, files=files)), {"immagine-1.png": "/file/1"})
    assert placed.sections["Problema affrontato"] == "![Mappa](/file/1) Foto"


def test_an_image_no_browser_shows_is_told() -> None:
    content = changed(written("# Problema\n\nUno."), {}, {"word/media/image1.emf": "EMF"})
    assert lost(convert(content), "image_format") == ["image1.emf"]


def test_tracked_changes_are_accepted_and_told() -> None:
    content = changed(written("# Problema\n\nUno."), {"word/document.xml": ("<w:sectPr", f"{TRACKED}<w:sectPr")})
    converted = convert(content)
    assert "Resta" in converted.sections["Problema affrontato"]
    assert "Sparisce" not in converted.sections["Problema affrontato"]
    assert lost(converted, "tracked_changes") == ["2"]


def test_deleted_words_of_an_open_document_are_not_taken() -> None:
    region = (
        '<text:tracked-changes><text:changed-region text:id="c1"><text:deletion><text:p>Sparisce</text:p>'
        "</text:deletion></text:changed-region></text:tracked-changes>"
    )
    content = changed(
        written("# Problema\n\nUno.", "odt"), {"content.xml": ("<office:text>", f"<office:text>{region}")}
    )
    converted = convert(content)
    assert converted.sections == {"Problema affrontato": "Uno."}
    assert lost(converted, "tracked_changes") == ["1"]


def test_the_words_of_a_text_box_are_told() -> None:
    content = changed(written("# Problema\n\nUno."), {"word/document.xml": ("<w:sectPr", f"{BOX}<w:sectPr")})
    assert lost(convert(content), "text_boxes") == ["Nella casella"]


def test_remarks_headers_charts_and_objects_are_told() -> None:
    remarks = f'<w:comments xmlns:w="{samples.W}"><w:comment w:id="1"/><w:comment w:id="2"/></w:comments>'
    header = f'<w:hdr xmlns:w="{samples.W}">{samples.paragraph("Città metropolitana")}</w:hdr>'
    parts = {
        "word/comments.xml": remarks,
        "word/header1.xml": header,
        "word/footer1.xml": header.replace("Città metropolitana", "12"),
        "word/charts/chart1.xml": "<c/>",
        "word/embeddings/o.bin": "x",
    }
    converted = convert(changed(written("# Problema\n\nUno."), {}, parts))
    assert {key: lost(converted, key) for key in keys(converted)} == {
        "comments": ["2"],
        "headers_footers": ["Città metropolitana"],
        "charts": ["1"],
        "embedded_objects": ["1"],
    }


@KINDS
def test_equations_are_told(kind: str) -> None:
    assert "equations" in keys(convert(written("# Problema\n\nVale $x^2$.", kind)))


def test_an_equation_of_word_stays_as_typed() -> None:
    assert "Vale `x^{2}`." in convert(written("# Problema\n\nVale $x^2$.")).sections["Problema affrontato"]


def test_struck_words_stay_and_are_told() -> None:
    converted = convert(written("# Problema\n\nVale ~~ancora~~."))
    assert converted.sections["Problema affrontato"] == "Vale ancora."
    assert lost(converted, "struck_text") == ["ancora"]


@KINDS
def test_merged_cells_are_spread_and_told(kind: str) -> None:
    grid = "+---+---+\n| A     |\n+---+---+\n| b | c |\n+---+---+\n"
    converted = convert(written(f"# Problema\n\n{grid}", kind))
    assert lost(converted, "merged_cells") == [""]
    assert [row.split("|")[1:-1] for row in converted.sections["Problema affrontato"].split("\n")][2] == [
        " b   ",
        " c   ",
    ]


def test_a_frame_of_one_cell_is_a_quotation() -> None:
    cell = (
        f"<w:tbl><w:tblGrid><w:gridCol/></w:tblGrid><w:tr><w:tc>{samples.paragraph('Nota bene')}</w:tc></w:tr></w:tbl>"
    )
    content = changed(written("# Problema\n\nUno."), {"word/document.xml": ("<w:sectPr", f"{cell}<w:sectPr")})
    assert convert(content).sections["Problema affrontato"] == "Uno.\n\n> Nota bene"


def test_styles_and_anchors_leave_no_trace() -> None:
    text = "# Problema {#x}\n\n[Uno]{.underline} [due]{.smallcaps} m^2^ H~2~O [tre](#x) [quattro](file:///etc/passwd)."
    assert convert(written(text)).sections["Problema affrontato"] == "Uno due m² H₂O tre quattro."


def test_markup_in_words_stays_words() -> None:
    converted = convert(written("# Problema\n\n\\<script>alert(1)\\</script> e \\*stelle\\* a \\> b"))
    assert converted.sections["Problema affrontato"] == r"<script>alert(1)</script> e \*stelle\* a > b"
    shown = render(Document({}, (Section("Problema affrontato", converted.sections["Problema affrontato"]),)))
    assert "<script" not in shown.sections[0].html
    assert "*stelle*" in shown.sections[0].html


def test_marks_that_mean_nothing_where_they_stand_are_left_bare() -> None:
    converted = convert(written("# Problema\n\nIl profilo DCAT\\_AP e \\#SmartME, \\_non\\_ *enfasi*."))
    assert converted.sections["Problema affrontato"] == r"Il profilo DCAT_AP e #SmartME, \_non\_ *enfasi*."


def test_the_same_source_cited_twice_is_one_note() -> None:
    converted = convert(
        written("# Problema\n\nUno[^1] due[^2] tre[^3].\n\n[^1]: Fonte A.\n\n[^2]: Fonte B.\n\n[^3]: Fonte A.")
    )
    assert converted.sections["Problema affrontato"] == "Uno[^1] due[^2] tre[^1]."
    assert converted.footnotes == "[^1]: Fonte A.\n\n[^2]: Fonte B."


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (samples.pdf(), "file_not_text"),
        (samples.excel(), "file_not_text"),
        (b"", "file_empty"),
        (samples.word(more={"word/media/a.bmp": bytes(60_000_000)}), "file_bomb"),
        (samples.word()[:-40], "file_broken"),
    ],
    ids=["pdf", "excel", "empty", "bomb", "cut"],
)
def test_what_is_no_text_or_does_harm_is_refused(content: bytes, key: str) -> None:
    with pytest.raises(FileRefused) as refused:
        convert(content)
    assert refused.value.key == key


def frames(number: int) -> str:
    start = "<w:tbl><w:tblGrid><w:gridCol/></w:tblGrid><w:tr><w:tc>"
    return start * number + samples.paragraph("Uno") + "</w:tc></w:tr></w:tbl>" * number


def test_frames_in_frames_are_one_quotation() -> None:
    assert convert(samples.word(frames(60))).sections == {"Problema affrontato": "> Uno"}


def test_a_tree_too_deep_for_anybody_is_refused() -> None:
    with pytest.raises(FileRefused, match="file_bomb"):
        convert(samples.word(frames(100)))


def test_a_section_inside_another_ends_with_the_next_heading_of_its_level() -> None:
    text = (
        "# Titolo\n\n# Soluzione\n\nUno.\n\n## Attori\n\nDue.\n\n## Le fasi\n\nTre.\n\n## La procedura\n\nQuattro.\n\n"
        "# Soluzione, seconda parte\n\nCinque."
    )
    assert dict(convert(written(text)).sections) == {
        "Soluzione adottata": "Uno.\n\n### Le fasi\n\nTre.\n\n### La procedura\n\nQuattro.\n\n"
        "### Soluzione, seconda parte\n\nCinque.",
        "Attori coinvolti": "Due.",
    }


def test_without_pandoc_the_answer_is_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    content = written("# Problema\n\nUno.")
    monkeypatch.setattr(pandoc_room, "program", pandoc_room.program.__wrapped__)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(Unavailable, match="pandoc_missing"):
        convert(content)


WORDS = st.lists(st.text("abcdeèàù'*_#|<>[]`1.-", min_size=1, max_size=12), min_size=1, max_size=40)


@pytest.mark.slow
@settings(max_examples=6)
@given(WORDS)
def test_no_word_is_lost_on_the_way(pieces: list[str]) -> None:
    paragraphs = "".join(samples.paragraph(piece.replace("<", "&lt;")) for piece in pieces)
    converted = convert(
        samples.word(samples.paragraph("Titolo") + samples.paragraph("Problema affrontato") + paragraphs)
    )
    sections = tuple(Section(heading, text) for heading, text in converted.sections.items())
    plain = render(Document({}, sections)).plain
    for piece in pieces:
        for word in re.findall(r"[a-zèàù]+", piece):
            assert word in plain
