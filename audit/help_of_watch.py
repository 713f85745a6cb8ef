# SPDX-License-Identifier: AGPL-3.0-or-later
"""The help of ``evote-audit watch``, as ``help.py`` has the rest."""

from __future__ import annotations

from audit.words import Text

WATCH = Text(
    """\
usage : evote-audit watch [options] ADRESSE

Surveille une élection sur son serveur : l'urne, le journal et les fichiers du
programme de vote, demandés par plusieurs chemins et comme par plusieurs
navigateurs. Garde ce qu'il a vu ; se tait, sauf si le serveur revient en
arrière, se contredit, réécrit, ne tient pas une promesse, change le programme
de vote ou ce qu'un navigateur en fait, ne le donne pas pendant une heure, ou
s'arrête. Une élection annulée est surveillée au-delà de l'heure de clôture ;
après le résultat, les témoins sont attendus une heure. Chaque alarme est une
phrase, avec une preuve à donner à d'autres (evote-audit evidence).

À la première visite, comparez l'empreinte affichée à celle de l'affiche ou de
la lettre : tout le reste en dépend. Ctrl-C arrête la surveillance et vérifie le
dossier gardé (un second Ctrl-C y renonce) ; la même commande reprend où elle en
était.

arguments :
  ADRESSE            la page de l'élection : https://site/e/numéro

options :
  --store DOSSIER    où garder ce qui est vu (preau-watch-<numéro>)
  --every SECONDES   entre deux tours, de 1 à 3600 (60)
  --once             un seul tour
  --fingerprint EMPREINTE
                     refuser toute autre élection que celle-ci
  --promise FICHIER  promesse confiée par un parent (plusieurs fois si besoin) ;
                     ou posez-la dans le dossier « promises »
  --observer NOM     qui signe de sa parole ce que rien d'autre ne prouve
  --json             une ligne de JSON par événement, pour un programme
  --lang {fr,en}     langue des messages (fr sauf demande contraire)
  -h, --help         montrer cette aide

exemples :
  evote-audit watch https://vote.exemple.fr/e/4kVcDzQoM2Xg7a
  evote-audit watch https://vote.exemple.fr/e/4kVcDzQoM2Xg7a --once

codes de sortie :
  0    rien à signaler
  1    une alarme, maintenant ou plus tôt dans ce dossier
  2    rien n'a pu être surveillé, ou commande mal écrite
  130  interrompu par Ctrl-C""",
    """\
usage: evote-audit watch [options] URL

Watches an election on its server: board, journal and the booth's files, asked
for by several paths and as by several browsers. Keeps what it saw; is quiet
unless the server goes back, contradicts itself, rewrites, breaks a promise,
changes the booth or what a browser does with it, does not give it for an hour,
or stands still. An election that is cancelled is watched beyond its closing
time; after the result, witnesses are waited for an hour. Each alarm is one
sentence, with evidence to give to others (evote-audit evidence).

At the first visit compare the fingerprint shown with that on the poster or the
letter: all the rest rests on it. Ctrl-C ends the watch and verifies the record
kept (a second Ctrl-C gives that up); the same command goes on from there.

arguments:
  URL                the election's page: https://host/e/number

options:
  --store FOLDER     where to keep what is seen (preau-watch-<number>)
  --every SECONDS    between two rounds, from 1 to 3600 (60)
  --once             one round only
  --fingerprint FINGERPRINT
                     refuse any other election than this
  --promise FILE     a promise entrusted by a parent (several times if need be);
                     or put it into the folder “promises”
  --observer NAME    who gives their word for what nothing else proves
  --json             one line of JSON an event, for a program
  --lang {fr,en}     language of the messages (fr unless asked otherwise)
  -h, --help         show this help

examples:
  evote-audit watch https://vote.example.org/e/4kVcDzQoM2Xg7a --lang en
  evote-audit watch https://vote.example.org/e/4kVcDzQoM2Xg7a --once --lang en

exit status:
  0    nothing to report
  1    an alarm, now or earlier in this folder
  2    nothing could be watched, or wrong usage
  130  interrupted by Ctrl-C""",
)
