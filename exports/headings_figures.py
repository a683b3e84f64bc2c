"""The words of the sheets of figures: 01, 04, 05, 06, 11 and 12, and what each figure counts."""

from __future__ import annotations

from typing import Final, NamedTuple

from exports.headings import COUNTS, RATES, to_heading
from exports.texts import Words

SUMMARY: Final = (
    to_heading("Indicateur", "المؤشر", "long", "Voir la ligne de chaque indicateur.", "انظر سطر كل مؤشر.", 46),
    to_heading(
        "Valeur sur la période",
        "القيمة في الفترة",
        "number",
        "L’indicateur sur les événements de la période choisie ; sans choix, les douze mois qui finissent le jour de "
        "l’extraction.",
        "المؤشر على أحداث الفترة المختارة؛ دون اختيار: الأشهر الاثنا عشر المنتهية يوم الاستخراج.",
        17,
    ),
    to_heading(
        "Valeur période précédente",
        "قيمة الفترة السابقة",
        "number",
        "Le même calcul sur la période de même durée juste avant.",
        "نفس الحساب على الفترة السابقة مباشرة وبنفس المدة.",
        17,
    ),
    to_heading(
        "Évolution (%)",
        "التطور (%)",
        "percent",
        "(valeur − précédente) / précédente ; vide si la précédente est 0 ou inconnue.",
        "(القيمة − السابقة) / السابقة؛ فارغ إذا كانت السابقة 0 أو مجهولة.",
        13,
    ),
    to_heading(
        "Cumul depuis le début",
        "المجموع منذ البداية",
        "number",
        "Le même calcul depuis le début du programme jusqu’à la fin de la période.",
        "نفس الحساب منذ بداية البرنامج إلى نهاية الفترة.",
        17,
    ),
    to_heading(
        "Objectif annuel",
        "الهدف السنوي",
        "number",
        "Saisi par la Chambre pour l’année où finit la période.",
        "تدخله الغرفة للسنة التي تنتهي فيها الفترة.",
        14,
    ),
    to_heading(
        "Taux d’atteinte (%)",
        "نسبة البلوغ (%)",
        "percent",
        "Valeur du 1er janvier à la fin de la période / objectif annuel.",
        "القيمة من أول جانفي إلى نهاية الفترة / الهدف السنوي.",
        13,
    ),
)


class IndicatorWords(NamedTuple):
    """One indicator: how its value is shown, its name and its formula."""

    shown: str
    name: Words
    formula: Words


#: By code; I20 has three lines.
INDICATORS: Final = {
    "I01": IndicatorWords(
        "number",
        Words("Femmes inscrites et consentantes", "النساء المسجلات الموافقات"),
        Words(
            "Femmes de la liste, une fois chacune après fusion, par jour d’inscription (formulaire A, today).",
            "نساء القائمة، كل واحدة مرة بعد الدمج، حسب يوم التسجيل (الاستمارة أ، today).",
        ),
    ),
    "I02": IndicatorWords(
        "percent",
        Words("Taux de consentement", "نسبة الموافقة"),
        Words(
            "Entretiens A où consent = oui / entretiens A qui donnent consent.",
            "مقابلات أ حيث consent = oui / مقابلات أ التي تذكر consent.",
        ),
    ),
    "I03": IndicatorWords(
        "number",
        Words("Femmes formées", "النساء المكوَّنات"),
        Words(
            "Femmes présentes à au moins {percent} % des demi-journées distinctes d’une session TRIE, CREE ou GERME "
            "finie dans la période (une journée entière = 2).",
            "النساء الحاضرات في {percent} ٪ على الأقل من أنصاف الأيام المختلفة لدورة TRIE أو CREE أو GERME انتهت في "
            "الفترة (اليوم الكامل = نصفان).",
        ),
    ),
    "I04": IndicatorWords(
        "hours",
        Words("Heures de formation-stagiaire", "ساعات التكوين للمتربصات"),
        Words(
            "Σ durée × présences distinctes (session, date, demi-journée, femme) ; la durée d’une journée entière est "
            "partagée entre ses deux moitiés ; saisie deux fois, la plus longue compte.",
            "مجموع المدة × الحضور المختلف (دورة، تاريخ، نصف يوم، امرأة)؛ مدة اليوم الكامل تقسم على نصفيه؛ إذا سجلت "
            "مرتين تحسب الأطول.",
        ),
    ),
    "I05": IndicatorWords(
        "number",
        Words("Candidates à l’examen", "المترشحات للامتحان"),
        Words("Femmes distinctes avec un formulaire C.", "نساء مختلفات لهن استمارة ج."),
    ),
    "I06": IndicatorWords(
        "number",
        Words("Femmes qualifiées", "النساء المؤهلات"),
        Words("Femmes distinctes avec une décision « admise » (C).", "نساء مختلفات بقرار «ناجحة» (ج)."),
    ),
    "I07": IndicatorWords(
        "percent",
        Words("Taux de réussite à l’examen", "نسبة النجاح في الامتحان"),
        Words(
            "Femmes admises / femmes admises ou ajournées (C).",
            "الناجحات / الناجحات أو غير الناجحات (ج).",
        ),
    ),
    "I08": IndicatorWords(
        "number",
        Words("Dossiers ANGEM déposés", "ملفات أنجام المودعة"),
        Words("Femmes distinctes avec l’étape e02 (D).", "نساء مختلفات بالمرحلة e02 (د)."),
    ),
    "I09": IndicatorWords(
        "percent",
        Words("Taux d’éligibilité", "نسبة القبول"),
        Words(
            "Parmi les femmes qui ont l’étape e02 dans la période, celles qui ont e05, à quelque date que ce soit.",
            "من بين من لها المرحلة e02 في الفترة، من لها e05 في أي تاريخ.",
        ),
    ),
    "I10": IndicatorWords(
        "number",
        Words("Femmes financées", "النساء الممولات"),
        Words("Femmes distinctes avec e09 ou e10 (D).", "نساء مختلفات بـ e09 أو e10 (د)."),
    ),
    "I11": IndicatorWords(
        "money",
        Words("Montant mobilisé (DA)", "المبلغ المعبأ (دج)"),
        Words(
            "Σ montant_verse, une fois par (femme, étape, date) ; le dernier reçu compte.",
            "مجموع montant_verse، مرة لكل (امرأة، مرحلة، تاريخ)؛ يحسب آخر ما استلم.",
        ),
    ),
    "I12": IndicatorWords(
        "days",
        Words("Délai médian dépôt → versement (jours)", "الوسيط بين الإيداع والصرف (أيام)"),
        Words(
            "Médiane (première date e09 ou e10 − première date e02), versements de la période ; un écart négatif n’est "
            "pas compté.",
            "وسيط (أول تاريخ e09 أو e10 − أول تاريخ e02)، مبالغ صرفت في الفترة؛ لا يحسب الفرق السالب.",
        ),
    ),
    "I13": IndicatorWords(
        "number",
        Words("Micro-entreprises démarrées", "المؤسسات المصغرة المنطلقة"),
        Words(
            "Femmes distinctes avec e11 (D) ou etat_act active ou saison (E).",
            "نساء مختلفات بـ e11 (د) أو etat_act نشطة أو موسمية (هـ).",
        ),
    ),
    "I14": IndicatorWords(
        "percent",
        Words("Taux de survie à 12 mois", "نسبة البقاء بعد 12 شهرا"),
        Words(
            "Parmi les entreprises dont le premier signe (e11 ou visite active) date de douze mois avant la période, "
            "celles que la dernière visite jusqu’à la fin de la période dit actives ; sans visite, non active.",
            "من بين المؤسسات التي يعود أول دليل عليها إلى اثني عشر شهرا قبل الفترة، التي تذكر آخر زيارة إلى نهاية "
            "الفترة أنها نشطة؛ دون زيارة: غير نشطة.",
        ),
    ),
    "I15": IndicatorWords(
        "number",
        Words("Emplois créés", "مناصب الشغل المستحدثة"),
        Words(
            "Σ (1 + emp_f_plein + emp_f_partiel + emp_h + emp_app) à la dernière visite qui dit l’état de l’activité, "
            "si elle est active ; à défaut, emplois_crees.",
            "مجموع (1 + emp_f_plein + emp_f_partiel + emp_h + emp_app) في آخر زيارة تذكر حالة النشاط إذا كان نشطا؛ "
            "وإلا emplois_crees.",
        ),
    ),
    "I16": IndicatorWords(
        "money",
        Words("Bénéfice mensuel médian (DA)", "وسيط الربح الشهري (دج)"),
        Words(
            "Médiane (ventes − dépenses), une valeur par femme, sa dernière visite qui le donne ; « n<5 » sous 5 "
            "réponses.",
            "وسيط (المبيعات − المصاريف)، قيمة لكل امرأة في آخر زيارة تذكره؛ «n<5» تحت 5 إجابات.",
        ),
    ),
    "I17": IndicatorWords(
        "percent",
        Words("Part à jour de remboursement", "نسبة المسددات في الوقت"),
        Words(
            "À jour / (à jour + en retard), dernière visite qui dit l’un ou l’autre (E).",
            "في الوقت / (في الوقت + متأخرة)، آخر زيارة تذكر ذلك (هـ).",
        ),
    ),
    "I18": IndicatorWords(
        "number",
        Words("Cartes d’artisan", "بطاقات الحرفي"),
        Words(
            "Femmes avec carte : fiche ou formulaire A (jour d’inscription), ou statut_jur = carte à une visite (E).",
            "نساء لهن بطاقة: البطاقة أو الاستمارة أ (يوم التسجيل)، أو statut_jur = carte في زيارة (هـ).",
        ),
    ),
    "I19": IndicatorWords(
        "percent",
        Words("Couverture rurale", "التغطية الريفية"),
        Words(
            "Inscrites dont le milieu est épars ou village / inscrites.",
            "المسجلات في سكن متفرق أو قرية / المسجلات.",
        ),
    ),
    "I20a": IndicatorWords(
        "number",
        Words("Doublons proposés (paires)", "التكرارات المقترحة (أزواج)"),
        Words("Paires de fiches proposées par le rapprochement.", "أزواج بطاقات اقترحتها المطابقة."),
    ),
    "I20b": IndicatorWords(
        "number",
        Words("Doublons fusionnés (paires)", "التكرارات المدمجة (أزواج)"),
        Words("Paires qu’une personne a fusionnées.", "أزواج دمجها شخص."),
    ),
    "I20c": IndicatorWords(
        "number",
        Words("Doublons rejetés (paires)", "التكرارات المرفوضة (أزواج)"),
        Words("Paires qu’une personne a dites distinctes.", "أزواج قال شخص إنها مختلفة."),
    ),
}
BY_ASSOCIATION: Final = (
    to_heading("Association", "الجمعية", "long", "Liste des associations.", "قائمة الجمعيات.", 44),
    to_heading(
        "Communes couvertes",
        "البلديات المشمولة",
        "long",
        "Communes distinctes de ses inscrites.",
        "البلديات المختلفة لمسجلاتها.",
        40,
    ),
)
BY_MONTH: Final = (
    to_heading(
        "Mois",
        "الشهر",
        "id",
        "Douze mois glissants. Chaque effectif compte les femmes à qui l’événement est arrivé ce mois-là.",
        "اثنا عشر شهرا متتالية. كل عدد هو عدد النساء اللواتي وقع لهن الحدث في ذلك الشهر.",
        11,
    ),
    *COUNTS,
    to_heading(
        "Visites de suivi",
        "زيارات المتابعة",
        "number",
        "Visites distinctes (femme, date) du mois (formulaire E).",
        "زيارات مختلفة (امرأة، تاريخ) في الشهر (الاستمارة هـ).",
        11,
    ),
    to_heading(
        "Séances de formation",
        "حصص التكوين",
        "number",
        "Séances distinctes (session, date, moment) du mois (formulaire B).",
        "حصص مختلفة (دورة، تاريخ، فترة) في الشهر (الاستمارة ب).",
        12,
    ),
    to_heading(
        "Heures de formation",
        "ساعات التكوين",
        "hours",
        "Somme des durées des demi-journées distinctes du mois (duree_h, formulaire B).",
        "مجموع مدد أنصاف الأيام المختلفة في الشهر (duree_h، الاستمارة ب).",
        12,
    ),
)
FUNNEL: Final = (
    to_heading("Étape", "المرحلة", "text", "De l’inscription à l’entreprise.", "من التسجيل إلى المؤسسة.", 30),
    to_heading(
        "Effectif", "العدد", "number", "Femmes distinctes ayant atteint l’étape.", "نساء مختلفات بلغن المرحلة.", 11
    ),
    to_heading(
        "Part des inscrites (%)", "الحصة من المسجلات (%)", "percent", "Effectif / inscrites.", "العدد / المسجلات.", 13
    ),
    to_heading(
        "Passage depuis l’étape précédente (%)",
        "المرور من المرحلة السابقة (%)",
        "percent",
        "Effectif / effectif précédent ; peut dépasser 100 % si une étape n’a pas été saisie.",
        "العدد / العدد السابق؛ قد يفوق 100 ٪ إذا لم تسجل مرحلة.",
        17,
    ),
    to_heading(
        "Délai médian depuis l’étape précédente (jours)",
        "الأجل الوسيط منذ المرحلة السابقة (أيام)",
        "days",
        "Médiane des écarts entre les premières dates des deux étapes ; un écart négatif n’est pas compté.",
        "وسيط الفروق بين أول تاريخين للمرحلتين؛ لا يحسب الفرق السالب.",
        19,
    ),
    to_heading(
        "En attente depuis plus de 60 jours",
        "في الانتظار منذ أكثر من 60 يوما",
        "number",
        "Femmes arrivées là depuis plus de 60 jours au jour de l’extraction, et à aucune étape suivante.",
        "نساء وصلن منذ أكثر من 60 يوما يوم الاستخراج ولم يبلغن أي مرحلة تالية.",
        17,
    ),
)
#: The stages of the funnel, in the words of the counts.
STAGE_WORDS: Final = tuple(heading.words for heading in COUNTS[:8])
JOBS: Final = (
    to_heading("Commune", "البلدية", "text", "Fiche : commune.", "البطاقة: commune.", 20),
    to_heading("Métier", "الحرفة", "long", "Fiche : metier.", "البطاقة: metier.", 40),
    to_heading(
        "Entreprises actives",
        "المؤسسات النشطة",
        "number",
        "Femmes dont la dernière visite qui dit l’état de l’activité la dit active ou active par saison (E).",
        "نساء تذكر آخر زيارة لهن عن حالة النشاط أنه نشط أو موسمي (هـ).",
        12,
    ),
    to_heading("Promotrices", "صاحبات المشاريع", "number", "= entreprises actives.", "= المؤسسات النشطة.", 12),
    to_heading("Femmes temps plein", "نساء بدوام كامل", "number", "Σ emp_f_plein (E).", "مجموع emp_f_plein (هـ).", 12),
    to_heading(
        "Femmes temps partiel / saison",
        "نساء بدوام جزئي / موسمي",
        "number",
        "Σ emp_f_partiel (E).",
        "مجموع emp_f_partiel (هـ).",
        13,
    ),
    to_heading("Hommes", "رجال", "number", "Σ emp_h (E).", "مجموع emp_h (هـ).", 10),
    to_heading("Apprenties", "متمهنات", "number", "Σ emp_app (E).", "مجموع emp_app (هـ).", 11),
    to_heading(
        "Total emplois créés",
        "مجموع المناصب المستحدثة",
        "number",
        "Promotrices + femmes + hommes + apprenties (I15).",
        "صاحبات المشاريع + النساء + الرجال + المتمهنات (I15).",
        12,
    ),
    to_heading(
        "Aides familiales non payées",
        "مساعدات عائلية غير مدفوعة",
        "number",
        "Σ emp_fam (E), hors total.",
        "مجموع emp_fam (هـ)، خارج المجموع.",
        13,
    ),
)
DIFFICULTIES: Final = (
    to_heading(
        "Difficulté",
        "الصعوبة",
        "long",
        "Difficultés rencontrées, puis appuis demandés (formulaire E).",
        "الصعوبات المصادفة ثم الدعم المطلوب (الاستمارة هـ).",
        46,
    ),
    to_heading(
        "Citations",
        "عدد المرات",
        "number",
        "Femmes qui la citent à leur dernière visite qui répond à la question.",
        "نساء ذكرنها في آخر زيارة أجابت عن السؤال.",
        11,
    ),
    to_heading(
        "Part des entreprises (%)",
        "الحصة من المؤسسات (%)",
        "percent",
        "Citations / femmes qui répondent à la question.",
        "عدد المرات / نساء أجبن عن السؤال.",
        14,
    ),
)
#: One of the four trades most cited, ``{trade}`` being its name.
OF_TRADE: Final = to_heading(
    "dont {trade}",
    "منها {trade}",
    "number",
    "Citations par les femmes dont c’est le métier principal ; les quatre métiers les plus nombreux à répondre.",
    "عدد المرات لدى نساء هذه حرفتهن الرئيسية؛ الحرف الأربع الأكثر إجابة.",
    18,
)
BY_ASSOCIATION_ALL: Final = (*BY_ASSOCIATION, *COUNTS, *RATES)
