# SPDX-License-Identifier: AGPL-3.0-or-later
"""The sentences behind the keys that rules and checks return, in Italian; `{detail}` says what was found."""

from typing import Any

from flask_babel import gettext

from app.document.schema import MAX_DOCUMENT


def _l(sentence: str) -> str:
    """Marks a sentence for the catalogue of translations."""
    return sentence


PROBLEMS = {
    "document_too_long": _l("il documento supera il limite di {detail} caratteri"),
    "no_front_matter": _l("manca l'intestazione: il file deve cominciare con una riga «---»"),
    "front_matter_not_closed": _l("l'intestazione non è chiusa da una seconda riga «---»"),
    "yaml": _l("l'intestazione non si legge ({detail}): controllare rientri, due punti e virgolette"),
    "yaml_file": _l("il file non si legge ({detail}): controllare rientri, due punti e virgolette"),
    "entry_twice": _l("«{detail}» compare due volte nel registro"),
    "not_utf8": _l("il file non è in UTF-8"),
    "not_readable": _l("il file non si può leggere ({detail})"),
    "section_twice": _l("la sezione compare due volte"),
    "text_before_sections": _l("c'è testo prima della prima sezione («{detail}»)"),
    "unknown_field": _l("il campo «{detail}» non esiste"),
    "unknown_not_allowed": _l("questo campo non può essere «non disponibile»"),
    "missing": _l("il campo manca"),
    "section_missing": _l("la sezione manca o è vuota"),
    "unknown_section": _l("il titolo «{detail}» non è tra quelli previsti"),
    "sections_out_of_order": _l("le sezioni non sono nell'ordine previsto"),
    "ends_before_start": _l("la fine precede l'inizio ({detail})"),
    "not_a_text": _l("serve un testo non vuoto (trovato «{detail}»)"),
    "too_long": _l("il testo supera il limite di {detail} caratteri"),
    "item_too_long": _l("una voce dell'elenco supera i 400 caratteri"),
    "not_a_slug": _l("servono lettere minuscole senza accenti, cifre e trattini (trovato «{detail}»)"),
    "not_a_list": _l("serve un elenco (trovato «{detail}»)"),
    "too_many": _l("le voci superano il limite di {detail}"),
    "twice": _l("una voce compare due volte"),
    "not_a_choice": _l("il valore deve essere uno tra: {detail}"),
    "not_a_goal": _l("gli obiettivi di sviluppo sostenibile vanno da 1 a 17 (trovato «{detail}»)"),
    "not_a_number": _l("serve un numero (trovato «{detail}»)"),
    "too_great": _l("il numero può essere al massimo {detail}"),
    "not_an_amount": _l("serve un numero intero, senza parole né decimali (trovato «{detail}»)"),
    "not_a_grade": _l("serve un livello da 1 a 5 (trovato «{detail}»)"),
    "not_a_flag": _l("serve true oppure false (trovato «{detail}»)"),
    "not_a_date": _l("serve una data come 2018, 2018-05 o 2018-05-03 (trovato «{detail}»)"),
    "not_a_mailbox": _l("serve un indirizzo di posta dell'ufficio (trovato «{detail}»)"),
    "not_a_value": _l("serve un numero o un testo breve"),
    "not_an_address": _l("serve un indirizzo completo http o https (trovato «{detail}»)"),
    "not_a_mapping": _l("servono voci «nome: valore» (trovato «{detail}»)"),
    "not_a_note": _l(
        "una riga non è una nota («{detail}»): ogni nota comincia con il suo segno, come in «[^1]: Titolo della fonte,"
        " indirizzo», e va a capo solo con quattro spazi all’inizio della riga"
    ),
    "unknown_city": _l("«{detail}» non è nel registro delle città e degli enti"),
    "no_page_head": _l("mancano, in cima al file e fra due righe «---», title e updated_on"),
    "not_a_page_name": _l("il nome del file deve essere pagina.lingua.md, con it oppure en (trovato «{detail}»)"),
    "unknown_theme": _l("«{detail}» non è tra i temi"),
    "own_source": _l("una soluzione non può essere la variante di sé stessa: indicare quella da cui deriva"),
    "unknown_source": _l("«{detail}» non è una soluzione pubblicata: indicare quella da cui questa deriva"),
    "nested_too_deep": _l("il testo ha troppi livelli annidati"),
    "note_in_note": _l("il testo ha una nota dentro un’altra: ogni nota sta su righe proprie, come [^1]: testo"),
    "too_many_brackets": _l("il testo ha troppe parentesi quadre o note"),
    "too_many_marks": _l(
        "il testo ha troppi segni di formattazione (asterischi, cancelletti, barre, righe di tabella)"
    ),
}

#: Why a file or a button is refused.
REFUSALS = {
    "reserved": _l("«{detail}» è già l'indirizzo di una pagina del sito: sceglierne un altro"),
    "markdown_pending": _l(
        "c'è un testo Markdown che non si legge ancora: correggerlo o scartarlo nella pagina Markdown"
    ),
    "file_empty": _l("il file è vuoto"),
    "file_too_large": _l("il file supera il limite di {detail} MB"),
    "file_kind_unknown": _l("il tipo di file non è tra quelli ammessi"),
    "file_old_office": _l("è un formato vecchio di Office: salvarlo come DOCX, XLSX o PPTX, oppure in PDF"),
    "file_archive": _l("gli archivi compressi non si possono caricare: caricare i singoli file"),
    "file_broken": _l("il file è rovinato o incompleto"),
    "file_bomb": _l("il file, una volta aperto, è troppo grande"),
    "file_too_complex": _l("il file è troppo complesso per essere controllato"),
    "file_encrypted": _l("il file è protetto da password: togliere la protezione"),
    "file_macros": _l("il file contiene macro: salvarlo senza"),
    "file_remote": _l("il file richiama contenuti di altri siti: toglierli"),
    "file_image_too_large": _l("l'immagine ha troppi punti: ridurla"),
    "file_name_differs": _l(
        "l’estensione del nome non è quella del contenuto ({detail}): aprire il file, controllare che sia quello giusto"
        " e salvarlo di nuovo in uno dei tipi ammessi"
    ),
    "files_at_once": _l("non caricato: si possono mandare al massimo {detail} file alla volta"),
    "files_too_many": _l("il kit ha già {detail} file: toglierne uno prima"),
    "file_not_text": _l("il file non è un documento Word (.docx) o OpenDocument (.odt)"),
    "not_own_body": _l("l'ente deve essere uno di quelli per cui si lavora"),
    "file_none": _l("nessun file scelto"),
    "file_not_markdown": _l("serve un file Markdown (.md), Word (.docx) o OpenDocument (.odt)"),
    "contact_in_text": _l(
        "c’è una casella di posta o un numero di telefono: se è di una persona, meglio il ruolo e la casella d’ufficio"
    ),
    "personal_mailbox": _l(
        "sembra la casella di una persona: meglio quella dell’ufficio, che resta quando le persone cambiano"
    ),
    "act_unknown": _l("norma non riconosciuta: sulla pagina resta scritta così, senza collegamento al testo ufficiale"),
    "no_licence": _l("non sembra la sigla di una licenza, come CC-BY-4.0: si pubblica com’è scritta"),
    "restore_unsaved": _l("un’altra persona ha scritto parti che nessuna versione ha: prima salvare una versione"),
    "text_and_unknown": _l(
        "c’è un valore scritto ed è spuntato «non disponibile»: togliere la spunta o cancellare il testo"
    ),
    "undecided": _l(
        "la bozza non è stata salvata: in queste parti c’è un valore scritto ed è spuntato «non disponibile»"
        " (quello che è stato scritto è ancora qui)"
    ),
    "version_refused": _l("la versione non è stata salvata: prima va corretto quello che è segnato nel modulo"),
}

#: What fills a sentence wherever it is said: a refusal by its key alone would leave a hole in it.
KNOWN = {"document_too_long": str(MAX_DOCUMENT)}


def problem_row(field: str, key: str, detail: str = "", line: int = 0, example: str = "") -> dict[str, Any]:
    """A problem as programmes read it."""
    return {"line": line, "field": field, "key": key, "wrong": problem_sentence(key, detail), "example": example}


def problem_sentence(key: str, detail: str = "") -> str:
    """The sentence of a problem. Raises ``KeyError`` for a key without one."""
    return str(gettext({**PROBLEMS, **REFUSALS}[key])).replace("{detail}", detail or KNOWN.get(key, ""))
