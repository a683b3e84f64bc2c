"""The words of the register and of one woman's page. Part of ``texts``."""

from __future__ import annotations

from typing import Final

from server.console.words import Words

WOMEN: Final = {
    "women.title": Words("Artisanes", "الحرفيات", "Women"),
    "women.search": Words("Chercher", "بحث", "Search"),
    "women.search.hint": Words(
        "Nom, code, téléphone, lieu : en arabe ou en lettres latines.",
        "الاسم أو الرمز أو الهاتف أو المكان: بالعربية أو باللاتينية.",
        "Name, code, phone, place: in Arabic or Latin letters.",
    ),
    "women.commune": Words("Commune", "البلدية", "Commune"),
    "women.commune.all": Words("Toutes les communes", "كل البلديات", "All communes"),
    "women.found": Words("Fiches : {count}", "البطاقات: {count}", "Records: {count}"),
    "women.name": Words("Nom", "الاسم", "Name"),
    "women.updated": Words("Mise à jour", "آخر تحديث", "Updated"),
    "women.state": Words("À trancher", "للفصل", "To settle"),
    "women.disputed": Words("À trancher : {count}", "للفصل: {count}", "To settle: {count}"),
    "women.nobody": Words("Personne ne correspond.", "لا توجد نتيجة.", "Nobody matches."),
    "women.nobody.todo": Words(
        "Essayez moins de mots, l’autre écriture, ou toutes les communes.",
        "جرب كلمات أقل أو الكتابة الأخرى أو كل البلديات.",
        "Try fewer words, the other script, or all communes.",
    ),
    "women.none": Words("Aucune fiche pour l’instant.", "لا توجد بطاقات بعد.", "No records yet."),
    "women.none.todo": Words(
        "Les fiches arrivent avec les premières inscriptions que les agents envoient (formulaire A).",
        "تصل البطاقات مع أول التسجيلات التي يرسلها الأعوان (الاستمارة أ).",
        "Records arrive with the first registrations that agents send (form A).",
    ),
    "women.back": Words("Toutes les artisanes", "كل الحرفيات", "All women"),
    "woman.version": Words("Version", "النسخة", "Version"),
    "woman.form_version": Words("Version du formulaire", "نسخة الاستمارة", "Form version"),
    "woman.updated": Words("Mise à jour le", "حُدّثت في", "Updated"),
    "woman.merged": Words("Cette fiche a été réunie à :", "ضُمّت هذه البطاقة إلى:", "This record was merged into:"),
    "woman.deleted": Words(
        "Cette fiche est supprimée. Son histoire reste.",
        "هذه البطاقة محذوفة. تاريخها محفوظ.",
        "This record is deleted. Its history stays.",
    ),
    "woman.disputed": Words(
        "Réponses à trancher : {count}. Les valeurs marquées sont provisoires.",
        "إجابات للفصل فيها: {count}. القيم المعلّمة مؤقتة.",
        "Answers to settle: {count}. Marked values are provisional.",
    ),
    "woman.settle": Words("Trancher", "الفصل", "Settle"),
    "woman.values": Words("Fiche", "البطاقة", "Record"),
    "woman.reveal": Words("Montrer le numéro entier", "إظهار الرقم كاملا", "Show the whole number"),
    "woman.noted": Words("(consultation notée)", "(سُجّل الاطلاع)", "(this look is noted)"),
    "woman.office": Words("Bureau", "للمكتب", "Office"),
    "woman.office.hint": Words(
        "« Bureau » : ne part sur aucun téléphone.", "«للمكتب»: لا يصل إلى أي هاتف.", "“Office”: never sent to a phone."
    ),
    "woman.open": Words("À trancher", "للفصل", "To settle"),
    "woman.candidates": Words("Autres réponses", "إجابات أخرى", "Other answers"),
    "woman.candidates.open": Words("Ce qui a été dit", "ما قيل", "What was said"),
    "woman.blank": Words("Non renseigné : {count}", "غير مذكور: {count}", "Left blank: {count}"),
    "woman.photos": Words("Photos", "الصور", "Photos"),
    "woman.photos.none": Words(
        "Aucune photo. Elles suivent les envois, souvent plus tard.",
        "لا توجد صور. تصل بعد الإرسالات، وغالبا متأخرة.",
        "No photos. They follow the submissions, often later.",
    ),
    "woman.history": Words("Histoire", "التاريخ", "History"),
    "woman.consulted": Words(
        "Qui a consulté ou changé cette fiche", "من اطلع على هذه البطاقة أو غيّرها", "Who consulted or changed this record"
    ),
    "woman.by": Words("par", "من طرف", "by"),
    "woman.received": Words("· reçu le", "· وصل في", "· received"),
    "woman.nothing": Words("N’a rien changé à la fiche.", "لم يغيّر شيئا في البطاقة.", "Changed nothing in the record."),
    "kind.create": Words("Inscription", "تسجيل", "Registered"),
    "kind.update": Words("Mise à jour", "تحديث", "Updated"),
    "kind.delete": Words("Suppression", "حذف", "Deleted"),
    "kind.resolve": Words("Tranché", "فصل", "Settled"),
    "kind.merge": Words("Fiches réunies", "ضم بطاقتين", "Merged"),
    "kind.unmerge": Words("Fiches séparées", "فصل بطاقتين", "Separated"),
    "kind.undo": Words("Annulé par une correction", "أُلغي بتصحيح", "Undone by a correction"),
    "photo.waiting": Words("En attente du téléphone", "في انتظار الهاتف", "Still on the phone"),
    "photo.removed": Words("Retirée après sa durée", "حُذفت بعد انقضاء مدتها", "Removed after its time"),
    "photo.open": Words("Ouvrir le fichier", "فتح الملف", "Open the file"),
    "photo.alt": Words("Photo jointe à : {form}", "صورة مرفقة بـ: {form}", "Photo attached to: {form}"),
}
