// Small XForms for the engine's tests, built from parts so that each test shows only what it is about.

const SPACES = [
  'xmlns="http://www.w3.org/2002/xforms"', 'xmlns:h="http://www.w3.org/1999/xhtml"', 'xmlns:jr="http://openrosa.org/javarosa"',
  'xmlns:orx="http://openrosa.org/xforms"', 'xmlns:odk="http://www.opendatakit.org/xforms"', 'xmlns:hirfa="urn:hirfa:xforms:1"',
  'xmlns:entities="http://www.opendatakit.org/xforms/entities"',
].join(' ');

/** An XForm with id "f" whose primary instance is <data>…</data>. */
export function xform(parts: { instance: string; model?: string; body: string; meta?: string }): string {
  return `<?xml version="1.0"?><h:html ${SPACES}><h:head><h:title>F</h:title><model odk:xforms-version="1.0.0"
    entities:entities-version="2024.1.0"><instance><data id="f" version="1">${parts.instance}
    <meta><instanceID/><instanceName/>${parts.meta ?? ''}</meta></data></instance>${parts.model ?? ''}
    <bind nodeset="/data/meta/instanceID" type="string" readonly="true()" jr:preload="uid"/></model></h:head>
    <h:body>${parts.body}</h:body></h:html>`;
}

export function input(path: string, label = path, extra = ''): string {
  return `<input ref="${path}" ${extra}><label>${label}</label></input>`;
}

// jsdom's Blob cannot be read as text; every browser's can.
Blob.prototype.text ??= function text(this: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsText(this);
  });
};
