# SPDX-License-Identifier: AGPL-3.0-or-later
"""The sentences behind the keys that rules and checks return, in Italian; `{detail}` says what was found."""

PROBLEMS = {
    "document_too_long": "il documento supera il limite di {detail} caratteri",
    "no_front_matter": "manca l'intestazione: il file deve cominciare con una riga «---»",
    "front_matter_not_closed": "l'intestazione non è chiusa da una seconda riga «---»",
    "yaml": "l'intestazione non si legge ({detail}): controllare rientri, due punti e virgolette",
    "not_utf8": "il file non è in UTF-8",
    "not_readable": "il file non si può leggere ({detail})",
    "section_twice": "la sezione compare due volte",
    "text_before_sections": "c'è testo prima della prima sezione («{detail}»)",
    "unknown_field": "il campo «{detail}» non esiste",
    "unknown_not_allowed": "questo campo non può essere «non disponibile»",
    "missing": "il campo manca",
    "section_missing": "la sezione manca o è vuota",
    "unknown_section": "il titolo «{detail}» non è tra quelli previsti",
    "sections_out_of_order": "le sezioni non sono nell'ordine previsto",
    "ends_before_start": "la fine precede l'inizio ({detail})",
    "not_a_text": "serve un testo non vuoto (trovato «{detail}»)",
    "too_long": "il testo supera il limite di {detail} caratteri",
    "item_too_long": "una voce dell'elenco supera i 400 caratteri",
    "not_a_slug": "servono lettere minuscole senza accenti, cifre e trattini (trovato «{detail}»)",
    "not_a_list": "serve un elenco (trovato «{detail}»)",
    "too_many": "le voci superano il limite di {detail}",
    "twice": "una voce compare due volte",
    "not_a_choice": "il valore deve essere uno tra: {detail}",
    "not_a_goal": "gli obiettivi di sviluppo sostenibile vanno da 1 a 17 (trovato «{detail}»)",
    "not_a_number": "serve un numero (trovato «{detail}»)",
    "not_an_amount": "serve un numero intero senza punti né simboli (trovato «{detail}»)",
    "not_a_grade": "serve un livello da 1 a 5 (trovato «{detail}»)",
    "not_a_flag": "serve true oppure false (trovato «{detail}»)",
    "not_a_date": "serve una data come 2018, 2018-05 o 2018-05-03 (trovato «{detail}»)",
    "not_a_mailbox": "serve un indirizzo di posta dell'ufficio (trovato «{detail}»)",
    "not_a_value": "serve un numero o un testo breve",
    "not_an_address": "serve un indirizzo completo http o https (trovato «{detail}»)",
    "not_a_mapping": "servono voci «nome: valore» (trovato «{detail}»)",
    "unknown_city": "«{detail}» non è nel registro delle città e degli enti",
    "unknown_theme": "«{detail}» non è tra i temi",
    "nested_too_deep": "il testo ha troppi livelli annidati",
    "too_many_brackets": "il testo ha troppe parentesi quadre o note",
    "too_many_marks": "il testo ha troppi segni di formattazione (asterischi, cancelletti, barre, righe di tabella)",
}


def problem_sentence(key: str, detail: str = "") -> str:
    """The sentence of a problem. Raises ``KeyError`` for a key without one."""
    return PROBLEMS[key].replace("{detail}", detail)
