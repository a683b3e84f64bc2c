"""The notice that a woman takes home (law 18-07 art. 32-33). Part of ``texts``; the page shows French and Arabic."""

from __future__ import annotations

from typing import Final

from server.console.words import Words

NOTICE: Final = {
    "nav.notice": Words("Notice d’information", "إشعار إعلامي", "Information notice"),
    "notice.lead": Words(
        "À imprimer et à remettre à chaque femme lors de l’inscription. À faire relire par le délégué à la protection des données (DPD).",
        "تُطبع وتُسلم لكل امرأة عند التسجيل. يراجعها مندوب حماية المعطيات الشخصية.",
        "To be printed and given to each woman when she is registered. To be read by the data-protection officer first.",
    ),
    "notice.no_contact": Words(
        "Le contact du DPD n’est pas réglé : l’administrateur l’écrit dans HIRFA_DPO. La ligne reste à remplir à la main.",
        "جهة اتصال المندوب غير مضبوطة: يكتبها المسؤول في HIRFA_DPO. يبقى السطر للملء باليد.",
        "The officer’s contact is not set: the administrator writes it into HIRFA_DPO. The line is left to be filled in by hand.",
    ),
    "notice.title": Words("Vos données personnelles", "معطياتك الشخصية", "Your personal data"),
    "notice.law": Words(
        "Loi 18-07 du 10 juin 2018, modifiée par la loi 25-11",
        "القانون \u206618-07\u2069 المؤرخ في 10 جوان 2018، المعدل بالقانون \u206625-11\u2069",
        "Law 18-07 of 10 June 2018, amended by law 25-11",
    ),
    "notice.who": Words("Qui les recueille", "من يجمعها", "Who collects them"),
    "notice.who.text": Words("{chamber}.", "{chamber}.", "{chamber}."),
    "notice.why": Words("Pourquoi", "لماذا", "Why"),
    "notice.why.text": Words(
        "Pour vous accompagner : formation, examen de qualification, dossier de micro-crédit, suivi de votre activité.",
        "لمرافقتك: التكوين، امتحان التأهيل، ملف القرض المصغر، متابعة نشاطك.",
        "To accompany you: training, exam of qualification, micro-credit file, follow-up of your work.",
    ),
    "notice.what": Words("Ce qui est gardé", "ما الذي يُحفظ", "What is kept"),
    "notice.what.text": Words(
        "Ce que vous répondez aux formulaires : identité, commune, contact, métier, besoins, formation, examen, visites. Rien sur la santé, les opinions ou la religion. Le numéro d’identification est facultatif.",
        "ما تجيبين به في الاستمارات: الهوية، البلدية، جهة الاتصال، الحرفة، الاحتياجات، التكوين، الامتحان، الزيارات. لا شيء عن الصحة أو الآراء أو الدين. رقم التعريف اختياري.",
        "What you answer in the forms: identity, commune, contact, trade, needs, training, exam, visits. Nothing about health, opinions or religion. The national number is optional.",
    ),
    "notice.free": Words("Vous êtes libre", "أنت حرة", "You are free"),
    "notice.free.text": Words(
        "Répondre est libre ; un refus ne vous fait perdre aucun droit. Vous pouvez retirer votre accord plus tard.",
        "الإجابة اختيارية، والرفض لا يفقدك أي حق. يمكنك سحب موافقتك لاحقا.",
        "You are free to answer; a refusal costs you no right. You can take your agreement back later.",
    ),
    "notice.whom": Words("Qui les voit", "من يطلع عليها", "Who sees them"),
    "notice.whom.text": Words(
        "Les agents de la Chambre pour votre commune, et le bureau. Rien n’est vendu ni publié ; rien ne part de lui-même vers l’ANGEM ou une banque ; rien ne sort d’Algérie.",
        "أعوان الغرفة في بلديتك، والمكتب. لا تباع ولا تنشر؛ ولا يُرسل شيء تلقائيا إلى أنجام أو إلى بنك؛ ولا يخرج شيء من الجزائر.",
        "The chamber’s agents for your commune, and the office. Nothing is sold or published; nothing goes to ANGEM or a bank by itself; nothing leaves Algeria.",
    ),
    "notice.long": Words("Combien de temps", "كم من الوقت", "For how long"),
    "notice.long.text": Words(
        "Votre fiche : {years} ans après le dernier contact. Les photos de vos produits : {photos} ans. Ensuite, c’est effacé.",
        "بطاقتك: {years} سنوات بعد آخر اتصال. مدة حفظ صور منتوجاتك، بالسنوات: {photos}. ثم تُمحى.",
        "Your record: {years} years after the last contact. Photos of your products: {photos} years. Then they are erased.",
    ),
    "notice.rights": Words("Vos droits, gratuits", "حقوقك، مجانا", "Your rights, free of charge"),
    "notice.rights.text": Words(
        "Voir vos données et en recevoir une copie, les faire corriger, vous opposer à leur usage, retirer votre accord, les faire effacer. La Chambre vise une réponse en {days} jours.",
        "الاطلاع على معطياتك والحصول على نسخة منها، وتصحيحها، والاعتراض على استعمالها، وسحب موافقتك، ومحوها. تهدف الغرفة إلى الرد خلال {days} أيام.",
        "See your data and receive a copy, have them corrected, object to their use, take back your agreement, have them erased. The chamber aims to answer within {days} days.",
    ),
    "notice.contact": Words("À qui vous adresser", "بمن تتصلين", "Whom to ask"),
    "notice.contact.text": Words(
        "Le délégué à la protection des données de la Chambre : {contact}. Vous pouvez aussi vous plaindre à l’ANPDP (anpdp.dz).",
        "مندوب حماية المعطيات الشخصية لدى الغرفة: {contact}. ويمكنك أيضا التظلم لدى السلطة الوطنية (anpdp.dz).",
        "The chamber’s data-protection officer: {contact}. You may also complain to the ANPDP (anpdp.dz).",
    ),
}  # fmt: skip
