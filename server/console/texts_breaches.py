"""The words of the register of breaches. Part of ``texts``."""

from __future__ import annotations

from typing import Final

from server.console.words import Words

BREACHES: Final = {
    "nav.list_breaches": Words("Violations", "الانتهاكات", "Breaches"),
    "breach.title": Words("Registre des violations de données", "سجل انتهاكات المعطيات", "Register of data breaches"),
    "breach.lead": Words(
        "Un téléphone perdu, une intrusion, un envoi par erreur : on l’inscrit ici dès qu’on le sait. L’ANPDP doit l’apprendre en cinq jours ; visez trois.",
        "هاتف ضائع أو اختراق أو إرسال بالخطأ: يُسجل هنا فور العلم به. يجب إبلاغ السلطة الوطنية (ANPDP) خلال خمسة أيام؛ والأفضل ثلاثة.",
        "A lost phone, an intrusion, something sent by mistake: note it here as soon as it is known. The ANPDP must know within five days; aim at three.",
    ),
    "breach.none": Words("Aucune violation inscrite.", "لا انتهاك مسجل.", "No breach noted."),
    "breach.none.todo": Words("Inscrivez-en une ci-dessous.", "سجّله أدناه.", "Note one below."),
    "breach.new": Words("Inscrire une violation", "تسجيل انتهاك", "Note a breach"),
    "breach.what": Words("Ce qui est arrivé", "ما حدث", "What happened"),
    "breach.kind.phone": Words("Téléphone perdu ou volé", "هاتف ضائع أو مسروق", "Phone lost or stolen"),
    "breach.kind.server": Words("Serveur ou sauvegarde atteints", "مساس بالخادم أو بنسخة احتياطية", "Server or backup touched"),
    "breach.kind.error": Words("Envoi ou communication par erreur", "إرسال أو إبلاغ بالخطأ", "Sent or told by mistake"),
    "breach.kind.other": Words("Autre", "غير ذلك", "Other"),
    "breach.agent": Words("Téléphone de", "هاتف", "Phone of"),
    "breach.agent.none": Words("Aucun : toutes les femmes", "لا أحد: كل النساء", "Nobody: all women"),
    "breach.agent.hint": Words(
        "Le téléphone d’un agent ne contient que les femmes de ses communes, sans ce qui reste au bureau. Révoquez-le à la page Agents.",
        "هاتف العون لا يحتوي إلا نساء بلدياته، دون ما يبقى في المكتب. ألغه من صفحة الأعوان.",
        "An agent’s phone holds the women of her communes alone, without what stays in the office. Revoke it on the page Agents.",
    ),
    "breach.known": Words("Connue le", "عُلم به في", "Known since"),
    "breach.since": Words("Fiches modifiées depuis (facultatif)", "بطاقات عُدلت منذ (اختياري)", "Records changed since (optional)"),
    "breach.words": Words("Circonstances, sans nommer les femmes", "الظروف، دون ذكر أسماء النساء", "Circumstances, without naming women"),
    "breach.note": Words("Inscrire au registre", "تسجيل في السجل", "Note in the register"),
    "breach.opened": Words(
        "La violation est inscrite. Femmes concernées, au plus : {count}.",
        "سُجل الانتهاك. النساء المعنيات على الأكثر: {count}.",
        "The breach is noted. Women affected, at most: {count}.",
    ),
    "breach.noted": Words("C’est noté au registre.", "سُجل ذلك.", "It is noted in the register."),
    "breach.affected": Words("Femmes concernées, au plus : {count}.", "النساء المعنيات على الأكثر: {count}.", "Women affected, at most: {count}."),
    "breach.left": Words("reste {days} j {hours} h", "بقي {days} يوم و {hours} سا", "{days} d {hours} h left"),
    "breach.due": Words("ANPDP avant le", "إبلاغ السلطة قبل", "ANPDP before"),
    "breach.late": Words("hors délai", "خارج الأجل", "late"),
    "breach.open": Words("en cours", "جارٍ", "open"),
    "breach.closed": Words("close", "مغلق", "closed"),
    "breach.effects": Words("Conséquences probables", "العواقب المحتملة", "Probable effects"),
    "breach.measures": Words("Mesures prises", "التدابير المتخذة", "Measures taken"),
    "breach.notified": Words("ANPDP avertie le", "أُبلغت السلطة في", "ANPDP told on"),
    "breach.informed": Words("Femmes informées le", "أُبلغت النساء في", "Women told on"),
    "breach.reference": Words("Récépissé de l’ANPDP", "وصل السلطة", "Receipt of the ANPDP"),
    "breach.notice": Words("Avis pour l’ANPDP (texte)", "إشعار السلطة (نص)", "Notice for the ANPDP (text)"),
    "breach.close": Words("Clore", "إغلاق", "Close"),
    "breach.reopen": Words("Rouvrir", "إعادة فتح", "Open again"),
    "breach.wrong": Words("Choisissez ce qui est arrivé.", "اختر ما حدث.", "Choose what happened."),
    "breach.wrong.known": Words(
        "Dites quand on l’a su : un jour et une heure qui ne sont pas à venir.",
        "اذكر متى عُلم به: يوم وساعة غير آتيين.",
        "Say when it became known: a day and an hour that are not to come.",
    ),
    "breach.wrong.since": Words("Le jour n’est pas lisible.", "اليوم غير مقروء.", "The day cannot be read."),
    "breach.wrong.notified": Words(
        "Le jour où l’ANPDP a été avertie est entre celui où on l’a su et aujourd’hui.",
        "يوم إبلاغ السلطة يقع بين يوم العلم واليوم.",
        "The day when the ANPDP was told is between the one it became known and today.",
    ),
    "breach.wrong.informed": Words(
        "Le jour où les femmes ont été informées est entre celui où on l’a su et aujourd’hui.",
        "يوم إبلاغ النساء يقع بين يوم العلم واليوم.",
        "The day when the women were told is between the one it became known and today.",
    ),
    "breach.wrong.measures": Words("Avant de clore, dites ce qui a été fait.", "قبل الإغلاق، اذكر ما تم فعله.", "Before closing, say what was done."),
    "home.breaches": Words("Violations en cours", "انتهاكات جارية", "Open breaches"),
    "home.breaches.hint": Words(
        "L’ANPDP doit être avertie en cinq jours.", "يجب إبلاغ السلطة خلال خمسة أيام.", "The ANPDP must know within five days."
    ),
    "doctor.breach_untold": Words(
        "Une violation de données n’a pas été déclarée à l’ANPDP ; échéance : {due}. À faire : la page Violations, l’avis, puis la date du dépôt",
        "انتهاك معطيات لم يُصرح به لدى السلطة الوطنية؛ الأجل: {due}. المطلوب: صفحة الانتهاكات، الإشعار، ثم تاريخ الإيداع",
        "The ANPDP was not told of a breach; due: {due}. What to do: the page Breaches, the notice, then the day it was handed in",
    ),
    "audit.breach.open": Words("Violation inscrite", "تسجيل انتهاك", "Breach noted"),
    "audit.breach.save": Words("Violation complétée", "إتمام انتهاك", "Breach completed"),
    "audit.breach.close": Words("Violation close", "إغلاق انتهاك", "Breach closed"),
    "audit.breach.reopen": Words("Violation rouverte", "إعادة فتح انتهاك", "Breach opened again"),
    "audit.breach.notice": Words("Avis de violation préparé", "إعداد إشعار انتهاك", "Notice of a breach taken"),
}  # fmt: skip
