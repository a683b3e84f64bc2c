"""The words of what needs somebody today, and of the programme at a glance. Part of ``texts``."""

from __future__ import annotations

from typing import Final

from server.console.words import Words

PROGRAMME: Final = {
    "nav.programme_glance": Words("Le programme", "البرنامج", "Programme"),
    "home.clear": Words("Rien n’attend :", "لا شيء ينتظر:", "Nothing waits:"),
    "home.late": Words("dont {count} en retard", "منها {count} متأخرة", "{count} of them late"),
    "home.sure": Words("dont {count} presque sûrs", "منها {count} شبه مؤكدة", "{count} of them almost sure"),
    "home.legal": Words("Demandes selon la loi 18-07", "طلبات وفق القانون 18-07", "Requests by law 18-07"),
    "home.legal.hint": Words(
        "Voir, corriger, s’opposer, retirer son accord, être effacée : chacune a une échéance.",
        "الاطلاع والتصحيح والاعتراض وسحب الموافقة والمحو: لكل طلب أجل.",
        "To see, correct, object, withdraw, be erased: each has a due day.",
    ),
    "home.duplicates": Words("Doublons probables", "بطاقات مكررة محتملة", "Likely duplicates"),
    "home.duplicates.hint": Words(
        "Deux fiches pour une même femme, peut-être.",
        "بطاقتان لامرأة واحدة، ربما.",
        "Two records of one woman, perhaps.",
    ),
    "home.issues": Words("Envois à problème", "إرسالات فيها مشكلة", "Submissions with issues"),
    "home.issues.hint": Words("Un agent du bureau l’a signalé.", "أشار إليها موظف.", "An officer said so."),
    "home.unseen": Words("Envois non relus", "إرسالات لم تُراجع", "Submissions nobody looked at"),
    "home.unseen.hint": Words("Ils comptent déjà.", "وهي محسوبة.", "They count already."),
    "home.missing": Words("Fiches jamais arrivées", "استمارات لم تصل", "Forms that never arrived"),
    "home.missing.hint": Words(
        "Numérotées par un téléphone, jamais reçues : faites-le synchroniser.",
        "رقّمها هاتف ولم تصل: اطلب مزامنته.",
        "Numbered by a phone, never received: have it synchronise.",
    ),
    "home.silent": Words("Agents sans nouvelles", "أعوان دون أخبار", "Silent agents"),
    "home.silent.hint": Words(
        "Aucun téléphone entendu depuis quatorze jours.",
        "لم يتصل أي هاتف منذ أربعة عشر يوما.",
        "No phone heard of for fourteen days.",
    ),
    "home.photos": Words("Envois dont une photo manque", "إرسالات تنقصها صورة", "Submissions waiting for a photo"),
    "home.photos.hint": Words(
        "Elle viendra à la prochaine synchronisation.",
        "ستصل في المزامنة القادمة.",
        "It comes with the next synchronisation.",
    ),
    "glance.open": Words(
        "Le parcours par commune, métier, association et mois",
        "المسار حسب البلدية والحرفة والجمعية والشهر",
        "The way by commune, trade, association and month",
    ),
    "glance.title": Words("Le programme d’un coup d’œil", "البرنامج في لمحة", "The programme at a glance"),
    "glance.lead": Words(
        "Des femmes distinctes, comptées d’après les dates des formulaires, doublons réunis.",
        "نساء مختلفات، محسوبات من تواريخ الاستمارات بعد ضم المكرر.",
        "Distinct women, counted from the dates in the forms, duplicates merged.",
    ),
    "glance.at": Words("Compté le", "حُسب في", "Counted on"),
    "glance.stale": Words(
        "Des envois sont arrivés depuis.", "وصلت إرسالات بعد ذلك.", "Submissions have arrived since."
    ),
    "glance.count": Words("Compter maintenant", "احسب الآن", "Count now"),
    "glance.never": Words("Pas encore compté.", "لم يُحسب بعد.", "Not counted yet."),
    "glance.never.todo": Words(
        "Avec beaucoup d’envois, compter prend quelques minutes.",
        "مع كثرة الإرسالات يستغرق الحساب بضع دقائق.",
        "With many submissions, counting takes some minutes.",
    ),
    "glance.none": Words("Aucune femme inscrite pour l’instant.", "لا امرأة مسجلة حاليا.", "No woman registered yet."),
    "glance.none.todo": Words(
        "Les chiffres paraissent avec la première inscription.",
        "تظهر الأرقام مع أول تسجيل.",
        "Figures appear with the first registration.",
    ),
    "glance.funnel": Words("Le parcours", "المسار", "The way"),
    "glance.stage": Words("Étape", "المرحلة", "Stage"),
    "glance.women": Words("Femmes", "النساء", "Women"),
    "glance.share": Words("Part des inscrites", "النسبة من المسجلات", "Share of the registered"),
    "glance.delay": Words("Délai médian (jours)", "المدة الوسطى (أيام)", "Median delay (days)"),
    "glance.waiting": Words(
        "En attente depuis plus de 60 jours", "في الانتظار منذ أكثر من 60 يوما", "Waiting for more than 60 days"
    ),
    "glance.table": Words("tableau", "جدول", "table"),
    "glance.map": Words("Carte des communes", "خريطة البلديات", "Map of the communes"),
    "glance.map.hint": Words(
        "La taille d’un rond dit combien de femmes y sont inscrites.",
        "حجم الدائرة يدل على عدد المسجلات.",
        "The size of a circle says how many women are registered there.",
    ),
    "glance.by.commune": Words("Par commune", "حسب البلدية", "By commune"),
    "glance.by.trade": Words("Par métier", "حسب الحرفة", "By trade"),
    "glance.by.association": Words("Par association", "حسب الجمعية", "By association"),
    "glance.by.month": Words("Par mois", "حسب الشهر", "By month"),
    "glance.commune": Words("Commune", "البلدية", "Commune"),
    "glance.trade": Words("Métier", "الحرفة", "Trade"),
    "glance.association": Words("Association", "الجمعية", "Association"),
    "glance.month": Words("Mois", "الشهر", "Month"),
    "glance.unknown": Words("Non précisé", "غير محدد", "Not said"),
    "glance.plot": Words(
        "Graphique ; les mêmes chiffres sont dans le tableau.",
        "رسم بياني؛ الأرقام نفسها في الجدول.",
        "Plot; the table has the same figures.",
    ),
    "stage.registered": Words("Inscrites", "مسجلات", "Registered"),
    "stage.trained": Words("Formées", "متكوّنات", "Trained"),
    "stage.examined": Words("Examinées", "ممتحنات", "Examined"),
    "stage.qualified": Words("Certifiées", "مؤهلات", "Certified"),
    "stage.filed": Words("Dossier ANGEM", "ملف أنجام", "ANGEM file"),
    "stage.funded": Words("Financées", "ممولات", "Financed"),
    "stage.started": Words("Entreprise", "مؤسسة", "Enterprise"),
    "stage.followed": Words("Suivies", "متابَعات", "Followed up"),
}
