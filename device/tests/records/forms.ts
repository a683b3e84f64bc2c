// Small forms in the shape that pyxform gives them.

const HEAD = `<?xml version="1.0"?><h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:jr="http://openrosa.org/javarosa"
 xmlns:hirfa="urn:hirfa:xforms:1" xmlns:entities="http://www.opendatakit.org/xforms/entities">`;

/** Registers women: a name, a trade, other trades. */
export const REGISTRATION = `${HEAD}<h:head><h:title>Inscription – تسجيل</h:title><model entities:entities-version="2024.1.0"><itext>
<translation lang="Français (fr)" default="true()"><text id="/data/nom:label"><value>Nom</value></text><text id="metier-0"><value>Pâtes</value></text></translation>
<translation lang="العربية (ar)"><text id="/data/nom:label"><value>اللقب</value></text><text id="metier-0"><value>عجائن</value></text></translation></itext>
<instance><data id="inscription" version="1"><nom/><g><metier/><metiers_sec/><telephone/></g><code/><meta><entity dataset="femmes" create="1" id=""><label/></entity><instanceID/><instanceName/></meta></data></instance>
<instance id="metier"><root><item><itextId>metier-0</itextId><name>pates</name></item><item><itextId>metier-1</itextId><name>couture</name></item></root></instance>
<bind nodeset="/data/nom" type="string" entities:saveto="nom"/>
<bind nodeset="/data/g/metier" type="string" entities:saveto="metier" hirfa:merge="last"/>
<bind nodeset="/data/g/metiers_sec" type="string" entities:saveto="metiers_sec" hirfa:merge="union"/>
<bind nodeset="/data/g/telephone" type="string" entities:saveto="telephone" hirfa:visibility="office"/>
<bind nodeset="/data/code" type="string" calculate="'x'" entities:saveto="code"/>
<bind nodeset="/data/meta/entity/@id" type="string" readonly="true()"/></model></h:head>
<h:body><input ref="/data/nom"><label ref="jr:itext('/data/nom:label')"/></input>
<group ref="/data/g"><select1 ref="/data/g/metier"><label>Métier</label><itemset nodeset="instance('metier')/root/item"><value ref="name"/><label ref="jr:itext(itextId)"/></itemset></select1>
<select ref="/data/g/metiers_sec"><label>Autres</label><item><label>Pâtes</label><value>pates</value></item><item><label>Couture</label><value>couture</value></item></select>
<input ref="/data/g/telephone"><label>Téléphone</label></input></group></h:body></h:html>`;

/** Follows a woman up: her name is prefilled by an action, her visits by a calculation, her association from a list. */
export const FOLLOW_UP = `${HEAD}<h:head><h:title>Visite</h:title><model entities:entities-version="2024.1.0">
<instance><data id="visite" version="3"><femme/><x_visites/><nom/><association/><recettes/><visites/><note/><meta><entity dataset="femmes" update="1" baseVersion="" trunkVersion="" branchId="" id=""/><instanceID/></meta></data></instance>
<instance id="femmes" src="jr://file-csv/femmes.csv"/><instance id="asso" src="jr://file-csv/associations.csv"/>
<bind nodeset="/data/femme" type="string" required="true()"/>
<bind nodeset="/data/x_visites" type="string" calculate="instance('femmes')/root/item[name= /data/femme ]/visites"/>
<bind nodeset="/data/nom" type="string" entities:saveto="nom"/>
<setvalue ref="/data/nom" event="xforms-value-changed" value="instance('femmes')/root/item[name= /data/femme ]/nom"/>
<bind nodeset="/data/association" type="string" entities:saveto="association"/>
<bind nodeset="/data/recettes" type="int" entities:saveto="recettes" hirfa:merge="sum" hirfa:unit="DZD"/>
<bind nodeset="/data/visites" type="int" calculate="number( /data/x_visites ) + 1" entities:saveto="visites" hirfa:merge="sum"/>
<bind nodeset="/data/note" type="string" entities:saveto="note" hirfa:merge="append"/>
<bind nodeset="/data/meta/entity/@id" type="string" calculate=" /data/femme "/></model></h:head>
<h:body><select1 ref="/data/femme"><label>Qui ?</label><itemset nodeset="instance('femmes')/root/item"><value ref="name"/><label ref="label"/></itemset></select1>
<input ref="/data/nom"><label>Nom</label></input>
<select1 ref="/data/association"><label>Association</label><itemset nodeset="instance('asso')/root/item"><value ref="code"/><label ref="label"/></itemset></select1>
<input ref="/data/recettes"><label>Recettes</label></input><input ref="/data/note"><label>Note</label></input></h:body></h:html>`;

/** Registers a household and, in a repeat, its members: two lists in one form. */
export const HOUSEHOLD = `${HEAD}<h:head><h:title>Foyer</h:title><model entities:entities-version="2025.1.0">
<instance><data id="foyer" version="1"><adresse/><membre jr:template=""><prenom/><meta><entity dataset="membres" create="1" id=""><label/></entity></meta></membre><meta><entity dataset="foyers" create="1" id=""><label/></entity><instanceID/></meta></data></instance>
<bind nodeset="/data/adresse" type="string" entities:saveto="adresse"/><bind nodeset="/data/membre/prenom" type="string" entities:saveto="prenom"/></model></h:head>
<h:body><input ref="/data/adresse"><label>Adresse</label></input><repeat nodeset="/data/membre"><input ref="/data/membre/prenom"><label>Prénom</label></input></repeat></h:body></h:html>`;

export const WOMAN = '8b0c1c1e-2f0f-4a43-9d0e-0f6c7a1b2c3d';
export const BRANCH = '3b8f6b0a-55b5-4c53-a0a4-0f7e2d7c9e11';

export const filledRegistration = (nom: string, extra = '', id = WOMAN): string =>
  `<data id="inscription" version="1"><nom>${nom}</nom><g><metier>pates</metier>${extra}</g><code>x</code><meta><entity dataset="femmes" create="1" id="${id}"><label>${nom}</label></entity><instanceID>uuid:r</instanceID></meta></data>`;

export const filledVisit = (fields: string, attributes = `baseVersion="4" trunkVersion="4" branchId="${BRANCH}"`, id = WOMAN): string =>
  `<data id="visite" version="3"><femme>${id}</femme>${fields}<meta><entity dataset="femmes" update="1" ${attributes} id="${id}"/><instanceID>uuid:v</instanceID></meta></data>`;
