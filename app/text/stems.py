# SPDX-License-Identifier: AGPL-3.0-or-later
"""Stems of folded Italian words, and the words that carry no meaning in a question."""

from functools import lru_cache
from threading import local

import Stemmer

from app.text import places

STOP = frozenset(
    """a ad agli ai al all alla alle allo altra altre altri altro anche ancora avere aveva c che chi ci cio cioe circa
    co coi col come con contro cosa cosi cui d da dagli dai dal dall dalla dalle dallo degli dei del dell della delle
    dello di dove due e ecco ed era erano essendo essere fa fare fra fu furono gia gli ha hai hanno ho i il in io l la
    le lei li lo loro lui ma mi mia mie miei mio modo molta molte molti molto ne negli nei nel nell nella nelle nello
    noi non nostra nostre nostri nostro o od ogni oppure per perche pero piu poi possa possono potere puo qual quale
    quali quando quanta quante quanti quanto quella quelle quelli quello questa queste questi questo qui quindi sara
    saranno se sei si sia siamo siano sono sta stata state stati stato su sua sue sugli sui sul sull sulla sulle sullo
    suo suoi tra tre tu tua tue tuo tutta tutte tutti tutto un una uno vi voi vostra vostre vostri vostro
    and by for from of our that the their these this those which with""".split()
)
#: Words that only hold an English question together and are none in Italian; not `on`, `my` and `it` (`on line`, `my
#: pay`, the end of an address).
ENGLISH = frozenset(
    """about an and are because been being between but by can could did does doing done for from had has have
    having how into is its may might must of or other our should some such than that the their them then there
    these they this those through to too us was we were what when where which who whose why will with without
    would you your""".split()
)

#: Stop words of two letters that are acronyms too, where only they stand in capitals.
SHORT_ACRONYMS = frozenset({"ai"})
#: Words of asking, not of the thing asked for.
POLITE = frozenset(
    """abbiamo avete bisogno buongiorno cerca cercare cerco cerchiamo dobbiamo devo esiste esistono esempio favore
    grazie possiamo posso qualche qualcuno qualcosa sapere serve servono trovare trovo vogliamo voglio vorrei vorremmo
    vorrebbe fatto fanno facciamo riuscire avrei avremmo capire capirne cercando chiedo chiediamo esempi farebbe fareste
    farlo interessa interessati qualcun sapete sappiamo servirebbe stiamo vedere vorreste alcuna alcune alcuni alcuno
    chiunque ciascun ciascuna ciascuno qualsiasi qualunque""".split()
)

#: Words that Snowball takes for forms of another, by the stem they get instead: `rifiuti` of `rifare`, a law of
#: reading, a theme of fearing, an amount of what matters, a trade union of a mayor, a community and what is announced
#: of a municipality; and nouns whose other gender is another thing: a house and a case, a broadband and a call for
#: tenders.
APART = {
    "assegno": "assegno assegni",
    "banca": "banca banche",
    "banda": "banda bande",
    "capitolat": "capitolato capitolati",
    "casa": "casa case",
    "collega": "collega colleghi colleghe",
    "comprend": "comprende comprendono",
    "comunic": "comunicazione comunicazioni comunicare comunicato comunicati",
    "comunita": "comunita",
    "consultazion": "consultazione consultazioni",
    "corsia": "corsia corsie",
    "credito": "credito crediti",
    "fermata": "fermata fermate",
    "fila": "fila",
    "file": "file",
    "garante": "garante garanti",
    "gradiment": "gradimento",
    "importan": "importante importanti",
    "imposta": "imposta imposte",
    "indicator": "indicatore indicatori",
    "legge": "legge leggi",
    "letter": "lettera lettere",
    "licenza": "licenza licenze",
    "lotta": "lotta lotte",
    "mandato": "mandato mandati",
    "merce": "merce merci",
    "multa": "multa multe",
    "novita": "novita",
    "operator": "operatore operatori operatrice operatrici",
    "operazion": "operazione operazioni",
    "organic": "organico organica organici organiche",
    "parere": "parere pareri",
    "popolar": "popolare popolari",
    "porto": "porto porti",
    "posta": "posta poste",
    "quartier": "quartiere quartieri",
    "ragionier": "ragioniere ragionieri ragioniera ragioneria ragionerie",
    "regolator": "regolatore regolatori regolatrice",
    "rifiut": "rifiuti rifiuto",
    "salute": "salute",
    "sindacal": "sindacato sindacati",
    "stabiliment": "stabilimento stabilimenti",
    "stanziament": "stanziamento stanziamenti",
    "statut": "statuto statuti",
    "tassa": "tassa tasse",
    "tema": "tema temi",
    "tramite": "tramite",
    "trattament": "trattamento trattamenti",
    "valut": "valuta",
    "verso": "verso",
}
IRREGULAR = {name: name for name in places.TOWNS} | {
    word: apart for apart, words in APART.items() for word in words.split()
}

#: How nouns and adjectives end: `uffici`, `banche`, `province`, `europei`, `operaie`.
ENDINGS = tuple(" a e i o ia ie io he hi ea ee ei eo ai aio aia aie".split(" "))

_ENGINE = local()


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """Stem of a folded word. Numbers and words of up to three letters stay as they are."""
    if len(word) <= 3 or not word.isalpha():
        return word
    if word in IRREGULAR:
        return IRREGULAR[word]
    engine = getattr(_ENGINE, "stemmer", None)
    if engine is None:
        engine = _ENGINE.stemmer = Stemmer.Stemmer("italian", 0)
    return str(engine.stemWord(word))


def inflections(word: str) -> frozenset[str]:
    """A folded word and those it may be in another number or gender: of its stem, and apart in the last vowels only."""
    root = word.rstrip("aeio") or word
    # `banche` and `luoghi` are `banca` and `luogo`.
    roots = (root, root.removesuffix("h")) if root.endswith(("ch", "gh")) else (root,)
    made = {start + ending for start in roots for ending in ENDINGS}
    return frozenset({word, *(form for form in made if stem(form) == stem(word))})


def is_stop(word: str) -> bool:
    """True for a folded word that says nothing about the subject."""
    return word in STOP
