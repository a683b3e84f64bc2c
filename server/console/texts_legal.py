"""The words of requests by law 18-07. Part of ``texts``."""

from __future__ import annotations

from typing import Final

from server.console.words import Words

LEGAL: Final = {
    "nav.list_legal": Words("Loi 18-07", "القانون 18-07", "Law 18-07"),
    "legal.title": Words("Demandes selon la loi 18-07", "طلبات وفق القانون 18-07", "Requests by law 18-07"),
    "legal.lead": Words(
        "Ce que des femmes demandent de leurs données. On l’inscrit depuis la fiche de la femme ; l’échéance est de dix jours.",
        "ما تطلبه النساء بشأن معطياتهن. يُسجل الطلب من بطاقة المرأة؛ والأجل عشرة أيام.",
        "What women ask about their data. Noted from a woman’s page; due in ten days.",
    ),
    "legal.heading": Words("Ses droits (loi 18-07)", "حقوقها (القانون 18-07)", "Her rights (law 18-07)"),
    "legal.open": Words("En attente", "في الانتظار", "Waiting"),
    "legal.closed": Words("Closes", "مغلقة", "Closed"),
    "legal.closed.now": Words("La demande est close.", "أُغلق الطلب.", "The request is closed."),
    "legal.none": Words("Aucune demande.", "لا طلب.", "No request."),
    "legal.none.todo": Words(
        "Inscrivez une demande depuis la fiche d’une femme.",
        "سجّل الطلب من بطاقة المرأة.",
        "Note a request from a woman’s page.",
    ),
    "legal.kind": Words("Ce qu’elle demande", "ما تطلبه", "What she asks"),
    "legal.kind.access": Words("Voir ses données", "الاطلاع على معطياتها", "See her data"),
    "legal.kind.correction": Words("Corriger ses données", "تصحيح معطياتها", "Correct her data"),
    "legal.kind.objection": Words("S’opposer à leur usage", "الاعتراض على استعمالها", "Object to their use"),
    "legal.kind.withdrawal": Words("Retirer son consentement", "سحب موافقتها", "Withdraw her consent"),
    "legal.kind.erasure": Words("Effacer ses données", "محو معطياتها", "Erase her data"),
    "legal.words": Words("Comment et par qui (facultatif)", "كيف ومن طرف من (اختياري)", "How and by whom (optional)"),
    "legal.note": Words("Inscrire la demande", "تسجيل الطلب", "Note the request"),
    "legal.opened": Words("La demande est inscrite.", "سُجل الطلب.", "The request is noted."),
    "legal.same": Words("La même demande attend déjà.", "الطلب نفسه في الانتظار.", "The same request waits already."),
    "legal.need_kind": Words("Choisissez ce qu’elle demande.", "اختر ما تطلبه.", "Choose what she asks."),
    "legal.need_outcome": Words("Dites ce qui a été fait.", "اذكر ما تم فعله.", "Say what was done."),
    "legal.received": Words("Reçue le", "استُلم في", "Received on"),
    "legal.due": Words("Échéance :", "الأجل:", "Due:"),
    "legal.late": Words("en retard", "متأخر", "late"),
    "legal.outcome": Words("Suite donnée", "ما تم", "Outcome"),
    "legal.outcome.label": Words(
        "Ce qui a été fait, ou pourquoi on refuse", "ما تم فعله، أو سبب الرفض", "What was done, or why it is refused"
    ),
    "legal.done": Words("C’est fait", "تم", "Done"),
    "legal.refuse": Words("Refuser", "رفض", "Refuse"),
    "legal.lift": Words("Elle lève son opposition", "رفعت اعتراضها", "She takes her objection back"),
    "legal.state.open": Words("en attente", "في الانتظار", "waiting"),
    "legal.state.done": Words("faite", "تمت", "done"),
    "legal.state.refused": Words("refusée", "مرفوض", "refused"),
    "legal.state.lifted": Words("levée", "مرفوع", "taken back"),
    "legal.erased": Words("données effacées", "معطيات ممحوة", "data erased"),
    "legal.erase.hint": Words(
        "L’effacement clôt la demande par lui-même.",
        "المحو يغلق الطلب تلقائيا.",
        "The erasure closes the request by itself.",
    ),
    "legal.file": Words("Préparer son dossier", "إعداد ملفها", "Make her file"),
    "legal.proof": Words("Preuve", "الإثبات", "Proof"),
    "legal.proof.erasedAt": Words("effacée le", "محيت في", "erased at"),
    "legal.proof.sha256": Words("empreinte du dossier remis", "بصمة الملف المسلم", "hash of the file she was given"),
    "legal.objects": Words(
        "Elle s’oppose à l’usage de ses données : pas d’appel, pas de transmission ; ses données ne sont pas dans les listes nominatives.",
        "تعترض على استعمال معطياتها: لا اتصال ولا إرسال؛ ومعطياتها ليست في القوائم الاسمية.",
        "She objects to the use of her data: no call, nothing passed on; her data are not in lists of names.",
    ),
    "dossier.get": Words("Tout son dossier (zip)", "كل ملفها (zip)", "Her whole file (zip)"),
    "dossier.hint": Words(
        "Ses données, son historique, ses formulaires et ses photos, pour le droit d’accès. Le téléchargement est noté.",
        "معطياتها وتاريخها واستماراتها وصورها، لحق الاطلاع. التنزيل مسجل.",
        "Her data, history, forms and photos, for the right of access. The download is noted.",
    ),
    "card.get": Words("Carte avec code QR", "بطاقة برمز QR", "Card with QR code"),
    "card.title": Words("Cartes à imprimer", "بطاقات للطباعة", "Cards to print"),
    "card.print": Words("Imprimer", "طباعة", "Print"),
    "card.lead": Words(
        "Le téléphone de l’agente lit ce code et ouvre la fiche. La carte ne porte ni téléphone ni numéro d’identification.",
        "يقرأ هاتف العون هذا الرمز ويفتح البطاقة. لا تحمل البطاقة هاتفا ولا رقم تعريف.",
        "The agent’s phone reads this code and opens the record. The card bears no telephone and no national number.",
    ),
    "card.one": Words("Une seule (A6)", "واحدة (A6)", "One (A6)"),
    "card.sheet": Words("Planche (A4)", "ورقة (A4)", "Sheet (A4)"),
    "card.chamber": Words(
        "Chambre de l’Artisanat et des Métiers", "غرفة الصناعة التقليدية والحرف", "Chamber of crafts and trades"
    ),
    "card.many": Words("Cartes QR de cette page", "بطاقات QR لهذه الصفحة", "QR cards of this page"),
}
