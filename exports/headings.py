"""Every word the workbook says, in French and in Arabic.

Sheet names are those of the programme in both editions, so that a formula or a colleague finds the same sheet;
everything else speaks the reader's language. Counting columns carry their definition here, beside their heading: the
sheets, the reading notes and the dictionary of columns all take it from this one place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from exports.texts import Words


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a numbered sheet, how it is shown, and how its figures are found."""

    words: Words
    format: str
    formula: Words
    width: float | None = None


def to_heading(fr: str, ar: str, shown: str, formula_fr: str, formula_ar: str, width: float | None = None) -> Heading:
    """Make a heading: French, Arabic, how it is shown, and its formula in both."""
    return Heading(Words(fr, ar), shown, Words(formula_fr, formula_ar), width)


#: The counts of 02 and 03, in the order of ``exports.indicators.Figures``.
COUNTS: Final = (
    to_heading(
        "Inscrites",
        "المسجلات",
        "number",
        "Femmes de la liste (consentement donné), une fois chacune : les fiches fusionnées ne comptent que pour une.",
        "نساء القائمة (بعد الموافقة)، كل واحدة مرة: البطاقات المدمجة تحسب واحدة.",
        11,
    ),
    to_heading(
        "Formées (attestation)",
        "المكوَّنات (شهادة)",
        "number",
        "Présence à au moins {percent} % des demi-journées distinctes d’une session TRIE, CREE ou GERME (formulaire "
        "B ; une journée entière compte pour deux ; une demi-journée saisie deux fois compte pour une).",
        "حضور {percent} ٪ على الأقل من أنصاف الأيام المختلفة لدورة TRIE أو CREE أو GERME (الاستمارة ب؛ اليوم الكامل "
        "نصفان؛ نصف اليوم المسجل مرتين يحسب مرة).",
        13,
    ),
    to_heading(
        "Présentées à l’examen",
        "المتقدمات للامتحان",
        "number",
        "Au moins une décision « admise » ou « ajournée » (formulaire C).",
        "قرار واحد على الأقل: «ناجحة» أو «غير ناجحة» (الاستمارة ج).",
        13,
    ),
    to_heading(
        "Qualifiées",
        "المؤهلات",
        "number",
        "Au moins une décision « admise » (formulaire C).",
        "قرار «ناجحة» واحد على الأقل (الاستمارة ج).",
        11,
    ),
    to_heading(
        "Dossiers ANGEM déposés",
        "ملفات أنجام المودعة",
        "number",
        "Étape e02 enregistrée au moins une fois (formulaire D).",
        "تسجيل المرحلة e02 مرة على الأقل (الاستمارة د).",
        13,
    ),
    to_heading(
        "Éligibles",
        "المقبولات",
        "number",
        "Étape e05 enregistrée au moins une fois (formulaire D).",
        "تسجيل المرحلة e05 مرة على الأقل (الاستمارة د).",
        11,
    ),
    to_heading(
        "Financées",
        "الممولات",
        "number",
        "Étape e09 ou e10 enregistrée au moins une fois (formulaire D).",
        "تسجيل المرحلة e09 أو e10 مرة على الأقل (الاستمارة د).",
        11,
    ),
    to_heading(
        "Entreprises démarrées",
        "المؤسسات المنطلقة",
        "number",
        "Étape e11 (formulaire D), ou activité « active » ou « par saison » à une visite (formulaire E).",
        "المرحلة e11 (الاستمارة د)، أو نشاط «نشط» أو «موسمي» في زيارة (الاستمارة هـ).",
        13,
    ),
    to_heading(
        "Emplois créés",
        "مناصب الشغل المستحدثة",
        "number",
        "Somme de emplois_crees à la dernière visite où l’état de l’activité est dit, si elle est active (formulaire "
        "E).",
        "مجموع emplois_crees في آخر زيارة ذُكرت فيها حالة النشاط، إذا كان نشطا (الاستمارة هـ).",
        11,
    ),
)
RATES: Final = (
    to_heading(
        "Taux qualification (%)",
        "نسبة التأهيل (%)",
        "percent",
        "Qualifiées / présentées à l’examen ; vide si aucune présentée.",
        "المؤهلات / المتقدمات للامتحان؛ فارغ إذا لم تتقدم أي امرأة.",
        14,
    ),
    to_heading(
        "Taux de financement (%)",
        "نسبة التمويل (%)",
        "percent",
        "Financées / dossiers déposés ; vide si aucun dossier.",
        "الممولات / الملفات المودعة؛ فارغ إذا لم يودع أي ملف.",
        14,
    ),
)
MEDIAN: Final = to_heading(
    "Bénéfice mensuel médian (DA)",
    "وسيط الربح الشهري (دج)",
    "money",
    "Médiane de benefice, une valeur par femme (sa dernière visite qui le donne, formulaire E) ; « n<5 » si moins de "
    "5 réponses.",
    "وسيط benefice، قيمة لكل امرأة (آخر زيارة تذكره، الاستمارة هـ)؛ «n<5» إذا قل عدد الإجابات عن 5.",
    16,
)
BY_COMMUNE: Final = (
    to_heading("Code commune", "رمز البلدية", "id", "Liste des communes.", "قائمة البلديات.", 10),
    to_heading(
        "Commune",
        "البلدية",
        "text",
        "Commune de résidence de la fiche rapprochée.",
        "بلدية الإقامة في البطاقة الموحدة.",
        22,
    ),
    to_heading("Daïra", "الدائرة", "text", "Liste des communes.", "قائمة البلديات.", 18),
)
BY_TRADE: Final = (
    to_heading(
        "Métier",
        "الحرفة",
        "long",
        "Métier principal de la fiche rapprochée.",
        "الحرفة الرئيسية في البطاقة الموحدة.",
        44,
    ),
    to_heading("Domaine", "الميدان", "long", "Liste des métiers.", "قائمة الحرف.", 44),
)

#: 07_Liste_nominative: property of the woman or name of what the indicators know, heading, format.
NOMINAL: Final = (
    ("", to_heading("N°", "الرقم", "number", "Compteur.", "عداد.", 6)),
    (
        "code_artisane",
        to_heading("Code artisane", "رمز الحرفية", "id", "Fiche : code_artisane.", "البطاقة: code_artisane.", 15),
    ),
    ("nom_fr", to_heading("Nom", "اللقب (باللاتينية)", "text", "Fiche : nom_fr.", "البطاقة: nom_fr.", 18)),
    ("prenom_fr", to_heading("Prénom", "الاسم (باللاتينية)", "text", "Fiche : prenom_fr.", "البطاقة: prenom_fr.", 18)),
    ("nom_ar", to_heading("اللقب", "اللقب", "rtl", "Fiche : nom_ar.", "البطاقة: nom_ar.", 18)),
    ("prenom_ar", to_heading("الاسم", "الاسم", "rtl", "Fiche : prenom_ar.", "البطاقة: prenom_ar.", 18)),
    (
        "prenom_pere",
        to_heading("Prénom du père", "اسم الأب", "text", "Fiche : prenom_pere.", "البطاقة: prenom_pere.", 16),
    ),
    (
        "#birth",
        to_heading(
            "Date de naissance",
            "تاريخ الميلاد",
            "text",
            "Fiche : date_naissance, sinon « présumée » et annee_naissance.",
            "البطاقة: date_naissance، وإلا «مفترض» و annee_naissance.",
            15,
        ),
    ),
    ("#commune", to_heading("Commune", "البلدية", "text", "Fiche : commune.", "البطاقة: commune.", 18)),
    ("localite", to_heading("Localité", "الدوار أو الحي", "text", "Fiche : localite.", "البطاقة: localite.", 20)),
    (
        "telephone",
        to_heading("Téléphone", "الهاتف", "id", "Fiche : telephone (texte).", "البطاقة: telephone (نص).", 13),
    ),
    ("#trade", to_heading("Métier", "الحرفة", "long", "Fiche : metier.", "البطاقة: metier.", 34)),
    ("#association", to_heading("Association", "الجمعية", "long", "Fiche : association.", "البطاقة: association.", 42)),
    (
        "#registered",
        to_heading(
            "Date d’inscription",
            "تاريخ التسجيل",
            "text",
            "Date de l’inscription (formulaire A).",
            "تاريخ التسجيل (الاستمارة أ).",
            12,
        ),
    ),
    (
        "#training",
        to_heading(
            "Formation suivie",
            "التكوين المتبع",
            "long",
            "Sessions où elle est présente (formulaire B), part des demi-journées, et attestation s’il y a lieu.",
            "الدورات التي حضرتها (الاستمارة ب)، ونسبة أنصاف الأيام، والشهادة إن وجدت.",
            34,
        ),
    ),
    (
        "#exam",
        to_heading(
            "Résultat examen",
            "نتيجة الامتحان",
            "text",
            "Formulaire C : « admise » dès qu’elle l’a été une fois, sinon la décision la plus récente.",
            "الاستمارة ج: «ناجحة» متى نجحت مرة، وإلا آخر قرار.",
            15,
        ),
    ),
    (
        "#certificate",
        to_heading(
            "N° certificat",
            "رقم الشهادة",
            "id",
            "Fiche : num_certificat, sinon formulaire C.",
            "البطاقة: num_certificat، وإلا الاستمارة ج.",
            15,
        ),
    ),
    (
        "#card",
        to_heading(
            "Carte d’artisan",
            "بطاقة الحرفي",
            "text",
            "Oui : formulaire A (carte_artisan) ou E (statut_jur = carte).",
            "نعم: الاستمارة أ (carte_artisan) أو هـ (statut_jur = carte).",
            10,
        ),
    ),
    (
        "#step",
        to_heading(
            "Étape ANGEM",
            "مرحلة أنجام",
            "text",
            "Dernière étape par date (formulaire D).",
            "آخر مرحلة حسب التاريخ (الاستمارة د).",
            26,
        ),
    ),
    (
        "#amount",
        to_heading(
            "Montant financé (DA)",
            "المبلغ الممول (دج)",
            "money",
            "Somme de montant_verse, une fois par étape et date (formulaire D).",
            "مجموع montant_verse، مرة لكل مرحلة وتاريخ (الاستمارة د).",
            16,
        ),
    ),
    (
        "#activity",
        to_heading(
            "État de l’activité",
            "حالة النشاط",
            "text",
            "Dernière visite qui le dit (formulaire E).",
            "آخر زيارة تذكرها (الاستمارة هـ).",
            18,
        ),
    ),
    (
        "#jobs",
        to_heading(
            "Emplois",
            "مناصب الشغل",
            "number",
            "emplois_crees à cette visite (formulaire E).",
            "emplois_crees في تلك الزيارة (الاستمارة هـ).",
            10,
        ),
    ),
    (
        "#visit",
        to_heading(
            "Dernière visite",
            "آخر زيارة",
            "text",
            "Date de la dernière visite (formulaire E).",
            "تاريخ آخر زيارة (الاستمارة هـ).",
            12,
        ),
    ),
)
KEY: Final = to_heading("KEY", "KEY", "id", "Identifiant de la fiche.", "معرّف البطاقة.", 38)
VERSION: Final = to_heading("VERSION", "VERSION", "number", "Version de la fiche.", "نسخة البطاقة.", 10)

CONFLICTS: Final = (
    to_heading("Code artisane", "رمز الحرفية", "id", "", "", 15),
    to_heading("Nom", "الاسم", "text", "", "", 26),
    to_heading("Donnée", "المعلومة", "long", "", "", 26),
    to_heading("Règle", "القاعدة", "text", "", "", 20),
    to_heading("État", "الحالة", "text", "", "", 12),
    to_heading("Valeur affichée", "القيمة المعروضة", "text", "", "", 22),
    to_heading("Réponse n°", "الإجابة رقم", "number", "", "", 11),
    to_heading("Valeur proposée", "القيمة المقترحة", "text", "", "", 22),
    to_heading("Par", "من طرف", "text", "", "", 20),
    to_heading("Le", "بتاريخ", "text", "", "", 17),
    to_heading("Formulaire", "الاستمارة", "long", "", "", 34),
    to_heading("KEY", "KEY", "id", "", "", 38),
)
#: The columns of form sheets that are no questions.
META: Final = {
    "SubmissionDate": Words("Reçu par le serveur le", "تاريخ استلام الخادم"),
    "meta-instanceName": Words("Nom donné à l’envoi par le formulaire", "اسم الإرسال حسب الاستمارة"),
    "KEY": Words("Identifiant de l’envoi ou de la ligne", "معرّف الإرسال أو السطر"),
    "PARENT_KEY": Words("KEY de la ligne dont celle-ci dépend", "KEY السطر الذي يتبعه هذا السطر"),
    "SubmitterName": Words("Agent qui a envoyé", "العون المرسل"),
    "AttachmentsPresent": Words("Pièces jointes reçues", "المرفقات المستلمة"),
    "AttachmentsExpected": Words("Pièces jointes attendues", "المرفقات المنتظرة"),
    "ReviewState": Words("Avis du bureau sur l’envoi", "رأي المكتب في الإرسال"),
    "DeviceID": Words("Téléphone", "الهاتف المستعمل"),
    "Edits": Words("Nombre de corrections", "عدد التصحيحات"),
    "FormVersion": Words("Version du formulaire", "نسخة الاستمارة"),
    "EntityIDs": Words("Fiches créées ou modifiées par l’envoi", "البطاقات التي أنشأها أو غيّرها الإرسال"),
}

DICTIONARY: Final = (
    to_heading("Feuille", "الورقة", "text", "", "", 24),
    to_heading("Colonne", "العمود", "text", "", "", 34),
    to_heading("Question (français)", "السؤال (بالفرنسية)", "long", "", "", 48),
    to_heading("Question (العربية)", "السؤال (بالعربية)", "long-rtl", "", "", 48),
    to_heading("Type", "النوع", "text", "", "", 15),
    to_heading("Choix ou calcul", "الاختيارات أو الحساب", "long", "", "", 90),
    to_heading("Formulaire", "الاستمارة", "text", "", "", 24),
    to_heading("Versions", "النسخ", "id", "", "", 24),
    to_heading("Donnée de la fiche", "معلومة البطاقة", "text", "", "", 18),
    to_heading("Règle", "القاعدة", "text", "", "", 18),
    to_heading("Visibilité", "الظهور", "text", "", "", 14),
    to_heading("Unité", "الوحدة", "text", "", "", 8),
)
