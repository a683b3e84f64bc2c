"""The words of the nominative sheets 08, 09, 10 and 13."""

from __future__ import annotations

from typing import Final

from exports.headings import to_heading

MINUTES: Final = (
    to_heading("N°", "الرقم", "number", "Compteur, par session.", "عداد، لكل دورة.", 7),
    to_heading("Code artisane", "رمز الحرفية", "id", "Fiche : code_artisane.", "البطاقة: code_artisane.", 15),
    to_heading("Nom et prénom", "الاسم باللاتينية", "text", "Fiche : nom_fr, prenom_fr.", "nom_fr، prenom_fr.", 24),
    to_heading("اللقب والاسم", "اللقب والاسم", "rtl", "Fiche : nom_ar, prenom_ar.", "nom_ar، prenom_ar.", 22),
    to_heading(
        "Date de naissance",
        "تاريخ الميلاد",
        "text",
        "Fiche : date_naissance, sinon « présumée » et annee_naissance.",
        "البطاقة: date_naissance، وإلا «مفترض» و annee_naissance.",
        15,
    ),
    to_heading(
        "Métier évalué", "الحرفة المقيمة", "long", "Formulaire C : metier_exam.", "الاستمارة ج: metier_exam.", 32
    ),
    to_heading("Ouvrage réalisé", "العمل المنجز", "long", "Formulaire C : ouvrage.", "الاستمارة ج: ouvrage.", 24),
    to_heading(
        "Note pratique",
        "علامة التطبيقي",
        "mark",
        "Formulaire C : note_pratique (/20).",
        "الاستمارة ج: note_pratique (/20).",
        10,
    ),
    to_heading(
        "Note orale", "علامة الشفوي", "mark", "Formulaire C : note_orale (/20).", "الاستمارة ج: note_orale (/20).", 10
    ),
    to_heading("Moyenne", "المعدل", "mark", "Formulaire C : moyenne.", "الاستمارة ج: moyenne.", 10),
    to_heading(
        "Décision",
        "القرار",
        "long",
        "Formulaire C : decision ; le dernier envoi de la session.",
        "الاستمارة ج: decision؛ آخر إرسال في الدورة.",
        18,
    ),
    to_heading(
        "N° certificat", "رقم الشهادة", "id", "Formulaire C, sinon la fiche.", "الاستمارة ج، وإلا البطاقة.", 15
    ),
    to_heading("Émargement", "الإمضاء", "text", "Vide : pour signer.", "فارغ: للإمضاء.", 20),
)
ATTENDANCE_BEFORE: Final = (
    to_heading("Nom et prénom", "الاسم باللاتينية", "text", "Fiche : nom_fr, prenom_fr.", "nom_fr، prenom_fr.", 24),
    to_heading("اللقب والاسم", "اللقب والاسم", "rtl", "Fiche : nom_ar, prenom_ar.", "nom_ar، prenom_ar.", 22),
    to_heading("Commune", "البلدية", "text", "Fiche : commune.", "البطاقة: commune.", 16),
)
#: One half-day; ``{day}`` is its number in the session, ``{half}`` the words of the moment.
HALF_DAY: Final = to_heading(
    "J{day} {half}",
    "ي{day} {half}",
    "mark-word",
    "P présente, E excusée, A absente ; la date est sous le nom de la session (formulaire B).",
    "ح حاضرة، م غائبة بعذر، غ غائبة؛ التاريخ تحت اسم الدورة (الاستمارة ب).",
    8,
)
ATTENDANCE_AFTER: Final = (
    to_heading(
        "Demi-journées présentes",
        "أنصاف الأيام الحاضرة",
        "number",
        "Demi-journées distinctes où elle est présente.",
        "أنصاف الأيام المختلفة التي حضرتها.",
        13,
    ),
    to_heading(
        "Taux de présence (%)",
        "نسبة الحضور (%)",
        "percent0",
        "Demi-journées présentes / demi-journées tenues de la session.",
        "أنصاف الأيام الحاضرة / أنصاف الأيام المنعقدة.",
        12,
    ),
    to_heading(
        "Attestation",
        "الشهادة",
        "text",
        "Oui si le taux atteint {percent} % à une session TRIE, CREE ou GERME.",
        "نعم إذا بلغت النسبة {percent} ٪ في دورة TRIE أو CREE أو GERME.",
        12,
    ),
)
LOANS: Final = (
    to_heading("Code artisane", "رمز الحرفية", "id", "Fiche : code_artisane.", "البطاقة: code_artisane.", 15),
    to_heading(
        "Nom et prénom", "اللقب والاسم", "text", "Fiche, dans la langue du classeur.", "البطاقة، بلغة المصنف.", 26
    ),
    to_heading(
        "N° dossier",
        "رقم الملف",
        "id",
        "Formulaire D : num_dossier ; un nouveau numéro ouvre un nouveau dossier.",
        "الاستمارة د: num_dossier؛ رقم جديد يفتح ملفا جديدا.",
        15,
    ),
    to_heading("Formule", "الصيغة", "long", "D : formule, la dernière dite.", "د: formule، آخر ما ذكر.", 30),
    to_heading("Coût global (DA)", "التكلفة الإجمالية (دج)", "money", "D : cout_projet.", "د: cout_projet.", 15),
    to_heading("Part ANGEM (DA)", "حصة أنجام (دج)", "money", "D : part_angem.", "د: part_angem.", 15),
    to_heading("Part banque (DA)", "حصة البنك (دج)", "money", "D : part_banque.", "د: part_banque.", 15),
    to_heading("Apport (DA)", "المساهمة (دج)", "money", "D : part_perso.", "د: part_perso.", 13),
    to_heading("Banque", "البنك", "text", "D : banque.", "د: banque.", 14),
    to_heading("Dépôt", "الإيداع", "text", "Première date de e02.", "أول تاريخ لـ e02.", 12),
    to_heading("Éligibilité", "القبول", "text", "Première date de e05.", "أول تاريخ لـ e05.", 12),
    to_heading("Accord banque", "موافقة البنك", "text", "Première date de e07.", "أول تاريخ لـ e07.", 12),
    to_heading("Versement", "الصرف", "text", "Première date de e09 ou e10.", "أول تاريخ لـ e09 أو e10.", 12),
    to_heading("Démarrage", "الانطلاق", "text", "Première date de e11.", "أول تاريخ لـ e11.", 12),
    to_heading("Étape actuelle", "المرحلة الحالية", "long", "La dernière par date.", "الأخيرة حسب التاريخ.", 30),
    to_heading(
        "Jours dans l’étape",
        "أيام في المرحلة",
        "number",
        "Jour de l’extraction − date de cette étape.",
        "يوم الاستخراج − تاريخ هذه المرحلة.",
        11,
    ),
    to_heading(
        "Prochaine action",
        "الإجراء القادم",
        "long",
        "D : action_suivante, la dernière dite.",
        "د: action_suivante، آخر ما ذكر.",
        30,
    ),
    to_heading(
        "Relance le", "المتابعة يوم", "text", "D : date_relance, la dernière dite.", "د: date_relance، آخر ما ذكر.", 12
    ),
)
DUPLICATES: Final = (
    to_heading("Score", "الدرجة", "mark", "Ressemblance, de 0 à 1.", "التشابه من 0 إلى 1.", 9),
    to_heading("Fiche A", "البطاقة أ", "id", "Code de la fiche.", "رمز البطاقة.", 15),
    to_heading("Fiche B", "البطاقة ب", "id", "Code de la fiche.", "رمز البطاقة.", 15),
    to_heading("Nom A / B", "الاسم أ / ب", "long", "Latin et arabe.", "باللاتينية والعربية.", 40),
    to_heading("Naissance A / B", "الميلاد أ / ب", "long", "Date, ou année présumée.", "التاريخ أو السنة.", 20),
    to_heading("Commune A / B", "البلدية أ / ب", "long", "Fiche : commune.", "البطاقة: commune.", 24),
    to_heading("Motif", "السبب", "long", "Règles déclenchées.", "القواعد المستعملة.", 40),
    to_heading(
        "Décision",
        "القرار",
        "long",
        "Fusionner, distinct ou à revoir ; vide : personne n’a décidé.",
        "دمج، مختلفة أو للمراجعة؛ فارغ: لم يقرر أحد.",
        15,
    ),
    to_heading("Décidé par", "قرره", "text", "Utilisateur.", "المستعمل.", 20),
    to_heading("Date", "التاريخ", "text", "Jour de la décision.", "يوم القرار.", 12),
)
