"""The words of the page of templates. Part of ``texts``."""

from __future__ import annotations

from typing import Final

from server.console.words import Words

TEMPLATES: Final = {
    "nav.templates": Words("Modèles", "النماذج", "Templates"),
    "workbook.template": Words("Modèle à remplir", "النموذج المراد ملؤه", "Template to fill"),
    "workbook.template.none": Words("Aucun : le classeur complet", "لا شيء: المصنف الكامل", "None: the whole workbook"),
    "workbook.template.manage": Words("Modèles de la Chambre", "نماذج الغرفة", "The chamber’s templates"),
    "workbook.wrong.template": Words("Ce modèle n’est plus ici.", "هذا النموذج لم يعد هنا.", "This template is gone."),
    "workbook.with.template": Words("modèle {name}", "النموذج {name}", "template {name}"),
    "templates.title": Words("Modèles de classeur", "نماذج المصنف", "Workbook templates"),
    "templates.lead": Words(
        "Votre propre classeur Excel, avec vos titres, votre logo et vos formules : Hirfa y écrit les tableaux et les chiffres que vous avez nommés, et garde tout le reste.",
        "مصنف إكسل خاص بكم بعناوينكم وشعاركم وصيغكم: يكتب فيه حرفة الجداول والأرقام التي سميتموها ويحفظ الباقي.",
        "Your own Excel workbook, with your headings, logo and formulas: Hirfa writes the tables and figures you named into it and keeps the rest.",
    ),
    "templates.file": Words("Fichier Excel (.xlsx)", "ملف إكسل (.xlsx)", "Excel file (.xlsx)"),
    "templates.name": Words("Nom du modèle", "اسم النموذج", "Name of the template"),
    "templates.name.hint": Words(
        "Vide : le nom du fichier. Le même nom remplace le modèle qui est là.",
        "فارغ: اسم الملف. الاسم نفسه يعوض النموذج الموجود.",
        "Blank: the file’s name. The same name replaces the template that is here.",
    ),
    "templates.put": Words("Envoyer et vérifier", "إرسال وفحص", "Send and check"),
    "templates.choose": Words("Choisissez un fichier.", "اختر ملفا.", "Choose a file."),
    "templates.wrong.name": Words(
        "Donnez un nom au modèle (au plus 50 modèles).", "أعط اسما للنموذج (50 نموذجا على الأكثر).", "Give the template a name (at most 50 templates)."
    ),
    "templates.refused": Words(
        "Ce fichier n’est pas gardé. Corrigez ce qui suit et renvoyez-le.",
        "لم يُحفظ هذا الملف. صحح ما يلي وأعد إرساله.",
        "This file is not kept. Mend what follows and send it again.",
    ),
    "templates.kept.flash": Words("Modèle gardé. Vérifiez ce qui a été compris.", "حُفظ النموذج. تحقق مما فُهم.", "Template kept. Check what was understood."),
    "templates.deleted": Words("Modèle supprimé.", "حُذف النموذج.", "Template deleted."),
    "templates.delete.title": Words("Supprimer ce modèle ?", "هل تريد حذف هذا النموذج؟", "Delete this template?"),
    "templates.delete.words": Words(
        "Les options gardées qui l’emploient ne pourront plus être préparées. Téléchargez-le d’abord s’il n’existe qu’ici.",
        "لن يمكن تحضير الخيارات المحفوظة التي تستعمله. نزّله أولا إن لم تكن له نسخة أخرى.",
        "Saved options that use it can no longer be made. Fetch it first if it exists only here.",
    ),
    "templates.here": Words("Modèles de la Chambre", "نماذج الغرفة", "The chamber’s templates"),
    "templates.none": Words("Aucun modèle pour l’instant.", "لا نموذج حاليا.", "No template yet."),
    "templates.none.advice": Words(
        "Préparez-en un dans Excel comme dit ci-dessous, puis envoyez-le.", "حضّر نموذجا في إكسل كما يلي ثم أرسله.", "Prepare one in Excel as said below, then send it."
    ),
    "templates.at": Words("Envoyé", "أُرسل", "Sent"),
    "templates.by": Words("Par", "من طرف", "By"),
    "templates.fill": Words("Remplir", "ملء", "Fill"),
    "templates.fetch": Words("Télécharger le modèle", "تنزيل النموذج", "Download the template"),
    "templates.back": Words("Tous les modèles", "كل النماذج", "All templates"),
    "templates.places": Words("Ce qui sera rempli", "ما سيملأ", "What will be filled"),
    "templates.place": Words("Nom", "الاسم", "Name"),
    "templates.where": Words("Cellules", "الخلايا", "Cells"),
    "templates.columns": Words("Colonnes", "الأعمدة", "Columns"),
    "templates.columns.all": Words("toutes, avec leurs en-têtes", "كلها مع عناوينها", "all, with their headings"),
    "templates.formulas": Words("{count} formule(s) recopiée(s)", "صيغ منسوخة: {count}", "{count} formula(s) copied down"),
    "templates.figure": Words("un chiffre", "رقم", "a figure"),
    "templates.near": Words("Vouliez-vous dire :", "هل تقصد:", "Did you mean:"),
    "templates.level.refused": Words("Refusé", "مرفوض", "Refused"),
    "templates.level.look": Words("À vérifier", "للتحقق", "To check"),
    "templates.level.kept": Words("Gardé tel quel", "محفوظ كما هو", "Kept as it is"),
    "templates.how": Words("Comment préparer un modèle", "كيف يحضَّر نموذج", "How to prepare a template"),
    "templates.names": Words(
        "Télécharger la liste des noms et des colonnes", "تنزيل قائمة الأسماء والأعمدة", "Download the list of names and columns"
    ),
    "templates.how.1": Words(
        "Un nom Excel (Formules, Définir un nom) commence par HIRFA_ : HIRFA_I06 pour un chiffre, HIRFA_07_Liste_nominative pour un tableau. La liste ci-dessus les a tous.",
        "اسم إكسل (صيغ، تعريف اسم) يبدأ بـ HIRFA_: مثل HIRFA_I06 لرقم، وHIRFA_07_Liste_nominative لجدول. القائمة أعلاه تضمها كلها.",
        "An Excel name (Formulas, Define name) begins with HIRFA_: HIRFA_I06 for a figure, HIRFA_07_Liste_nominative for a table. The list above has them all.",
    ),
    "templates.how.2": Words(
        "Un chiffre : nommez la cellule. Le nom sert aussi dans vos formules.", "رقم: سمّ الخلية. الاسم يصلح أيضا في صيغكم.", "A figure: name its cell. The name works in your formulas too."
    ),
    "templates.how.3": Words(
        "Un tableau : nommez la cellule en haut à gauche, sur la ligne des en-têtes. Laissée vide, toutes les colonnes viennent.",
        "جدول: سمّ الخلية العليا الأولى في سطر العناوين. إن تُركت فارغة تأتي كل الأعمدة.",
        "A table: name the cell at its top left, in the row of headings. Left blank, all columns come.",
    ),
    "templates.how.4": Words(
        "Vos propres en-têtes : écrivez dans la cellule dessous la colonne entre accolades, {nom_fr}. Un en-tête identique au nôtre se passe d’accolades.",
        "عناوينكم الخاصة: اكتبوا تحت العنوان اسم العمود بين حاضنتين {nom_fr}. العنوان المطابق لعنواننا لا يحتاجها.",
        "Headings of your own: write the column in braces in the cell below, {nom_fr}. A heading like ours needs none.",
    ),
    "templates.how.5": Words(
        "La ligne sous les en-têtes donne l’aspect des lignes ; une formule qui s’y trouve est recopiée pour chaque ligne.",
        "السطر تحت العناوين يعطي شكل الأسطر؛ والصيغة فيه تُنسخ لكل سطر.",
        "The row below the headings shows how rows look; a formula in it is copied for each row.",
    ),
    "templates.how.6": Words(
        "Ce qui est dessous (total, signature, graphique) descend ; SUM(C8:C8) devient la somme de toutes les lignes. Nos lignes de total ne sont pas écrites.",
        "ما تحت الجدول (مجموع، إمضاء، رسم) ينزل؛ وSUM(C8:C8) تصير مجموع كل الأسطر. أسطر مجموعنا لا تُكتب.",
        "What is below (total, signature, chart) goes down; SUM(C8:C8) becomes the sum of all rows. Our own rows of totals are not written.",
    ),
    "templates.how.7": Words(
        "Pas de macros, de liens vers d’autres fichiers ni de fonctions qui vont sur internet : un tel fichier est refusé.",
        "لا ماكرو ولا روابط لملفات أخرى ولا دوال تتصل بالإنترنت: ملف كهذا يُرفض.",
        "No macros, links to other files, or functions that go to the internet: such a file is refused.",
    ),
    "templates.note.unreadable": Words("Ce fichier ne s’ouvre pas comme un classeur .xlsx :", "لا يُفتح هذا الملف كمصنف .xlsx:", "This file does not open as an .xlsx workbook:"),
    "templates.note.damaged": Words("Une partie du classeur est abîmée : enregistrez-le à nouveau dans Excel.", "جزء من المصنف تالف: أعد حفظه في إكسل.", "A part of the workbook is damaged: save it again in Excel."),
    "templates.note.strict": Words(
        "Enregistré comme « Strict Open XML » : choisissez « Classeur Excel (.xlsx) ».", "محفوظ بصيغة Strict Open XML: اختر «مصنف إكسل (.xlsx)».", "Saved as Strict Open XML: choose Excel workbook (.xlsx)."
    ),
    "templates.note.macros": Words("Macros : enregistrez sans macros (.xlsx).", "ماكرو: احفظ دون ماكرو (.xlsx).", "Macros: save without them (.xlsx)."),
    "templates.note.embedded": Words("Objet ou programme incorporé : supprimez-le.", "كائن أو برنامج مضمَّن: احذفه.", "Embedded object or program: remove it."),
    "templates.note.outside": Words(
        "Lien vers un autre fichier, une connexion ou un programme : rompez-le (Données, Modifier les liens).", "رابط إلى ملف آخر أو اتصال أو برنامج: اقطعه.", "A link to another file, connection or program: break it (Data, Edit links)."
    ),
    "templates.note.active": Words("Fonction qui va chercher ou envoie quelque chose : retirez-la.", "دالة تجلب أو ترسل شيئا: احذفها.", "A function that fetches or sends something: remove it."),
    "templates.note.shared": Words("Classeur partagé avec suivi des modifications : enregistrez-en une copie simple.", "مصنف مشترك بتتبع التغييرات: احفظ نسخة بسيطة.", "Shared workbook with tracked changes: save a plain copy."),
    "templates.note.too_large": Words("Trop de cellules pour un modèle (au plus 400 000).", "خلايا كثيرة لنموذج (400000 على الأكثر).", "Too many cells for a template (at most 400,000)."),
    "templates.note.no_place": Words("Aucun nom connu qui commence par HIRFA_ : rien ne serait rempli.", "لا اسم معروفا يبدأ بـ HIRFA_: لن يملأ شيء.", "No known name that begins with HIRFA_: nothing would be filled."),
    "templates.note.overlap": Words("Deux places se chevauchent : éloignez-les.", "مكانان متداخلان: أبعدهما.", "Two places overlap: move them apart."),
    "templates.note.merged": Words("Cellules fusionnées dans les lignes d’un tableau : séparez-les.", "خلايا مدمجة في أسطر جدول: افصلها.", "Merged cells in the rows of a table: split them."),
    "templates.note.side_by_side": Words(
        "Deux tableaux côte à côte avec quelque chose dessous : mettez-les l’un sous l’autre ou sur deux feuilles.",
        "جدولان متجاوران وتحتهما شيء: ضعهما الواحد تحت الآخر أو في ورقتين.",
        "Two tables side by side with something below: put one below the other, or on two sheets.",
    ),
    "templates.note.unknown_name": Words("Nom inconnu, laissé tel quel :", "اسم غير معروف، يُترك كما هو:", "Unknown name, left as it is:"),
    "templates.note.unknown_column": Words("Colonne inconnue, laissée telle quelle :", "عمود غير معروف، يُترك كما هو:", "Unknown column, left as it is:"),
    "templates.note.no_column": Words("Aucune colonne connue dans ce tableau :", "لا عمود معروفا في هذا الجدول:", "No known column in this table:"),
    "templates.note.bad_target": Words("Ce nom ne désigne pas une cellule :", "هذا الاسم لا يشير إلى خلية:", "This name refers to no cell:"),
    "templates.note.twice": Words("Ce nom est donné deux fois ; le premier est rempli :", "هذا الاسم مكرر؛ يُملأ الأول:", "This name is given twice; the first is filled:"),
    "templates.note.formula_kept": Words("Votre formule est gardée à la place de nos données :", "تُحفظ صيغتكم مكان بياناتنا:", "Your formula is kept instead of our data:"),
    "templates.note.blind": Words(
        "Cette fonction désigne des cellules par des mots : elle ne suit pas quand les lignes descendent.", "هذه الدالة تشير إلى خلايا بكلمات: لا تتبع نزول الأسطر.", "This function names cells in words: it does not follow when rows go down."
    ),
    "templates.note.three_d": Words("Référence à plusieurs feuilles à la fois : elle ne suit pas les lignes.", "مرجع إلى عدة أوراق معا: لا يتبع الأسطر.", "A reference to several sheets at once: it does not follow the rows."),
    "templates.note.what_if": Words("Table de simulation : ses cellules d’entrée ne suivent pas toujours.", "جدول افتراضات: خلاياه لا تتبع دائما.", "What-if table: its input cells may not follow."),
    "templates.note.controls_stay": Words("Contrôles de formulaire : gardés, mais leurs cellules liées ne suivent pas les lignes.", "عناصر تحكم: محفوظة لكن خلاياها المرتبطة لا تتبع الأسطر.", "Form controls: kept, but their linked cells do not follow the rows."),
    "templates.note.signature": Words("Signature numérique : elle n’est plus valable une fois le modèle rempli, et est retirée.", "توقيع رقمي: لا يصلح بعد الملء، فيُحذف.", "Digital signature: no longer valid once filled, and removed."),
    "templates.kept.charts": Words("Graphiques", "رسوم بيانية", "Charts"),
    "templates.kept.pictures": Words("Images", "صور", "Pictures"),
    "templates.kept.shapes": Words("Formes et zones de texte", "أشكال ومربعات نص", "Shapes and text boxes"),
    "templates.kept.pivots": Words("Tableaux croisés (recalculés à l’ouverture)", "جداول محورية (تُحسب عند الفتح)", "Pivot tables (refreshed on opening)"),
    "templates.kept.slicers": Words("Segments", "مقاطع التصفية", "Slicers"),
    "templates.kept.controls": Words("Contrôles de formulaire", "عناصر تحكم", "Form controls"),
    "templates.kept.comments": Words("Commentaires (feuilles)", "تعليقات (أوراق)", "Comments (sheets)"),
    "templates.kept.tables": Words("Tableaux Excel", "جداول إكسل", "Excel tables"),
    "templates.kept.printers": Words("Réglages d’imprimante", "إعدادات الطابعة", "Printer settings"),
    "templates.kept.conditional": Words("Mises en forme conditionnelles", "تنسيقات شرطية", "Conditional formats"),
    "templates.kept.validations": Words("Listes de choix et validations", "قوائم اختيار وتحقق", "Data validations"),
    "templates.kept.sparklines": Words("Graphiques sparkline", "رسوم مصغرة", "Sparklines"),
    "templates.kept.protected": Words("Feuilles protégées", "أوراق محمية", "Protected sheets"),
}
