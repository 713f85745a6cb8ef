# SPDX-License-Identifier: AGPL-3.0-or-later
"""The ordered list of checks: the table of docs/protocol.md §16."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from audit.case import Case
from audit.checks import (
    c01_archive,
    c02_names,
    c03_chain,
    c04_order,
    c05_data,
    c06_election,
    c07_trustees,
    c08_key,
    c09_credentials,
    c10_bindings,
    c11_ceremony,
    c12_setup_signatures,
    c13_ballots,
    c14_signatures,
    c15_proofs,
    c16_copies,
    c17_finality,
    c18_tally,
    c19_partials,
    c20_decryption,
    c21_bound,
    c22_threshold,
    c23_result,
    c24_sign_ins,
    c25_seats,
    c26_earlier,
    c27_journal,
    c28_story,
    c29_members,
    c30_replaced,
    c31_checkpoints,
    c32_witnesses,
)
from audit.outcome import Finding
from audit.words import Text


@dataclass(frozen=True, slots=True)
class Entry:
    """A check: its id, the function that makes it, its sentence."""

    id: str
    check: Callable[[Case], Finding]
    title: Text


CATALOGUE = (
    Entry(
        "C01",
        c01_archive.check,
        Text(
            "L'archive est faite d'éléments bien formés, avec les seuls octets d'en-tête permis,"
            " et rien après le dernier événement.",
            "The archive is made of well-formed members, with the permitted header bytes only"
            " and nothing after the last event.",
        ),
    ),
    Entry(
        "C02",
        c02_names.check,
        Text(
            "Chaque élément est nommé par l'empreinte de son contenu.",
            "Every member is named by the hash of its content.",
        ),
    ),
    Entry(
        "C03",
        c03_chain.check,
        Text(
            "Chaque événement nomme le précédent, à la hauteur suivante,"
            " dans l'unique écriture permise.",
            "Every event names the one before it, at the next height,"
            " in the one permitted writing.",
        ),
    ),
    Entry(
        "C04",
        c04_order.check,
        Text(
            "Les événements viennent dans l'ordre permis.",
            "The events come in the permitted order.",
        ),
    ),
    Entry(
        "C05",
        c05_data.check,
        Text(
            "Chaque événement est précédé d'exactement les données qu'il nomme.",
            "Every event has before it exactly the data it names.",
        ),
    ),
    Entry(
        "C06",
        c06_election.check,
        Text("L'objet élection est bien formé.", "The election object is well formed."),
    ),
    Entry(
        "C07",
        c07_trustees.check,
        Text(
            "Les clés des membres du bureau sont bien formées, prouvées et signées.",
            "The trustees' keys are well formed, proved and signed.",
        ),
    ),
    Entry(
        "C08",
        c08_key.check,
        Text(
            "La clé de l'élection est le produit des clés des membres du bureau.",
            "The election key is the product of the trustees' keys.",
        ),
    ),
    Entry(
        "C09",
        c09_credentials.check,
        Text(
            "Les clés publiques des électeurs sont bien formées et distinctes.",
            "The public credentials are well formed and distinct.",
        ),
    ),
    Entry(
        "C10",
        c10_bindings.check,
        Text(
            "Ce que l'élection annonce concorde avec les clés de son bureau, celles de ses"
            " électeurs et ses listes.",
            "The election's bindings agree with its trustees, credentials and lists.",
        ),
    ),
    Entry(
        "C11",
        c11_ceremony.check,
        Text(
            "Chaque membre du bureau s'était engagé d'avance sur sa part et tous ont signé"
            " la cérémonie des clés.",
            "Every trustee committed to its part beforehand and all signed the ceremony's"
            " transcript.",
        ),
    ),
    Entry(
        "C12",
        c12_setup_signatures.check,
        Text(
            "Assez de membres du bureau ont donné leur signature d'ouverture.",
            "Enough trustees signed the set-up before opening.",
        ),
    ),
    Entry(
        "C13",
        c13_ballots.check,
        Text(
            "Chaque bulletin est bien formé et appartient à cette élection.",
            "Every ballot is well formed and belongs to this election.",
        ),
    ),
    Entry(
        "C14",
        c14_signatures.check,
        Text(
            "Chaque bulletin est signé par une clé de la liste.",
            "Every ballot is signed by a credential of the list.",
        ),
    ),
    Entry(
        "C15",
        c15_proofs.check,
        Text("Les preuves de chaque bulletin tiennent.", "Every ballot's proofs hold."),
    ),
    Entry(
        "C16",
        c16_copies.check,
        Text(
            "Aucun bulletin, aucun chiffré ne figure deux fois.",
            "No ballot and no ciphertext stands twice.",
        ),
    ),
    Entry(
        "C17",
        c17_finality.check,
        Text(
            "Chaque clé a un seul bulletin, définitif ; pas plus de bulletins que d'électeurs ;"
            " aucune réserve n'a servi sans journal.",
            "Each credential has one final ballot, ballots are no more than electors,"
            " and no reserve was used without a journal.",
        ),
    ),
    Entry(
        "C18",
        c18_tally.check,
        Text(
            "Le total chiffré est le produit des bulletins comptés, avec leur nombre"
            " et leur poids.",
            "The encrypted tally is the product of the counted ballots, with its number"
            " and weight.",
        ),
    ),
    Entry(
        "C19",
        c19_partials.check,
        Text(
            "Les déchiffrements partiels sont bien formés et chacun vient d'un autre membre"
            " du bureau.",
            "The partial decryptions are well formed and each comes from another trustee.",
        ),
    ),
    Entry(
        "C20",
        c20_decryption.check,
        Text("Chaque déchiffrement partiel est prouvé.", "Every partial decryption is proved."),
    ),
    Entry(
        "C21",
        c21_bound.check,
        Text(
            "Chaque déchiffrement partiel est lié à ce décompte.",
            "Every partial decryption is bound to this count.",
        ),
    ),
    Entry(
        "C22",
        c22_threshold.check,
        Text(
            "Il y a assez de déchiffrements partiels pour compter.",
            "There are enough partial decryptions to count.",
        ),
    ),
    Entry(
        "C23",
        c23_result.check,
        Text(
            "Le résultat est ce que donnent les déchiffrements partiels, et il est possible.",
            "The result is what the partial decryptions give, and possible.",
        ),
    ),
    Entry(
        "C24",
        c24_sign_ins.check,
        Text(
            "Le nombre d'émargements déclaré est le nombre de bulletins.",
            "The number of sign-ins is the number of ballots.",
        ),
    ),
    Entry(
        "C25",
        c25_seats.check,
        Text(
            "Les sièges et les élus suivent du résultat.",
            "The seats and the names elected follow from the result.",
        ),
    ),
    Entry(
        "C26",
        c26_earlier.check,
        Text(
            "Rien de ce que montrait un état antérieur n'a été changé ni retiré.",
            "Nothing that an earlier state showed was changed or removed.",
        ),
    ),
    Entry(
        "C27",
        c27_journal.check,
        Text(
            "Chaque entrée du journal est bien formée et dit l'urne telle qu'elle était.",
            "Every journal entry is well formed and names the board as it was.",
        ),
    ),
    Entry(
        "C28",
        c28_story.check,
        Text("Le journal raconte une suite permise.", "The journal tells a permitted story."),
    ),
    Entry(
        "C29",
        c29_members.check,
        Text(
            "Ce dont le bureau répond dans le journal est signé par assez de membres du bureau.",
            "What the committee answers for in the journal is signed by enough of its members.",
        ),
    ),
    Entry(
        "C30",
        c30_replaced.check,
        Text(
            "Les codes ont été remplacés selon la règle : aucun code remplacé n'a voté, et des"
            " réserves seulement autant qu'activées.",
            "Codes were replaced by the rule: no replaced code voted, and reserves only as far as"
            " activated.",
        ),
    ),
    Entry(
        "C31",
        c31_checkpoints.check,
        Text(
            "Les points de contrôle sont signés par les clés scellées et couvrent cette urne et"
            " ce journal.",
            "The checkpoints are signed by the sealed keys and cover this board and this journal.",
        ),
    ),
    Entry(
        "C32",
        c32_witnesses.check,
        Text(
            "Les témoins que l'élection nomme ont cosigné les points de contrôle, autant qu'elle"
            " en demande.",
            "The witnesses that the election names co-signed the checkpoints, as many as it"
            " demands.",
        ),
    ),
)
