"""The words of forms, and of the kinds of questions. Part of ``texts``."""

from __future__ import annotations

from typing import Final

from server.console.words import Words

FORMS: Final = {
    "forms.title": Words("Formulaires", "الاستمارات", "Forms"),
    "forms.lead": Words(
        "Les formulaires que les téléphones reçoivent, et comment se rapprochent les réponses portées sur les fiches.",
        "الاستمارات التي تستقبلها الهواتف، وكيف تُقرَّب الإجابات المنقولة إلى البطاقات.",
        "The forms that phones receive, and how the answers saved to records are reconciled.",
    ),
    "forms.published": Words("Publié le", "نُشرت في", "Published"),
    "forms.saves": Words(
        "Données portées sur la fiche : {count}", "معطيات تُنقل إلى البطاقة: {count}", "Saved to the record: {count}"
    ),
    "forms.property": Words("Donnée", "المعلومة", "Property"),
    "forms.name": Words("Nom technique", "الاسم التقني", "Name"),
    "forms.type": Words("Type", "النوع", "Type"),
    "forms.policy": Words("Si deux réponses diffèrent", "إذا اختلف جوابان", "When two answers differ"),
    "forms.where": Words("Où on la voit", "أين تُرى", "Where it is seen"),
    "forms.phones": Words("Téléphones et bureau", "الهواتف والمكتب", "Phones and office"),
    "forms.plain": Words("Ne change aucune fiche.", "لا تغيّر أي بطاقة.", "Changes no record."),
    "forms.none": Words("Aucun formulaire publié.", "لا توجد استمارات منشورة.", "No forms published."),
    "forms.none.todo": Words(
        "L’administration publie un fichier XLSForm avec la commande publish-form.",
        "تنشر الإدارة ملف XLSForm بالأمر publish-form.",
        "The administrator publishes an XLSForm with the command publish-form.",
    ),
    "type.text": Words("texte", "نص", "text"),
    "type.integer": Words("nombre entier", "عدد صحيح", "whole number"),
    "type.decimal": Words("nombre", "عدد", "number"),
    "type.date": Words("date", "تاريخ", "date"),
    "type.dateTime": Words("date et heure", "تاريخ وساعة", "date and time"),
    "type.select_one": Words("un choix", "اختيار واحد", "one choice"),
    "type.select_multiple": Words("plusieurs choix", "عدة اختيارات", "several choices"),
    "type.calculate": Words("calcul", "حساب", "calculation"),
    "type.geopoint": Words("position", "موقع", "position"),
    "type.image": Words("photo", "صورة", "photo"),
    "type.audio": Words("son", "صوت", "sound"),
    "type.video": Words("vidéo", "فيديو", "video"),
    "type.file": Words("fichier", "ملف", "file"),
    "type.barcode": Words("code-barres", "رمز شريطي", "barcode"),
    "type.time": Words("heure", "ساعة", "time"),
    "type.range": Words("nombre sur une échelle", "عدد على سلم", "number on a scale"),
    "type.rank": Words("classement", "ترتيب", "ranking"),
    "type.acknowledge": Words("case à cocher", "خانة تأكيد", "acknowledgement"),
    "type.note": Words("texte à lire", "نص للقراءة", "text to read"),
    "type.group": Words("groupe", "مجموعة", "group"),
    "type.repeat": Words("groupe répété", "مجموعة متكررة", "repeated group"),
    "type.hidden": Words("caché", "مخفي", "hidden"),
    "type.start": Words("début du remplissage", "بداية الملء", "start of filling"),
    "type.end": Words("fin du remplissage", "نهاية الملء", "end of filling"),
    "type.today": Words("jour du remplissage", "يوم الملء", "day of filling"),
    "type.username": Words("nom de l’agent", "اسم العون", "agent’s name"),
    "type.deviceid": Words("téléphone", "الهاتف", "phone"),
    "type.phonenumber": Words("numéro du téléphone", "رقم الهاتف", "phone’s number"),
    "type.audit": Words("journal du remplissage", "سجل الملء", "log of filling"),
    "type.geotrace": Words("tracé", "مسار", "line"),
    "type.geoshape": Words("surface", "مساحة", "area"),
    "unit.DZD": Words("DA", "دج", "DZD"),
    "unit.kB": Words("ko", "كيلوبايت", "kB"),
    "unit.MB": Words("Mo", "ميغابايت", "MB"),
}
