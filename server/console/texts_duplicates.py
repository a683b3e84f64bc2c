"""The words of the queue of likely duplicates. Part of ``texts``."""

from __future__ import annotations

from typing import Final

from server.console.words import Words

DUPLICATES: Final = {
    "nav.list_duplicates": Words("Doublons", "التكرارات", "Duplicates"),
    "duplicates.title": Words("Doublons probables", "بطاقات مكررة محتملة", "Likely duplicates"),
    "duplicates.lead": Words(
        "Des fiches qui sont peut-être celles d’une même femme. Rien n’est réuni sans vous.",
        "بطاقات قد تكون لامرأة واحدة. لا يُضم شيء دون قرارك.",
        "Records that may be one woman. Nothing is merged without you.",
    ),
    "duplicates.sure": Words("Presque sûrs", "شبه مؤكدة", "Almost sure"),
    "duplicates.likely": Words("À vérifier", "للتحقق", "To check"),
    "duplicates.different": Words("Pas la même", "ليست نفسها", "Not the same"),
    "duplicates.bands": Words("Listes", "القوائم", "Lists"),
    "duplicates.none": Words("Rien ici.", "لا شيء هنا.", "Nothing here."),
    "duplicates.none.todo": Words(
        "Les nouvelles fiches sont comparées à toutes les autres dès que vous ouvrez cette page.",
        "تُقارن البطاقات الجديدة بكل البطاقات الأخرى عند فتح هذه الصفحة.",
        "New records are compared with all others as soon as you open this page.",
    ),
    "duplicates.waiting": Words(
        "{count} fiches ne sont pas encore comparées ; rouvrez la page dans un instant.",
        "{count} بطاقة لم تُقارن بعد؛ أعد فتح الصفحة بعد لحظة.",
        "{count} records are not compared yet; open the page again in a moment.",
    ),
    "duplicates.agree": Words("Ce qui concorde", "ما يتطابق", "What agrees"),
    "duplicates.differ": Words("Ce qui diffère", "ما يختلف", "What differs"),
    "duplicates.compare": Words("Comparer et réunir", "مقارنة وضم", "Compare and merge"),
    "duplicates.say": Words("Pas la même femme", "ليست المرأة نفسها", "Not the same woman"),
    "duplicates.say.of": Words(
        "Pas la même femme : {left} et {right}",
        "ليست المرأة نفسها: {left} و{right}",
        "Not the same woman: {left} and {right}",
    ),
    "duplicates.said": Words(
        "Retenu : ce sont deux femmes. On peut y revenir dans la liste « Pas la même ».",
        "سُجّل: هما امرأتان. يمكن الرجوع عن ذلك في قائمة «ليست نفسها».",
        "Remembered: they are two women. You can take it back in the list “Not the same”.",
    ),
    "duplicates.undo": Words("Revenir sur cette décision", "التراجع عن هذا القرار", "Take this back"),
    "duplicates.undone": Words("La décision est annulée.", "أُلغي القرار.", "The decision is taken back."),
    "duplicates.by": Words("Décidé par {name}", "قرره {name}", "Decided by {name}"),
    "duplicates.property": Words("Donnée", "المعطى", "Property"),
    "reason.id": Words("même numéro d’identification", "رقم التعريف نفسه", "same national number"),
    "reason.near_id": Words(
        "numéros d’identification à un chiffre près",
        "رقما تعريف يختلفان في رقم واحد",
        "national numbers one digit apart",
    ),
    "reason.given": Words("même prénom", "الاسم نفسه", "same given name"),
    "reason.near_given": Words("prénoms proches", "اسمان متقاربان", "similar given names"),
    "reason.part_given": Words(
        "un prénom est une partie de l’autre", "أحد الاسمين جزء من الآخر", "one given name is part of the other"
    ),
    "reason.family": Words("même nom", "اللقب نفسه", "same family name"),
    "reason.near_family": Words("noms proches", "لقبان متقاربان", "similar family names"),
    "reason.part_family": Words(
        "un nom est une partie de l’autre", "أحد اللقبين جزء من الآخر", "one family name is part of the other"
    ),
    "reason.swapped": Words("nom et prénom inversés", "اللقب والاسم معكوسان", "family and given name swapped"),
    "reason.married": Words("nom du mari", "لقب الزوج", "husband’s name"),
    "reason.father": Words("même prénom du père", "اسم الأب نفسه", "same father’s name"),
    "reason.near_father": Words("prénoms du père proches", "اسما أب متقاربان", "similar father’s names"),
    "reason.birth": Words("même date de naissance", "تاريخ الميلاد نفسه", "same date of birth"),
    "reason.turned_birth": Words(
        "jour et mois de naissance inversés", "يوم الميلاد وشهره معكوسان", "day and month of birth turned"
    ),
    "reason.near_birth": Words(
        "même jour de naissance, autre année", "يوم الميلاد نفسه وسنة أخرى", "same birthday, another year"
    ),
    "reason.birth_year": Words("même année de naissance", "سنة الميلاد نفسها", "same year of birth"),
    "reason.near_year": Words("années de naissance voisines", "سنتا ميلاد متقاربتان", "years of birth close together"),
    "reason.place": Words("même commune", "البلدية نفسها", "same commune"),
    "reason.locality": Words("même lieu", "المكان نفسه", "same village"),
    "reason.phone": Words("même téléphone", "الهاتف نفسه", "same telephone"),
    "reason.not_given": Words("prénoms différents", "اسمان مختلفان", "different given names"),
    "reason.not_family": Words("noms différents", "لقبان مختلفان", "different family names"),
    "reason.not_father": Words("pères différents", "اسما أب مختلفان", "different fathers"),
    "reason.not_day": Words("jours de naissance différents", "يوما ميلاد مختلفان", "different birthdays"),
    "reason.not_birth": Words("naissances différentes", "ميلادان مختلفان", "different births"),
    "reason.not_place": Words("communes différentes", "بلديتان مختلفتان", "different communes"),
}
