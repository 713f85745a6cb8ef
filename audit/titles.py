# SPDX-License-Identifier: AGPL-3.0-or-later
"""The sentence of each check, by its id; the English one is that of docs/protocol.md §16."""

from __future__ import annotations

from audit.words import Text

TITLES = {
    "C01": Text(
        "L'archive est faite d'éléments bien formés, avec les seuls octets d'en-tête permis,"
        " et rien après le dernier événement.",
        "The archive is made of well-formed members, with the permitted header bytes only"
        " and nothing after the last event.",
    ),
    "C02": Text(
        "Chaque élément est nommé par l'empreinte de son contenu.",
        "Every member is named by the hash of its content.",
    ),
    "C03": Text(
        "Chaque événement nomme le précédent, à la hauteur suivante,"
        " dans l'unique écriture permise.",
        "Every event names the one before it, at the next height, in the one permitted writing.",
    ),
    "C04": Text(
        "Les événements viennent dans l'ordre permis.",
        "The events come in the permitted order.",
    ),
    "C05": Text(
        "Chaque événement est précédé d'exactement les données qu'il nomme.",
        "Every event has before it exactly the data it names.",
    ),
    "C06": Text("L'objet élection est bien formé.", "The election object is well formed."),
    "C07": Text(
        "Les clés des membres du bureau sont bien formées, prouvées et signées.",
        "The trustees' keys are well formed, proved and signed.",
    ),
    "C08": Text(
        "La clé de l'élection est le produit des clés des membres du bureau.",
        "The election key is the product of the trustees' keys.",
    ),
    "C09": Text(
        "Les clés publiques des électeurs sont bien formées et distinctes.",
        "The public credentials are well formed and distinct.",
    ),
    "C10": Text(
        "Ce que l'élection annonce concorde avec les clés de son bureau, celles de ses"
        " électeurs et ses listes.",
        "The election's bindings agree with its trustees, credentials and lists.",
    ),
    "C11": Text(
        "Chaque membre du bureau s'était engagé d'avance sur sa part et tous ont signé"
        " la cérémonie des clés.",
        "Every trustee committed to its part beforehand and all signed the ceremony's transcript.",
    ),
    "C12": Text(
        "Assez de membres du bureau ont donné leur signature d'ouverture.",
        "Enough trustees signed the set-up before opening.",
    ),
    "C13": Text(
        "Chaque bulletin est bien formé et appartient à cette élection.",
        "Every ballot is well formed and belongs to this election.",
    ),
    "C14": Text(
        "Chaque bulletin est signé par une clé de la liste.",
        "Every ballot is signed by a credential of the list.",
    ),
    "C15": Text("Les preuves de chaque bulletin tiennent.", "Every ballot's proofs hold."),
    "C16": Text(
        "Aucun bulletin, aucun chiffré ne figure deux fois.",
        "No ballot and no ciphertext stands twice.",
    ),
    "C17": Text(
        "Chaque clé a un seul bulletin, définitif ; pas plus de bulletins que d'électeurs ;"
        " aucune réserve n'a servi sans journal.",
        "Each credential has one final ballot, ballots are no more than electors,"
        " and no reserve was used without a journal.",
    ),
    "C18": Text(
        "Le total chiffré est le produit des bulletins comptés, avec leur nombre et leur poids.",
        "The encrypted tally is the product of the counted ballots, with its number and weight.",
    ),
    "C19": Text(
        "Les déchiffrements partiels sont bien formés et chacun vient d'un autre membre du bureau.",
        "The partial decryptions are well formed and each comes from another trustee.",
    ),
    "C20": Text("Chaque déchiffrement partiel est prouvé.", "Every partial decryption is proved."),
    "C21": Text(
        "Chaque déchiffrement partiel est lié à ce décompte.",
        "Every partial decryption is bound to this count.",
    ),
    "C22": Text(
        "Il y a assez de déchiffrements partiels pour compter.",
        "There are enough partial decryptions to count.",
    ),
    "C23": Text(
        "Le résultat est ce que donnent les déchiffrements partiels, et il est possible.",
        "The result is what the partial decryptions give, and possible.",
    ),
    "C24": Text(
        "Le nombre d'émargements déclaré est le nombre de bulletins.",
        "The number of sign-ins is the number of ballots.",
    ),
    "C25": Text(
        "Les sièges et les élus suivent du résultat.",
        "The seats and the names elected follow from the result.",
    ),
    "C26": Text(
        "Rien de ce que montrait un état antérieur n'a été changé ni retiré.",
        "Nothing that an earlier state showed was changed or removed.",
    ),
    "C27": Text(
        "Chaque entrée du journal est bien formée et dit l'urne telle qu'elle était.",
        "Every journal entry is well formed and names the board as it was.",
    ),
    "C28": Text("Le journal raconte une suite permise.", "The journal tells a permitted story."),
    "C29": Text(
        "Ce dont le bureau répond dans le journal est signé par assez de membres du bureau.",
        "What the committee answers for in the journal is signed by enough of its members.",
    ),
    "C30": Text(
        "Les codes ont été remplacés selon la règle : aucun code remplacé n'a voté, et des"
        " réserves seulement autant qu'activées.",
        "Codes were replaced by the rule: no replaced code voted, and reserves only as far as"
        " activated.",
    ),
    "C31": Text(
        "Les points de contrôle sont signés par les clés scellées et couvrent cette urne et"
        " ce journal.",
        "The checkpoints are signed by the sealed keys and cover this board and this journal.",
    ),
    "C32": Text(
        "Les témoins que l'élection nomme ont cosigné les points de contrôle, autant qu'elle"
        " en demande.",
        "The witnesses that the election names co-signed the checkpoints, as many as it demands.",
    ),
}
