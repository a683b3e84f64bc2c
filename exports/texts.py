"""Every word the workbook says beside its headings, in French and in Arabic.

Sheet names are those of the programme in both editions, so that a formula or a colleague finds the same sheet; all
else speaks the reader's language.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Words:
    """One text in both languages."""

    fr: str
    ar: str

    def to(self, language: str) -> str:
        """Give the text in Arabic for "ar", else in French."""
        return self.ar if language == "ar" else self.fr


POLICIES: Final = {
    "review": Words("à trancher", "للفصل فيه"),
    "last": Words("la plus récente", "الأحدث"),
    "first": Words("la première", "الأولى"),
    "max": Words("la plus grande", "الأكبر"),
    "min": Words("la plus petite", "الأصغر"),
    "sum": Words("somme", "المجموع"),
    "union": Words("réunion", "الجمع بينها"),
    "append": Words("à la suite", "الواحدة تلو الأخرى"),
}

SHEETS: Final = {
    "01_Synthese": Words("Chiffres clés de la période", "الأرقام الأساسية للفترة"),
    "02_Par_commune": Words(
        "Effectifs par commune (communes pilotes en tête)", "الأعداد حسب البلدية (البلديات النموذجية أولا)"
    ),
    "03_Par_metier": Words("Effectifs par métier", "الأعداد حسب الحرفة"),
    "04_Par_association": Words("Effectifs par association", "الأعداد حسب الجمعية"),
    "05_Par_mois": Words("Effectifs par mois, sur douze mois", "الأعداد حسب الشهر، على اثني عشر شهرا"),
    "06_Entonnoir": Words(
        "De l’inscription à l’entreprise, étape par étape", "من التسجيل إلى المؤسسة، مرحلة بمرحلة"
    ),
    "07_Liste_nominative": Words("Liste nominative : une ligne par artisane", "القائمة الاسمية: سطر لكل حرفية"),
    "08_Examen_PV": Words("Procès-verbal de chaque session d’examen", "محضر كل دورة امتحان"),
    "09_Presences": Words("Feuille de présence de chaque session", "ورقة حضور كل دورة"),
    "10_Suivi_ANGEM": Words("Suivi des dossiers de prêt : une ligne par dossier", "متابعة ملفات القرض: سطر لكل ملف"),
    "11_Emplois": Words("Emplois par commune et métier", "مناصب الشغل حسب البلدية والحرفة"),
    "12_Difficultes": Words("Difficultés et appuis demandés", "الصعوبات والدعم المطلوب"),
    "13_Doublons_a_valider": Words(
        "Fiches qui sont peut-être la même femme", "بطاقات قد تكون للمرأة نفسها"
    ),
    "14_Lisez_moi": Words("Cette page", "هذه الصفحة"),
    "Conflits": Words("Données sur lesquelles deux personnes ont répondu différemment", "معلومات اختلفت فيها الإجابات"),
    "Dictionnaire": Words("Ce que veut dire chaque colonne", "معنى كل عمود"),
}

TEXTS: Final = {
    "key": Words("Clé", "المفتاح"),
    "value": Words("Valeur", "القيمة"),
    "title": Words("Classeur consolidé", "المصنف الموحد"),
    "total": Words("Total", "المجموع"),
    "unknown": Words("Non renseigné", "غير محدد"),
    "yes": Words("Oui", "نعم"),
    "no": Words("Non", "لا"),
    "presumed": Words("présumée {year}", "مفترض {year}"),
    "attestation": Words("attestation", "شهادة"),
    "open": Words("ouvert", "مفتوح"),
    "settled": Words("tranché", "مفصول فيه"),
    "deleted": Words("suppression de la fiche", "حذف البطاقة"),
    "label": Words("libellé de la fiche", "تسمية البطاقة"),
    "office": Words("bureau", "المكتب"),
    "external": Words("liste externe : {list}", "قائمة خارجية: {list}"),
    "masked": Words("masqué", "محجوب"),
    "no_association": Words("Sans association", "دون جمعية"),
    "chart_counts": Words("Inscrites, qualifiées, financées", "المسجلات والمؤهلات والممولات"),
    "chart_months": Words("Mois par mois", "شهرا بشهر"),
    "chart_funnel": Words("Femmes à chaque étape", "النساء في كل مرحلة"),
    "chart_difficulties": Words("Difficultés citées", "الصعوبات المذكورة"),
    "period": Words("Période : {first} – {last}", "الفترة: {first} – {last}"),
    "period_before": Words("Période précédente : {first} – {last}", "الفترة السابقة: {first} – {last}"),
    "template_absent": Words(
        "Ce tableau n’est pas dans cette édition (noms ou formulaires laissés de côté) : sa place reste vide.",
        "هذا الجدول ليس في هذه النسخة (أسماء أو استمارات متروكة): مكانه يبقى فارغا.",
    ),
    "template_rows": Words(
        "{rows} lignes ne tiennent pas sur la feuille et manquent.", "{rows} سطرا لا تتسع لها الورقة وهي ناقصة."
    ),
    "template_columns": Words(
        "Colonnes sans données dans cette édition : {columns}", "أعمدة بلا بيانات في هذه النسخة: {columns}"
    ),
    "template_unknown_name": Words("Nom inconnu, laissé tel quel : {what}", "اسم غير معروف، ترك كما هو: {what}"),
    "template_unknown_column": Words(
        "Colonne inconnue, laissée telle quelle : {what}", "عمود غير معروف، ترك كما هو: {what}"
    ),
    "template_bad_target": Words("Ce nom ne désigne pas une cellule : {what}", "هذا الاسم لا يشير إلى خلية: {what}"),
    "template_twice": Words("Nom donné deux fois, le premier est rempli : {what}", "اسم مكرر، يملأ الأول: {what}"),
    "no_period_before": Words("Période précédente : aucune", "الفترة السابقة: لا شيء"),
    "the_beginning": Words("début", "البداية"),
    "support": Words("APPUIS DEMANDÉS", "الدعم المطلوب"),
    "exam_session": Words("{code} – {day} – {place}", "{code} – {day} – {place}"),
    "no_code": Words("Session sans code", "دورة دون رمز"),
    "president": Words("Président(e) du jury : {who}", "رئيس(ة) اللجنة: {who}"),
    "master": Words("Maître artisan ou spécialiste : {who}", "الحرفي المعلم أو المختص: {who}"),
    "members": Words("Autres membres : {who}", "الأعضاء الآخرون: {who}"),
    "signature": Words("Signature", "الإمضاء"),
    "no_exam": Words("Aucun examen.", "لا يوجد أي امتحان."),
    "no_session": Words("Aucune session de formation.", "لا توجد أي دورة تكوين."),
    "P": Words("P", "ح"),
    "E": Words("E", "م"),
    "A": Words("A", "غ"),
    "matin": Words("matin", "صباحا"),
    "apresmidi": Words("après-midi", "مساء"),
    "date": Words("Date", "التاريخ"),
    "merge": Words("fusionner", "دمج"),
    "distinct": Words("distinct", "مختلفة"),
    "later": Words("à revoir", "للمراجعة"),
    "confidential": Words(
        "CONFIDENTIEL – extrait par {author} le {when}",
        "\u2067سري – استخرجه \u2068{author}\u2069 يوم \u2068{when}\u2069\u2069",
    ),
    "command": Words("une commande du serveur", "أمر من الخادم"),
    "editable": Words("Peut être corrigé ici, puis le fichier renvoyé.", "يمكن تصحيحه هنا ثم إعادة إرسال الملف."),
    # 14_Lisez_moi
    "extracted": Words("Extrait le", "تاريخ الاستخراج"),
    "by": Words("Par", "من طرف"),
    "programme": Words("Programme", "البرنامج"),
    "language": Words("Langue", "اللغة"),
    "language_name": Words("français", "العربية"),
    "choices": Words("Réponses à choix", "إجابات الاختيار"),
    "as_labels": Words("libellés", "التسميات"),
    "as_names": Words("codes", "الرموز"),
    "span": Words("du {first} au {last}", "من {first} إلى {last}"),
    "period_filter": Words("Période", "الفترة"),
    "communes_filter": Words("Communes", "البلديات"),
    "associations_filter": Words("Associations", "الجمعيات"),
    "forms_filter": Words("Formulaires", "الاستمارات"),
    "versions_filter": Words("Versions des formulaires", "نسخ الاستمارات"),
    "newest": Words("la plus récente seulement", "الأحدث فقط"),
    "multiple": Words("Choix multiples", "الاختيارات المتعددة"),
    "joined": Words("dans une cellule", "في خلية واحدة"),
    "split": Words("une colonne 0/1 par choix", "عمود 0/1 لكل اختيار"),
    "both": Words("dans une cellule, puis une colonne 0/1 par choix", "في خلية ثم عمود 0/1 لكل اختيار"),
    "pseudonyms": Words("Pseudonymes", "أسماء مستعارة"),
    "pseudonyms_note": Words(
        "Sur les feuilles de formulaire, chaque femme, envoi et agent a un pseudonyme stable (p-…) ; textes libres, "
        "positions, fichiers et dates de naissance sont absents.",
        "في أوراق الاستمارات لكل امرأة وإرسال وعون اسم مستعار ثابت (p-…)؛ النصوص الحرة والمواقع والملفات وتواريخ "
        "الميلاد غائبة.",
    ),
    "changed": Words("Nouveau ou changé depuis le", "جديد أو متغير منذ"),
    "changed_note": Words(
        "{when} : la première cellule des lignes reçues ou changées depuis est sur fond vert ; dans les feuilles de "
        "chiffres, les chiffres qui ne sont plus ceux du classeur d’avant.",
        "{when}: الخلية الأولى من السطور المستلمة أو المتغيرة منذ ذلك بلون أخضر؛ وفي أوراق الأرقام، الأرقام التي لم "
        "تعد كما كانت في المصنف السابق.",
    ),
    "revealed": Words(
        "En entier dans ce classeur : droit et motif notés au journal. À détruire après usage.",
        "كامل في هذا المصنف: الحق والسبب مدونان في السجل. يتلف بعد الاستعمال.",
    ),
    "zone": Words("Heures", "التوقيت"),
    "filter": Words("Filtre : {name}", "تصفية: {name}"),
    "no_filter": Words("Filtres", "التصفية"),
    "everything": Words("aucun : tout le programme", "لا شيء: كل البرنامج"),
    "women": Words("Artisanes (après fusion)", "الحرفيات (بعد الدمج)"),
    "conflicts": Words("Désaccords ouverts / tranchés", "الاختلافات المفتوحة / المفصول فيها"),
    "submissions": Words("Envois : {form}", "الإرسالات: {form}"),
    "not_counted": Words(
        "dont rejetés, non comptés dans 02, 03 et 07 : {count}", "منها مرفوضة لا تحسب في 02 و03 و07: {count}"
    ),
    "no_woman": Words("dont sans artisane de la liste : {count}", "منها دون حرفية من القائمة: {count}"),
    "sheets": Words("FEUILLES", "الأوراق"),
    "rows": Words("{rows} lignes – {title}", "{rows} سطر – {title}"),
    "form_sheet": Words("Formulaire « {form} »", "استمارة «{form}»"),
    "repeat_sheet": Words("Formulaire « {form} », répétition « {repeat} »", "استمارة «{form}»، التكرار «{repeat}»"),
    "continued": Words("{title} (suite)", "{title} (تابع)"),
    "definitions": Words("DÉFINITIONS", "التعاريف"),
    "reading": Words("COMMENT LIRE", "كيفية القراءة"),
    "losses": Words("CE QUI N’A PAS PU ÊTRE ÉCRIT ENTIER", "ما لم يكتب كاملا"),
    "no_loss": Words("rien : toutes les réponses sont entières", "لا شيء: كل الإجابات كاملة"),
    "cut": Words(
        "texte coupé : {length} caractères, {kept} gardés ; entier sur le serveur",
        "نص مقطوع: {length} حرفا، بقي {kept}؛ النص الكامل في الخادم",
    ),
    "replaced": Words("Caractères interdits remplacés par un signe visible", "حروف ممنوعة عوضت بعلامة ظاهرة"),
    "homeless": Words(
        "Réponses d’une version inconnue du formulaire, sans colonne", "إجابات من نسخة مجهولة للاستمارة، دون عمود"
    ),
}

SECRET: Final = Words("NIN", "رقم التعريف الوطني")
#: The reading notes of 14_Lisez_moi, in order.
READING: Final = (
    (
        Words("Femmes, pas envois", "نساء لا إرسالات"),
        Words(
            "Un effectif compte des femmes distinctes après fusion des doublons, jamais des envois. Une femme compte "
            "dans la commune et le "
            "métier de sa fiche d’aujourd’hui.",
            "كل عدد هو عدد نساء مختلفات بعد دمج التكرارات، وليس عدد الإرسالات. تحسب المرأة في البلدية والحرفة "
            "المسجلتين اليوم في بطاقتها.",
        ),
    ),
    (Words("Taux", "النسب"), Words("Vide quand le dénominateur est 0.", "فارغة إذا كان المقام 0.")),
    (
        Words("Valeur provisoire", "قيمة مؤقتة"),
        Words(
            "Sur fond orange dans 07 : la donnée est en désaccord ouvert, voir Conflits.",
            "بلون برتقالي في 07: المعلومة محل اختلاف مفتوح، انظر Conflits.",
        ),
    ),
    (
        Words("Feuilles de formulaire", "أوراق الاستمارات"),
        Words(
            "Une feuille par formulaire et par répétition, toutes les versions ensemble. Une ligne par envoi "
            "(dernière correction). Les "
            "en-têtes sont ceux d’ODK Central ; choisir un en-tête montre la question ; le Dictionnaire les explique "
            "tous.",
            "ورقة لكل استمارة ولكل تكرار، بكل نسخها. سطر لكل إرسال (آخر تصحيح). العناوين هي عناوين ODK Central؛ "
            "اختيار العنوان يظهر السؤال؛ و Dictionnaire يشرحها كلها.",
        ),
    ),
    (
        Words("KEY / PARENT_KEY", "KEY / PARENT_KEY"),
        Words(
            "Relient une répétition à son envoi. KEY et VERSION de 07 identifient la fiche : ne pas les changer.",
            "يربطان التكرار بإرساله. KEY و VERSION في 07 يعرّفان البطاقة: لا تغيرهما.",
        ),
    ),
    (
        Words("Textes", "النصوص"),
        Words(
            "Codes, téléphones et numéros sont du texte et gardent leurs zéros. Aucune cellule n’est une formule. "
            "Nombres de plus de 15 "
            "chiffres et dates avant mars 1900 : texte.",
            "الرموز والهواتف والأرقام نصوص تحتفظ بأصفارها. لا توجد أي صيغة حسابية. الأعداد التي تفوق 15 رقما "
            "والتواريخ قبل مارس 1900 نصوص.",
        ),
    ),
    (SECRET, Words("Toujours masqué : ****1234.", "محجوب دائما: ****1234.")),
)
WARNING: Final = (
    Words("Confidentialité", "السرية"),
    Words(
        "Données personnelles (loi 18-07 modifiée par 25-11) : réservé aux personnes autorisées, ne pas diffuser, "
        "détruire après usage.",
        "معطيات شخصية (القانون 18-07 المعدل بالقانون 25-11): للأشخاص المرخص لهم فقط، يمنع نشرها، وتتلف بعد الاستعمال.",
    ),
)
PUBLIC_WARNING: Final = (
    Words("Confidentialité", "السرية"),
    Words(
        "Édition sans données personnelles : feuilles nominatives absentes, effectifs de 1 à 4 masqués (« <5 »).",
        "نسخة دون معطيات شخصية: الأوراق الاسمية غائبة، والأعداد من 1 إلى 4 محجوبة («<5»).",
    ),
)


def say(key: str, language: str, **values: object) -> str:
    """Give a text of :data:`TEXTS` in a language, its ``{places}`` filled; values never act as places themselves."""
    return fill(TEXTS[key].to(language), **values)


def fill(text: str, **values: object) -> str:
    """Fill the ``{places}`` of a text in one pass; an unknown place stays as it is."""
    return re.sub(r"\{(\w+)\}", lambda found: str(values.get(found[1], found[0])), text)
