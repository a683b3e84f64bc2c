// One form in Enketo Core, offline: form and CSV come from the page's own cache, as a PWA would keep them.
import { Form } from 'enketo-core';

const read = async (name) => (await fetch(name)).text();

/** Rows of a CSV as the secondary instance that Enketo takes. */
function toExternal(csv, id) {
  const [head, ...rows] = csv.trim().split('\n').map((line) => line.split(','));
  const xml = document.implementation.createDocument(null, 'root');
  for (const row of rows) {
    const item = xml.createElement('item');
    head.forEach((name, i) => {
      const cell = xml.createElement(name);
      cell.textContent = row[i] ?? '';
      item.append(cell);
    });
    xml.documentElement.append(item);
  }
  return { id, xml };
}

const [html, model, csv] = await Promise.all([read('form.html'), read('model.xml'), read('list.csv')]);
document.querySelector('#form').innerHTML = html;
const element = document.querySelector('form.or');
const form = new Form(element, { modelStr: model, external: csv ? [toExternal(csv, 'villages')] : [] }, {});
const errors = form.init();
window.bench = { form, errors };
requestAnimationFrame(() => setTimeout(() => { window.seen = { question: performance.now() }; }));
