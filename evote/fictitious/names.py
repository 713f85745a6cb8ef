# SPDX-License-Identifier: AGPL-3.0-or-later
"""Surnames and given names such as a French school meets, all of them writable in windows-1252.

No surname is also a given name, so that nobody's two names can be taken for each other.
"""

from typing import Final


def _words(text: str) -> tuple[str, ...]:
    """Return the names of a text, in which ``~`` stands for a space inside a name."""
    return tuple(word.replace("~", " ") for word in text.split())


SURNAMES: Final = _words(
    """
    Abdallah Abitbol Aubertin Auffray Azevedo Bachelot Bakayoko Barthès Baudry Belkacem Benali
    Benhamou Béranger Berthelot Besançon Boisseau Bonnefoy Boucheron Bouhadjar Bourguignon
    Brégeon Caillé Camara Carpentier Castañeda Cazeneuve Chabrol Châtelain Chevalier Cissé Clerc
    Coulibaly Courtois Coutinho Crépin Dacosta Dauphin Delacroix Delaunay Desprès Diallo Dieng
    Diop Dos~Santos Ducasse Dufrêne Duhamel El~Amrani El~Khoury Escoffier Étienvre Fauvel Ferreira
    Filipovic Fofana Fontanel Fréchette Gauthereau Girardin Gonçalves Grandjean Grosjean Guéguen
    Guillemot Haddad Hamidou Hébrard Hernández Hoareau Huguenin Ibáñez Jacquemin Jaouen Jégou
    Kaddouri Karaca Keïta Kerbrat Khelifi Kouassi Kowalczyk Lachaume Lagarde Lefebvre Le~Bihan
    Le~Goff Lemoine Lévêque Lizarazu Maïga Malherbe Mansouri Marchetti Mbaye Méchain Mendy Mercadier
    Meziane Moulinié Müller N'Diaye N'Guessan Nguyen Nowak O'Brien Oliveira Ouédraogo Payet
    Pélissier Peñalver Petitjean Phan Piçarra Poirier Popescu Quémener Rabearison Ramírez Rousselot
    Sainte-Croix Saïdi Sanogo Schmitt Séguéla Sissoko Soulié Taïeb Tchoupo Texier Thiébaud Toussaint
    Traoré Tremblay Vasseur Verdier Vuillemin Wagner Wattiez Yilmaz Zerouali Zidi
    """
)
WOMEN: Final = _words(
    """
    Adèle Aïcha Aïssatou Alizée Ambre Amélie Aminata Anaïs Anne-Sophie Apolline Aurélie Awa Béatrice
    Bénédicte Bérénice Camélia Capucine Cécile Céline Chiara Chloé Clémence Constance Coralie
    Daniela Delphine Éléonore Élodie Émilie Esther Eugénie Fatou Fatoumata Flore Françoise Gaëlle
    Garance Hélène Héloïse Inès Ingrid Irène Isabelle Jade Joséphine Kadiatou Khadija Laëtitia Leïla
    Léonie Linh Lucía Maëlle Magali Maïwenn Margaux Mariam Marie-Laure Marjorie Mathilde Mélanie
    Myriam Nadège Naïma Noémie Océane Ophélie Pénélope Rachida Rokhaya Salomé Samira Séverine
    Sofía Solène Soraya Thaïs Valérie Yasmine Zélie Zoé
    """
)
MEN: Final = _words(
    """
       Abdoulaye Achille Adrien Alexandre Amadou Anatole André-Louis Anselme Antoine Aurélien Ayoub
    Bakary Baptiste Barnabé Basile Benoît Björn Boubacar Cédric Célestin Cheikh Clovis Côme
    Corentin Cyprien Damien Didier Driss Édouard Émile Enzo Erwan Fabien Farid François Frédéric
    Gaëtan Gaspard Grégoire Guilhem Gwenaël Hakim Hector Hervé Hippolyte Ibrahima Idriss Ismaël
    Jean-Baptiste Jérémie Jérôme João Joël José Karim Kévin Ladislas Léandre Loïc Mamadou Marius
    Mathéo Mehdi Mickaël Minh Moussa Nassim Nathanaël Noël Nuno Octave Ousmane Pierre-Yves
    Quentin Rachid Raphaël Rémi Saïd Sébastien Sofiane Sylvain Théo Timothée Ulysse Valentin
    Virgile Xavier Yann Youssef Zacharie
    """
)
