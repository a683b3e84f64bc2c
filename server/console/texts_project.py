"""The words of the page that names the chamber. Part of ``texts``."""

from __future__ import annotations

from typing import Final

from server.console.words import Words

PROJECT: Final = {
    "nav.project": Words("Nom de la Chambre", "اسم الغرفة", "The chamber’s name"),
    "project.title": Words("Nom de la Chambre", "اسم الغرفة", "The chamber’s name"),
    "project.lead": Words(
        "Il paraît en haut de ces pages, sur les téléphones qui s’inscrivent, les cartes, les certificats et les "
        "classeurs, dans la langue de chacun. Les certificats déjà délivrés gardent le nom qu’ils portent.",
        "يظهر أعلى هذه الصفحات وفي الهواتف التي تُسجَّل وعلى البطاقات والشهادات والمصنفات، بلغة كل قارئ. الشهادات المسلّمة "
        "تحتفظ بالاسم الذي تحمله.",
        "It stands above these pages, on phones that enrol, on cards, certificates and workbooks, in each reader’s "
        "language. Certificates that were issued keep the name they bear.",
    ),
    "project.name_fr": Words("Nom en français", "الاسم بالفرنسية", "Name in French"),
    "project.name_ar": Words("Nom en arabe", "الاسم بالعربية", "Name in Arabic"),
    "project.town_fr": Words("Ville, en français", "المدينة بالفرنسية", "Town, in French"),
    "project.town_ar": Words("Ville, en arabe", "المدينة بالعربية", "Town, in Arabic"),
    "project.town.hint": Words(
        "Pour « Fait à …, le … » sur les certificats ; peut rester vide.",
        "من أجل «حرر بـ … في …» على الشهادات؛ يمكن تركها فارغة.",
        "For “Made at …, on …” on certificates; may stay empty.",
    ),
    "project.saved": Words("Le nom est changé.", "تم تغيير الاسم.", "The name is changed."),
    "project.wrong.nameless": Words(
        "Écrivez le nom dans une langue au moins.", "اكتب الاسم بلغة واحدة على الأقل.", "Write the name in one language at least."
    ),
    "project.wrong.fr": Words(
        "Ce champ est en lettres latines, 120 au plus.", "هذه الخانة بالحروف اللاتينية، 120 حرفا على الأكثر.",
        "This field is in Latin letters, 120 at most.",
    ),
    "project.wrong.ar": Words(
        "Ce champ est en lettres arabes, 120 au plus.", "هذه الخانة بالحروف العربية، 120 حرفا على الأكثر.",
        "This field is in Arabic letters, 120 at most.",
    ),
}  # fmt: skip
