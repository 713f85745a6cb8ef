# SPDX-License-Identifier: AGPL-3.0-or-later
"""The help of ``evote-audit``, in two languages, as it stands on a screen of 80 columns."""

from __future__ import annotations

from audit.words import Text

_STATUSES = Text(
    """\
codes de sortie :
  0    toutes les vérifications applicables ont réussi
  1    quelque chose est faux dans ce qui a été donné
  2    aucun verdict : illisible, non pris en charge, ou commande mal écrite
  130  interrompu par Ctrl-C""",
    """\
exit status:
  0    every applicable check passed
  1    something is wrong in what was given
  2    no verdict: not readable, not supported, or wrong usage
  130  interrupted by Ctrl-C""",
)

GENERAL = Text(
    f"""\
usage : evote-audit COMMANDE …

Vérifie une élection à partir de ses fichiers publics, sans réseau (watch et
witness mis à part) et sans faire confiance à qui les a faits.

commandes :
  verify     vérifier une élection : archive .bel, dossier ou zip
  opened     vérifier un bulletin contrôlé, ouvert au lieu d'être déposé
  receipt    vérifier le reçu d'un bulletin, ou la promesse de le publier
  evidence   vérifier la preuve d'une faute du serveur, faite par un autre
  witness    témoigner : cosigner ce que le serveur publie
  watch      surveiller une élection sur son serveur, et garder ce qui est vu

options :
  -h, --help       montrer cette aide
  --version        montrer la version
  --lang {{fr,en}}   langue des messages (fr sauf demande contraire)

Chaque commande a son aide : evote-audit COMMANDE --help

{_STATUSES.fr}""",
    f"""\
usage: evote-audit COMMAND …

Verifies an election from its public files, without a network (watch
and witness aside) and without trusting whoever made them.

commands:
  verify     verify an election: .bel archive, folder or zip
  opened     verify a checked ballot, opened instead of cast
  receipt    verify a ballot's receipt, or the promise to publish it
  evidence   verify evidence of a server's fault, made by somebody else
  witness    witness: co-sign what the server publishes
  watch      watch an election on its server, and keep what is seen

options:
  -h, --help       show this help
  --version        show the version
  --lang {{fr,en}}   language of the messages (fr unless asked otherwise)

Each command has its help: evote-audit COMMAND --help --lang en

{_STATUSES.en}""",
)

VERIFY = Text(
    f"""\
usage : evote-audit verify [options] CHEMIN

Vérifie une élection. La première phrase est le verdict ; la fin du rapport dit
ce qu'aucune vérification ne peut dire.

arguments :
  CHEMIN             l'archive .bel, le dossier de l'élection, ou son zip

options :
  --since ANCIEN     archive, dossier ou .checkpoint gardé plus tôt : rien de ce
                     qu'il montrait ne doit avoir changé ; abîmé, il n'accuse
                     personne (code 2)
  --require preau    refuser une élection sans les garanties de Préau
  --json             le verdict en JSON, seul sur la sortie, pour un programme
  --jobs N           nombre de processus (0 : le plus possible)
  --progress         montrer l'avancement, même hors d'un terminal
  --no-progress      ne pas le montrer
  --lang {{fr,en}}     langue des messages (fr sauf demande contraire)
  -h, --help         montrer cette aide

exemples :
  evote-audit verify election.bel
  evote-audit verify dossier.zip
  evote-audit verify finale.bel --since copie.bel

{_STATUSES.fr}""",
    f"""\
usage: evote-audit verify [options] PATH

Verifies an election. The first sentence is the verdict; the end of the report
says what no verification can tell.

arguments:
  PATH               the .bel archive, the record's folder, or its zip

options:
  --since OLD        archive, record or checkpoint kept earlier: nothing that it
                     showed may have changed; damaged, it accuses nobody (2)
  --require preau    refuse an election without the guarantees of Préau
  --json             the verdict as JSON, alone on the output, for a program
  --jobs N           number of processes (0: as many as the processor allows)
  --progress         show the progress, even outside a terminal
  --no-progress      do not show it
  --lang {{fr,en}}     language of the messages (fr unless asked otherwise)
  -h, --help         show this help

examples:
  evote-audit verify election.bel --lang en
  evote-audit verify record.zip --lang en
  evote-audit verify final.bel --since copy.bel --lang en

{_STATUSES.en}""",
)

OPENED = Text(
    f"""\
usage : evote-audit opened [options] FICHIER

Vérifie un bulletin contrôlé : ouvert au lieu d'être déposé, il doit contenir le
choix fait sur l'appareil et donner le suivi noté avant de le contrôler.

Le fichier porte l'élection. Un appareil menteur pourrait y mettre la sienne :
comparez l'empreinte affichée à celle de la page de l'école, ou donnez
l'archive avec --election.

arguments :
  FICHIER              le fichier que l'appareil a donné

options :
  --election ARCHIVE   l'archive .bel, le dossier de l'élection, ou son zip
  --lang {{fr,en}}       langue des messages (fr sauf demande contraire)
  -h, --help           montrer cette aide

exemples :
  evote-audit opened mon-bulletin.json
  evote-audit opened mon-bulletin.json --election election.bel

{_STATUSES.fr}""",
    f"""\
usage: evote-audit opened [options] FILE

Verifies a checked ballot: opened instead of cast, it must hold the choice made
on the device and give the tracker noted before it was checked.

The file carries the election. A lying device could put its own there: compare
the fingerprint shown with the one on the school's page, or give the archive
with --election.

arguments:
  FILE                 the file that the device gave

options:
  --election ARCHIVE   the .bel archive, the record's folder, or its zip
  --lang {{fr,en}}       language of the messages (fr unless asked otherwise)
  -h, --help           show this help

examples:
  evote-audit opened my-ballot.json --lang en
  evote-audit opened my-ballot.json --election election.bel --lang en

{_STATUSES.en}""",
)
