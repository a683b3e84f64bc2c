"""Filled forms of the Oran programme, as a phone would send them."""

from __future__ import annotations

from uuid import uuid4

ARABIC_NAME, ARABIC_FIRST = "بن علي", "فاطمة"


def registration(
    woman: str | None = None, *, instance_id: str | None = None, consent: str = "oui", **answers: str
) -> tuple[str, str, str]:
    """Form A as a phone sends it: (xml, instanceID, the woman's id)."""
    woman = woman or str(uuid4())
    instance_id = instance_id or f"uuid:{uuid4()}"
    v = {
        "nom_ar": ARABIC_NAME,
        "prenom_ar": ARABIC_FIRST,
        "nom_fr": "Benali",
        "prenom_fr": "Fatima",
        "prenom_pere": "محمد",
        "annee": "1980",
        "nin": "991980312000010099",
        "commune": "3112",
        "localite": "Kehaïlia",
        "telephone": "0660123456",
        "metier": "pates",
        "metiers_sec": "patisserie",
        "association": "asso_01",
        "photo": "",
        **answers,
    }
    xml = f"""<?xml version="1.0"?><data id="cam_a_inscription" version="2026112701" xmlns:orx="http://openrosa.org/xforms">
<start>2026-11-20T08:00:00.000+01:00</start><end>2026-11-20T08:20:00.000+01:00</end><today>2026-11-20</today><agent>a</agent>
<g_consentement><consent>{consent}</consent><consent_mode>verbal</consent_mode><consent_angem>oui</consent_angem>
<consent_photo>oui</consent_photo><consent_gps>non</consent_gps></g_consentement>
<g_profil><g_identite><piece_presentee>cnibe</piece_presentee><nom_ar>{v["nom_ar"]}</nom_ar><prenom_ar>{v["prenom_ar"]}</prenom_ar>
<nom_fr>{v["nom_fr"]}</nom_fr><prenom_fr>{v["prenom_fr"]}</prenom_fr><nom_marital/><prenom_pere>{v["prenom_pere"]}</prenom_pere>
<type_naissance>presumee</type_naissance><annee_presumee>{v["annee"]}</annee_presumee><annee_naissance>{v["annee"]}</annee_naissance>
<nin>{v["nin"]}</nin></g_identite>
<g_contact><commune>{v["commune"]}</commune><localite>{v["localite"]}</localite><milieu>epars</milieu>
<telephone>{v["telephone"]}</telephone></g_contact>
<g_activite><metier>{v["metier"]}</metier><metiers_sec>{v["metiers_sec"]}</metiers_sec></g_activite>
<g_besoins><association>{v["association"]}</association></g_besoins>
<g_fin><photo_produit>{v["photo"]}</photo_produit></g_fin>
<code_artisane>{v["commune"]}-{woman[:6]}</code_artisane><etape>inscrite</etape></g_profil>
<meta><entity dataset="artisanes" create="{"true" if consent == "oui" else ""}" id="{woman}"><label>{v["nom_ar"]} {v["prenom_ar"]} ({v["annee"]})</label></entity>
<instanceID>{instance_id}</instanceID><instanceName>x</instanceName></meta></data>"""
    return xml, instance_id, woman


def visit(
    woman: str,
    *,
    base: int | str = "",
    trunk: int | str = "",
    branch: str = "",
    instance_id: str | None = None,
    deprecated_id: str = "",
    seen: dict[str, str] | None = None,
    **answers: str,
) -> tuple[str, str]:
    """Form E as a phone sends it: prefilled with what was ``seen``, changed by ``answers``; (xml, instanceID)."""
    instance_id = instance_id or f"uuid:{uuid4()}"
    shown = {
        "nom_fr": "Benali",
        "prenom_fr": "Fatima",
        "commune": "3112",
        "localite": "Kehaïlia",
        "metier": "pates",
        "metiers_sec": "patisserie",
        "association": "asso_01",
        "nb_visites": "",
        "etape": "inscrite",
        **(seen or {}),
    }
    v = {"telephone": "", "prochaine_visite": "", "remarques": "", "date_visite": "2026-11-20", "photo": "", **shown, **answers}
    visits = int(shown["nb_visites"] or 0) + 1
    deprecated = f"<deprecatedID>{deprecated_id}</deprecatedID>" if deprecated_id else ""
    xml = f"""<?xml version="1.0"?><data id="cam_e_visite" version="2026112702">
<start>2026-11-20T08:00:00.000+01:00</start><end>2026-11-20T08:20:00.000+01:00</end><today>2026-11-20</today><agent>a</agent>
<g_choix><artisane>{woman}</artisane><bonne_personne>oui</bonne_personne></g_choix>
<g_visite><consent_visite>oui</consent_visite><date_visite>{v["date_visite"]}</date_visite><lieu_visite>domicile</lieu_visite><presence>seule</presence></g_visite>
<g_fiche><nom_fr>{v["nom_fr"]}</nom_fr><prenom_fr>{v["prenom_fr"]}</prenom_fr><commune>{v["commune"]}</commune><localite>{v["localite"]}</localite>
<metier>{v["metier"]}</metier><metiers_sec>{v["metiers_sec"]}</metiers_sec><association>{v["association"]}</association><telephone>{v["telephone"]}</telephone></g_fiche>
<g_suivi><g_etat><etat_act>active</etat_act><statut_jur>aucun</statut_jur></g_etat>
<g_difficultes><photo_produit>{v["photo"]}</photo_produit><prochaine_visite>{v["prochaine_visite"]}</prochaine_visite><remarques>{v["remarques"]}</remarques></g_difficultes></g_suivi>
<etape>entreprise</etape><nb_visites>{visits}</nb_visites>
<meta><entity dataset="artisanes" update="true" id="{woman}" baseVersion="{base}" trunkVersion="{trunk}" branchId="{branch}"/>
{deprecated}<instanceID>{instance_id}</instanceID></meta></data>"""
    return xml, instance_id
