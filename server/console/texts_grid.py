"""The words around the grid of a session; those inside it are the form page's. Part of ``texts``."""

from __future__ import annotations

from typing import Final

from server.console.words import Words

GRID: Final = {
    "grid.open": Words("Grille", "جدول", "Grid"),
    "grid.title": Words("Toute une séance en une grille", "حصة كاملة في جدول واحد", "A whole session in one grid"),
    "grid.lead": Words(
        "Choisissez les artisanes, donnez une fois les réponses communes, puis une ligne par artisane. Chaque ligne "
        "envoyée compte comme un formulaire rempli.",
        "اختر الحرفيات، وأعط الإجابات المشتركة مرة واحدة، ثم سطرا لكل حرفية. كل سطر مرسل يُحتسب استمارة مملوءة.",
        "Choose the women, give the common answers once, then one row a woman. Each row that is sent counts as a "
        "filled form.",
    ),
    "grid.who": Words("Quelles artisanes ?", "أي حرفيات؟", "Which women?"),
    "grid.session": Words("Code de session ou d’examen", "رمز الدورة أو الامتحان", "Code of a session or exam"),
    "grid.session.hint": Words(
        "Celles qui y ont pris part, par exemple EXAM-2026-03.", "من شاركن فيها، مثل EXAM-2026-03.",
        "Those who took part, for example EXAM-2026-03.",
    ),
    "grid.session.unknown": Words(
        "Aucune artisane n’a encore pris part à une session de ce code. Vérifiez-le, ou choisissez par commune ou "
        "association.",
        "لم تشارك أي حرفية بعد في دورة بهذا الرمز. تحقق منه، أو اختر حسب البلدية أو الجمعية.",
        "No woman took part in a session of that code yet. Check it, or choose by commune or association.",
    ),
    "grid.show": Words("Afficher la grille", "عرض الجدول", "Show the grid"),
    "grid.choose": Words(
        "Choisissez d’abord les artisanes ci-dessus.", "اختر الحرفيات أعلاه أولا.", "Choose the women above first."
    ),
    "grid.nobody": Words("Aucune artisane ne correspond.", "لا توجد حرفية مطابقة.", "No woman fits."),
    "grid.more": Words(
        "{total} artisanes correspondent ; la grille en contient {rows} au plus. Resserrez le choix pour les autres.",
        "{total} حرفية مطابقة؛ يتسع الجدول لـ {rows} على الأكثر. ضيّق الاختيار للبقية.",
        "{total} women fit; a grid holds {rows} at most. Narrow the choice for the others.",
    ),
}  # fmt: skip
