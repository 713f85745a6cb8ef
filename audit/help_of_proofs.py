# SPDX-License-Identifier: AGPL-3.0-or-later
"""The help of ``evote-audit receipt`` and ``evote-audit evidence``, as ``help.py`` has the rest."""

from __future__ import annotations

from audit.words import Text

RECEIPT = Text(
    """\
usage : evote-audit receipt [options] FICHIER [DOSSIER]

Vérifie le reçu d'un bulletin (….tlog-proof), sans réseau : il prouve que le
bulletin a été publié. Avec le dossier de l'élection, dit s'il y est toujours.
Vérifie aussi la promesse de publier que le serveur a donnée au dépôt.

Une promesse va au plus à 16 minutes : celle qui va plus loin, et que le dossier
ne montre pas tenue, est nommée aussitôt, d'après l'horloge de cet ordinateur
et l'heure signée du dossier. Au-delà d'un an après la clôture, elle convainc à
elle seule. Un reçu tient sans témoins ; avec le dossier, la commande dit
combien des témoins demandés l'ont cosigné, sans changer le code de sortie.

Un reçu qui ne vaut rien n'est pas un reçu qui accuse, une promesse non plus :
la première phrase dit lequel des deux.

arguments :
  FICHIER          le reçu ou la promesse ; - pour l'entrée standard. Du reçu,
                   aussi son lien (celui du QR), tel quel entre apostrophes ou
                   dans un fichier texte, et toujours avec le dossier
  DOSSIER          l'archive .bel, le dossier de l'élection, ou son zip

options :
  --lang {fr,en}   langue des messages (fr sauf demande contraire)
  -h, --help       montrer cette aide

exemples :
  evote-audit receipt mon-bulletin.tlog-proof
  evote-audit receipt mon-bulletin.tlog-proof dossier.zip
  evote-audit receipt 'https://SITE/e/NUMÉRO/receipt#CHIFFRES' dossier.zip

codes de sortie :
  0    le reçu tient, la promesse est tenue ou attend encore
  1    reçu ou promesse ne vaut rien, ou convainc le serveur de faute ; reçu
       incomplet
  2    aucun verdict : illisible, non pris en charge, commande mal écrite ; ou,
       pour l'horloge de cet ordinateur, qui peut être fausse, reçu signé pour
       plus tard, ou promesse qui va trop loin
  130  interrompu par Ctrl-C""",
    """\
usage: evote-audit receipt [options] FILE [RECORD]

Verifies the receipt of a ballot (….tlog-proof), without a network: it proves
that the ballot was published. With the election's record, says whether it is
still there. Also verifies the promise to publish that the server gave at
casting.

A promise goes 16 minutes ahead at most: one that goes further, and that the
record does not show kept, is named at once, by this computer's clock and the
record's signed time. More than a year after the closing it convicts by itself.
A receipt holds without witnesses; with the record, the command says how many of
those demanded co-signed it, which does not change the exit status.

A receipt that is worth nothing is not one that accuses, nor is such a promise:
the first sentence says which of the two.

arguments:
  FILE             the receipt or the promise; - for standard input. Of the
                   receipt also its link (that of the QR code), as it is between
                   apostrophes or in a text file, and always with the record
  RECORD           the .bel archive, the record's folder, or its zip

options:
  --lang {fr,en}   language of the messages (fr unless asked otherwise)
  -h, --help       show this help

examples:
  evote-audit receipt my-ballot.tlog-proof --lang en
  evote-audit receipt my-ballot.tlog-proof record.zip --lang en
  evote-audit receipt 'https://HOST/e/NUMBER/receipt#DIGITS' record.zip

exit status:
  0    the receipt holds, the promise is kept or still waits
  1    receipt or promise is worth nothing, or convicts the server; a receipt
       that is incomplete
  2    no verdict: not readable, not supported, wrong usage; or, by this
       computer's clock, which may be wrong, a receipt signed for later, or a
       promise that goes too far
  130  interrupted by Ctrl-C""",
)

EVIDENCE = Text(
    """\
usage : evote-audit evidence [options] FICHIER

Vérifie la preuve d'une faute, que « evote-audit watch » a écrite chez qui a
surveillé le serveur. Les unes convainquent le serveur de l'élection dont
l'empreinte est montrée, et de nulle autre ; les autres reposent sur la parole
de qui a vu ; et c'est dit.

arguments :
  FICHIER          la preuve

options :
  --fingerprint EMPREINTE
                   de l'élection dont il s'agit : d'une autre, rien n'est prouvé
  --lang {fr,en}   langue des messages (fr sauf demande contraire)
  -h, --help       montrer cette aide

exemple :
  evote-audit evidence preuve.json

codes de sortie :
  0    la preuve tient, de l'une ou de l'autre sorte
  1    elle ne prouve rien
  2    aucun verdict : illisible, non pris en charge, ou commande mal écrite
  130  interrompu par Ctrl-C""",
    """\
usage: evote-audit evidence [options] FILE

Verifies evidence of a fault, which evote-audit watch wrote where somebody
watched the server. Some convicts the server of the election with the
fingerprint shown, and of no other; some rests on the word of whoever saw; and
that is said.

arguments:
  FILE             the evidence

options:
  --fingerprint FINGERPRINT
                   of the election that is meant: of another, nothing is proved
  --lang {fr,en}   language of the messages (fr unless asked otherwise)
  -h, --help       show this help

example:
  evote-audit evidence evidence.json --lang en

exit status:
  0    the evidence holds, of either sort
  1    it proves nothing
  2    no verdict: not readable, not supported, or wrong usage
  130  interrupted by Ctrl-C""",
)
