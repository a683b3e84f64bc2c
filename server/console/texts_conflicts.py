"""The words of disputed answers. Part of ``texts``."""

from __future__ import annotations

from typing import Final

from server.console.words import Words

CONFLICTS: Final = {
    "conflicts.title": Words("Réponses à trancher", "إجابات للفصل فيها", "Answers to settle"),
    "conflicts.one": Words("Trancher", "الفصل", "Settle"),
    "conflicts.back": Words("Toutes les réponses à trancher", "كل ما يُفصل فيه", "All answers to settle"),
    "conflicts.lead": Words(
        "Deux personnes qui ne s’étaient pas vues ont répondu autrement. Choisissez la bonne réponse ; les autres restent dans l’histoire.",
        "أجاب شخصان دون أن يرى أحدهما جواب الآخر. اختر الجواب الصحيح؛ وتبقى الأجوبة الأخرى في التاريخ.",
        "Two people who had not seen each other’s answer said different things. Choose the right one; the others stay in the history.",
    ),
    "conflicts.found": Words("Fiches concernées : {count}", "البطاقات المعنية: {count}", "Records concerned: {count}"),
    "conflicts.none": Words("Rien à trancher.", "لا شيء للفصل فيه.", "Nothing to settle."),
    "conflicts.none.todo": Words(
        "Quand deux visites se contredisent, les deux réponses paraissent ici, côte à côte.",
        "إذا تناقضت زيارتان ظهر الجوابان هنا جنبا إلى جنب.",
        "When two visits contradict each other, both answers appear here, side by side.",
    ),
    "conflict.rule": Words("Règle :", "القاعدة:", "Rule:"),
    "conflict.shown": Words("affichée en attendant", "المعروضة مؤقتا", "shown meanwhile"),
    "conflict.other": Words("Une autre valeur", "قيمة أخرى", "Another value"),
    "conflict.other.for": Words(
        "Une autre valeur pour : {property}", "قيمة أخرى لـ: {property}", "Another value for: {property}"
    ),
    "conflict.later": Words("Laisser pour plus tard", "تركها لوقت لاحق", "Leave for later"),
    "conflict.settle": Words("Trancher", "الفصل", "Settle"),
    "conflict.settle.hint": Words(
        "Les téléphones de sa commune reçoivent la décision à leur prochain échange.",
        "تصل القرارات إلى هواتف بلديتها عند التبادل القادم.",
        "The phones of her commune receive the decision at their next exchange.",
    ),
    "conflict.woman": Words("Voir sa fiche", "عرض بطاقتها", "See her record"),
    "conflict.done": Words("C’est tranché : {name}", "تم الفصل: {name}", "Settled: {name}"),
    "conflict.settled": Words(
        "Plus rien à trancher pour elle.", "لم يبق شيء للفصل فيه بشأنها.", "Nothing left to settle for her."
    ),
    "conflict.settled.todo": Words(
        "Passez à la suivante, ou regardez dans sa fiche ce qui a été décidé.",
        "انتقل إلى التالية، أو انظر في بطاقتها ما تقرر.",
        "Go to the next one, or see in her record what was decided.",
    ),
    "conflict.stale": Words(
        "Voici les valeurs à jour. Rien n’a été enregistré : choisissez à nouveau.",
        "هذه هي القيم المحدثة. لم يُسجّل شيء: اختر من جديد.",
        "Here are the fresh values. Nothing was saved: choose again.",
    ),
    "conflict.retry": Words(
        "Rien n’a été enregistré. Corrigez et recommencez.",
        "لم يُسجّل شيء. صحح ثم أعد المحاولة.",
        "Nothing was saved. Correct it and try again.",
    ),
    "conflict.nothing": Words(
        "Choisissez au moins une réponse.", "اختر إجابة واحدة على الأقل.", "Choose at least one answer."
    ),
    "conflict.write": Words(
        "Écrivez l’autre valeur pour : {property}",
        "اكتب القيمة الأخرى لـ: {property}",
        "Write the other value for: {property}",
    ),
    "policy.review": Words("à trancher", "للفصل فيه", "an officer decides"),
    "policy.last": Words("la plus récente", "الأحدث", "the latest"),
    "policy.first": Words("la première", "الأولى", "the first"),
    "policy.max": Words("la plus grande", "الأكبر", "the largest"),
    "policy.min": Words("la plus petite", "الأصغر", "the smallest"),
    "policy.sum": Words("la somme", "المجموع", "the sum"),
    "policy.union": Words("la réunion", "الجمع بينها", "all of them together"),
    "policy.append": Words("toutes, à la suite", "كلها بالتتابع", "all, one after the other"),
}
