"""The words of officers' acts: corrections, questions, merging, deleting, erasing. Part of ``texts``."""

from __future__ import annotations

from typing import Final

from server.console.words import Words

ACTS: Final = {
    "correction.heading": Words("Correction", "التصحيح", "Correction"),
    "correction.lead": Words(
        "Renvoyez cette fiche à l’agent avec vos mots : elle paraît sur son téléphone à la prochaine synchronisation.",
        "أعد هذه الاستمارة إلى العون مع ملاحظتك: تظهر في هاتفه عند المزامنة القادمة.",
        "Send this form back with your words: it appears on the agent’s phone at the next synchronisation.",
    ),
    "correction.words": Words("Ce qu’il faut corriger", "ما يجب تصحيحه", "What must be corrected"),
    "correction.agent": Words("À qui", "لمن", "To whom"),
    "correction.author": Words("son auteur", "صاحبها", "its author"),
    "correction.send": Words("Renvoyer pour correction", "إعادة للتصحيح", "Send back"),
    "correction.sent": Words("Renvoyée pour correction.", "أعيدت للتصحيح.", "Sent back."),
    "correction.asked": Words("Correction demandée à", "طُلب التصحيح من", "Correction asked of"),
    "correction.by": Words("par", "من طرف", "by"),
    "correction.offered": Words(
        "Son téléphone ne répond plus : elle est proposée aux agents de la commune, sans les données du bureau.",
        "هاتفه لا يجيب: تُعرض على أعوان البلدية دون معطيات المكتب.",
        "That phone is silent: it is offered to the commune’s agents, without the office’s data.",
    ),
    "correction.give": Words("Confier à un autre agent", "إسنادها إلى عون آخر", "Give to another agent"),
    "correction.given": Words("Confiée à un autre agent.", "أُسندت إلى عون آخر.", "Given to another agent."),
    "correction.withdraw": Words("Ne plus demander", "إلغاء الطلب", "Ask no longer"),
    "correction.withdrawn": Words("La correction n’est plus demandée.", "لم يعد التصحيح مطلوبا.", "No longer asked."),
    "correction.need_words": Words(
        "Écrivez ce qu’il faut corriger.", "اكتب ما يجب تصحيحه.", "Write what must be corrected."
    ),
    "state.sent_back": Words("À corriger", "للتصحيح", "Sent back"),
    "question.ask": Words("Demander aux agents", "سؤال الأعوان", "Ask the agents"),
    "question.words": Words("Votre question (facultatif)", "سؤالك (اختياري)", "Your question (optional)"),
    "question.words.for": Words("Question : {property}", "سؤال: {property}", "Question: {property}"),
    "question.asked": Words("Demandé aux agents.", "طُرح السؤال على الأعوان.", "The agents are asked."),
    "question.waiting": Words("Demandé aux agents le", "سُئل الأعوان في", "The agents were asked on"),
    "question.withdraw": Words("Ne plus demander", "إلغاء السؤال", "Ask no longer"),
    "question.withdrawn": Words("Les agents ne sont plus interrogés.", "لم يعد الأعوان مسؤولين.", "No longer asked."),
    "act.heading": Words("Cette fiche", "هذه البطاقة", "This record"),
    "act.merge": Words("Réunir avec une autre fiche", "ضم إلى بطاقة أخرى", "Merge with another record"),
    "act.delete": Words("Supprimer", "حذف", "Delete"),
    "act.restore": Words("Rétablir", "استرجاع", "Restore"),
    "act.erase": Words("Effacer ses données", "محو معطياتها", "Erase her data"),
    "act.stale": Words(
        "La fiche a changé entre-temps. Regardez-la à nouveau, puis décidez.",
        "تغيرت البطاقة في هذه الأثناء. راجعها ثم قرر.",
        "The record changed meanwhile. Look again, then decide.",
    ),
    "merge.title": Words("Réunir deux fiches", "ضم بطاقتين", "Merge two records"),
    "merge.lead": Words(
        "Cherchez l’autre fiche de la même femme.",
        "ابحث عن البطاقة الأخرى للمرأة نفسها.",
        "Find the other record of the same woman.",
    ),
    "merge.compare": Words("Comparer", "مقارنة", "Compare"),
    "merge.none": Words("Aucune autre fiche.", "لا توجد بطاقة أخرى.", "No other record."),
    "merge.none.todo": Words(
        "Essayez moins de mots, ou l’autre écriture.", "جرب كلمات أقل أو الكتابة الأخرى.", "Try fewer words."
    ),
    "merge.property": Words("Donnée", "المعلومة", "Property"),
    "merge.keep": Words("Garder cette fiche", "الإبقاء على هذه البطاقة", "Keep this record"),
    "merge.same": Words("identique", "مطابق", "same"),
    "merge.words": Words(
        "L’autre en fera partie : rien n’est perdu, ce qui diffère sera à trancher, et la réunion peut être défaite.",
        "تصبح الأخرى جزءا منها: لا يضيع شيء، وما اختلف يُفصل فيه، ويمكن التراجع عن الضم.",
        "The other becomes part of it: nothing is lost, what differs will have to be settled, and it can be undone.",
    ),
    "merge.do": Words("C’est la même femme : réunir", "المرأة نفسها: ضم", "The same woman: merge"),
    "merge.done": Words("Les deux fiches sont réunies.", "ضُمت البطاقتان.", "The two records are one."),
    "merge.parts": Words("Fiches réunies à celle-ci", "بطاقات ضُمت إلى هذه", "Records merged into this one"),
    "unmerge.do": Words("Séparer à nouveau", "فصلها من جديد", "Separate again"),
    "unmerge.title": Words("Séparer les deux fiches ?", "فصل البطاقتين؟", "Separate the two records?"),
    "unmerge.words": Words(
        "La fiche reparaît telle qu’elle était. Ce qui a été écrit depuis la réunion reste avec l’autre.",
        "تعود البطاقة كما كانت. ما كُتب بعد الضم يبقى مع الأخرى.",
        "The record comes back as it was. What was written since stays with the other.",
    ),
    "unmerge.done": Words("Les fiches sont séparées.", "فُصلت البطاقتان.", "The records are separate."),
    "delete.title": Words("Supprimer cette fiche ?", "حذف هذه البطاقة؟", "Delete this record?"),
    "delete.words": Words(
        "Elle quitte les téléphones et le classeur. Son histoire reste, et vous pouvez la rétablir. "
        "Si un agent l’a visitée sans le savoir, ce sera à trancher.",
        "تختفي من الهواتف والمصنف. يبقى تاريخها ويمكنك استرجاعها. وإن زارها عون دون علم بالحذف يُفصل في الأمر.",
        "It leaves the phones and the workbook. Its history stays and you can restore it. "
        "If an agent visited her without knowing, that will have to be settled.",
    ),
    "delete.done": Words("La fiche est supprimée.", "حُذفت البطاقة.", "The record is deleted."),
    "restore.done": Words("La fiche est rétablie.", "استُرجعت البطاقة.", "The record is restored."),
    "erase.title": Words("Effacer ses données ?", "محو معطياتها؟", "Erase her data?"),
    "erase.words": Words(
        "Loi 18-07 : son nom, ses réponses, ses textes et ses photos disparaissent pour toujours, de cette fiche "
        "et de celles qui lui sont réunies. Il reste des numéros, des dates, sa commune, "
        "son métier et des comptes. On ne peut pas revenir en arrière.",
        "القانون 18-07: يُمحى اسمها وإجاباتها ونصوصها وصورها إلى الأبد، من هذه البطاقة ومما ضُم إليها. "
        "تبقى أرقام وتواريخ وبلديتها وحرفتها وأعداد. لا رجعة في ذلك.",
        "Law 18-07: her name, answers, texts and photos go for ever, from this record and those merged into it. "
        "Numbers, dates, her commune, trade and counts stay. This cannot be undone.",
    ),
    "erase.type": Words("Pour confirmer, écrivez : {word}", "للتأكيد اكتب: {word}", "To confirm, write: {word}"),
    "erase.mistyped": Words(
        "Ce n’est pas ce qu’il faut écrire. Rien n’a été effacé.", "ليس هذا ما يجب كتابته. لم يُمح شيء.",
        "That is not what to write. Nothing was erased.",
    ),
    "erase.done": Words("Ses données sont effacées.", "مُحيت معطياتها.", "Her data are erased."),
    "erase.busy": Words(
        "Ses données sont effacées, mais la base était occupée : lancez la commande apply-erasures plus tard.",
        "مُحيت معطياتها لكن القاعدة كانت مشغولة: شغّل الأمر apply-erasures لاحقا.",
        "Her data are erased, but the database was busy: run the command apply-erasures later.",
    ),
    "woman.erased": Words(
        "Les données de cette femme ont été effacées (loi 18-07). Il ne reste que des comptes.",
        "مُحيت معطيات هذه المرأة (القانون 18-07). لم تبق إلا أعداد.",
        "This woman’s data were erased (law 18-07). Only counts remain.",
    ),
    "submission.erased": Words(
        "Les réponses au sujet d’une femme ont été effacées de cet envoi (loi 18-07).",
        "مُحيت من هذا الإرسال الإجابات بشأن امرأة (القانون 18-07).",
        "The answers about a woman were erased from this submission (law 18-07).",
    ),
    "quarantine.all": Words("Toutes les raisons", "كل الأسباب", "All reasons"),
    "quarantine.filter": Words("Raison", "السبب", "Reason"),
}  # fmt: skip
