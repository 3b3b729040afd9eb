# SPDX-License-Identifier: AGPL-3.0-or-later
"""One address of each kind of page, in Italian; what the checks of whole pages walk through."""

from collections.abc import Mapping

SOLUTION = "/soluzioni/suap-metropolitano-bologna"

PAGES: Mapping[str, str] = {
    "home": "/",
    "search": "/cerca?q=sportello+unico+per+le+imprese",
    "search-all-kinds": "/cerca?q=bologna",
    "search-empty": "/cerca",
    "search-filtered": "/cerca?q=imprese&tema=suap&stato=a-regime&ordine=recenti",
    "search-corrected": "/cerca?q=sportelo+unicco+impresse",
    "search-nothing": "/cerca?q=xylofono+zzyzx+quokka",
    "browse": "/soluzioni",
    "browse-page-2": "/soluzioni?pagina=2",
    "solution": SOLUTION,
    "solution-reused": "/soluzioni/knowledge-territoriale-desk-milano",
    "solution-short": "/soluzioni/avvio-pianificazione-strategica-messina",
    "versions": f"{SOLUTION}/versioni",
    "version": f"{SOLUTION}/versioni/1",
    "differences": f"{SOLUTION}/versioni/differenze?da=1&a=1",
    "cities": "/citta",
    "city": "/citta/bologna",
    "city-without": "/citta/sassari",
    "city-report": "/citta/bologna/rapporto",
    "themes": "/temi",
    "theme": "/temi/suap",
    "theme-page-2": "/temi/gestione-associata?pagina=2",
    "acts": "/norme",
    "act": "/norme/legge-56-2014",
    "act-page-2": "/norme/legge-56-2014?pagina=2",
    "catalogue": "/catalogo",
    "help": "/aiuto",
    "programme": "/programma",
    "accessibility": "/accessibilita",
    "privacy": "/privacy",
    "about": "/informazioni",
    "legal-notes": "/note-legali",
    "not-found": "/soluzioni/non-esiste",
}

LANGUAGES = ("it", "en")
#: Status an address answers with, where it is not 200.
STATUS = {"not-found": 404}


def address(page: str, language: str) -> str:
    """The address of a kind of page in a language."""
    path = PAGES[page]
    return path if language == "it" else f"/{language}{path}"
