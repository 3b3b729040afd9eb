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

#: Stop words of two letters that are acronyms too, where only they stand in capitals.
SHORT_ACRONYMS = frozenset({"ai"})
#: Words of asking, not of the thing asked for.
POLITE = frozenset(
    """abbiamo avete bisogno buongiorno cerca cercare cerco cerchiamo dobbiamo devo esiste esistono esempio favore
    grazie possiamo posso qualche qualcuno qualcosa sapere serve servono trovare trovo vogliamo voglio vorrei vorremmo
    vorrebbe fatto fanno facciamo riuscire avrei avremmo capire capirne cercando chiedo chiediamo esempi farebbe fareste
    farlo interessa interessati qualcun sapete sappiamo servirebbe stiamo vedere vorreste""".split()
)

#: Words that Snowball takes for forms of another: `rifiuti` of `rifare`, a community and what is communicated for a
#: municipality, a statute for a state; and nouns whose other gender is another thing: a house and a case, a broadband
#: and a call for tenders, a tax and a rate.
IRREGULAR = {
    **{name: name for name in places.TOWNS},
    **dict.fromkeys(("rifiuti", "rifiuto"), "rifiut"),
    **dict.fromkeys(("casa", "case"), "casa"),
    **dict.fromkeys(("banda", "bande"), "banda"),
    **dict.fromkeys(("tassa", "tasse"), "tassa"),
    **dict.fromkeys(("posta", "poste"), "posta"),
    **dict.fromkeys(("porto", "porti"), "porto"),
    **dict.fromkeys(("lotta", "lotte"), "lotta"),
    "comunita": "comunita",
    **dict.fromkeys(("comunicazione", "comunicazioni", "comunicare", "comunicato", "comunicati"), "comunic"),
    **dict.fromkeys(("statuto", "statuti"), "statut"),
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
