"""What the operations log calls each act. Part of ``texts``."""

from __future__ import annotations

from typing import Final

from server.console.words import Words

AUDIT: Final = {
    "audit.since": Words("Depuis le", "منذ", "Since"),
    "audit.submission.read_xml": Words("XML lu", "قراءة XML", "XML read"),
    "audit.submission.review": Words("Envoi relu", "مراجعة إرسال", "Submission reviewed"),
    "audit.submission.comment": Words("Envoi commenté", "تعليق على إرسال", "Submission commented"),
    "audit.submission.create": Words("Formulaire rempli au bureau", "ملء استمارة بالمكتب", "Form filled at the desk"),
    "audit.submission.edit": Words("Envoi corrigé au bureau", "تصحيح إرسال بالمكتب", "Submission edited"),
    "audit.correction.send": Words("Renvoyé pour correction", "إعادة للتصحيح", "Sent back"),
    "audit.correction.give": Words("Correction confiée à un autre", "إسناد التصحيح لآخر", "Correction given away"),
    "audit.correction.withdraw": Words("Correction plus demandée", "إلغاء طلب التصحيح", "Correction withdrawn"),
    "audit.question.ask": Words("Question aux agents", "سؤال للأعوان", "Question to agents"),
    "audit.question.withdraw": Words("Question retirée", "سحب سؤال", "Question withdrawn"),
    "audit.conflict.settle": Words("Réponse tranchée", "فصل في إجابة", "Dispute settled"),
    "audit.entity.create": Words("Fiches créées", "إنشاء بطاقات", "Records created"),
    "audit.entity.reveal": Words("Numéro montré en entier", "إظهار الرقم كاملا", "Number shown whole"),
    "audit.entity.merge": Words("Fiches réunies", "ضم بطاقتين", "Records merged"),
    "audit.entity.unmerge": Words("Fiches séparées", "فصل بطاقتين", "Records separated"),
    "audit.entity.delete": Words("Fiche supprimée", "حذف بطاقة", "Record deleted"),
    "audit.entity.restore": Words("Fiche rétablie", "استرجاع بطاقة", "Record restored"),
    "audit.entity.erase": Words("Données effacées", "محو معطيات", "Data erased"),
    "audit.quarantine.read": Words("Envoi mis de côté lu", "قراءة محفوظ جانبا", "Set-aside item read"),
    "audit.workbook.export": Words("Classeur téléchargé", "تنزيل المصنف", "Workbook downloaded"),
    "audit.form.draft": Words("Brouillon de formulaire", "مسودة استمارة", "Form draft"),
    "audit.form.draft_files": Words("Fichiers d’un brouillon", "ملفات مسودة", "Files of a draft"),
    "audit.form.draft_drop": Words("Brouillon jeté", "حذف مسودة", "Draft thrown away"),
    "audit.form.publish": Words("Formulaire publié", "نشر استمارة", "Form published"),
    "audit.form.retire": Words("Formulaire retiré", "سحب استمارة", "Form retired"),
    "audit.form.offer": Words("Formulaire remis", "إعادة استمارة", "Form offered again"),
    "audit.app_user.create": Words("Agent ajouté", "إضافة عون", "Agent added"),
    "audit.app_user.change": Words("Agent modifié", "تعديل عون", "Agent changed"),
    "audit.app_user.code": Words("Nouveau lien d’agent", "رابط جديد لعون", "New link for an agent"),
    "audit.app_user.enrol": Words("Téléphone inscrit", "تسجيل هاتف", "Phone enrolled"),
    "audit.app_user.revoke": Words("Agent révoqué", "إلغاء عون", "Agent revoked"),
    "audit.user.create": Words("Utilisateur ajouté", "إضافة مستخدم", "Person added"),
    "audit.user.change": Words("Utilisateur modifié", "تعديل مستخدم", "Person changed"),
    "audit.user.disable": Words("Utilisateur désactivé", "تعطيل مستخدم", "Person disabled"),
    "audit.user.enable": Words("Utilisateur réactivé", "تفعيل مستخدم", "Person enabled again"),
    "audit.user.password": Words("Nouveau mot de passe", "كلمة سر جديدة", "New password"),
    "audit.association.create": Words("Association ajoutée", "إضافة جمعية", "Association added"),
    "audit.association.update": Words("Association renommée", "تغيير اسم جمعية", "Association renamed"),
    "audit.era.begin": Words("Nouvelle ère après restauration", "بداية بعد استرجاع", "New era after a restore"),
}  # fmt: skip
