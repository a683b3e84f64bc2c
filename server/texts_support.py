"""What the agents' app cannot show of a form, said to whoever publishes it, in her language."""

from __future__ import annotations

from forms.support import MISSING, UNKNOWN, Limit

_SAID = {
    "fr": {
        "whole": "Ce formulaire",
        "question": "Question « {question} »",
        "closed": "{whom} : la fonction {name}() n’existe pas. Le formulaire ne s’ouvrira pas sur les téléphones.",
        UNKNOWN: "{whom} : « {name} » n’est pas connu de l’application des agents, qui passera outre.",
        MISSING: "{whom} : l’application des agents n’a pas « {name} ».",
        "plain": "{whom} : « {name} » est montré plus simplement ; la réponse reste la même.",
    },
    "ar": {
        "whole": "هذه الاستمارة",
        "question": "السؤال «{question}»",
        "closed": "{whom}: الدالة {name}() غير موجودة. لن تُفتح الاستمارة على الهواتف.",
        UNKNOWN: "{whom}: «{name}» غير معروف لدى تطبيق الأعوان وسيتجاهله.",
        MISSING: "{whom}: لا يوجد «{name}» في تطبيق الأعوان.",
        "plain": "{whom}: يُعرض «{name}» بشكل أبسط، والإجابة هي نفسها.",
    },
    "en": {
        "whole": "This form",
        "question": "Question “{question}”",
        "closed": "{whom}: the function {name}() does not exist. The form will not open on phones.",
        UNKNOWN: "{whom}: “{name}” is not known to the agents’ app, which passes over it.",
        MISSING: "{whom}: the agents’ app does not have “{name}”.",
        "plain": "{whom}: “{name}” is shown plainer; the answer stays the same.",
    },
}


def say_limit(limit: Limit, language: str) -> str:
    """Say a limit in "fr", "ar" or "en". What stands in a form is text, to be escaped like any other."""
    said = _SAID[language]
    whom = said["question"].format(question=limit.question) if limit.question else said["whole"]
    state = "closed" if limit.state == UNKNOWN and limit.kind == "function" else limit.state
    return said[state].format(whom=whom, name=limit.name)
