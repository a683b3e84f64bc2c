"""The words of the page that asks for the workbook. Part of ``texts``."""

from __future__ import annotations

from typing import Final

from server.console.words import Words

WORKBOOK: Final = {
    "workbook.title": Words("Classeur Excel", "مصنف إكسل", "Excel workbook"),
    "workbook.lead": Words(
        "Tout le programme dans un fichier : indicateurs, liste nominative, procès-verbaux, envois, désaccords.",
        "البرنامج كله في ملف واحد: المؤشرات، القائمة الاسمية، المحاضر، الإرسالات، الإجابات المختلف فيها.",
        "The whole programme in one file: indicators, list of women, minutes, submissions, answers to settle.",
    ),
    "workbook.language": Words("Langue du classeur", "لغة المصنف", "Language of the workbook"),
    "workbook.language.fr": Words("Français", "الفرنسية", "French"),
    "workbook.language.ar": Words(
        "Arabe (de droite à gauche)", "العربية (من اليمين إلى اليسار)", "Arabic (right to left)"
    ),
    "workbook.personal": Words("Noms", "الأسماء", "Names"),
    "workbook.personal.true": Words(
        "Avec les noms, pour le travail de la Chambre",
        "مع الأسماء، لعمل الغرفة",
        "With names, for the chamber’s own work",
    ),
    "workbook.personal.false": Words(
        "Chiffres seulement, les effectifs de 1 à 4 cachés, pour les partenaires",
        "أرقام فقط، تحجب الأعداد من 1 إلى 4، للشركاء",
        "Figures only, counts from 1 to 4 hidden, for partners",
    ),
    "workbook.personal.pseudonyms": Words(
        "Chiffres et envois sous pseudonymes stables, sans texte libre",
        "أرقام وإرسالات بأسماء مستعارة ثابتة، دون نصوص حرة",
        "Figures, and submissions under stable pseudonyms without free text",
    ),
    "workbook.labels": Words("Réponses à choix", "إجابات الاختيار", "Choices"),
    "workbook.labels.true": Words("Libellés", "التسميات", "Labels"),
    "workbook.labels.false": Words("Codes", "الرموز", "Codes"),
    "workbook.headings": Words("En-têtes des formulaires", "عناوين الاستمارات", "Headings of forms"),
    "workbook.headings.names": Words("Noms (comme ODK)", "أسماء (كما في ODK)", "Names (as ODK)"),
    "workbook.headings.labels": Words("Questions", "الأسئلة", "Questions"),
    "workbook.multiple": Words("Choix multiples", "الاختيارات المتعددة", "Multiple choices"),
    "workbook.multiple.joined": Words("Dans une cellule", "في خلية واحدة", "In one cell"),
    "workbook.multiple.split": Words("Une colonne 0/1 par choix", "عمود 0/1 لكل اختيار", "A column of 0/1 a choice"),
    "workbook.multiple.both": Words("Les deux", "كلاهما", "Both"),
    "workbook.photos": Words("Photographies", "الصور", "Photographs"),
    "workbook.photos.names": Words("Le nom du fichier", "اسم الملف", "The name of the file"),
    "workbook.photos.links": Words("Un lien vers la photo au bureau", "رابط إلى الصورة في المكتب", "A link to the photograph at the desk"),
    "workbook.versions": Words("Versions des formulaires", "نسخ الاستمارات", "Versions of forms"),
    "workbook.versions.all": Words("Toutes", "كلها", "All"),
    "workbook.versions.newest": Words("La plus récente seulement", "الأحدث فقط", "The newest only"),
    "workbook.nin": Words("Numéros d’identification (NIN)", "أرقام التعريف الوطني", "Identification numbers"),
    "workbook.nin.masked": Words("Masqués : ****1234", "محجوبة: ****1234", "Masked: ****1234"),
    "workbook.nin.full": Words(
        "En entier, pour le motif ci-dessous", "كاملة، للسبب أدناه", "In full, for the reason below"
    ),
    "workbook.reason": Words("Motif (noté au journal)", "السبب (يدون في السجل)", "Reason (noted in the log)"),
    "workbook.period": Words("Période", "الفترة", "Period"),
    "workbook.since": Words("Du", "من", "From"),
    "workbook.until": Words("Au", "إلى", "To"),
    "workbook.period.hint": Words(
        "Vide : tout. Les chiffres comptent les événements de ces jours ; leurs feuilles, les envois reçus.",
        "فارغ: الكل. تحسب الأرقام أحداث هذه الأيام؛ وأوراق الاستمارات الإرسالات المستلمة.",
        "Blank: all. Figures count the events of these days; forms’ sheets, what was received.",
    ),
    "workbook.more": Words("Plus d’options", "خيارات أخرى", "More options"),
    "workbook.commune": Words("Communes", "البلديات", "Communes"),
    "workbook.association": Words("Associations", "الجمعيات", "Associations"),
    "workbook.form": Words("Formulaires", "الاستمارات", "Forms"),
    "workbook.none.chosen": Words("Rien de coché : tous.", "لا شيء محدد: الكل.", "Nothing ticked: all."),
    "workbook.make": Words("Préparer le classeur", "إعداد المصنف", "Make the workbook"),
    "workbook.noted": Words(
        "Chaque classeur est noté au journal des opérations.",
        "يُسجّل كل مصنف في سجل العمليات.",
        "Each workbook is noted in the operations log.",
    ),
    "workbook.save.title": Words("Garder ces options", "حفظ هذه الخيارات", "Keep these options"),
    "workbook.name": Words("Nom", "الاسم", "Name"),
    "workbook.every": Words("Se prépare tout seul", "يُعد تلقائيا", "Makes itself"),
    "workbook.every.": Words("Jamais", "أبدا", "Never"),
    "workbook.every.day": Words("Chaque jour", "كل يوم", "Every day"),
    "workbook.every.week": Words("Chaque lundi", "كل اثنين", "Every Monday"),
    "workbook.every.month": Words("Chaque mois", "كل شهر", "Every month"),
    "workbook.save": Words("Enregistrer", "حفظ", "Save"),
    "workbook.saved": Words("Options enregistrées.", "حُفظت الخيارات.", "Options saved."),
    "workbook.deleted": Words("Options supprimées.", "حُذفت الخيارات.", "Options deleted."),
    "workbook.presets": Words("Options enregistrées", "الخيارات المحفوظة", "Saved options"),
    "workbook.presets.none": Words("Aucune pour l’instant.", "لا شيء حاليا.", "None yet."),
    "workbook.use": Words("Reprendre", "استعمال", "Use"),
    "workbook.delete": Words("Supprimer", "حذف", "Delete"),
    "workbook.delete.title": Words("Supprimer ces options ?", "حذف هذه الخيارات؟", "Delete these options?"),
    "workbook.delete.words": Words(
        "Le classeur ne se prépare plus tout seul et son lien fixe ne répond plus. Les classeurs déjà faits restent.",
        "لن يعد المصنف وحده بعد الآن ولن يعمل رابطه الثابت. تبقى المصنفات المعدة من قبل.",
        "The workbook is no longer made by itself, and its fixed link answers no more. Workbooks already made stay.",
    ),
    "workbook.newest": Words("Dernier classeur", "آخر مصنف", "Newest workbook"),
    "workbook.jobs": Words("Classeurs préparés", "المصنفات المعدة", "Workbooks"),
    "workbook.jobs.none": Words("Aucun depuis hier.", "لا شيء منذ أمس.", "None since yesterday."),
    "workbook.watch": Words("Suivre la préparation", "متابعة الإعداد", "Watch it being made"),
    "workbook.asked": Words("Demandé", "طُلب", "Asked"),
    "workbook.state": Words("État", "الحالة", "State"),
    "workbook.state.running": Words("En préparation", "قيد الإعداد", "Being made"),
    "workbook.state.cancelling": Words("S’arrête", "يتوقف", "Stopping"),
    "workbook.state.cancelled": Words("Arrêté", "أُوقف", "Stopped"),
    "workbook.state.done": Words("Prêt", "جاهز", "Ready"),
    "workbook.state.failed": Words("Échec : recommencez", "فشل: أعد المحاولة", "Failed: try again"),
    "workbook.state.interrupted": Words(
        "Interrompu (serveur arrêté) : recommencez", "انقطع (توقف الخادم): أعد المحاولة", "Interrupted: try again"
    ),
    "workbook.state.gone": Words("Effacé après un jour", "حُذف بعد يوم", "Removed after a day"),
    "workbook.cancel": Words("Arrêter", "إيقاف", "Stop"),
    "workbook.fetch": Words("Télécharger", "تنزيل", "Download"),
    "workbook.progress": Words("{done} / {total} envois", "{done} / {total} إرسال", "{done} / {total} submissions"),
    "workbook.targets": Words("Objectifs {year}", "أهداف {year}", "Targets {year}"),
    "workbook.targets.lead": Words(
        "Pour la feuille 01_Synthese. Vide : pas d’objectif. Les taux en pour cent.",
        "لورقة 01_Synthese. فارغ: لا هدف. النسب بالمئة.",
        "For the sheet 01_Synthese. Blank: none. Rates in per cent.",
    ),
    "workbook.targets.saved": Words("Objectifs enregistrés.", "حُفظت الأهداف.", "Targets saved."),
    "workbook.wrong.since": Words(
        "Le premier jour n’est pas une date.", "اليوم الأول ليس تاريخا.", "The first day is no date."
    ),
    "workbook.wrong.until": Words(
        "Le dernier jour n’est pas une date, ou vient avant le premier.",
        "اليوم الأخير ليس تاريخا أو يسبق الأول.",
        "The last day is no date, or before the first.",
    ),
    "workbook.wrong.reason": Words(
        "Écrivez pourquoi les numéros sont nécessaires en entier.",
        "اكتب لماذا تلزم الأرقام كاملة.",
        "Write why the numbers are needed in full.",
    ),
    "workbook.wrong.name": Words(
        "Donnez un nom à ces options.", "أعط اسما لهذه الخيارات.", "Give these options a name."
    ),
    "workbook.wrong.nin": Words(
        "Les numéros en entier ne s’enregistrent pas : ils se demandent chaque fois, avec un motif.",
        "الأرقام الكاملة لا تحفظ: تطلب كل مرة مع السبب.",
        "Numbers in full are not saved: they are asked for each time, with a reason.",
    ),
    "workbook.wrong.busy": Words(
        "Plusieurs classeurs se préparent déjà. Attendez-en la fin, ou arrêtez-en un.",
        "عدة مصنفات قيد الإعداد. انتظر نهايتها أو أوقف واحدا.",
        "Several workbooks are being made. Wait, or stop one.",
    ),
    "workbook.wrong.target": Words(
        "Un objectif est un nombre, 0 ou plus.", "الهدف عدد، 0 أو أكثر.", "A target is a number, 0 or more."
    ),
}
