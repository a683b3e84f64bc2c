"""The words of an officer's own account: password, second factor, sessions. Part of ``texts``."""

from __future__ import annotations

from typing import Final

from server.console.words import Words

SAFETY: Final = {
    "second_factor.code": Words("Second facteur", "العامل الثاني", "Second factor"),
    "code.lead": Words(
        "Tapez le code de six chiffres que montre votre application d’authentification, ou un code de secours.",
        "اكتب الرمز ذا الأرقام الستة الظاهر في تطبيق المصادقة، أو رمز نجدة.",
        "Type the six digits that your authenticator shows, or a recovery code.",
    ),
    "code.label": Words("Code", "الرمز", "Code"),
    "code.back": Words("Recommencer", "البدء من جديد", "Begin again"),
    "account.title": Words("Mon compte", "حسابي", "My account"),
    "account.password": Words("Mot de passe", "كلمة السر", "Password"),
    "account.password.hint": Words(
        "Au moins 10 caractères. Le plus sûr : quatre mots sans rapport. Les autres sessions seront fermées.",
        "10 أحرف على الأقل. الأضمن: أربع كلمات لا علاقة بينها. ستُغلق الجلسات الأخرى.",
        "At least 10 characters. Safest: four words that do not belong together. Other sessions will end.",
    ),
    "account.old": Words("Mot de passe actuel", "كلمة السر الحالية", "Current password"),
    "account.new": Words("Nouveau mot de passe", "كلمة السر الجديدة", "New password"),
    "account.again": Words("Encore une fois", "مرة أخرى", "Once more"),
    "account.save": Words("Changer le mot de passe", "تغيير كلمة السر", "Change the password"),
    "account.changed": Words("Le mot de passe est changé.", "تغيّرت كلمة السر.", "The password is changed."),
    "account.first.second_factor": Words(
        "Votre fonction demande un second facteur. Activez-le ci-dessous pour continuer.",
        "وظيفتك تتطلب عاملا ثانيا. فعّله أدناه لتتابع.",
        "Your role asks for a second factor. Set it up below to go on.",
    ),
    "account.first.password": Words(
        "Ce mot de passe a été fait pour vous et un autre l’a vu. Choisissez le vôtre pour continuer.",
        "كلمة السر هذه أُنشئت لك ورآها غيرك. اختر كلمتك لتتابع.",
        "This password was made for you and somebody else saw it. Choose your own to go on.",
    ),
    "account.differ": Words(
        "Les deux nouveaux mots de passe ne sont pas les mêmes. Rien n’est changé.",
        "كلمتا السر الجديدتان مختلفتان. لم يتغير شيء.",
        "The two new passwords are not the same. Nothing was changed.",
    ),
    "account.old_wrong": Words(
        "Le mot de passe actuel n’est pas le bon. Rien n’est changé.",
        "كلمة السر الحالية خاطئة. لم يتغير شيء.",
        "The current password is wrong. Nothing was changed.",
    ),
    "account.second": Words("Second facteur", "العامل الثاني", "Second factor"),
    "account.second.on": Words("actif", "مفعّل", "on"),
    "account.second.on.more": Words(
        "Un code de votre application est demandé à chaque connexion.",
        "يُطلب رمز من تطبيقك عند كل دخول.",
        "A code of your authenticator is asked at each sign-in.",
    ),
    "account.second.off": Words(
        "Qui connaît votre mot de passe peut entrer. Avec un second facteur, il faut aussi votre téléphone (Aegis, FreeOTP, Google Authenticator…).",
        "من يعرف كلمة سرك يمكنه الدخول. مع العامل الثاني يلزمه هاتفك أيضا (Aegis أو FreeOTP أو Google Authenticator…).",
        "Whoever knows your password can enter. With a second factor your phone is needed too (Aegis, FreeOTP, Google Authenticator…).",
    ),
    "account.second.begin": Words("Activer", "تفعيل", "Set up"),
    "account.second.remove": Words("Ne plus demander de code", "عدم طلب الرمز بعد الآن", "Ask for no code any more"),
    "account.second.removed": Words("Le second facteur est retiré.", "أزيل العامل الثاني.", "The second factor is removed."),
    "account.sessions": Words("Où vous êtes connecté", "أين أنت متصل", "Where you are signed in"),
    "account.browser": Words("Navigateur", "المتصفح", "Browser"),
    "account.since": Words("Depuis", "منذ", "Since"),
    "account.seen": Words("Dernière activité", "آخر نشاط", "Last seen"),
    "account.this": Words("cette session", "هذه الجلسة", "this session"),
    "account.end": Words("Fermer", "إغلاق", "End"),
    "account.end_all": Words("Fermer toutes les autres, et les jetons des programmes", "إغلاق كل الجلسات الأخرى ورموز البرامج", "End all others, and the tokens of programs"),
    "account.ended": Words("Fermé.", "أُغلقت.", "Ended."),
    "second.lead": Words(
        "Scannez cette image avec votre application d’authentification, puis tapez le code qu’elle montre.",
        "امسح هذه الصورة بتطبيق المصادقة ثم اكتب الرمز الذي يظهر.",
        "Scan this picture with your authenticator, then type the code it shows.",
    ),
    "second.picture": Words("Code QR pour l’application d’authentification", "رمز QR لتطبيق المصادقة", "QR code for the authenticator"),
    "second.typed": Words("Ou tapez cette clé :", "أو اكتب هذا المفتاح:", "Or type this key:"),
    "second.code": Words("Code de six chiffres", "رمز من ستة أرقام", "Six-digit code"),
    "second.confirm": Words("Confirmer", "تأكيد", "Confirm"),
    "recovery.title": Words("Codes de secours", "رموز النجدة", "Recovery codes"),
    "recovery.on": Words("Le second facteur est actif.", "العامل الثاني مفعّل.", "The second factor is on."),
    "recovery.lead": Words(
        "Notez-les sur papier et gardez-les à part : chacun remplace une fois le téléphone perdu. Ils ne seront plus montrés.",
        "اكتبها على ورق واحفظها جانبا: كل رمز يعوض الهاتف الضائع مرة واحدة. لن تُعرض ثانية.",
        "Write them on paper and keep them apart: each stands once for a phone that is lost. They are not shown again.",
    ),
    "recovery.done": Words("C’est noté", "دُوّنت", "I have written them down"),
    "reset.title": Words("Choisir un mot de passe", "اختيار كلمة السر", "Choose a password"),
}
