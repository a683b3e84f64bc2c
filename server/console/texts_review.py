"""The words of reviewing submissions: states, comments, differences, how forms were filled. Part of ``texts``."""

from __future__ import annotations

from typing import Final

from server.console.words import Words

REVIEW: Final = {
    "review.heading": Words("Relecture", "المراجعة", "Review"),
    "review.state": Words("Relecture", "المراجعة", "Review"),
    "review.state.all": Words("Tous les états", "كل الحالات", "All states"),
    "review.todo": Words("À relire", "للمراجعة", "To review"),
    "review.received": Words("Reçu", "مستلم", "Received"),
    "review.hasIssues": Words("À corriger", "يحتاج تصحيحا", "Has issues"),
    "review.edited": Words("Modifié", "معدّل", "Edited"),
    "review.approved": Words("Approuvé", "مقبول", "Approved"),
    "review.rejected": Words("Rejeté", "مرفوض", "Rejected"),
    "review.lead": Words(
        "L’état est un repère pour le bureau : il ne change rien à la fiche. Pour changer une réponse, corrigez-la.",
        "الحالة علامة للمكتب ولا تغير شيئا في البطاقة. لتغيير إجابة صححها.",
        "The state is a mark for the office: it changes nothing in the record. To change an answer, correct it.",
    ),
    "review.comment": Words("Commentaire", "تعليق", "Comment"),
    "review.comment.hint": Words(
        "Lu par le bureau seulement, jamais par les agents.", "يقرؤه المكتب فقط ولا يصل إلى الأعوان.",
        "Read in the office only, never by agents.",
    ),
    "review.approve": Words("Approuver", "قبول", "Approve"),
    "review.issues": Words("Signaler un problème", "الإبلاغ عن مشكل", "Has issues"),
    "review.reject": Words("Rejeter", "رفض", "Reject"),
    "review.reset": Words("Remettre à relire", "إرجاع إلى المراجعة", "Back to review"),
    "review.say": Words("Commenter seulement", "تعليق فقط", "Comment only"),
    "review.done": Words("C’est noté.", "تم التسجيل.", "Noted."),
    "review.need_words": Words("Écrivez un commentaire.", "اكتب تعليقا.", "Write a comment."),
    "review.history": Words("Ce qui en a été dit", "ما قيل عنه", "What was said of it"),
    "said.comment": Words("Commentaire", "تعليق", "Comment"),
    "said.received": Words("Remis à relire", "أُرجع إلى المراجعة", "Back to review"),
    "said.hasIssues": Words("Problème signalé", "أُبلغ عن مشكل", "Has issues"),
    "said.approved": Words("Approuvé", "قُبل", "Approved"),
    "said.rejected": Words("Rejeté", "رُفض", "Rejected"),
    "said.sent": Words("Renvoyé pour correction", "أُعيد للتصحيح", "Sent back"),
    "said.sent.edited": Words("La correction est arrivée", "وصل التصحيح", "The correction arrived"),
    "said.sent.withdrawn": Words("La correction n’est plus demandée", "أُلغي طلب التصحيح", "No longer asked for"),
    "filter.commune": Words("Commune", "البلدية", "Commune"),
    "filter.words": Words("Chercher", "بحث", "Search"),
    "filter.words.hint": Words(
        "Nom, agent ou identifiant", "اسم أو عون أو معرّف", "Name, agent or id"
    ),
    "filter.since": Words("Reçu depuis le", "وصل منذ", "Received since"),
    "filter.until": Words("Jusqu’au", "إلى غاية", "Until"),
    "filter.more": Words("Plus de filtres", "مرشحات أخرى", "More filters"),
    "submissions.found.more": Words(
        "Envois : plus de {count}", "الإرسالات: أكثر من {count}", "Submissions: more than {count}"
    ),
    "submissions.quality": Words("Qualité du remplissage", "جودة الملء", "How forms were filled"),
    "conflict.saw": Words("On lui montrait :", "كان معروضا:", "Had been shown:"),
    "conflict.saw.nothing": Words("N’avait pas la fiche sous les yeux", "لم تكن البطاقة معروضة", "Had no record"),
    "conflict.keys": Words(
        "Clavier : 1, 2, 3… choisit, puis le choix suivant ; ce bouton tranche tout ce qui est choisi.",
        "لوحة المفاتيح: 1 و2 و3… للاختيار ثم التالي؛ وهذا الزر يفصل في كل ما اختير.",
        "Keyboard: 1, 2, 3… picks and goes on; this button settles all that is picked.",
    ),
    "conflict.all": Words("Trancher tout ce qui est choisi", "الفصل في كل ما اختير", "Settle all that is picked"),
    "conflict.all.failed": Words(
        "Celles-ci ont changé entre-temps : rechargez la page avant de décider.",
        "تغيرت هذه في الأثناء: أعد تحميل الصفحة قبل القرار.",
        "These changed meanwhile: reload the page before you decide.",
    ),
    "conflict.after": Words("Déjà tranché", "ما فُصل فيه", "Settled before"),
    "conflict.holds": Words("tient toujours", "ما زال قائما", "still holds"),
    "conflict.changed": Words("changé depuis", "تغير بعد ذلك", "changed since"),
    "conflict.again": Words("contesté à nouveau", "محل خلاف من جديد", "disputed again"),
    "diff.link": Words("Comparer avec la version d’avant", "المقارنة مع النسخة السابقة", "Compare with the one before"),
    "diff.title": Words("Ce qui a changé", "ما الذي تغير", "What changed"),
    "diff.question": Words("Question", "السؤال", "Question"),
    "diff.before": Words("Avant", "قبل", "Before"),
    "diff.after": Words("Après", "بعد", "After"),
    "diff.absent": Words("question non posée", "لم يُطرح السؤال", "not asked"),
    "diff.hidden": Words("changé (caché)", "تغير (مخفي)", "changed (hidden)"),
    "diff.none": Words(
        "Aucune réponse n’a changé.", "لم تتغير أي إجابة.", "No answer changed."
    ),
    "diff.back": Words("Retour à l’envoi", "العودة إلى الإرسال", "Back to the submission"),
    "diff.count": Words("Réponses changées : {count}", "إجابات تغيرت: {count}", "Answers changed: {count}"),
    "quality.title": Words("Qualité du remplissage", "جودة الملء", "How forms were filled"),
    "quality.lead": Words(
        "Des signes à regarder, jamais une preuve : une visite courte, une position lointaine ou des réponses égales "
        "peuvent être justes. Ouvrez l’envoi avant de juger.",
        "علامات تستحق النظر وليست دليلا: قد تكون الزيارة القصيرة أو الموقع البعيد أو الإجابات المتشابهة صحيحة. "
        "افتح الإرسال قبل الحكم.",
        "Signs to look at, never a proof: a short visit, a far position or equal answers can be right. "
        "Open the submission before you judge.",
    ),
    "quality.looked": Words(
        "Envois regardés : {count}", "إرسالات نُظر فيها: {count}", "Submissions looked at: {count}"
    ),
    "quality.cut": Words(
        "Les plus récents seulement ; choisissez une période pour voir les autres.",
        "الأحدث فقط؛ اختر فترة لرؤية البقية.",
        "The newest only; choose a period to see others.",
    ),
    "quality.count": Words("Envois", "الإرسالات", "Submissions"),
    "quality.minutes": Words("Durée habituelle", "المدة المعتادة", "Usual time"),
    "quality.min": Words("{count} min", "{count} د", "{count} min"),
    "quality.quick": Words("Très rapides", "سريعة جدا", "Very quick"),
    "quality.quick.hint": Words(
        "moins d’un tiers du temps habituel du formulaire", "أقل من ثلث المدة المعتادة للاستمارة",
        "less than a third of the form’s usual time",
    ),
    "quality.empty": Words("Sans fiche", "دون بطاقة", "No record made"),
    "quality.empty.hint": Words(
        "refus de consentement le plus souvent", "غالبا رفض الموافقة", "mostly refusals of consent"
    ),
    "quality.far": Words("Loin de la commune", "بعيدة عن البلدية", "Far from the commune"),
    "quality.far.hint": Words(
        "position à plus de {km} km du centre", "موقع على أكثر من {km} كم من المركز", "position more than {km} km away"
    ),
    "quality.copied": Words("Réponses recopiées", "إجابات منسوخة", "Copied answers"),
    "quality.copied.hint": Words(
        "comme son envoi précédent du même formulaire", "مثل إرساله السابق من الاستمارة نفسها",
        "as her previous submission of the same form",
    ),
    "quality.km": Words("{count} km", "{count} كم", "{count} km"),
    "quality.km.label": Words("Loin, c’est plus de (km)", "بعيد يعني أكثر من (كم)", "Far is more than (km)"),
    "quality.none": Words("Aucun envoi dans cette période.", "لا إرسال في هذه الفترة.", "None in this period."),
    "quality.none.todo": Words("Élargissez la période.", "وسّع الفترة.", "Widen the period."),
}  # fmt: skip
