# SPDX-License-Identifier: AGPL-3.0-or-later
"""Names of Italian regions and of the chief towns of provinces, folded, word by word: names are no mistyped words."""

#: Those that are nothing else, nor share the stem of what is called after them. Snowball takes `milano` and `mila`,
#: `reggio` and `reggere` for forms of one word.
TOWNS = frozenset(
    """agrigento alessandria ancona andria aosta arezzo ascoli asti avellino bari barletta belluno benevento
    bergamo biella bologna bolzano brescia brindisi cagliari caltanissetta campobasso carbonia carrara
    caserta catania catanzaro cesena chieti como cosenza cremona crotone enna ferrara firenze foggia forli
    frosinone genova gorizia grosseto iglesias isernia lecce lecco livorno lucca macerata mantova matera
    messina milano modena monza napoli novara nuoro oristano padova palermo parma pavia perugia pesaro
    pescara piacenza pisa pistoia pordenone ragusa ravenna reggio rieti rimini roma rovigo salerno sassari
    savona siena siracusa sondrio taranto teramo terni torino trani trapani trento treviso trieste udine
    urbino varese venezia verbania vercelli verona vibo vicenza viterbo""".split()
)
#: Of regions, and of districts in the names of towns. What is called after one (`toscano`, `ligure`) has its stem, and
#: finds it.
REGIONS = frozenset(
    """abruzzo basilicata brianza calabria campania emilia friuli lazio liguria lombardia molise piemonte piceno
    puglia romagna sardegna sicilia toscana umbria veneto""".split()
)
#: Towns and regions whose names are words too: a mass, a meadow, what stands still.
ALSO_WORDS = frozenset("aquila cuneo fermo imperia latina lodi marche massa potenza prato spezia valentia".split())
EVERY = TOWNS | REGIONS | ALSO_WORDS
