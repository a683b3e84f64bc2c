"""Every word of the officers' pages, in French, Arabic and English.

A plain table rather than gettext: three languages, no build step, and a missing translation is a type error. Counts stand
beside their words ("Fiches : 3"), so no text needs plural forms, of which Arabic has six.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from server.console.texts_acts import ACTS
from server.console.texts_agents import AGENTS
from server.console.texts_audit import AUDIT
from server.console.texts_breaches import BREACHES
from server.console.texts_certificates import CERTIFICATES
from server.console.texts_conflicts import CONFLICTS
from server.console.texts_doctor import DOCTOR
from server.console.texts_drafts import DRAFTS
from server.console.texts_duplicates import DUPLICATES
from server.console.texts_fill import FILL
from server.console.texts_forms import FORMS
from server.console.texts_grid import GRID
from server.console.texts_legal import LEGAL
from server.console.texts_lists import LISTS
from server.console.texts_notice import NOTICE
from server.console.texts_openid import OPENID
from server.console.texts_people import PEOPLE
from server.console.texts_programme import PROGRAMME
from server.console.texts_project import PROJECT
from server.console.texts_quarantine import HANDOVER, QUARANTINE
from server.console.texts_review import REVIEW
from server.console.texts_safety import SAFETY
from server.console.texts_submissions import SUBMISSIONS
from server.console.texts_templates import TEMPLATES
from server.console.texts_women import WOMEN
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

TABLES: Final = (
    WORKBOOK,
    TEMPLATES,
    _FRAME, _HOME, WOMEN, SUBMISSIONS, CONFLICTS, QUARANTINE, HANDOVER, AGENTS, FORMS, ACTS,
    DUPLICATES, PROGRAMME, LEGAL, BREACHES, NOTICE, DOCTOR,
    LISTS, CERTIFICATES, REVIEW, FILL, GRID, DRAFTS, SAFETY, OPENID, PEOPLE, AUDIT, PROJECT,
)  # fmt: skip
TEXTS: Final[Mapping[str, Words]] = {
    key: words._replace(fr=words.fr.replace(" ?", "\u00a0?"))  # a question mark never stands alone on a line
    for table in TABLES
    for key, words in table.items()
}
"""No key is in two tables: the later one would hide the other from the pages that use it."""
