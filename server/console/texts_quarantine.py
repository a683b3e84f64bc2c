"""The words of what was set aside and of hand-over files. Part of ``texts``."""

from __future__ import annotations

from typing import Final

from server.console.words import Words

QUARANTINE: Final = {
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

HANDOVER: Final = {
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
