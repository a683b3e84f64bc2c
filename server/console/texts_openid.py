"""The words of signing in through the provider of the house. Part of ``texts``."""

from __future__ import annotations

from typing import Final

from server.console.words import Words

OPENID: Final = {
    "openid.in": Words("Se connecter avec", "الدخول عبر", "Sign in with"),
    "openid.or": Words("ou avec votre mot de passe", "أو بكلمة السر", "or with your password"),
    "openid.out.title": Words("Vous êtes déconnecté", "تم الخروج", "You are signed out"),
    "openid.out.words": Words(
        "Vous êtes déconnecté d’ici. La page suivante vous déconnecte aussi de votre compte de la maison.",
        "خرجتم من هنا. الصفحة التالية تخرجكم من حساب المؤسسة أيضا.",
        "You are signed out here. The next page signs you out of the account of the house too.",
    ),
    "openid.out.go": Words("Continuer chez", "المتابعة لدى", "Go on to"),
    "openid.away": Words(
        "Ce service de connexion ne répond pas. Connectez-vous avec votre mot de passe, ou réessayez plus tard.",
        "خدمة الدخول هذه لا تجيب. ادخلوا بكلمة السر أو أعيدوا المحاولة لاحقا.",
        "That sign-in service does not answer. Sign in with your password, or try again later.",
    ),
    "openid.failed": Words(
        "La connexion n’a pas été confirmée. Recommencez, ou connectez-vous avec votre mot de passe.",
        "لم يُؤكَّد الدخول. أعيدوا المحاولة أو ادخلوا بكلمة السر.",
        "Signing in was not confirmed. Begin again, or sign in with your password.",
    ),
    "openid.unknown": Words(
        "Vous êtes reconnu, mais aucun compte ici ne porte votre adresse vérifiée. Demandez-en un à l’administrateur.",
        "تم التعرف عليكم لكن لا حساب هنا بعنوانكم المتحقَّق منه. اطلبوه من المسؤول.",
        "You are known there, but no account here has your verified address. Ask the administrator for one.",
    ),
}
