"""The words of agents and their phones. Part of ``texts``."""

from __future__ import annotations

from typing import Final

from server.console.words import Words

AGENTS: Final = {
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
