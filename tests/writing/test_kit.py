# SPDX-License-Identifier: AGPL-3.0-or-later
"""The kit of a solution: files taken in by their content, put back when taken out by mistake, handed to who may."""

import io
import os
import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.access import Role
from app.accounts.queries import by_email
from app.db import Database
from app.document.schema import SECTION_TITLES
from app.files import check
from app.files.refusal import FileRefused
from app.journal.queries import of_thing
from app.solutions import pdf
from app.solutions import service as library
from app.solutions.queries import by_slug
from app.writing import queries
from app.writing.chores import read_files
from app.writing.models import Attachment
from app.writing.search import solution_document, solution_documents
from tests import makers
from tests.makers import NOW, make_document, make_person, section, sign_in
from tests.pure.files import samples
from tests.writing.conftest import SLUG, Desk

TEXT = b"Schema di convenzione tra i comuni.\nArticolo uno: oggetto del supercalifragile accordo.\n"
SAID = {"title": "Schema di convenzione", "document_kind": "accordo", "licence": "CC-BY-4.0", "visibility": "public"}


def sent(desk: Desk, *files: tuple[str, bytes], **said: str) -> TestResponse:
    token = desk.open().box("csrf_token")
    contents = [(io.BytesIO(content), name) for name, content in files]
    data = {**SAID, **said, "csrf_token": token, "file": contents}
    return desk.client.post(f"{desk.address}/kit", data=data, content_type="multipart/form-data")


def send(desk: Desk, *files: tuple[str, bytes], **said: str) -> int:
    return sent(desk, *files, **said).status_code


def kept(database: Database) -> list[Attachment]:
    with database.reading() as session:
        solution = by_slug(session, SLUG)
        assert solution is not None
        return list(queries.attachments(session, solution))


def publish(database: Database, visibility: str = "public") -> Attachment:
    """The file as a decision leaves it: part of the version in force."""
    with database.work() as session:
        solution = by_slug(session, SLUG)
        assert solution is not None
        [file] = queries.attachments(session, solution)
        file.published, file.visibility = True, visibility
        solution.updated_at += timedelta(seconds=1)
    return file


def address(file: Attachment) -> str:
    return f"/allegati/{file.id}/{file.name}"


def test_a_file_enters_the_kit_with_what_is_said_about_it(maria: Desk, office: Database) -> None:
    assert send(maria, ("Convenzione (definitiva).txt", TEXT)) == 303
    [file] = kept(office)
    assert (file.title, file.document_kind, file.code, file.size) == (
        "Schema di convenzione",
        "accordo",
        "txt",
        len(TEXT),
    )
    page = maria.client.get(f"{maria.address}/kit").text
    assert "Schema di convenzione" in page
    assert "non ancora inviato" in page


def test_several_files_are_taken_at_once_and_a_bad_one_does_not_hinder_the_others(
    maria: Desk, office: Database
) -> None:
    answer = sent(maria, ("uno.txt", TEXT), ("due.exe", b"MZ\x90\x00" + bytes(200)), ("tre.txt", TEXT + b"x"))
    assert answer.status_code == 422
    assert [file.name for file in kept(office)] == ["uno.txt", "tre.txt"]
    assert "2 file nel kit" in answer.text
    assert re.search(r'Nel kit: <strong lang="it">uno.txt</strong>, <strong lang="it">tre.txt</strong>', answer.text)
    assert '<strong lang="it">due.exe</strong>: ' in answer.text


def test_more_files_than_are_taken_at_once_are_named(maria: Desk, office: Database) -> None:
    answer = sent(maria, *((f"{number}.txt", TEXT + bytes([48 + number])) for number in range(5)))
    assert (answer.status_code, len(kept(office))) == (422, 4)
    assert '<strong lang="it">4.txt</strong>: non caricato' in answer.text


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("foto.exe", TEXT, ".exe / TXT"),
        ("fake.pdf", TEXT, ".pdf / TXT"),
        ("atto.docx", samples.pdf(), ".docx / PDF"),
        ("Delibera n. 12", TEXT, ""),
        ("foto.png", samples.image(), ""),
        ("foto.jpeg", samples.image(), ""),
        ("una colonna.csv", b"Comune\nVolpiano\n", ""),
    ],
)
def test_a_name_that_says_another_kind_than_the_content_is_refused(
    maria: Desk, office: Database, name: str, content: bytes, said: str
) -> None:
    answer = sent(maria, (name, content))
    assert (answer.status_code, len(kept(office))) == ((422, 0) if said else (303, 1))
    assert said in answer.text


def test_a_file_without_content_or_with_an_invented_kind_is_refused(maria: Desk, office: Database) -> None:
    assert send(maria, ("vuoto.txt", b"")) == 422
    assert send(maria, ("uno.txt", TEXT), document_kind="inventato") == 422
    assert send(maria) == 422
    assert not kept(office)


def test_a_bomb_and_files_cut_short_are_refused_with_a_clear_sentence_and_leave_nothing(
    maria: Desk, office: Database, app: Flask
) -> None:
    harmful = {
        "bomba.docx": (samples.word(more={"word/media/a.bmp": bytes(60_000_000)}), "una volta aperto, è troppo grande"),
        "tagliato.docx": (samples.word()[:300], "il file è rovinato o incompleto"),
        "tagliato.pdf": (samples.pdf()[:200], "il file è rovinato o incompleto"),
    }
    answer = sent(maria, *((name, content) for name, (content, _said) in harmful.items()))
    assert answer.status_code == 422
    for name, (_content, said) in harmful.items():
        assert re.search(f'<strong lang="it">{name}</strong>: [^<]*{said}', answer.text), name
    with office.reading() as session:
        assert session.query(Attachment).count() == 0
    folder = app.config["SETTINGS"].data_folder / "files"
    assert [path for path in folder.rglob("*") if path.is_file()] == []


def test_a_file_taken_out_by_mistake_is_put_back(maria: Desk, office: Database) -> None:
    send(maria, ("uno.txt", TEXT))
    [file] = kept(office)
    token = {"csrf_token": maria.box("csrf_token")}
    maria.client.post(f"{maria.address}/kit/{file.id}/togli", data=token)
    assert not kept(office)
    assert "Rimetti nel kit" in maria.client.get(f"{maria.address}/kit").text
    maria.client.post(f"{maria.address}/kit/{file.id}/rimetti", data=token)
    assert len(kept(office)) == 1
    with office.reading() as session:
        actions = [row.action for row in of_thing(session, "solution", SLUG)]
    assert actions == ["file-added", "file-removed", "file-added"]


def test_a_file_sent_twice_is_one_file_of_the_kit(maria: Desk, office: Database) -> None:
    for _twice in range(2):
        assert send(maria, ("uno.txt", TEXT), title="") == 303
    assert [(file.name, file.title) for file in kept(office)] == [("uno.txt", "uno")]
    assert send(maria, ("uno.txt", TEXT), title="Altro") == 303
    assert [file.name for file in kept(office)] == ["uno.txt", "uno-2.txt"]


def describe(desk: Desk, number: int, **said: str) -> TestResponse:
    data = {**SAID, **said, "csrf_token": desk.box("csrf_token")}
    return desk.client.post(f"{desk.address}/kit/{number}/descrizione", data=data)


def test_a_file_sent_twice_under_a_name_that_is_taken_is_one_file_too(maria: Desk, office: Database) -> None:
    send(maria, ("schema.txt", b"Un altro schema."), title="")
    for _twice in range(2):
        send(maria, ("schema.txt", TEXT), title="")
    assert [file.name for file in kept(office)] == ["schema.txt", "schema-2.txt"]
    send(maria, ("convenzione.txt", TEXT), title="")
    assert kept(office)[-1].name == "convenzione.txt", "who names it otherwise wants it so"


def test_a_file_is_described_anew_without_sending_it_again(maria: Desk, office: Database) -> None:
    send(maria, ("uno.txt", TEXT))
    [first] = kept(office)
    assert (
        describe(maria, first.id, title=" Schema  nuovo ", document_kind="modulistica", licence="CC0").status_code
        == 303
    )
    [file] = kept(office)
    assert (file.title, file.document_kind, file.licence) == ("Schema nuovo", "modulistica", "CC0")
    same = ("name", "digest", "size", "mime", "visibility", "text_state")
    assert [getattr(file, name) for name in same] == [getattr(first, name) for name in same]
    page = maria.client.get(f"{maria.address}/kit").text
    assert "Schema di convenzione" not in section(page, "presenti")
    assert 'aria-labelledby="tolti"' not in page
    assert maria.client.get(address(first)).data == TEXT
    with office.reading() as session:
        assert [row.action for row in of_thing(session, "solution", SLUG)] == ["file-described", "file-added"]


def test_a_file_that_waits_to_be_described_anew_is_one_file_of_its_kit(maria: Desk, office: Database) -> None:
    send(maria, ("uno.txt", TEXT))
    publish(office)
    describe(maria, kept(office)[0].id, title="Schema di accordo")
    with office.reading() as session:
        assert queries.kits(session) == {SLUG: ["uno.txt"]}


def test_a_file_without_a_title_is_called_by_its_name_again(maria: Desk, office: Database) -> None:
    send(maria, ("uno.txt", TEXT))
    describe(maria, kept(office)[0].id, title="  ")
    assert [file.title for file in kept(office)] == ["uno"]


def test_readers_have_the_old_description_until_the_new_one_is_in_force(
    maria: Desk, office: Database, client: FlaskClient
) -> None:
    send(maria, ("uno.txt", TEXT))
    first = publish(office)
    describe(maria, first.id, title="Schema nuovo")
    assert "Schema di convenzione" in client.get(maria.address).text
    assert "Schema nuovo" not in client.get(maria.address).text
    page = section(maria.client.get(f"{maria.address}/kit").text, "presenti")
    assert "nuova descrizione non ancora inviata" in page
    [second] = kept(office)
    # Either address hands the file over that readers have.
    assert [client.get(address(file)).status_code for file in (first, second)] == [200, 200]
    with office.work() as session:
        for file in session.query(Attachment):
            file.published = file.id == second.id
    assert [client.get(address(file)).status_code for file in (first, second)] == [200, 200]


def test_a_description_sent_twice_is_kept_once(maria: Desk, office: Database) -> None:
    send(maria, ("uno.txt", TEXT))
    [first] = kept(office)
    assert [describe(maria, first.id, title="Schema nuovo").status_code for _ in range(2)] == [303, 303]
    assert describe(maria, kept(office)[0].id, title="Schema nuovo").status_code == 303
    with office.reading() as session:
        assert session.query(Attachment).count() == 2


def test_of_two_who_describe_a_file_the_second_reads_what_the_first_wrote_and_keeps_her_own(
    maria: Desk, luca: Desk, office: Database
) -> None:
    send(maria, ("uno.txt", TEXT))
    [first] = kept(office)
    luca.open()
    describe(luca, first.id, title="Schema di Luca")
    answer = describe(maria, first.id, title="Schema di <b>Maria")
    assert answer.status_code == 409
    assert "Nel frattempo la descrizione di questo file è stata cambiata" in answer.text
    assert ">Schema di Luca</a>" in answer.text
    assert 'value="Schema di &lt;b&gt;Maria"' in answer.text
    assert describe(maria, kept(office)[0].id, title="Schema di Maria").status_code == 303
    assert [file.title for file in kept(office)] == ["Schema di Maria"]


def test_a_file_described_anew_is_taken_out_and_put_back_from_a_page_opened_before(
    maria: Desk, office: Database
) -> None:
    send(maria, ("uno.txt", TEXT))
    [first] = kept(office)
    describe(maria, first.id, title="Schema nuovo")
    token = {"csrf_token": maria.box("csrf_token")}
    for _twice in range(2):
        assert maria.client.post(f"{maria.address}/kit/{first.id}/togli", data=token).status_code == 303
    assert not kept(office)
    assert "Schema nuovo" in section(maria.client.get(f"{maria.address}/kit").text, "tolti")
    answer = describe(maria, first.id, title="Un titolo che non va perso")
    assert answer.status_code == 409
    assert "Un titolo che non va perso" in answer.text
    for _twice in range(2):
        assert maria.client.post(f"{maria.address}/kit/{first.id}/rimetti", data=token).status_code == 303
    assert [file.title for file in kept(office)] == ["Schema nuovo"]


def test_a_description_that_lacks_something_says_so_beside_its_field(maria: Desk, office: Database) -> None:
    send(maria, ("uno.txt", TEXT))
    [file] = kept(office)
    answer = describe(maria, file.id, title="Schema nuovo", licence=" ", document_kind="inventato")
    assert answer.status_code == 422
    assert 'value="Schema nuovo"' in answer.text
    assert f'id="licence-{file.id}-wrong"' in answer.text
    assert f'href="#document_kind-{file.id}"' in answer.text
    assert [file.title for file in kept(office)] == ["Schema di convenzione"]


def test_a_file_of_another_solution_is_not_described_from_here(
    maria: Desk, office: Database, people: dict[str, FlaskClient]
) -> None:
    send(maria, ("uno.txt", TEXT))
    [file] = kept(office)
    anna = Desk(people["anna"])
    anna.form = {"csrf_token": [makers.csrf(anna.client, "/scrivania")]}
    assert describe(anna, file.id, title="Altro").status_code == 404
    assert describe(maria, 999, title="Altro").status_code == 404
    assert [file.title for file in kept(office)] == ["Schema di convenzione"]


def test_a_file_of_another_solution_cannot_be_touched_from_here(
    maria: Desk, office: Database, people: dict[str, FlaskClient]
) -> None:
    send(maria, ("uno.txt", TEXT))
    [file] = kept(office)
    token = {"csrf_token": maria.box("csrf_token")}
    assert people["anna"].post(f"{maria.address}/kit/{file.id}/togli", data=token).status_code in {400, 404}
    assert maria.client.post(f"/soluzioni/{SLUG}/kit/999/togli", data=token).status_code == 404
    assert len(kept(office)) == 1


def test_a_file_is_handed_over_as_a_file_and_can_do_nothing_in_the_site(
    maria: Desk, office: Database, client: FlaskClient
) -> None:
    send(maria, ("Già fatto.txt", TEXT))
    answer = client.get(address(publish(office)))
    assert (answer.status_code, answer.data) == (200, TEXT)
    assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''Gi%C3%A0%20fatto.txt"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"


def test_a_file_no_version_in_force_has_is_for_its_office_only(
    maria: Desk, office: Database, client: FlaskClient, people: dict[str, FlaskClient]
) -> None:
    send(maria, ("uno.txt", TEXT))
    [file] = kept(office)
    assert client.get(address(file)).status_code == 404
    assert people["anna"].get(address(file)).status_code == 404
    assert people["luca"].get(address(file)).status_code == 200


@pytest.mark.parametrize(
    ("visibility", "reader", "member"), [("public", 200, 200), ("members", 404, 200), ("twin", 404, 404)]
)
def test_the_visibility_of_a_file_decides_who_may_have_it(
    maria: Desk,
    office: Database,
    client: FlaskClient,
    people: dict[str, FlaskClient],
    visibility: str,
    reader: int,
    member: int,
) -> None:
    send(maria, ("uno.txt", TEXT))
    file = publish(office, visibility)
    assert client.get(address(file)).status_code == reader
    assert people["anna"].get(address(file)).status_code == member
    assert maria.client.get(address(file)).status_code == 200


def test_the_page_of_the_solution_shows_its_public_files(maria: Desk, office: Database, client: FlaskClient) -> None:
    send(maria, ("uno.txt", TEXT))
    assert "Schema di convenzione" not in client.get(f"/soluzioni/{SLUG}").text
    file = publish(office)
    page = client.get(f"/soluzioni/{SLUG}").text
    assert address(file) in page
    assert "TXT" in page
    assert "CC-BY-4.0" in page


def test_the_worker_clears_what_a_killed_save_left_half_written(maria: Desk, app: Flask) -> None:
    send(maria, ("uno.txt", TEXT))
    [kept] = (path for path in (app.config["SETTINGS"].data_folder / "files").glob("??/??/*"))
    left = kept.with_name(".part-left")
    left.write_bytes(b"hal")
    os.utime(left, (0, 0))
    chore = next(chore for chore in app.extensions["chores"] if chore.name == "unfinished-files")
    assert (chore.run(app), chore.run(app)) == (1, 0)
    assert kept.exists()


def test_words_of_public_files_find_the_solution(maria: Desk, office: Database, app: Flask) -> None:
    send(maria, ("uno.txt", TEXT))
    assert "testo in lettura" in maria.client.get(f"{maria.address}/kit").text
    assert (read_files(app), read_files(app)) == (1, 0)
    assert "testo in lettura" not in maria.client.get(f"{maria.address}/kit").text
    with office.reading() as session:
        found = solution_document(session, SLUG)
        assert found is not None
        assert "supercalifragile" not in found.keywords
    publish(office)
    with office.reading() as session:
        found = solution_document(session, SLUG)
        assert found is not None
        assert "supercalifragile" in found.keywords
        assert [found] == list(solution_documents(session))
    publish(office, "members")
    with office.reading() as session:
        found = solution_document(session, SLUG)
        assert found is not None
        assert "supercalifragile" not in found.keywords


def test_a_picture_of_the_kit_stands_in_the_text_of_its_solution(
    maria: Desk, office: Database, client: FlaskClient, people: dict[str, FlaskClient]
) -> None:
    png = samples.image()
    send(maria, ("Le fasi.png", png))
    send(maria, ("Le fasi.png", samples.image(size=(9, 9))))
    assert [file.name for file in kept(office)] == ["Le fasi.png", "Le fasi-2.png"]
    written = "![Schema di convenzione](kit/Le%20fasi.png)"
    assert written in maria.client.get(f"{maria.address}/kit").text
    maria.open().type(section__1=f"Si procede così: {written}").save()
    picture, shown = f"/soluzioni/{SLUG}/immagini/Le%20fasi.png", 'alt="Schema di convenzione"'
    assert shown in maria.client.get(f"{maria.address}/anteprima").text
    answer = maria.client.get(picture)
    assert (answer.status_code, answer.data, answer.mimetype) == (200, png, "image/png")
    assert answer.headers["Content-Disposition"].startswith("inline")
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert [who.get(picture).status_code for who in (client, people["anna"])] == [404, 404]
    with office.work() as session:
        solution = by_slug(session, SLUG)
        assert solution is not None
        library.save(session, solution, make_document(sections={SECTION_TITLES[0]: written}), NOW)
        queries.attachments(session, solution)[0].published = True
    assert f'<img {shown} src="{picture}">' in client.get(maria.address).text
    assert client.get(picture).data == png
    assert b"/Subtype /Image" in client.get(f"{maria.address}.pdf").data.replace(b"/Subtype/", b"/Subtype /")


PICTURE = f"/soluzioni/{SLUG}/immagini/Le%20fasi.png"


def show_then_leave_out(maria: Desk, office: Database, written: str, **held: Any) -> None:
    """A version shows a picture of the kit; the next one does not, and the picture has left the kit."""
    send(maria, ("Le fasi.png", samples.image()))
    visibility = held.pop("version", "public")
    with office.work() as session:
        solution = by_slug(session, SLUG)
        assert solution is not None
        shows = {SECTION_TITLES[0]: f"Vedi: ![le fasi]({written})", SECTION_TITLES[1]: "Uno sportello."}
        library.save(session, solution, make_document(sections=shows, visibility=visibility), NOW)
        library.save(session, solution, make_document(), NOW)
        [file] = queries.attachments(session, solution)
        file.removed_at, file.live_at = NOW, NOW
        for name, value in held.items():
            setattr(file, name, value)


def test_an_earlier_version_still_shows_its_picture_when_that_has_left_the_kit(
    maria: Desk, office: Database, client: FlaskClient
) -> None:
    show_then_leave_out(maria, office, "kit/Le%20fasi.png")
    assert f'src="{PICTURE}"' in client.get(f"/soluzioni/{SLUG}/versioni/2").text
    answer = client.get(PICTURE)
    assert (answer.status_code, answer.data) == (200, samples.image())
    with office.reading() as session:
        number = session.query(Attachment.id).scalar()
    assert client.get(f"/allegati/{number}/Le%20fasi.png").status_code == 404


@pytest.mark.parametrize(
    ("held", "prints"),
    [({}, [True, True]), ({"visibility": "members"}, [False, True]), ({"live_at": None}, [False, False])],
)
def test_paper_shows_the_picture_that_has_left_the_kit_to_whom_the_page_does(
    maria: Desk,
    office: Database,
    client: FlaskClient,
    people: dict[str, FlaskClient],
    monkeypatch: pytest.MonkeyPatch,
    held: dict[str, Any],
    prints: list[bool],
) -> None:
    monkeypatch.setattr(pdf, "document", lambda page, *_folders: page.encode())
    show_then_leave_out(maria, office, "kit/Le%20fasi.png", **held)
    with office.work() as session:
        solution = by_slug(session, SLUG)
        assert solution is not None
        shows = {SECTION_TITLES[0]: "Vedi: ![le fasi](kit/Le%20fasi.png)", SECTION_TITLES[1]: "Uno sportello."}
        library.save(session, solution, make_document(sections=shows), NOW)
    readers = (client, people["anna"])
    assert [who.get(PICTURE).status_code == 200 for who in readers] == prints
    assert [pdf.PICTURES in who.get(f"{maria.address}.pdf").text for who in readers] == prints


@pytest.mark.parametrize(
    ("held", "sees"),
    [
        ({"version": "members"}, [404, 200, 200]),
        ({"visibility": "members"}, [404, 200, 200]),
        ({"version": "twin"}, [404, 404, 200]),
        ({"version": "members", "visibility": "twin"}, [404, 404, 200]),
        ({"live_at": None}, [404, 404, 200]),
        ({"name": "Altre fasi.png"}, [404, 404, 404]),
    ],
)
def test_a_picture_that_has_left_the_kit_is_for_whom_it_and_the_version_that_shows_it_are(
    maria: Desk,
    office: Database,
    client: FlaskClient,
    people: dict[str, FlaskClient],
    held: dict[str, Any],
    sees: list[int],
) -> None:
    show_then_leave_out(maria, office, "kit/Le%20fasi.png", **held)
    assert [who.get(PICTURE).status_code for who in (client, people["anna"], people["luca"])] == sees


@pytest.mark.parametrize("shown", ["kit/Le%20fasi%202.png", "kit/le%20fasi.png"])
def test_a_picture_that_no_version_in_force_ever_showed_closes_when_it_leaves_the_kit(
    maria: Desk, office: Database, client: FlaskClient, shown: str
) -> None:
    show_then_leave_out(maria, office, shown)
    assert client.get(PICTURE).status_code == 404
    assert "resta nelle versioni che la mostrano" in maria.client.get(f"{maria.address}/kit").text


def test_a_worker_killed_while_it_reads_leaves_the_file_to_be_read_again(
    maria: Desk, office: Database, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(maria, ("uno.txt", TEXT), ("due.pdf", samples.pdf(1)))
    reading = check.read

    def killed(content: bytes) -> Any:
        if content != TEXT:
            raise SystemExit
        return reading(content)

    with monkeypatch.context() as patched:
        patched.setattr("app.files.check.read", killed)
        with pytest.raises(SystemExit):
            read_files(app)
    assert [file.text_state for file in kept(office)] == ["done", "waiting"]
    assert read_files(app) == 1
    assert ["Consiglio metropolitano" in file.text for file in kept(office)] == [False, True]


def test_a_file_whose_text_cannot_be_read_stays_and_its_office_and_administrators_are_told(
    maria: Desk, office: Database, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_content: bytes) -> Any:
        raise FileRefused("file_too_complex", "time")

    send(maria, ("uno.txt", TEXT))
    monkeypatch.setattr("app.files.check.read", refused)
    assert (read_files(app), read_files(app)) == (1, 0)
    assert "Il testo di questo file non si legge" in maria.client.get(f"{maria.address}/kit").text
    with office.work() as session:
        make_person(session, (Role.ADMINISTRATOR, ""), name="Ada", email="ada@ente.example")
    with office.reading() as session:
        ada = by_email(session, "ada@ente.example")
        assert ada is not None
    page = sign_in(app.test_client(), ada).get("/amministrazione/lavori").text
    assert "1 file di cui non si legge il testo" in page
    assert "Schema di convenzione" in page
