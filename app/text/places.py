# SPDX-License-Identifier: AGPL-3.0-or-later
"""Names of Italian regions and of the chief towns of provinces, folded, word by word: names are no mistyped words, and
no forms of another word."""

#: Names that are nothing else. Snowball takes `milano` and `mila`, `reggio` and `reggere` for forms of one word.
NAMES = frozenset(
    """abruzzo agrigento alessandria ancona andria aosta arezzo ascoli asti avellino bari barletta basilicata belluno
    benevento bergamo biella bologna bolzano brescia brianza brindisi cagliari calabria caltanissetta campania
    campobasso carbonia carrara caserta catania catanzaro cesena chieti como cosenza cremona crotone emilia enna
    ferrara firenze foggia forli friuli frosinone genova gorizia grosseto iglesias imperia isernia lazio lecce lecco
    liguria livorno lombardia lucca macerata mantova matera messina milano modena molise monza napoli novara nuoro
    oristano padova palermo parma pavia perugia pesaro pescara piacenza piceno piemonte pisa pistoia pordenone puglia
    ragusa ravenna reggio rieti rimini roma romagna rovigo salerno sardegna sassari savona sicilia siena siracusa
    sondrio taranto teramo terni torino toscana trani trapani trento treviso trieste udine umbria urbino varese
    veneto venezia verbania vercelli verona vibo vicenza viterbo""".split()
)
#: Those that are words too: a mass, a meadow, what stands still.
ALSO_WORDS = frozenset("aquila cuneo fermo imperia latina lodi marche massa potenza prato spezia valentia".split())
EVERY = NAMES | ALSO_WORDS
