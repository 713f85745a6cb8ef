# SPDX-License-Identifier: AGPL-3.0-or-later
"""What ``evote-audit receipt`` says: a receipt that is worth nothing is not one that convicts.

A receipt is a file or a link, a promise is a file: each is called what it is in both forms.
"""

from __future__ import annotations

from dataclasses import dataclass

from audit.words import Text


@dataclass(frozen=True, slots=True)
class Sentences:
    """Those that name what was given.

    Args:
        waits: the record is too early to tell.
        elsewhere: it is of another election, or of a site that imitates this one.
        apart: what to do with it then, without going where it says that it is from.
        nothing: it proves nothing; without its full stop.
        convicts: it and a signed record do.
        convicts_if: it and a record that nobody signed do.
        keep: and what may be tried later.
        keep_undated: the same, where what it was judged by says not of when it is.
        secret: what it does not say.
    """

    waits: Text
    elsewhere: Text
    apart: Text
    nothing: Text
    convicts: Text
    convicts_if: Text
    keep: Text
    keep_undated: Text
    secret: Text


def _of(fr: str, en: str) -> Sentences:
    first = Text(fr[0].upper() + fr[1:], en[0].upper() + en[1:])
    loud = Text(f"{fr.upper()} CONVAINC LE SERVEUR DE FAUTE", f"{en.upper()} CONVICTS THE SERVER")
    return Sentences(
        waits=Text(
            f"On ne peut pas encore le dire : ce dossier est trop ancien pour {fr}.",
            f"It is too early to tell: this record is too old for {en}.",
        ),
        elsewhere=Text(
            f"{first.fr} n'est pas de l'élection de ce dossier : rien n'est dit ni de l'un ni de"
            " l'autre.",
            f"{first.en} is not of this record's election: nothing is said of either.",
        ),
        apart=Text(
            f"Donnez le dossier de son élection. Mais si {fr} vient de votre vote à celle de ce"
            f" dossier, ne retournez pas sur le site qui l'a fait : gardez {fr} et prévenez le"
            " bureau.",
            f"Give the record of its election. Yet if {en} comes from voting in that of this"
            f" record, do not go back to the site that made it: keep {en} and tell the committee.",
        ),
        nothing=Text(
            f"{first.fr} ne vaut rien, et n'accuse personne",
            f"{first.en} is worth nothing, and accuses nobody",
        ),
        convicts=Text(
            f"{loud.fr}, si l'empreinte ci-dessous est celle de votre élection : la même clé a"
            f" signé {fr} et ce dossier, qui se contredisent.",
            f"{loud.en}, if the fingerprint below is your election's: the same key signed {en} and"
            " this record, which contradict each other.",
        ),
        convicts_if=Text(
            f"{loud.fr}, si l'empreinte ci-dessous est celle de votre élection, et si cette archive"
            " est bien celle que le serveur a publiée : seule, elle n'est pas signée.",
            f"{loud.en}, if the fingerprint below is your election's, and if this archive is what"
            " it published: alone, an archive is not signed.",
        ),
        keep=Text(
            f"Gardez {fr}, et recommencez avec un dossier téléchargé plus tard.",
            f"Keep {en}, and try again with a record downloaded later.",
        ),
        keep_undated=Text(
            f"Gardez {fr}, téléchargez le dossier complet de l'élection, que le serveur signe avec"
            " l'heure, et recommencez avec lui ; si l'heure y manque, dites-le au bureau.",
            f"Keep {en}, download the election's complete record, which the server signs with the"
            " time, and try again with it; if the time is not in it, tell the committee.",
        ),
        secret=Text(
            f"{first.fr} ne dit ni qui a voté, ni quel choix.",
            f"{first.en} says neither who voted nor which choice.",
        ),
    )


OF_RECEIPT = _of("ce reçu", "this receipt")
OF_PROMISE = _of("cette promesse", "this promise")
HOLDS = Text(
    "Ce reçu tient : le bulletin est dans l'urne.",
    "This receipt holds: the ballot is on the board.",
)
HOLDS_ALONE = Text(
    "Ce reçu tient : qui a la clé de l'urne ci-dessous a publié ce bulletin.",
    "This receipt holds: the holder of the board's key given below published this ballot.",
)
INCOMPLETE = Text(
    "Ce reçu est incomplet ou altéré : si le bulletin était enlevé un jour, il pourrait ne pas"
    " suffire à le prouver.",
    "This receipt is incomplete or altered: if the ballot were taken away one day, it might not be"
    " enough to prove it.",
)
TAKE_ANOTHER = Text(
    "Gardez-le, et reprenez-en un sur la page qui vous l'a donné. Si le nouveau est pareil, portez"
    " les deux au bureau : un serveur en règle y met toujours cette heure.",
    "Keep it, and take another from the page that gave it. If the new one is the same, bring both"
    " to the committee: a server in order always puts that time into it.",
)
NEWER_RECORD = Text(", ou donnez un dossier plus récent,", ", or give a newer record,")
COMPLETE_RECORD = Text(", ou donnez le dossier complet,", ", or give the complete record,")
NO_RECORD = Text("", "")
AHEAD = Text(
    "Réglez d'abord l'horloge de cet ordinateur{other} et recommencez : pour elle, l'heure signée"
    " de ce reçu est encore à venir. Si elle est juste, l'horloge du serveur ne l'était pas, ou"
    " cette heure est fausse : montrez ce reçu au bureau.",
    "First set this computer's clock{other} and try again: by it, the time signed in this receipt"
    " is still to come. If it is right, the server's clock was not, or that time is false: show"
    " this receipt to the committee.",
)
IF_STILL_AHEAD = Text(
    "Si l'horloge est juste, gardez ce reçu tel quel, et portez-en une copie au bureau et à votre"
    " fédération : une heure à venir cacherait que l'urne a été raccourcie.",
    "If the clock is right, keep this receipt as it is, and bring a copy to the committee and to"
    " your federation: a time to come would hide that the board was shortened.",
)
BREAKS_THE_RULE = Text(
    "Réglez d'abord l'horloge de cet ordinateur{other} et recommencez. Si elle est juste, CETTE"
    " PROMESSE EST CONTRAIRE À LA RÈGLE : aucun serveur à l'heure n'a pu la faire.",
    "First set this computer's clock{other} and try again. If it is right, THIS PROMISE BREAKS THE"
    " RULE: no server whose clock is right can have made it.",
)
CONVICTS_ALONE = Text(
    "CETTE PROMESSE CONVAINC LE SERVEUR DE FAUTE, à elle seule, si l'empreinte ci-dessous est celle"
    " de votre élection : quoi qu'il publie, il ne pouvait pas la signer.",
    "THIS PROMISE CONVICTS THE SERVER, by itself, if the fingerprint below is your election's:"
    " whatever it publishes, it could not sign this.",
)
KEEP_IT = Text(
    "Gardez cette promesse telle quelle, et portez-en une copie au bureau et à votre fédération :"
    " seul celui qui tient la clé secrète du serveur a pu la signer.",
    "Keep this promise as it is, and bring a copy to the committee and to your federation: only the"
    " holder of the server's secret key can have signed it.",
)
KEPT = Text("Cette promesse a été tenue.", "This promise was kept.")
HOLDS_IF = Text(
    "Ce reçu tient, et le bulletin est dans l'urne, si cette archive est bien celle que le serveur"
    " a publiée : seule, elle n'est pas signée.",
    "This receipt holds, and the ballot is on the board, if this archive is what the server"
    " published: alone, an archive is not signed.",
)
KEPT_IF = Text(
    "Cette promesse a été tenue, si cette archive est bien celle que le serveur a publiée : seule,"
    " elle n'est pas signée.",
    "This promise was kept, if this archive is what the server published: alone, an archive is not"
    " signed.",
)
UNDATED_ARCHIVE = Text(
    "On ne peut pas le dire : seule, cette archive ne dit pas de quand elle est.",
    "This cannot be told: alone, this archive does not say of when it is.",
)
UNDATED = Text(
    "On ne peut pas le dire : l'heure que le serveur signe manque à ce dossier, qui ne dit donc pas"
    " de quand il est.",
    "This cannot be told: this record has not the time that the server signs, and so does not say"
    " of when it is.",
)
GIVE_SIGNED = Text(
    "Téléchargez le dossier complet de l'élection, qui est signé, et recommencez avec lui.",
    "Download the election's complete record, which is signed, and try again with it.",
)
IF_THIS_ELECTION = Text(
    "La clé du serveur est prise dans ce dossier : comparez son empreinte à celle que montrent la"
    " lettre, l'affiche ou la page de l'école, et vérifiez-le (evote-audit verify DOSSIER). Avec"
    " une autre empreinte, ou s'il n'est pas en règle, rien n'accuse encore le serveur.",
    "The server's key is taken from this record: compare its fingerprint with the one on the"
    " letter, the poster or the school's page, and verify it (evote-audit verify RECORD --lang en)."
    " With another fingerprint, or if it is not in order, nothing accuses the server yet.",
)
KEEP_BOTH = Text(
    "Gardez l'un et l'autre tels quels, et portez-en une copie au bureau et à votre fédération :"
    " seul celui qui tient la clé secrète du serveur a pu signer les deux.",
    "Keep both as they are, and bring copies to the committee and to your federation: only the"
    " holder of the server's secret key can have signed both.",
)
ANOTHER_RECORD = Text(
    "Gardez l'un et l'autre tels quels, téléchargez le dossier complet de l'élection, qui est"
    " signé, et recommencez avec lui ; s'il dit de même, portez le tout au bureau et à votre"
    " fédération.",
    "Keep both as they are, download the election's complete record, which is signed, and try again"
    " with it; if it says the same, bring it all to the committee and your federation.",
)
REST = Text(
    "Que tout le dossier soit en règle se vérifie à part : evote-audit verify DOSSIER.",
    "That the whole record is in order is verified apart: evote-audit verify RECORD --lang en.",
)
ALONE = Text(
    "Seul, il ne prouve pas que cette clé est celle de votre élection, ni que le bulletin y est"
    " resté, ni que des témoins ont vu la même urne.",
    "Alone, it does not prove that this key is your election's, or that the ballot stayed there, or"
    " that witnesses saw the same board.",
)
COMPARE = Text(
    "Comparez la clé à celle que montrent la page de l'élection, la lettre ou l'affiche ; ou donnez"
    " le dossier de l'élection : evote-audit receipt FICHIER DOSSIER.",
    "Compare the key with the one on the election's page, the letter or the poster; or give the"
    " election's record: evote-audit receipt FILE RECORD --lang en.",
)
ASK_AGAIN = Text(
    "Reprenez le reçu sur la page de l'élection, avec le suivi de votre bulletin.",
    "Take the receipt again from the election's page, with the tracker of your ballot.",
)
ASK_PROMISE_AGAIN = Text(
    "Reprenez la promesse telle que la page du vote l'a donnée, et voyez sur la page de l'urne si"
    " le bulletin y est.",
    "Take the promise again as the voting page gave it, and see on the board's page whether the"
    " ballot is there.",
)
PROMISE_ALONE = Text(
    "une promesse ne se vérifie pas sans l'élection dont elle parle",
    "a promise cannot be verified without the election it speaks of",
)
GIVE_RECORD = Text(
    "gardez ce fichier, et donnez après lui l'archive .bel, le dossier ou son zip : evote-audit"
    " receipt FICHIER DOSSIER",
    "keep this file, and give after it the .bel archive, the record's folder or zip: evote-audit"
    " receipt FILE RECORD --lang en",
)
LINK_ALONE = Text(
    "le lien d'un reçu ne se vérifie pas sans l'élection : la clé de l'urne n'y est pas (§20.4)",
    "a receipt's link cannot be verified without the election: it leaves out the board's key"
    " (§20.4)",
)
GIVE_RECORD_TO_LINK = Text(
    "donnez après lui l'archive .bel, le dossier ou son zip : evote-audit receipt LIEN DOSSIER",
    "give after it the .bel archive, the record's folder or zip: evote-audit receipt LINK RECORD"
    " --lang en",
)
NO_RECEIPT = Text(
    "ce fichier n'est ni un reçu ni une promesse", "this file is neither a receipt nor a promise"
)
TAKE_AS_GIVEN = Text(
    "donnez le fichier tel que la page du vote l'a donné (….tlog-proof), sans l'ouvrir dans un"
    " éditeur",
    "give the file as the voting page gave it (….tlog-proof), without opening it in an editor",
)
WHY = Text("Constat", "Finding")
TRACKER = Text("Suivi du bulletin", "Tracker of the ballot")
TRACKER_SAID = Text(
    "Suivi que le fichier annonce, à comparer à celui que vous avez noté",
    "Tracker that the file gives, to compare with the one that you noted",
)
PLACE = Text("Place dans l'urne", "Place on the board")
KEY = Text("Clé de l'urne", "Key of the board")
FINGERPRINT = Text("Empreinte de l'élection", "Fingerprint of the election")
WITNESSED = Text("Témoins qui ont cosigné cet état", "Witnesses who co-signed that state")
ENOUGH = Text(
    "Témoins : {n} sur {all} {have} cosigné cet état ; le résultat en demande {quorum}.",
    "Witnesses: {n} of {all} co-signed that state; the result demands {quorum}.",
)
MISSING = Text(
    "Témoins : {n} sur {all} {have} cosigné cet état ; le résultat en demandera {quorum}. Le reçu"
    " vaut contre le serveur, mais personne d'autre que lui n'y répond encore de ce que tous voient"
    " la même urne.",
    "Witnesses: {n} of {all} co-signed that state; the result will demand {quorum}. The receipt"
    " holds against the server, but nobody else vouches in it yet that all see the same board.",
)
LINK_UNWITNESSED = Text(
    "Témoins : un lien n'a pas la place de leurs signatures ; le fichier du reçu les porte, s'il y"
    " en a.",
    "Witnesses: a link has no room for their signatures; the receipt's file has them, if there are"
    " any.",
)
