# SPDX-License-Identifier: AGPL-3.0-or-later
"""The help of ``evote-audit witness`` and its two commands, as ``help.py`` has the rest."""

from __future__ import annotations

from audit.words import Text

_STATUSES = Text(
    """\
codes de sortie :
  0    fait
  2    impossible avec ce qui a été donné, ou commande mal écrite
  130  interrompu par Ctrl-C""",
    """\
exit status:
  0    done
  2    not possible with what was given, or wrong usage
  130  interrupted by Ctrl-C""",
)

WITNESS = Text(
    f"""\
usage : evote-audit witness COMMANDE …

Un témoin tourne chez un tiers : fédération, mairie, autre école. Il cosigne ce
que le serveur publie, tant que rien de ce qu'il a déjà vu n'est réécrit.

commandes :
  key        faire la clé d'un témoin
  serve      témoigner, jusqu'à l'interruption

options :
  --lang {{fr,en}}   langue des messages (fr sauf demande contraire)
  -h, --help       montrer cette aide

{_STATUSES.fr}""",
    f"""\
usage: evote-audit witness COMMAND …

A witness runs at a third party: a federation, the town hall, another school. It
co-signs what the server publishes, as long as nothing that it saw is rewritten.

commands:
  key        make a witness's key
  serve      witness, until interrupted

options:
  --lang {{fr,en}}   language of the messages (fr unless asked otherwise)
  -h, --help       show this help

{_STATUSES.en}""",
)

KEY = Text(
    f"""\
usage : evote-audit witness key --name NOM --out FICHIER

Fait la clé d'un témoin. Le fichier est secret et n'est lisible que de vous ; la
ligne affichée est publique : qui prépare l'élection la met dans sa
configuration.

options :
  --name NOM       nom public du témoin, sans espace : temoin.exemple.fr
  --out FICHIER    le fichier secret à écrire, qui ne doit pas exister
  --lang {{fr,en}}   langue des messages (fr sauf demande contraire)
  -h, --help       montrer cette aide

exemple :
  evote-audit witness key --name temoin.exemple.fr --out temoin.secret

{_STATUSES.fr}""",
    f"""\
usage: evote-audit witness key --name NAME --out FILE

Makes a witness's key. The file is secret and only you can read it; the line
shown is public: whoever prepares the election puts it into its configuration.

options:
  --name NAME      the witness's public name, no space: witness.example.org
  --out FILE       the secret file to write, which must not exist
  --lang {{fr,en}}   language of the messages (fr unless asked otherwise)
  -h, --help       show this help

example:
  evote-audit witness key --name witness.example.org --out witness.secret
                          --lang en

{_STATUSES.en}""",
)

SERVE = Text(
    f"""\
usage : evote-audit witness serve --key FICHIER --store DOSSIER
                                  --listen HÔTE:PORT
                                  (--log CLÉ… | --election ARCHIVE…)

Témoigne : cosigne chaque état que le serveur envoie, s'il commence par tout ce
qui a été cosigné avant. Le dossier de --store est la mémoire du témoin : ne
l'effacez pas et n'en remettez jamais une copie ancienne.

Un seul témoin à la fois par dossier. Mettez un serveur web devant, avec HTTPS.

options :
  --key FICHIER          la clé secrète du témoin
  --store DOSSIER        sa mémoire
  --listen HÔTE:PORT     où écouter ; le port 0 en prend un libre
  --log CLÉ…             clés publiques des urnes et journaux à suivre
  --election ARCHIVE…    archives .bel ou dossiers dont suivre urne et journal
  --lang {{fr,en}}         langue des messages (fr sauf demande contraire)
  -h, --help             montrer cette aide

exemple :
  evote-audit witness serve --key temoin.secret --store memoire
      --election election.bel --listen 127.0.0.1:8011

{_STATUSES.fr}""",
    f"""\
usage: evote-audit witness serve --key FILE --store FOLDER --listen HOST:PORT
                                 (--log VKEY… | --election ARCHIVE…)

Witnesses: co-signs each state that the server sends, if it begins with all that
was co-signed before. The folder of --store is the witness's memory: do not
delete it, and never put back an older copy.

One witness at a time for a folder. Put a web server before it, with HTTPS.

options:
  --key FILE             the witness's secret key
  --store FOLDER         its memory
  --listen HOST:PORT     where to listen; port 0 takes a free one
  --log VKEY…            public keys of the boards and journals to follow
  --election ARCHIVE…    .bel archives or records whose board and journal to
                         follow
  --lang {{fr,en}}         language of the messages (fr unless asked otherwise)
  -h, --help             show this help

example:
  evote-audit witness serve --key witness.secret --store memory
      --election election.bel --listen 127.0.0.1:8011 --lang en

{_STATUSES.en}""",
)
