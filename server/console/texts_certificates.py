"""The words of certificates and attestations. Part of ``texts``."""

from __future__ import annotations

from typing import Final

from server.console.words import Words

CERTIFICATES: Final = {
    "certificates.attended": Words(
        "présente à {count} demi-journées sur {held}", "حضرت {count} من {held} أنصاف أيام", "attended {count} of {held} half-days"
    ),
    "nav.certificates": Words("Certificats", "الشهادات", "Certificates"),
    "certificates.title": Words("Certificats et attestations", "الشهادات", "Certificates"),
    "certificates.sessions": Words("Sessions", "الدورات", "Sessions"),
    "certificates.none": Words("Aucune session", "لا توجد دورة", "No session"),
    "certificates.none.advice": Words("Les sessions d’examen et de formation saisies paraîtront ici.", "تظهر هنا دورات الامتحان والتكوين المسجلة.", "Exam and training sessions that were entered will be here."),
    "certificates.waiting": Words(
        "{count} fiches de session ne sont pas encore lues ; rouvrez la page dans un instant.",
        "{count} استمارة دورة لم تُقرأ بعد؛ أعد فتح الصفحة بعد لحظة.",
        "{count} forms of sessions are not read yet; open the page again in a moment.",
    ),
    "certificates.kind": Words("Document", "الوثيقة", "Paper"),
    "certificates.kind.qualification": Words("Certificat de qualification", "شهادة التأهيل", "Certificate of qualification"),
    "certificates.kind.training": Words("Attestation de formation", "شهادة متابعة تكوين", "Training attestation"),
    "certificates.session": Words("Session", "الدورة", "Session"),
    "certificates.day": Words("Date", "التاريخ", "Day"),
    "certificates.candidates": Words("Candidates", "المترشحات", "Candidates"),
    "certificates.ready": Words("À délivrer", "للتسليم", "To issue"),
    "certificates.issued": Words("Délivrés", "المسلمة", "Issued"),
    "certificates.list": Words("Documents délivrés", "الوثائق المسلمة", "Papers issued"),
    "certificates.number": Words("N°", "الرقم", "No."),
    "certificates.woman": Words("Artisane", "الحرفية", "Woman"),
    "certificates.state": Words("État", "الحالة", "State"),
    "certificates.valid": Words("valable", "صالحة", "valid"),
    "certificates.cancelled": Words("annulé", "ملغاة", "cancelled"),
    "certificates.result": Words("Résultat", "النتيجة", "Result"),
    "certificates.issue": Words("Délivrer à celles qui sont cochées", "تسليم للمحددات", "Issue to those who are ticked"),
    "certificates.issue.ask": Words("Chaque numéro est définitif : un document annulé garde le sien.", "كل رقم نهائي: الوثيقة الملغاة تحتفظ برقمها.", "Each number is for good: a cancelled paper keeps its own."),
    "certificates.done": Words("{count} documents délivrés.", "سُلمت {count} وثيقة.", "{count} papers issued."),
    "certificates.nobody": Words("Cochez au moins une femme.", "حدد امرأة واحدة على الأقل.", "Tick at least one woman."),
    "certificates.print": Words("Imprimer (PDF)", "طباعة (PDF)", "Print (PDF)"),
    "certificates.print.all": Words("Imprimer tous les documents de la session (PDF)", "طباعة كل وثائق الدورة (PDF)", "Print all papers of the session (PDF)"),
    "certificates.minutes": Words("Procès-verbal (PDF)", "المحضر (PDF)", "Minutes (PDF)"),
    "certificates.cancel": Words("Annuler ce document", "إلغاء هذه الوثيقة", "Cancel this paper"),
    "certificates.reason": Words("Motif de l’annulation", "سبب الإلغاء", "Why it is cancelled"),
    "certificates.reason.missing": Words("Écrivez le motif.", "اكتب السبب.", "Write why."),
    "certificates.cancel.ask": Words("Le numéro reste dans la liste ; qui vérifie le document lira qu’il est annulé.", "يبقى الرقم في القائمة؛ ومن يتحقق من الوثيقة يقرأ أنها ملغاة.", "The number stays listed; who verifies the paper reads that it is cancelled."),
    "certificates.cancel.done": Words("Document annulé.", "أُلغيت الوثيقة.", "Cancelled."),
    "certificates.back": Words("Certificats", "الشهادات", "Certificates"),
    "certificates.blocked.failed": Words("résultat insuffisant", "نتيجة غير كافية", "not earned"),
    "certificates.blocked.disputed": Words("nom ou naissance en désaccord : à trancher d’abord", "الاسم أو الميلاد محل اختلاف: يُفصل فيه أولا", "name or birth disputed: settle it first"),
    "certificates.blocked.nameless": Words("nom incomplet", "اسم ناقص", "name incomplete"),
    "certificates.blocked.birthless": Words("naissance inconnue", "الميلاد مجهول", "birth unknown"),
    "certificates.blocked.issued": Words("déjà délivré", "سُلمت سابقا", "issued already"),
    "certificates.blocked.changed": Words("la fiche vient de changer : regardez à nouveau", "تغيرت البطاقة الآن: راجعها", "the record just changed: look again"),
    "certificates.verify": Words("Vérification d’un document", "التحقق من وثيقة", "Is this paper genuine?"),
    "certificates.genuine": Words("Ce document est authentique et valable.", "هذه الوثيقة أصلية وصالحة.", "This paper is genuine and valid."),
    "certificates.void": Words("Ce document a été annulé par la Chambre : il ne vaut plus rien.", "ألغت الغرفة هذه الوثيقة: لم تعد لها قيمة.", "The chamber cancelled this paper: it is worth nothing."),
    "certificates.fake": Words("Aucun document délivré ici ne correspond à cette adresse.", "لا توافق هذا العنوان أي وثيقة سُلمت هنا.", "No paper issued here goes with this address."),
    "certificates.initials": Words("Initiales", "الحروف الأولى", "Initials"),
    "certificates.compare": Words("Comparez avec le papier. Rien d’autre n’est montré ici, pour protéger sa titulaire.", "قارن مع الورقة. لا يُعرض هنا شيء آخر حماية لصاحبتها.", "Compare with the paper. Nothing else is shown here, to protect its holder."),
}
