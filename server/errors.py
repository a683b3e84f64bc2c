"""The one place where errors become answers.

A ``Problem`` has a code, a message in the reader's language and details. Codes are ODK Central's, as strings
("409.8"; "409.10" is
not "409.1"); ours that Central has no word for start at ``.50``. Pure packages raise their own families;
``problem_of`` maps them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from flask import Flask, Response, g, jsonify, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from forms.errors import FormsError, InstanceError, XformError, XlsformError, XmlError
from server.schemas.openrosa import write_response
from server.texts import choose_language
from server.trouble import find_trouble

log = structlog.get_logger("hirfa")

MESSAGES: Mapping[str, Mapping[str, str]] = {
    "400.1": {
        "en": "Could not parse the data as {format}: {reason}",
        "fr": "Impossible de lire les données comme {format} : {reason}",
        "ar": "تعذرت قراءة المعطيات بصيغة {format}: {reason}",
    },
    "400.2": {
        "en": "Required parameter {field} missing.",
        "fr": "Il manque le paramètre {field}.",
        "ar": "المعلمة {field} ناقصة.",
    },
    "400.6": {
        "en": "Header {field} is not as expected: {reason}",
        "fr": "L’en-tête {field} n’est pas valable : {reason}",
        "ar": "الترويسة {field} غير صالحة: {reason}",
    },
    "400.8": {
        "en": "Unexpected {field} value: {reason}",
        "fr": "Valeur inattendue pour {field} : {reason}",
        "ar": "قيمة غير متوقعة للحقل {field}: {reason}",
    },
    "400.15": {
        "en": "The XLSForm is not valid: {reason}",
        "fr": "Le XLSForm n’est pas valable : {reason}",
        "ar": "ملف XLSForm غير صالح: {reason}",
    },
    "400.17": {
        "en": "The new password is the old one. Choose another.",
        "fr": "Le nouveau mot de passe est l’ancien. Choisissez-en un autre.",
        "ar": "كلمة السر الجديدة هي القديمة. اختر أخرى.",
    },
    "400.18": {
        "en": "The OData filter could not be read: {reason}",
        "fr": "Le filtre OData est illisible : {reason}",
        "ar": "تعذرت قراءة مرشح OData: {reason}",
    },
    "400.23": {
        "en": "Could not find a property named '{property}'.",
        "fr": "Aucune propriété ne s’appelle « {property} ».",
        "ar": "لا توجد خاصية باسم «{property}».",
    },
    "400.34": {
        "en": "The record that $skiptoken names is not there.",
        "fr": "L’enregistrement que nomme $skiptoken est introuvable.",
        "ar": "السجل المذكور في $skiptoken غير موجود.",
    },
    "400.35": {
        "en": "Invalid $skiptoken.",
        "fr": "$skiptoken non valable.",
        "ar": "قيمة $skiptoken غير صالحة.",
    },
    "400.50": {
        "en": "The body was cut on its way ({reason}). Send it again.",
        "fr": "Les données ont été coupées en route ({reason}). Envoyez-les à nouveau.",
        "ar": "انقطعت المعطيات في الطريق ({reason}). أعيدي الإرسال.",
    },
    "400.51": {
        "en": "This app speaks protocol {protocol}, this server up to {newest}. Nothing was taken in: keep everything on the "
        "phone; the chamber must update its server, then send again.",
        "fr": "Cette application parle le protocole {protocol}, ce serveur jusqu’au {newest}. Rien n’a été pris : gardez tout "
        "sur le téléphone ; la Chambre doit mettre son serveur à jour, puis renvoyez.",
        "ar": "هذا التطبيق يستعمل البروتوكول {protocol} والخادم لا يفهم إلا حتى {newest}. لم يؤخذ شيء: احتفظي بكل شيء في الهاتف؛ "
        "على الغرفة تحديث خادمها، ثم أعيدي الإرسال.",
    },
    "401.2": {
        "en": "Could not authenticate with the provided credentials.",
        "fr": "Identification refusée : vérifiez le jeton, ou l’adresse et le mot de passe.",
        "ar": "تعذر التحقق من الهوية: راجعي الرمز أو البريد وكلمة السر.",
    },
    "401.3": {
        "en": "This way of signing in is only available over HTTPS.",
        "fr": "Cette façon de s’identifier n’est possible qu’en HTTPS.",
        "ar": "هذه الطريقة في الدخول متاحة عبر HTTPS فقط.",
    },
    "400.16": {
        "en": "This password is too short or too easily guessed: at least 10 characters, better four words that do not belong together.",
        "fr": "Ce mot de passe est trop court ou trop facile à deviner : au moins 10 caractères, mieux quatre mots sans rapport.",
        "ar": "كلمة السر قصيرة أو سهلة التخمين: 10 أحرف على الأقل، والأفضل أربع كلمات لا علاقة بينها.",
    },
    "401.4": {
        "en": "This code is wrong, too old or already used. Wait for the next one.",
        "fr": "Ce code est faux, trop ancien ou déjà utilisé. Attendez le suivant.",
        "ar": "هذا الرمز خاطئ أو قديم أو مستعمل. انتظر الرمز التالي.",
    },
    "401.5": {
        "en": "This account has a second factor: programs sign in by POST /v1/sessions with email, password and code.",
        "fr": "Ce compte a un second facteur : les programmes s’identifient par POST /v1/sessions avec email, password et code.",
        "ar": "لهذا الحساب عامل ثان: تدخل البرامج عبر POST /v1/sessions مع email وpassword وcode.",
    },
    "403.1": {
        "en": "You are signed in, but without the right to do that.",
        "fr": "Vous êtes identifié, mais sans le droit de faire cela.",
        "ar": "أنت مسجلة الدخول، لكن دون صلاحية للقيام بذلك.",
    },
    "403.50": {
        "en": "This phone was revoked. What it sent is kept aside until an officer looks at it.",
        "fr": "Ce téléphone a été révoqué. Son envoi est mis de côté jusqu’à l’avis de la Chambre.",
        "ar": "أُلغي هذا الهاتف. ما أرسله محفوظ جانبا إلى أن تنظر فيه الغرفة.",
    },
    "403.51": {
        "en": "The page is too old or was sent from elsewhere. Reload it and try again.",
        "fr": "La page est trop ancienne ou vient d’ailleurs. Rechargez-la et recommencez.",
        "ar": "الصفحة قديمة أو مصدرها مجهول. أعد تحميلها ثم حاول مجددا.",
    },
    "403.52": {
        "en": "This password was made for you. Sign in at the desk in a browser and choose your own first.",
        "fr": "Ce mot de passe a été fait pour vous. Entrez d’abord au bureau par un navigateur et choisissez le vôtre.",
        "ar": "كلمة السر هذه أُنشئت لك. ادخل أولا إلى المكتب بالمتصفح واختر كلمتك.",
    },
    "403.53": {
        "en": "Your role asks for a second factor. Sign in at the desk in a browser and set it up first.",
        "fr": "Votre fonction demande un second facteur. Entrez d’abord au bureau par un navigateur et activez-le.",
        "ar": "وظيفتك تتطلب عاملا ثانيا. ادخل أولا إلى المكتب بالمتصفح وفعّله.",
    },
    "404.1": {
        "en": "Could not find what you were looking for.",
        "fr": "Introuvable.",
        "ar": "غير موجود.",
    },
    "404.6": {
        "en": "The form '{form_id}', version '{form_version}', is not known here.",
        "fr": "Le formulaire « {form_id} », version « {form_version} », n’est pas connu ici.",
        "ar": "الاستمارة «{form_id}»، النسخة «{form_version}»، غير معروفة هنا.",
    },
    "404.50": {
        "en": "This enrolment code is unknown, already used, or older than seven days. Ask the chamber for a new one.",
        "fr": "Ce code d’inscription est inconnu, déjà utilisé ou a plus de sept jours. Demandez-en un autre à la Chambre.",
        "ar": "رمز التسجيل مجهول أو مستعمل من قبل أو مضى عليه أكثر من سبعة أيام. اطلبي رمزا جديدا من الغرفة.",
    },
    "404.51": {
        "en": "This link is unknown, already used, or older than a day. Ask an administrator for a new one.",
        "fr": "Ce lien est inconnu, déjà utilisé ou a plus d’un jour. Demandez-en un autre à un administrateur.",
        "ar": "هذا الرابط مجهول أو مستعمل أو مضى عليه أكثر من يوم. اطلب رابطا جديدا من المسؤول.",
    },
    "405.1": {
        "en": "This address does not take that method.",
        "fr": "Cette adresse n’accepte pas cette méthode.",
        "ar": "هذا العنوان لا يقبل هذه الطريقة.",
    },
    "406.1": {
        "en": "This address answers in {allowed} only.",
        "fr": "Cette adresse ne répond qu’en {allowed}.",
        "ar": "هذا العنوان يجيب بصيغة {allowed} فقط.",
    },
    "409.1": {
        "en": "A submission with this instanceID exists already, with different content.",
        "fr": "Un envoi porte déjà cet instanceID, avec un autre contenu.",
        "ar": "يوجد إرسال بنفس المعرف instanceID وبمحتوى مختلف.",
    },
    "409.3": {
        "en": "{what} exists already.",
        "fr": "{what} existe déjà.",
        "ar": "{what} موجود من قبل.",
    },
    "409.6": {
        "en": "Form '{form_id}' version '{version}' is published already with other content. Give the new one another version.",
        "fr": "Le formulaire « {form_id} » version « {version} » est déjà publié avec un autre contenu. Changez la version.",
        "ar": "الاستمارة «{form_id}» النسخة «{version}» منشورة من قبل بمحتوى آخر. غيّر رقم النسخة.",
    },
    "409.50": {
        "en": "The forms contradict one another: {reason}",
        "fr": "Les formulaires se contredisent : {reason}",
        "ar": "الاستمارات متناقضة: {reason}",
    },
    "409.51": {
        "en": "Somebody changed this meanwhile. Look at it again before you decide.",
        "fr": "Quelqu’un a modifié cette fiche entre-temps. Regardez-la à nouveau avant de décider.",
        "ar": "عدّل أحدهم هذه البطاقة في هذه الأثناء. راجعها قبل أن تقرر.",
    },
    "409.52": {
        "en": "The upload is at another offset.",
        "fr": "Le téléversement en est à une autre position.",
        "ar": "الرفع متوقف عند موضع آخر.",
    },
    "409.54": {
        "en": "Somebody must be left to administer: name another administrator first.",
        "fr": "Il faut que quelqu’un puisse administrer : nommez d’abord un autre administrateur.",
        "ar": "يجب أن يبقى من يدير: عيّن أولا مديرا آخر.",
    },
    "409.53": {
        "en": "The data of this woman were erased. Nothing about her is stored.",
        "fr": "Les données de cette femme ont été effacées. Rien à son sujet n’est conservé.",
        "ar": "مُحيت معطيات هذه المرأة. لا يُحفظ شيء بشأنها.",
    },
    "409.59": {
        "en": "{count} of these women cannot have the paper now. Nothing was issued.",
        "fr": "{count} de ces femmes ne peuvent pas recevoir le document maintenant. Rien n’a été délivré.",
        "ar": "{count} من هؤلاء النساء لا يمكنهن تسلم الوثيقة الآن. لم تُسلَّم أي وثيقة.",
    },
    "413.1": {
        "en": "Too large: at most {limit_bytes} bytes and {limit_items} items at once. Send less at a time.",
        "fr": "Trop gros : au plus {limit_bytes} octets et {limit_items} éléments à la fois. Envoyez-en moins.",
        "ar": "أكبر من اللازم: {limit_bytes} بايت و{limit_items} عنصرا على الأكثر في كل مرة.",
    },
    "415.1": {
        "en": "Unsupported content: expected {expected}.",
        "fr": "Contenu non pris en charge : {expected} attendu.",
        "ar": "محتوى غير مدعوم: المنتظر {expected}.",
    },
    "422.50": {
        "en": "The item is not valid: {reason}",
        "fr": "Élément non valable : {reason}",
        "ar": "عنصر غير صالح: {reason}",
    },
    "422.51": {
        "en": "It was sealed to the key {key_id}, which is not here. It is kept as it came, and opens once the key is back.",
        "fr": "Scellé pour la clé {key_id}, qui n’est pas ici. Gardé tel quel, il s’ouvrira quand la clé sera remise.",
        "ar": "مختوم للمفتاح {key_id} غير الموجود هنا. حُفظ كما ورد، ويُفتح عند إعادة المفتاح.",
    },
    "422.52": {
        "en": "What was sealed cannot be opened: {reason}",
        "fr": "L’envoi scellé ne s’ouvre pas : {reason}",
        "ar": "تعذر فتح الإرسال المختوم: {reason}",
    },
    "422.53": {
        "en": "The hand-over file is not genuine: {reason}. Nothing was taken in.",
        "fr": "Le fichier de relais n’est pas authentique : {reason}. Rien n’a été pris.",
        "ar": "ملف التسليم غير موثوق: {reason}. لم يؤخذ منه شيء.",
    },
    "422.54": {
        "en": "The list cannot be taken in: {reason}. Nothing was changed.",
        "fr": "La liste ne peut pas être reprise : {reason}. Rien n’a été changé.",
        "ar": "تعذر أخذ القائمة: {reason}. لم يتغير شيء.",
    },
    "422.55": {
        "en": "The template cannot be used: {reason}",
        "fr": "Ce modèle ne peut pas servir : {reason}",
        "ar": "لا يمكن استعمال هذا النموذج: {reason}",
    },
    "429.1": {
        "en": "Too many tries. Wait a minute.",
        "fr": "Trop d’essais. Attendez une minute.",
        "ar": "محاولات كثيرة. انتظر دقيقة.",
    },
    "429.2": {
        "en": "Too many tries failed for this address. Try again in {seconds} s.",
        "fr": "Trop d’essais ont échoué pour cette adresse. Réessayez dans {seconds} s.",
        "ar": "محاولات فاشلة كثيرة لهذا العنوان. أعد المحاولة بعد {seconds} ثانية.",
    },
    "460.1": {
        "en": "The bytes that arrived do not have the announced hash. Send the file again.",
        "fr": "Les octets reçus n’ont pas l’empreinte annoncée. Renvoyez le fichier.",
        "ar": "البايتات المستلمة لا توافق البصمة المعلنة. أعيدي إرسال الملف.",
    },
    "500.1": {
        "en": "Something went wrong on the server. Nothing you sent is lost on your side: try again later.",
        "fr": "Le serveur a rencontré un problème. Rien n’est perdu de votre côté : réessayez plus tard.",
        "ar": "حدث خلل في الخادم. لم يضع شيء من جهتك: حاولي لاحقا.",
    },
    "501.1": {
        "en": "{feature} is not offered here.",
        "fr": "{feature} n’est pas proposé ici.",
        "ar": "{feature} غير متاح هنا.",
    },
    "501.4": {
        "en": "The filter uses what is not offered here: {text}",
        "fr": "Le filtre utilise ce qui n’est pas proposé ici : {text}",
        "ar": "يستعمل المرشح ما هو غير متاح هنا: {text}",
    },
    "501.5": {
        "en": "The filter asks about a field that cannot be filtered by: {text}",
        "fr": "Le filtre porte sur un champ qui ne peut servir de filtre : {text}",
        "ar": "يسأل المرشح عن حقل لا يمكن الترشيح به: {text}",
    },
    "501.6": {
        "en": "Only $expand=* is offered, not {text}.",
        "fr": "Seul $expand=* est proposé, pas {text}.",
        "ar": "المتاح هو $expand=* فقط، وليس {text}.",
    },
    "501.11": {
        "en": "$select is not offered together with $expand.",
        "fr": "$select n’est pas proposé avec $expand.",
        "ar": "لا يمكن استعمال $select مع $expand.",
    },
    "503.1": {
        "en": "The server is busy. Try again shortly.",
        "fr": "Le serveur est occupé. Réessayez bientôt.",
        "ar": "الخادم مشغول. حاولي بعد قليل.",
    },
    "503.50": {
        "en": "The server's disk is full. What was not confirmed is not stored: keep it and send it again later.",
        "fr": "Le disque du serveur est plein. Ce qui n’est pas confirmé n’est pas enregistré : gardez-le et renvoyez-le plus tard.",
        "ar": "قرص الخادم ممتلئ. ما لم يؤكد لم يُحفظ: احتفظي به وأعيدي إرساله لاحقا.",
    },
    "503.51": {
        "en": "The server cannot write to its disk. What was not confirmed is not stored: keep it and send it again later.",
        "fr": "Le serveur ne peut pas écrire sur son disque. Ce qui n’est pas confirmé n’est pas enregistré : gardez-le et renvoyez-le plus tard.",
        "ar": "لا يستطيع الخادم الكتابة على قرصه. ما لم يؤكد لم يُحفظ: احتفظي به وأعيدي إرساله لاحقا.",
    },
    "503.52": {
        "en": "The store of the photographs cannot be reached. What was not confirmed is not stored: keep it and send it again later.",
        "fr": "Le magasin des photos est injoignable. Ce qui n’est pas confirmé n’est pas enregistré : gardez-le et renvoyez-le plus tard.",
        "ar": "تعذر الوصول إلى مخزن الصور. ما لم يؤكد لم يُحفظ: احتفظي به وأعيدي إرساله لاحقا.",
    },
}


class Problem(Exception):
    """An answer that is not the one hoped for.

    :param code: one of ``MESSAGES``; its whole part is the HTTP status.
    :param details: fields of the message, given to the client too; never a secret.
    """

    def __init__(self, code: str, **details: Any) -> None:
        self.code = code
        self.details = details
        super().__init__(self.message("en"))

    @property
    def status(self) -> int:
        return int(self.code.split(".", 1)[0])

    def message(self, language: str = "en") -> str:
        texts = MESSAGES[self.code]
        return texts.get(language, texts["en"]).format_map(_Blank(self.details))


class _Blank(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return ""


def problem_of(error: Exception) -> Problem:
    """Map an error of a pure package, or of the framework, to the problem that clients see."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, XmlError):
        return Problem("400.1", format="XML", reason=str(error))
    if isinstance(error, InstanceError):
        return Problem("422.50", reason=str(error))
    if isinstance(error, XlsformError | XformError):
        return Problem("400.15", reason=str(error), problems=problem_rows(error))
    if isinstance(error, CSRFError):
        return Problem("403.51")
    if isinstance(error, HTTPException):
        return _framework(error)
    return Problem(find_trouble(error) or "500.1")


def problem_rows(error: FormsError) -> list[dict[str, Any]]:
    """List what is wrong in a form, a row each: ``message``, and ``sheet``, ``row``, ``column`` where known."""
    if isinstance(error, XlsformError):
        return [{"message": p.message, "sheet": p.sheet, "row": p.row, "column": p.column} for p in error.problems]
    return [{"message": text} for text in getattr(error, "problems", None) or [str(error)]]


def _framework(error: HTTPException) -> Problem:
    status = error.code or 500
    known = {400: "400.50", 401: "401.2", 403: "403.1", 404: "404.1", 405: "405.1", 429: "429.1", 503: "503.1"}
    if status == 413:
        return Problem("413.1", limit_bytes=request.max_content_length, limit_items=None)
    if status == 415:
        return Problem("415.1", expected="application/json")
    if status in known:
        return Problem(known[status], reason=error.description or "")
    return Problem("500.1") if status >= 500 else Problem("400.8", field="request", reason=error.description or "")


def init_errors(app: Flask, render_page: Any) -> None:
    """Answer every error in the form its reader expects: JSON for programs, OpenRosa XML for Collect, a page for people.

    :param render_page: ``(problem, request_id) -> str``, the page for a browser.
    """

    @app.errorhandler(Exception)
    def _answer(error: Exception) -> Response | HTTPException:
        if isinstance(error, HTTPException) and error.code is not None and 300 <= error.code < 400:
            return error
        problem = problem_of(error)
        request_id = g.get("request_id", "")
        if problem.status >= 500 and problem.status != 501:  # 501 is the caller's
            log.error("failed", request_id=request_id, path=safe_path(request.path), exc_info=error)
        if wants_page():
            response = Response(render_page(problem, request_id), mimetype="text/html")
        elif wants_openrosa():
            response = _render_openrosa(problem)
        else:
            response = _render_json(problem, request_id)
        response.status_code = problem.status
        if problem.status == 401 and not wants_page():
            response.headers["WWW-Authenticate"] = 'Bearer realm="hirfa"'
        if problem.status in (429, 503):
            response.headers["Retry-After"] = str(problem.details.get("seconds", 60))
        return response


def _render_json(problem: Problem, request_id: str) -> Response:
    return jsonify(
        code=problem.code,
        message=problem.message(choose_language(request)),
        details=problem.details,
        requestId=request_id,
    )


def _render_openrosa(problem: Problem) -> Response:
    message = f"{problem.message(choose_language(request))} ({problem.code})"
    return Response(write_response(message, "error"), content_type="text/xml; charset=utf-8")


def wants_openrosa() -> bool:
    """Say whether a client of OpenRosa waits for the answer."""
    return request.path.startswith("/v1/key/")


def wants_page() -> bool:
    """Say whether a person in a browser waits for the answer."""
    return not request.path.startswith("/v1/") and request.accept_mimetypes.accept_html


def safe_path(path: str) -> str:
    """Hide the token in ``/v1/key/<token>/…`` before a path is logged."""
    parts = path.split("/")
    if len(parts) > 3 and parts[1:3] == ["v1", "key"]:
        parts[3] = "***"
    if len(parts) > 2 and parts[1] == "reset":
        parts[2] = "***"
    return "/".join(parts)
