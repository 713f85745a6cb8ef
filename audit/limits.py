# SPDX-License-Identifier: AGPL-3.0-or-later
"""What no verification of a record can tell, said plainly at the end of every report."""

from __future__ import annotations

from collections.abc import Iterator

from audit.verify import Verdict
from audit.words import Text

FEW = 5

_PHONE = Text(
    "Que l'appareil de chaque parent a chiffré le bon choix : seul le parent peut le contrôler,"
    " en ouvrant un bulletin d'essai avant de voter.",
    "That each parent's device encrypted the right choice: only the parent can test this,"
    " by opening a trial ballot before voting.",
)
_ROLL = Text(
    "Que la liste électorale était juste, ni qui s'est abstenu : elle n'est pas dans l'archive.",
    "That the roll was right, or who abstained: the roll is not in the archive.",
)
_STUFFING = Text(
    "Que personne n'a voté à la place d'un abstentionniste : qui fabrique les codes et tient"
    " le serveur à la fois le pourrait. La liste d'émargement permet de le contrôler.",
    "That nobody voted in place of an abstainer: whoever makes the codes and also runs the server"
    " could. The sign-in list and each parent can check this.",
)
_SIGN_INS = Text(
    "Que les émargements ont été comptés à part des bulletins : C24 compare le nombre déclaré à"
    " celui des bulletins, et qui ne compte pas à part déclare le nombre des bulletins. La liste"
    " d'émargement seule permet de recompter.",
    "That sign-ins were counted apart from ballots: C24 compares the declared number with that of"
    " the ballots, and whoever does not count apart declares the number of ballots. Only the"
    " sign-in list allows a recount.",
)
_SECRECY = Text(
    "Que le secret est gardé : il tient tant que trop peu de membres du bureau s'entendent pour"
    " déchiffrer un bulletin.",
    "That secrecy is kept: it holds as long as too few trustees agree to decrypt a ballot.",
)
_FORMAT = Text(
    "Que les déchiffrements sont justes au-delà de ce que prouve ce format : ils reposent sur ses"
    " seules preuves.",
    "That the decryptions are right beyond what this format proves: they rest on its own proofs"
    " alone.",
)
_COPY = Text(
    "Que cette archive est la même que celle des autres : comparez l'empreinte, ou vérifiez"
    " l'archive prise plus tôt avec --since.",
    "That this archive is the one others have: compare the fingerprint, or verify against"
    " an earlier copy with --since.",
)
_ALONE = Text(
    "Ce que dit le journal de cette élection : il n'est pas dans l'archive seule. Suspensions,"
    " codes remplacés, horaires ou programme changés se vérifient avec le dossier complet, que"
    " donne la page publique de l'élection.",
    "What this election's journal tells: it is not in the archive alone. Suspensions, replaced"
    " codes, changes of hours or of the booth are verified with the complete record, which the"
    " election's public page gives.",
)
_UNWITNESSED = Text(
    "Que des témoins ont cosigné ce que montre cette archive, ni que le serveur l'a signé : ces"
    " signatures sont dans le dossier complet.",
    "That witnesses co-signed what this archive shows, or that the server signed it: those"
    " signatures are in the complete record.",
)
_JOURNAL = Text(
    "Que les heures du journal sont justes, ni qu'il n'a rien tu : elles sont la parole du serveur."
    " Que les navigateurs ont reçu le programme annoncé : comparez pendant le vote.",
    "That the journal's times are right, or that nothing was left out of it: they are the server's"
    " word. That browsers were given the booth announced: compare during the vote.",
)
_TOO_FEW = Text(
    f"Attention : moins de {FEW} bulletins. Un résultat si petit peut révéler des votes.",
    f"Beware: fewer than {FEW} ballots. So small a result may reveal votes.",
)
_UNANIMOUS = Text(
    "Attention : tous les bulletins ont le même contenu. Le résultat révèle chaque vote.",
    "Beware: all ballots say the same. The result reveals every vote.",
)


def limits(verdict: Verdict) -> Iterator[Text]:
    """The sentences that apply to this election, warnings first."""
    case = verdict.case
    votes = len(case.census.last) if case.census else 0
    if case.board.stage >= 3 and votes < FEW:
        yield _TOO_FEW
    elif case.result and any(set(row) <= {0, votes} and any(row) for row in case.result):
        yield _UNANIMOUS
    if not case.strict:
        yield _FORMAT
    if case.binding and case.binding.server:
        yield _JOURNAL if case.record.folder else _ALONE
        if case.binding.server.witnesses and not case.record.folder:
            yield _UNWITNESSED
    yield _PHONE
    yield _ROLL
    yield _STUFFING
    if case.strict and case.result is not None:
        yield _SIGN_INS
    yield _SECRECY
    yield _COPY
