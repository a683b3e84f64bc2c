"""The words of submissions. Part of ``texts``."""

from __future__ import annotations

from typing import Final

from server.console.words import Words

SUBMISSIONS: Final = {
    "submissions.title": Words("Envois", "الإرسالات", "Submissions"),
    "submissions.back": Words("Tous les envois", "كل الإرسالات", "All submissions"),
    "submissions.form": Words("Formulaire", "الاستمارة", "Form"),
    "submissions.form.all": Words("Tous les formulaires", "كل الاستمارات", "All forms"),
    "submissions.about": Words("Au sujet de", "بخصوص", "About"),
    "submissions.agent": Words("Agent", "العون", "Agent"),
    "submissions.agent.all": Words("Tous les agents", "كل الأعوان", "All agents"),
    "submissions.received": Words("Reçu le", "وصل في", "Received"),
    "submissions.photos": Words("Photos", "الصور", "Photos"),
    "submissions.state": Words("État", "الحالة", "State"),
    "submissions.flagged": Words("À regarder seulement", "التي تستحق النظر فقط", "Only those to look at"),
    "submissions.found": Words("Envois : {count}", "الإرسالات: {count}", "Submissions: {count}"),
    "submissions.nothing": Words("Aucun envoi ne correspond.", "لا يوجد إرسال مطابق.", "No submission matches."),
    "submissions.nothing.todo": Words(
        "Choisissez un autre formulaire ou un autre agent.",
        "اختر استمارة أخرى أو عونا آخر.",
        "Choose another form or agent.",
    ),
    "submissions.none": Words("Aucun envoi pour l’instant.", "لا توجد إرسالات بعد.", "No submissions yet."),
    "submissions.none.todo": Words(
        "Créez un agent et donnez-lui son lien : ses formulaires arrivent ici dès qu’il touche « Envoyer ».",
        "أنشئ عونا وسلّمه رابطه: تصل استماراته هنا بمجرد الضغط على «إرسال».",
        "Create an agent and hand over the link: forms arrive here as soon as “Send” is touched.",
    ),
    "state.ok": Words("Complet", "كامل", "Complete"),
    "state.waiting": Words("Photos attendues", "في انتظار الصور", "Photos expected"),
    "state.problem": Words("Sans effet sur la fiche", "دون أثر على البطاقة", "No effect on the record"),
    "state.outside": Words("Hors de sa commune", "خارج بلديته", "Outside the agent’s commune"),
    "state.edited": Words("Corrigé", "مصحح", "Corrected"),
    "state.superseded": Words("Remplacé", "مستبدل", "Replaced"),
    "submission.superseded": Words(
        "Une correction a remplacé cet envoi. Ses réponses ne comptent plus.",
        "حلّ تصحيح محل هذا الإرسال. لم تعد إجاباته محسوبة.",
        "A correction replaced this submission. Its answers no longer count.",
    ),
    "submission.problem": Words(
        "L’envoi est gardé, mais il n’a pas pu être porté sur une fiche :",
        "الإرسال محفوظ، لكن تعذر نقله إلى بطاقة:",
        "The submission is kept, but could not be applied to a record:",
    ),
    "submission.outside": Words(
        "Cette fiche n’est pas dans les communes de l’agent. L’envoi compte : vérifiez seulement que c’est voulu.",
        "هذه البطاقة خارج بلديات العون. الإرسال محسوب: تأكد فقط أنه مقصود.",
        "This record is outside the agent’s communes. The submission counts: only check that it was meant.",
    ),
    "submission.about": Words("L’envoi", "الإرسال", "The submission"),
    "submission.women": Words("Fiche", "البطاقة", "Record"),
    "submission.women.none": Words("Aucune fiche concernée", "لا تخص أي بطاقة", "No record concerned"),
    "submission.at": Words("Rempli le", "مُلئت في", "Filled in"),
    "submission.id": Words("Identifiant", "المعرّف", "Id"),
    "submission.device": Words("Téléphone", "الهاتف", "Phone"),
    "submission.versions": Words("Corrections de cet envoi", "تصحيحات هذا الإرسال", "Corrections of this submission"),
    "submission.this": Words("Celui-ci", "هذا", "This one"),
    "submission.version": Words("Envoi n° {number}", "الإرسال رقم {number}", "Submission {number}"),
    "submission.answers": Words("Réponses", "الإجابات", "Answers"),
    "submission.answers.none": Words("Aucune réponse.", "لا توجد إجابات.", "No answers."),
    "submission.pass": Words("n° {number}", "رقم {number}", "no. {number}"),
    "submission.technical": Words(
        "Calculs et données du téléphone : {count}",
        "حسابات ومعطيات الهاتف: {count}",
        "Calculations and phone data: {count}",
    ),
    "submission.xml": Words("Voir le XML tel que reçu", "عرض XML كما وصل", "See the XML as received"),
    "submission.xml.hint": Words(
        "Rien n’y est masqué ; la consultation est notée.",
        "لا شيء محجوب فيه؛ ويُسجّل الاطلاع.",
        "Nothing is masked in it; the look is noted.",
    ),
}
