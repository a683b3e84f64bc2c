"""Every word of the officers' pages, in French, Arabic and English.

A plain table rather than gettext: three languages, no build step, and a missing translation is a type error. Counts stand
beside their words ("Fiches : 3"), so no text needs plural forms, of which Arabic has six.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from server.console.texts_acts import ACTS
from server.console.texts_audit import AUDIT
from server.console.texts_certificates import CERTIFICATES
from server.console.texts_doctor import DOCTOR
from server.console.texts_drafts import DRAFTS
from server.console.texts_duplicates import DUPLICATES
from server.console.texts_fill import FILL
from server.console.texts_grid import GRID
from server.console.texts_legal import LEGAL
from server.console.texts_lists import LISTS
from server.console.texts_people import PEOPLE
from server.console.texts_programme import PROGRAMME
from server.console.texts_project import PROJECT
from server.console.texts_review import REVIEW
from server.console.texts_safety import SAFETY
from server.console.texts_templates import TEMPLATES
from server.console.texts_workbook import WORKBOOK
from server.console.words import Words


def say(key: str, language: str, **values: object) -> str:
    """Return a text in a language (French for any other than ``ar`` and ``en``), with its values filled in."""
    words = TEXTS[key]
    chosen = words.ar if language == "ar" else words.en if language == "en" else words.fr
    return chosen.format_map(values) if values else chosen


_FRAME: Final = {
    "page.skip": Words("Aller au contenu", "الانتقال إلى المحتوى", "Skip to the content"),
    "page.language": Words("Langue", "اللغة", "Language"),
    "nav.label": Words("Navigation principale", "التنقل الرئيسي", "Main navigation"),
    "nav.menu": Words("Menu", "القائمة", "Menu"),
    "nav.home": Words("Aujourd’hui", "اليوم", "Today"),
    "nav.conflicts": Words("À trancher", "للفصل فيها", "To settle"),
    "nav.women": Words("Artisanes", "الحرفيات", "Women"),
    "nav.submissions": Words("Envois", "الإرسالات", "Submissions"),
    "nav.quarantine": Words("Mis de côté", "المحفوظ جانبا", "Set aside"),
    "nav.handover": Words("Fichiers de relais", "ملفات التسليم", "Hand-over files"),
    "nav.agents": Words("Agents", "الأعوان", "Agents"),
    "nav.forms": Words("Formulaires", "الاستمارات", "Forms"),
    "nav.workbook": Words("Classeur Excel", "مصنف إكسل", "Excel workbook"),
    "nav.quality": Words("Qualité", "الجودة", "Quality"),
    "nav.choose_form": Words("Remplir au bureau", "ملء في المكتب", "Fill at the desk"),
    "nav.group.workbook": Words("Classeur et listes", "المصنف والقوائم", "Workbook and lists"),
    "nav.group.people": Words("Personnes et téléphones", "الأشخاص والهواتف", "People and phones"),
    "nav.group.tabs": Words("Pages de cette rubrique", "صفحات هذا القسم", "Pages of this part"),
    "role.app_user": Words("Agent", "عون", "Agent"),
    "role.administrator": Words("Administration", "الإدارة", "Administrator"),
    "role.officer": Words("Chambre", "الغرفة", "Officer"),
    "role.viewer": Words("Consultation", "اطلاع فقط", "Viewer"),
    "filter.apply": Words("Chercher", "بحث", "Search"),
    "pager.label": Words("Pages de la liste", "صفحات القائمة", "Pages of the list"),
    "pager.previous": Words("Précédente", "السابقة", "Previous"),
    "pager.next": Words("Suivante", "التالية", "Next"),
    "pager.where": Words("Page {number} sur {pages}", "الصفحة {number} من {pages}", "Page {number} of {pages}"),
    "value.blank": Words("non renseigné", "غير مذكور", "left blank"),
    "confirm.cancel": Words("Annuler", "إلغاء", "Cancel"),
    "session.title": Words("Espace de la Chambre", "فضاء الغرفة", "Officers’ desk"),
    "session.lead": Words(
        "Entrez l’adresse et le mot de passe remis par l’administration.",
        "أدخل البريد وكلمة السر المسلمين من الإدارة.",
        "Enter the address and password the administrator gave you.",
    ),
    "session.email": Words("Adresse e-mail", "البريد الإلكتروني", "E-mail"),
    "session.password": Words("Mot de passe", "كلمة السر", "Password"),
    "session.in": Words("Entrer", "دخول", "Sign in"),
    "session.out": Words("Sortir", "خروج", "Sign out"),
    "session.refused": Words(
        "Adresse ou mot de passe inexact. Vérifiez les majuscules et la langue du clavier.",
        "البريد أو كلمة السر غير صحيحة. تحقق من الأحرف الكبيرة ومن لغة لوحة المفاتيح.",
        "Wrong address or password. Check capitals and the keyboard’s language.",
    ),
    "session.agents": Words(
        "Sur le terrain avec un téléphone ?", "في الميدان ومعك هاتف؟", "In the field, with a phone?"
    ),
    "session.app": Words("Ouvrir l’application des agents", "افتح تطبيق الأعوان", "Open the agents’ app"),
    "problem.title": Words("Cela n’a pas abouti", "لم تتم العملية", "That did not work"),
    "problem.404": Words("Page introuvable", "الصفحة غير موجودة", "Page not found"),
    "problem.todo": Words("Que faire", "ما العمل", "What to do"),
    "problem.home": Words("Revenir à l’accueil", "العودة إلى الاستقبال", "Back to home"),
    "problem.code": Words("Code", "الرمز", "Code"),
    "problem.request": Words("N° de la demande", "رقم الطلب", "Request id"),
    "advice.400": Words(
        "Revenez à la page précédente, corrigez et recommencez.",
        "عد إلى الصفحة السابقة وصحح ثم أعد المحاولة.",
        "Go back, correct it and try again.",
    ),
    "advice.401": Words(
        "Entrez d’abord votre adresse et votre mot de passe.",
        "أدخل أولا بريدك وكلمة السر.",
        "Sign in first.",
    ),
    "advice.403": Words(
        "Si vous en avez besoin pour votre travail, demandez ce droit à l’administration.",
        "إذا كنت تحتاج ذلك في عملك فاطلب هذه الصلاحية من الإدارة.",
        "If your work needs it, ask the administrator for that right.",
    ),
    "advice.403.51": Words(
        "Revenez à la page précédente, rechargez-la (touche F5) et recommencez. Rien n’a été modifié.",
        "عد إلى الصفحة السابقة وأعد تحميلها (F5) ثم حاول مجددا. لم يتغير شيء.",
        "Go back, reload that page (F5) and try again. Nothing was changed.",
    ),
    "advice.404": Words(
        "Vérifiez l’adresse, ou cherchez depuis l’accueil : la fiche a pu être fusionnée ou le lien mal copié.",
        "تحقق من العنوان أو ابحث من الاستقبال: ربما دُمجت البطاقة أو نُسخ الرابط خطأ.",
        "Check the address, or search from home: the record may have been merged, or the link badly copied.",
    ),
    "advice.409": Words(
        "Rechargez la page pour voir ce qui a changé, puis décidez à nouveau.",
        "أعد تحميل الصفحة لترى ما تغير ثم قرر من جديد.",
        "Reload the page to see what changed, then decide again.",
    ),
    "advice.429": Words(
        "Attendez une minute, puis recommencez. Mot de passe oublié ? L’administration peut en donner un autre.",
        "انتظر دقيقة ثم أعد المحاولة. نسيت كلمة السر؟ يمكن للإدارة منحك أخرى.",
        "Wait a minute, then try again. Forgotten password? The administrator can give you another.",
    ),
    "advice.500": Words(
        "Attendez un peu et rechargez la page. Si cela continue, donnez le numéro de la demande à l’administration.",
        "انتظر قليلا وأعد تحميل الصفحة. إذا استمر ذلك فأعط رقم الطلب للإدارة.",
        "Wait a little and reload the page. If it goes on, give the request id to the administrator.",
    ),
}

_HOME: Final = {
    "home.title": Words("Aujourd’hui", "اليوم", "Today"),
    "home.todo": Words("Ce qui vous attend", "ما ينتظرك", "What needs you"),
    "home.nothing": Words(
        "Rien ne vous attend : tout est tranché et tout est à sa place.",
        "لا شيء ينتظرك: كل شيء مفصول فيه وفي مكانه.",
        "Nothing needs you: everything is settled and in its place.",
    ),
    "home.conflicts": Words("Réponses à trancher", "إجابات للفصل فيها", "Answers to settle"),
    "home.conflicts.hint": Words(
        "Deux personnes ont dit autre chose de la même femme.",
        "قال شخصان شيئين مختلفين عن المرأة نفسها.",
        "Two people said different things about one woman.",
    ),
    "home.quarantine": Words("Envois mis de côté", "إرسالات محفوظة جانبا", "Submissions set aside"),
    "home.quarantine.hint": Words(
        "Gardés entiers, pas encore comptés.", "محفوظة كاملة، غير محسوبة بعد.", "Kept whole, not counted yet."
    ),
    "home.flagged": Words("Envois à regarder", "إرسالات تستحق النظر", "Submissions to look at"),
    "home.flagged.hint": Words(
        "Hors de la commune de l’agent, ou sans effet sur une fiche.",
        "من خارج بلدية العون، أو دون أثر على بطاقة.",
        "From outside the agent’s commune, or without effect on a record.",
    ),
    "home.counts": Words("Le programme en chiffres", "البرنامج بالأرقام", "The programme in figures"),
    "home.women": Words("Artisanes au registre", "حرفيات في السجل", "Women in the register"),
    "home.submissions": Words("Envois reçus", "إرسالات مستلمة", "Submissions received"),
    "home.agents": Words("Agents en activité", "أعوان ناشطون", "Active agents"),
    "home.workbook": Words("Télécharger le classeur", "تنزيل المصنف", "Download the workbook"),
    "home.newest": Words("Derniers envois", "آخر الإرسالات", "Newest submissions"),
    "home.all": Words("Voir tous les envois", "عرض كل الإرسالات", "See all submissions"),
}

_WOMEN: Final = {
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
    "photo.open": Words("Ouvrir le fichier", "فتح الملف", "Open the file"),
    "photo.alt": Words("Photo jointe à : {form}", "صورة مرفقة بـ: {form}", "Photo attached to: {form}"),
}

_SUBMISSIONS: Final = {
    "submissions.title": Words("Envois", "الإرسالات", "Submissions"),
    "submissions.back": Words("Tous les envois", "كل الإرسالات", "All submissions"),
    "submissions.form": Words("Formulaire", "الاستمارة", "Form"),
    "submissions.form.all": Words("Tous les formulaires", "كل الاستمارات", "All forms"),
    "submissions.about": Words("Au sujet de", "بخصوص", "About"),
    "submissions.agent": Words("Agent", "العون", "Agent"),
    "submissions.agent.all": Words("Tous les agents", "كل الأعوان", "All agents"),
    "submissions.received": Words("Reçu le", "وصل في", "Received"),
    "submissions.photos": Words("Photos", "الصور", "Photos"),
    "submissions.state": Words("État", "الحالة", "State"),
    "submissions.flagged": Words("À regarder seulement", "التي تستحق النظر فقط", "Only those to look at"),
    "submissions.found": Words("Envois : {count}", "الإرسالات: {count}", "Submissions: {count}"),
    "submissions.nothing": Words("Aucun envoi ne correspond.", "لا يوجد إرسال مطابق.", "No submission matches."),
    "submissions.nothing.todo": Words(
        "Choisissez un autre formulaire ou un autre agent.",
        "اختر استمارة أخرى أو عونا آخر.",
        "Choose another form or agent.",
    ),
    "submissions.none": Words("Aucun envoi pour l’instant.", "لا توجد إرسالات بعد.", "No submissions yet."),
    "submissions.none.todo": Words(
        "Créez un agent et donnez-lui son lien : ses formulaires arrivent ici dès qu’il touche « Envoyer ».",
        "أنشئ عونا وسلّمه رابطه: تصل استماراته هنا بمجرد الضغط على «إرسال».",
        "Create an agent and hand over the link: forms arrive here as soon as “Send” is touched.",
    ),
    "state.ok": Words("Complet", "كامل", "Complete"),
    "state.waiting": Words("Photos attendues", "في انتظار الصور", "Photos expected"),
    "state.problem": Words("Sans effet sur la fiche", "دون أثر على البطاقة", "No effect on the record"),
    "state.outside": Words("Hors de sa commune", "خارج بلديته", "Outside the agent’s commune"),
    "state.edited": Words("Corrigé", "مصحح", "Corrected"),
    "state.superseded": Words("Remplacé", "مستبدل", "Replaced"),
    "submission.superseded": Words(
        "Une correction a remplacé cet envoi. Ses réponses ne comptent plus.",
        "حلّ تصحيح محل هذا الإرسال. لم تعد إجاباته محسوبة.",
        "A correction replaced this submission. Its answers no longer count.",
    ),
    "submission.problem": Words(
        "L’envoi est gardé, mais il n’a pas pu être porté sur une fiche :",
        "الإرسال محفوظ، لكن تعذر نقله إلى بطاقة:",
        "The submission is kept, but could not be applied to a record:",
    ),
    "submission.outside": Words(
        "Cette fiche n’est pas dans les communes de l’agent. L’envoi compte : vérifiez seulement que c’est voulu.",
        "هذه البطاقة خارج بلديات العون. الإرسال محسوب: تأكد فقط أنه مقصود.",
        "This record is outside the agent’s communes. The submission counts: only check that it was meant.",
    ),
    "submission.about": Words("L’envoi", "الإرسال", "The submission"),
    "submission.women": Words("Fiche", "البطاقة", "Record"),
    "submission.women.none": Words("Aucune fiche concernée", "لا تخص أي بطاقة", "No record concerned"),
    "submission.at": Words("Rempli le", "مُلئت في", "Filled in"),
    "submission.id": Words("Identifiant", "المعرّف", "Id"),
    "submission.device": Words("Téléphone", "الهاتف", "Phone"),
    "submission.versions": Words("Corrections de cet envoi", "تصحيحات هذا الإرسال", "Corrections of this submission"),
    "submission.this": Words("Celui-ci", "هذا", "This one"),
    "submission.version": Words("Envoi n° {number}", "الإرسال رقم {number}", "Submission {number}"),
    "submission.answers": Words("Réponses", "الإجابات", "Answers"),
    "submission.answers.none": Words("Aucune réponse.", "لا توجد إجابات.", "No answers."),
    "submission.pass": Words("n° {number}", "رقم {number}", "no. {number}"),
    "submission.technical": Words(
        "Calculs et données du téléphone : {count}",
        "حسابات ومعطيات الهاتف: {count}",
        "Calculations and phone data: {count}",
    ),
    "submission.xml": Words("Voir le XML tel que reçu", "عرض XML كما وصل", "See the XML as received"),
    "submission.xml.hint": Words(
        "Rien n’y est masqué ; la consultation est notée.",
        "لا شيء محجوب فيه؛ ويُسجّل الاطلاع.",
        "Nothing is masked in it; the look is noted.",
    ),
}

_CONFLICTS: Final = {
    "conflicts.title": Words("Réponses à trancher", "إجابات للفصل فيها", "Answers to settle"),
    "conflicts.one": Words("Trancher", "الفصل", "Settle"),
    "conflicts.back": Words("Toutes les réponses à trancher", "كل ما يُفصل فيه", "All answers to settle"),
    "conflicts.lead": Words(
        "Deux personnes qui ne s’étaient pas vues ont répondu autrement. Choisissez la bonne réponse ; les autres restent dans l’histoire.",
        "أجاب شخصان دون أن يرى أحدهما جواب الآخر. اختر الجواب الصحيح؛ وتبقى الأجوبة الأخرى في التاريخ.",
        "Two people who had not seen each other’s answer said different things. Choose the right one; the others stay in the history.",
    ),
    "conflicts.found": Words("Fiches concernées : {count}", "البطاقات المعنية: {count}", "Records concerned: {count}"),
    "conflicts.none": Words("Rien à trancher.", "لا شيء للفصل فيه.", "Nothing to settle."),
    "conflicts.none.todo": Words(
        "Quand deux visites se contredisent, les deux réponses paraissent ici, côte à côte.",
        "إذا تناقضت زيارتان ظهر الجوابان هنا جنبا إلى جنب.",
        "When two visits contradict each other, both answers appear here, side by side.",
    ),
    "conflict.rule": Words("Règle :", "القاعدة:", "Rule:"),
    "conflict.shown": Words("affichée en attendant", "المعروضة مؤقتا", "shown meanwhile"),
    "conflict.other": Words("Une autre valeur", "قيمة أخرى", "Another value"),
    "conflict.other.for": Words(
        "Une autre valeur pour : {property}", "قيمة أخرى لـ: {property}", "Another value for: {property}"
    ),
    "conflict.later": Words("Laisser pour plus tard", "تركها لوقت لاحق", "Leave for later"),
    "conflict.settle": Words("Trancher", "الفصل", "Settle"),
    "conflict.settle.hint": Words(
        "Les téléphones de sa commune reçoivent la décision à leur prochain échange.",
        "تصل القرارات إلى هواتف بلديتها عند التبادل القادم.",
        "The phones of her commune receive the decision at their next exchange.",
    ),
    "conflict.woman": Words("Voir sa fiche", "عرض بطاقتها", "See her record"),
    "conflict.done": Words("C’est tranché : {name}", "تم الفصل: {name}", "Settled: {name}"),
    "conflict.settled": Words(
        "Plus rien à trancher pour elle.", "لم يبق شيء للفصل فيه بشأنها.", "Nothing left to settle for her."
    ),
    "conflict.settled.todo": Words(
        "Passez à la suivante, ou regardez dans sa fiche ce qui a été décidé.",
        "انتقل إلى التالية، أو انظر في بطاقتها ما تقرر.",
        "Go to the next one, or see in her record what was decided.",
    ),
    "conflict.stale": Words(
        "Voici les valeurs à jour. Rien n’a été enregistré : choisissez à nouveau.",
        "هذه هي القيم المحدثة. لم يُسجّل شيء: اختر من جديد.",
        "Here are the fresh values. Nothing was saved: choose again.",
    ),
    "conflict.retry": Words(
        "Rien n’a été enregistré. Corrigez et recommencez.",
        "لم يُسجّل شيء. صحح ثم أعد المحاولة.",
        "Nothing was saved. Correct it and try again.",
    ),
    "conflict.nothing": Words(
        "Choisissez au moins une réponse.", "اختر إجابة واحدة على الأقل.", "Choose at least one answer."
    ),
    "conflict.write": Words(
        "Écrivez l’autre valeur pour : {property}",
        "اكتب القيمة الأخرى لـ: {property}",
        "Write the other value for: {property}",
    ),
    "policy.review": Words("à trancher", "للفصل فيه", "an officer decides"),
    "policy.last": Words("la plus récente", "الأحدث", "the latest"),
    "policy.first": Words("la première", "الأولى", "the first"),
    "policy.max": Words("la plus grande", "الأكبر", "the largest"),
    "policy.min": Words("la plus petite", "الأصغر", "the smallest"),
    "policy.sum": Words("la somme", "المجموع", "the sum"),
    "policy.union": Words("la réunion", "الجمع بينها", "all of them together"),
    "policy.append": Words("toutes, à la suite", "كلها بالتتابع", "all, one after the other"),
}

_QUARANTINE: Final = {
    "quarantine.title": Words("Envois mis de côté", "إرسالات محفوظة جانبا", "Submissions set aside"),
    "quarantine.lead": Words(
        "Ces envois sont gardés entiers, mais ne comptent pas encore : il faut d’abord en lever la cause.",
        "هذه الإرسالات محفوظة كاملة لكنها غير محسوبة بعد: يجب أولا رفع السبب.",
        "These submissions are kept whole but do not count yet: their cause must be removed first.",
    ),
    "quarantine.reason": Words("Raison", "السبب", "Reason"),
    "quarantine.none": Words("Rien n’est mis de côté.", "لا شيء محفوظ جانبا.", "Nothing is set aside."),
    "quarantine.none.todo": Words(
        "Un envoi qu’on ne peut pas lire ou dont le formulaire manque paraîtrait ici : il ne serait pas perdu.",
        "يظهر هنا كل إرسال لا يُقرأ أو تنقص استمارته: لا يضيع شيء.",
        "A submission that cannot be read, or whose form is missing, would appear here: it would not be lost.",
    ),
    "quarantine.item": Words("Envoi mis de côté", "إرسال محفوظ جانبا", "Submission set aside"),
    "quarantine.back": Words("Tout ce qui est mis de côté", "كل المحفوظ جانبا", "All that is set aside"),
    "quarantine.facts": Words("Ce qu’on en sait", "ما نعرفه عنه", "What is known of it"),
    "quarantine.message": Words("Message technique", "رسالة تقنية", "Technical message"),
    "quarantine.content": Words("Contenu tel que reçu", "المحتوى كما وصل", "Content as received"),
    "quarantine.content.hint": Words(
        "Rien n’y est masqué ; la consultation est notée.",
        "لا شيء محجوب فيه؛ ويُسجّل الاطلاع.",
        "Nothing is masked in it; the look is noted.",
    ),
    "quarantine.cut": Words(
        "La suite est dans le fichier entier.", "البقية في الملف الكامل.", "The rest is in the whole file."
    ),
    "quarantine.whole": Words("Ouvrir le contenu entier", "فتح المحتوى كاملا", "Open the whole content"),
    "quarantine.released": Words("Pris en compte le", "احتُسب في", "Counted since"),
    "retry.all": Words("Tout réessayer", "إعادة محاولة الكل", "Try all again"),
    "retry.one": Words("Réessayer", "إعادة المحاولة", "Try again"),
    "retry.done": Words(
        "C’est fait : cet envoi compte maintenant.",
        "تم: هذا الإرسال محسوب الآن.",
        "Done: this submission counts now.",
    ),
    "retry.all.done": Words(
        "Pris en compte : {applied}. Encore de côté : {left}.",
        "احتُسب: {applied}. بقي جانبا: {left}.",
        "Counted now: {applied}. Still aside: {left}.",
    ),
    "retry.stays": Words(
        "Il reste de côté, entier. Raison : {reason}",
        "يبقى محفوظا جانبا كاملا. السبب: {reason}",
        "It stays aside, whole. Reason: {reason}",
    ),
    "release.title": Words("Prendre en compte cet envoi ?", "هل يُحتسب هذا الإرسال؟", "Let this submission count?"),
    "release.words": Words(
        "Il sera ajouté au registre tel qu’il a été envoyé, au nom de son agent et à sa date. Rien de ce qui y est ne sera effacé ; "
        "s’il contredit une réponse, elle sera à trancher. Votre décision est notée.",
        "يُضاف إلى السجل كما أُرسل، باسم عونه وبتاريخه. لا يُمحى شيء مما هو موجود؛ وإن خالف جوابا فسيُعرض للفصل. يُسجّل قرارك.",
        "It will be added to the register as it was sent, in its agent’s name and at its date. Nothing that is there is erased; "
        "where it contradicts an answer, that answer will have to be settled. Your decision is noted.",
    ),
    "release.words.403.50": Words(
        "Le téléphone était révoqué. Ne continuez que si l’agent confirme que ce travail est le sien : il sera ajouté au registre à son nom, "
        "rien ne sera effacé, et votre décision est notée.",
        "كان الهاتف ملغى. لا تواصل إلا إذا أكد العون أن هذا عمله: يُضاف إلى السجل باسمه، ولا يُمحى شيء، ويُسجّل قرارك.",
        "The phone was revoked. Go on only if the agent confirms that this work is hers: it will be added to the register in her name, "
        "nothing is erased, and your decision is noted.",
    ),
    "release.words.409.1": Words(
        "Un autre envoi porte cet identifiant. Celui-ci deviendra un envoi à part, sans remplacer l’autre ; ce qu’ils disent "
        "différemment sera à trancher. Votre décision est notée.",
        "يحمل إرسال آخر هذا المعرّف. يصبح هذا إرسالا قائما بذاته دون أن يحل محل الآخر؛ وما اختلفا فيه يُعرض للفصل. يُسجّل قرارك.",
        "Another submission has this id. This one will become a submission of its own and not replace the other; what they say "
        "differently will have to be settled. Your decision is noted.",
    ),
    "release.button": Words("Prendre en compte", "احتساب الإرسال", "Let it count"),
    "release.done": Words(
        "C’est fait : cet envoi compte maintenant, en son nom et à sa date.",
        "تم: هذا الإرسال محسوب الآن، باسم صاحبه وبتاريخه.",
        "Done: this submission counts now, in its agent’s name and at its date.",
    ),
    "reason.400.1": Words("Contenu illisible", "محتوى لا يُقرأ", "Unreadable content"),
    "reason.403.50": Words("Téléphone révoqué", "هاتف ملغى", "Revoked phone"),
    "reason.404.6": Words("Formulaire inconnu", "استمارة مجهولة", "Unknown form"),
    "reason.409.1": Words("Même identifiant, autre contenu", "المعرّف نفسه بمحتوى آخر", "Same id, other content"),
    "reason.422.50": Words("Envoi incomplet ou mal formé", "إرسال ناقص أو غير سليم", "Incomplete or malformed"),
    "reason.422.51": Words("Scellé pour une clé absente", "مختوم لمفتاح غير موجود", "Sealed to a key that is not here"),
    "reason.422.52": Words("Scellé, ne s’ouvre pas", "مختوم لا يُفتح", "Sealed, does not open"),
    "reason.other": Words("Envoi à examiner", "إرسال للفحص", "To be examined"),
    "todo.403.50": Words(
        "Demandez à l’agent si ce travail est bien le sien avant de vous en servir.",
        "اسأل العون إن كان هذا العمل عمله قبل استعماله.",
        "Ask the agent whether this work is really hers before using it.",
    ),
    "todo.404.6": Words(
        "Faites publier le formulaire et la version nommés dans le message technique, puis réessayez.",
        "اطلب نشر الاستمارة والنسخة المذكورتين في الرسالة التقنية، ثم أعد المحاولة.",
        "Have the form and version named in the technical message published, then try again.",
    ),
    "todo.409.1": Words(
        "Comparez avec l’envoi déjà reçu sous cet identifiant : un téléphone a pu être copié.",
        "قارن مع الإرسال المستلم بهذا المعرّف: ربما نُسخ هاتف.",
        "Compare with the submission already received under this id: a phone may have been copied.",
    ),
    "todo.422.51": Words(
        "Faites remettre par l’administration la clé nommée dans le message technique, puis réessayez.",
        "اطلب من الإدارة إعادة المفتاح المذكور في الرسالة التقنية، ثم أعد المحاولة.",
        "Have the administrator put back the key named in the technical message, then try again.",
    ),
    "todo.other": Words(
        "Montrez le message technique à l’administration. L’original reste aussi sur le téléphone de l’agent.",
        "اعرض الرسالة التقنية على الإدارة. ويبقى الأصل أيضا في هاتف العون.",
        "Show the technical message to the administrator. The original also stays on the agent’s phone.",
    ),
}

_HANDOVER: Final = {
    "handover.title": Words("Fichier de relais", "ملف التسليم", "Hand-over file"),
    "handover.lead": Words(
        "Un téléphone qui ne peut pas envoyer écrit tout son travail dans un fichier scellé. Choisissez ce fichier : vous verrez de qui il vient avant "
        "que rien ne soit pris en compte.",
        "الهاتف الذي لا يستطيع الإرسال يكتب كل عمله في ملف مختوم. اختر هذا الملف: ترى صاحبه قبل احتساب أي شيء منه.",
        "A phone that cannot send writes all its work into a sealed file. Choose that file: you will see whose it is before anything counts.",
    ),
    "handover.file": Words("Fichier", "الملف", "File"),
    "handover.look": Words("Voir ce que c’est", "عرض محتواه", "See what it is"),
    "handover.choose": Words("Choisissez d’abord un fichier.", "اختر ملفا أولا.", "Choose a file first."),
    "handover.safe": Words(
        "Importer deux fois le même fichier, ou ce que le téléphone a envoyé aussi, ne change rien.",
        "استيراد الملف نفسه مرتين، أو ما أرسله الهاتف أيضا، لا يغير شيئا.",
        "Importing the same file twice, or what the phone has sent too, changes nothing.",
    ),
    "handover.another": Words("Un autre fichier", "ملف آخر", "Another file"),
    "handover.of": Words("Relais :", "تسليم:", "Hand-over:"),
    "handover.facts": Words("Ce que contient le fichier", "ما في الملف", "What the file holds"),
    "handover.written": Words("Écrit le", "كُتب في", "Written"),
    "handover.count": Words("Formulaires", "الاستمارات", "Forms"),
    "handover.photos": Words("Photos et fichiers", "الصور والملفات", "Photographs and files"),
    "handover.size": Words("Taille", "الحجم", "Size"),
    "handover.kilobytes": Words("Ko", "كيلوبايت", "kB"),
    "handover.import": Words("Importer", "استيراد", "Import"),
    "handover.revoked": Words(
        "Ce téléphone est révoqué : ses formulaires seront mis de côté jusqu’à votre décision.",
        "هذا الهاتف ملغى: تُحفظ استماراته جانبا إلى أن تقرر.",
        "This phone is revoked: its forms are set aside until you decide.",
    ),
    "handover.done": Words("Le fichier a été lu.", "قُرئ الملف.", "The file was read."),
    "handover.outcomes": Words("Résultat", "النتيجة", "Outcome"),
    "handover.outcome": Words("Résultat", "النتيجة", "Outcome"),
    "handover.status.accepted": Words("Pris en compte", "احتُسب", "Counted"),
    "handover.status.duplicate": Words("Déjà là", "موجود من قبل", "Here already"),
    "handover.status.quarantined": Words("Mis de côté", "محفوظ جانبا", "Set aside"),
    "handover.status.failed": Words("À réimporter", "يُعاد استيراده", "Import again"),
    "handover.photos.here": Words("Photos reçues", "الصور المستلمة", "Photographs here"),
    "handover.lost": Words(
        "Fichier abîmé ou incomplet. Éléments manquants : {number}. Ils sont toujours sur le téléphone de l’agent : demandez un autre fichier.",
        "الملف تالف أو ناقص. العناصر الغائبة: {number}. ما زالت في هاتف العون: اطلب ملفا آخر.",
        "Damaged or incomplete file. Entries missing: {number}. They are still on the agent’s phone: ask for another file.",
    ),
    "handover.refused": Words(
        "Photos qui ne s’ouvrent pas : {number}.", "صور تعذر فتحها: {number}.", "Photographs that do not open: {number}."
    ),
    "handover.cut": Words("Les mille premiers résultats sont montrés.", "تظهر أول ألف نتيجة.", "The first thousand outcomes are shown."),
}

_AGENTS: Final = {
    "agents.title": Words("Agents", "الأعوان", "Agents"),
    "agents.back": Words("Tous les agents", "كل الأعوان", "All agents"),
    "agents.name": Words("Nom", "الاسم", "Name"),
    "agents.communes": Words("Communes", "البلديات", "Communes"),
    "agents.communes.hint": Words(
        "Son téléphone reçoit les fiches de ces communes, et d’elles seules.",
        "يستقبل هاتفه بطاقات هذه البلديات وحدها.",
        "The phone receives the records of these communes, and no others.",
    ),
    "agents.nowhere": Words("aucune", "لا شيء", "none"),
    "agents.seen": Words("Dernier envoi", "آخر إرسال", "Last sent"),
    "agents.never": Words("jamais", "أبدا", "never"),
    "agents.active": Words("En activité", "ناشط", "Active"),
    "agents.revoked": Words("Révoqué", "ملغى", "Revoked"),
    "agents.actions": Words("Actions", "إجراءات", "Actions"),
    "agents.code": Words("Nouveau lien", "رابط جديد", "New link"),
    "agents.revoke": Words("Révoquer", "إلغاء", "Revoke"),
    "agents.none": Words("Aucun agent pour l’instant.", "لا يوجد أعوان بعد.", "No agents yet."),
    "agents.none.todo": Words(
        "Créez le premier ci-dessous : vous recevrez un lien et un QR à ouvrir sur son téléphone.",
        "أنشئ الأول أدناه: ستحصل على رابط ورمز QR يُفتحان في هاتفه.",
        "Create the first one below: you will get a link and a QR to open on the phone.",
    ),
    "agents.none.ask": Words(
        "L’administration peut en créer.", "يمكن للإدارة إنشاؤهم.", "The administrator can create them."
    ),
    "agents.new": Words("Nouvel agent", "عون جديد", "New agent"),
    "agents.create": Words("Créer et montrer le lien", "إنشاء وعرض الرابط", "Create and show the link"),
    "agents.again": Words(
        "Cet agent vient d’être créé et son lien ne se montre qu’une fois. Touchez « Nouveau lien » pour en avoir un autre.",
        "أُنشئ هذا العون للتو ورابطه لا يُعرض إلا مرة. اضغط «رابط جديد» للحصول على آخر.",
        "This agent was just created and the link is shown only once. Use “New link” for another.",
    ),
    "agents.need_name": Words("Écrivez son nom.", "اكتب الاسم.", "Write the name."),
    "code.title": Words("Donner un nouveau lien ?", "منح رابط جديد؟", "Give a new link?"),
    "code.words": Words(
        "Pour un autre téléphone, ou si le premier lien n’a pas servi à temps. Un lien donné avant et pas encore utilisé ne vaudra plus rien ; les téléphones déjà reliés continuent.",
        "لهاتف آخر، أو إذا لم يُستعمل الرابط الأول في وقته. يبطل كل رابط سابق لم يُستعمل؛ وتستمر الهواتف المربوطة.",
        "For another phone, or when the first link was not used in time. A link given before and not used yet becomes worthless; phones already enrolled go on.",
    ),
    "code.button": Words("Donner un nouveau lien", "منح رابط جديد", "Give a new link"),
    "revoke.title": Words("Révoquer cet agent ?", "إلغاء هذا العون؟", "Revoke this agent?"),
    "revoke.words": Words(
        "Ses téléphones ne recevront plus rien. Ce qu’ils envoient encore ne se perd pas : c’est mis de côté jusqu’à votre avis. On ne peut pas revenir en arrière.",
        "لن تستقبل هواتفه شيئا بعد الآن. ما ترسله بعدُ لا يضيع: يُحفظ جانبا إلى أن تنظر فيه. لا رجعة في ذلك.",
        "The phones will receive nothing more. What they still send is not lost: it is set aside until you look at it. This cannot be undone.",
    ),
    "revoke.button": Words("Révoquer", "إلغاء العون", "Revoke"),
    "revoke.done": Words("Révoqué : {name}", "أُلغي: {name}", "Revoked: {name}"),
    "link.title": Words("Lien de l’agent", "رابط العون", "The agent’s link"),
    "link.once": Words(
        "Ce lien ne se montre que maintenant. Ne l’envoyez qu’à cette personne.",
        "لا يُعرض هذا الرابط إلا الآن. لا ترسله إلا لهذا الشخص.",
        "This link is shown only now. Send it to this person alone.",
    ),
    "link.step1": Words(
        "Sur son téléphone, scannez le QR ou ouvrez le lien.",
        "في هاتفه، امسح رمز QR أو افتح الرابط.",
        "On the phone, scan the QR or open the link.",
    ),
    "link.step2": Words(
        "Vérifiez que son nom et ses communes s’affichent.",
        "تأكد من ظهور اسمه وبلدياته.",
        "Check that the name and communes appear.",
    ),
    "link.step3": Words(
        "Le lien sert une seule fois, pendant {days} jours.",
        "يصلح الرابط مرة واحدة خلال {days} أيام.",
        "The link works once, within {days} days.",
    ),
    "link.link": Words("Lien", "الرابط", "Link"),
    "link.code": Words("Ou, à dicter et à taper :", "أو للإملاء والكتابة:", "Or, to read aloud and type:"),
    "link.qr": Words("QR du lien d’inscription", "رمز QR لرابط التسجيل", "QR of the enrolment link"),
    "link.done": Words("C’est fait", "تم", "Done"),
}

_FORMS: Final = {
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

TABLES: Final = (
    WORKBOOK,
    TEMPLATES,
    _FRAME, _HOME, _WOMEN, _SUBMISSIONS, _CONFLICTS, _QUARANTINE, _HANDOVER, _AGENTS, _FORMS, ACTS,
    DUPLICATES, PROGRAMME, LEGAL, DOCTOR,
    LISTS, CERTIFICATES, REVIEW, FILL, GRID, DRAFTS, SAFETY, PEOPLE, AUDIT, PROJECT,
)  # fmt: skip
TEXTS: Final[Mapping[str, Words]] = {
    key: words._replace(fr=words.fr.replace(" ?", "\u00a0?"))  # a question mark never stands alone on a line
    for table in TABLES
    for key, words in table.items()
}
"""No key is in two tables: the later one would hide the other from the pages that use it."""
