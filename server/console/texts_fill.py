"""The words of forms filled at the desk. Part of ``texts``."""

from __future__ import annotations

from typing import Final

from server.console.words import Words

FILL: Final = {
    "fill.title": Words("Remplir un formulaire", "ملء استمارة", "Fill a form"),
    "fill.lead": Words(
        "Comme sur le téléphone d’un agent, avec vos droits : vos réponses comptent dès l’envoi.",
        "كما في هاتف العون، بصلاحياتك: تُحتسب إجاباتك فور الإرسال.",
        "As on an agent’s phone, with your rights: your answers count as soon as they are sent.",
    ),
    "fill.about": Words("Au sujet de", "بخصوص", "About"),
    "fill.needs": Words(
        "concerne une artisane : choisissez-la d’abord", "تخص حرفية: اخترها أولا", "is about a woman: choose her first"
    ),
    "fill.open": Words("Remplir", "ملء", "Fill"),
    "fill.choose": Words("De qui s’agit-il ?", "من المعنية؟", "Who is it about?"),
    "fill.none": Words("Aucun formulaire ne convient.", "لا توجد استمارة مناسبة.", "No form fits."),
    "fill.sent": Words("Le formulaire est enregistré.", "حُفظت الاستمارة.", "The form is stored."),
    "fill.aside": Words(
        "Le formulaire est mis de côté : voyez pourquoi.", "وُضعت الاستمارة جانبا: انظر السبب.",
        "The form was set aside: see why.",
    ),
    "fill.failed": Words(
        "Cela n’a pas été enregistré. Vos réponses sont encore ici : réessayez.",
        "لم يُحفظ ذلك. إجاباتك ما زالت هنا: أعد المحاولة.",
        "That was not stored. Your answers are still here: try again.",
    ),
    "fill.edit": Words("Corriger les réponses", "تصحيح الإجابات", "Correct the answers"),
    "fill.edit.hint": Words(
        "Le formulaire s’ouvre avec ses réponses ; l’ancienne version reste et peut être comparée.",
        "تُفتح الاستمارة بإجاباتها؛ وتبقى النسخة القديمة للمقارنة.",
        "The form opens with its answers; the old version stays and can be compared.",
    ),
    "fill.script": Words(
        "Cette page a besoin de JavaScript.", "هذه الصفحة تحتاج إلى JavaScript.", "This page needs JavaScript."
    ),
    "fill.unbuilt": Words(
        "La page des formulaires n’est pas construite : lancez make build.",
        "صفحة الاستمارات غير مبنية: شغّل make build.",
        "The form page is not built: run make build.",
    ),
}  # fmt: skip
