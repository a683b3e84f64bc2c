import { createEffect, createRoot } from 'solid-js';
import { describe, expect, it, vi } from 'vitest';
import { FormOpenError, openForm, takeRemembered, type OpenForm, type OpenOptions, type Question } from '../../src/engine/open-form';
import { input, xform } from './forms';

const none = async (): Promise<null> => null;

async function open(xml: string, more: Partial<OpenOptions> = {}): Promise<OpenForm> {
  return openForm({ xml, attachment: none, deviceId: 'd-1', username: 'amel', language: 'fr', ...more });
}

function find(form: OpenForm, name: string): Question {
  const found = form.questions().find((q) => q.name === name);
  if (!found) throw new Error(`no question ${name}`);
  return found;
}

async function valueOf(form: OpenForm, name: string): Promise<string | null> {
  const { xml } = await form.payload();
  return new DOMParser().parseFromString(xml, 'text/xml').getElementsByTagName(name)[0]?.textContent ?? null;
}

const TYPES = xform({
  instance: '<t/><n/><d/><day/><h/><dt/><p/><tr/>',
  model: `<bind nodeset="/data/t" type="string"/><bind nodeset="/data/n" type="int" constraint=". &lt; 100"/>
    <bind nodeset="/data/d" type="decimal"/><bind nodeset="/data/day" type="date"/><bind nodeset="/data/h" type="time"/>
    <bind nodeset="/data/dt" type="dateTime"/><bind nodeset="/data/p" type="geopoint" hirfa:decimals="3"/><bind nodeset="/data/tr" type="geotrace"/>`,
  body: ['t', 'n', 'd', 'day', 'h', 'dt', 'p', 'tr'].map((n) => input(`/data/${n}`)).join(''),
});

describe('answers', () => {
  it.each([
    ['t', 'Fatima الزهراء', 'Fatima الزهراء'],
    ['n', '٤٢', '42'],
    ['n', '1 0', '10'],
    ['d', '12,5', '12.5'],
    ['day', '2026-11-23', '2026-11-23'],
    ['h', '10:30:00.000+01:00', '10:30:00.000+01:00'],
    ['dt', '2026-11-23T10:30:00.000+01:00', '2026-11-23T10:30:00.000+01:00'],
    ['p', '35.7 -0.6 0 12', '35.7 -0.6 0.0 12.0'],
    ['tr', '35.7 -0.6 0 12;35.8 -0.7 0 9', '35.7 -0.6 0.0 12.0;35.8 -0.7 0.0 9.0'],
  ])('%s takes %s', async (name, given, written) => {
    const form = await open(TYPES);
    expect(find(form, name).setText(given)).toBe(true);
    expect(await valueOf(form, name)).toBe(written);
    find(form, name).setText('');
    expect(await valueOf(form, name)).toBe('');
    form.dispose();
  });

  it.each([['n', 'douze', 'notNumber'], ['n', '99999999999', 'tooLarge'], ['d', '1.2.3', 'notNumber'], ['day', '2026-02-31', 'notValid']])(
    '%s refuses %s and is blank', async (name, given, kind) => {
      const form = await open(TYPES);
      expect(find(form, name).setText(given)).toBe(false);
      expect(find(form, name).problem()).toEqual({ kind, message: null });
      expect(await valueOf(form, name)).toBe('');
      find(form, name).setText('');
      expect(find(form, name).problem()).toBeNull();
      form.dispose();
    });

  it('keeps what XML cannot hold out of the XML', async () => {
    const form = await open(TYPES);
    find(form, 't').setText('a\u0000b\u000bc\ud800d <&> 𝄞');
    expect(await valueOf(form, 't')).toBe('abcd <&> 𝄞');
    form.dispose();
  });

  it('tells a constraint as a problem and keeps the answer', async () => {
    const form = await open(TYPES);
    find(form, 'n').setText('100');
    expect(find(form, 'n').problem()?.kind).toBe('constraint');
    expect(await valueOf(form, 'n')).toBe('100');
    expect(find(form, 'p').decimals).toBe(3);
    form.dispose();
  });

  it('tells changes after opening only', async () => {
    const onChange = vi.fn();
    const form = await open(TYPES, { onChange });
    expect(onChange).not.toHaveBeenCalled();
    find(form, 't').setText('x');
    expect(onChange).toHaveBeenCalledTimes(1);
    form.dispose();
  });
});

const RELEVANT = xform({
  instance: '<a/><g><b/><c>7</c></g>',
  model: `<bind nodeset="/data/a" type="string"/><bind nodeset="/data/g" relevant="/data/a = 'oui'"/>
    <bind nodeset="/data/g/b" type="string" required="true()"/><bind nodeset="/data/g/c" type="int"/>
    <setvalue event="odk-instance-first-load" ref="/data/g/b" value="concat('x', 1 + 1)"/>`,
  body: `${input('/data/a')}<group ref="/data/g">${input('/data/g/b')}${input('/data/g/c')}</group>`,
});

describe('relevance', () => {
  it('gives a dynamic default to a group that was irrelevant when the form opened', async () => {
    const form = await open(RELEVANT);
    expect(form.questions().map((q) => q.name)).toEqual(['a']);
    find(form, 'a').setText('oui');
    expect(form.questions().map((q) => q.name)).toEqual(['a', 'b', 'c']);
    expect(await valueOf(form, 'b')).toBe('x2');
    form.dispose();
  });

  it('gives that default also when the draft was left before the group became relevant', async () => {
    const first = await open(RELEVANT);
    const draft = await first.payload();
    expect(draft.xml).not.toContain('<b>');
    first.dispose();
    const again = await open(RELEVANT, { draft });
    find(again, 'a').setText('oui');
    expect(await valueOf(again, 'b')).toBe('x2');
    expect(await valueOf(again, 'c')).toBe('7');
    again.dispose();
  });

  it('keeps an answer that becomes irrelevant and relevant again while open', async () => {
    const form = await open(RELEVANT);
    find(form, 'a').setText('oui');
    find(form, 'b').setText('mien');
    find(form, 'a').setText('non');
    expect((await form.payload()).xml).not.toContain('mien');
    find(form, 'a').setText('oui');
    expect(await valueOf(form, 'b')).toBe('mien');
    form.dispose();
  });

  it('keeps a default that was cleared blank after the draft is restored', async () => {
    const first = await open(RELEVANT);
    find(first, 'a').setText('oui');
    find(first, 'b').setText('');
    const draft = await first.payload();
    first.dispose();
    const again = await open(RELEVANT, { draft });
    expect(find(again, 'b').answer()).toBe('');
    expect(find(again, 'b').problem()?.kind).toBe('required');
    again.dispose();
  });
});

const PHOTO = xform({
  instance: '<t/><p/>',
  model: '<bind nodeset="/data/t" type="string"/><bind nodeset="/data/p" type="binary" orx:max-pixels="800"/>',
  body: `${input('/data/t')}<upload ref="/data/p" mediatype="image/*"><label>P</label></upload>`,
});

describe('drafts and files', () => {
  it('keeps instanceID and an untouched photo over two restores', async () => {
    const first = await open(PHOTO);
    expect(find(first, 'p').maxPixels).toBe(800);
    find(first, 'p').setFile(new File(['jpeg'], 'p-1.jpg', { type: 'image/jpeg' }));
    let draft = await first.payload();
    const { instanceId } = draft;
    expect(instanceId).toMatch(/^uuid:[0-9a-f]{8}-[0-9a-f]{4}-4/);
    first.dispose();
    for (let round = 0; round < 2; round += 1) {
      const again = await open(PHOTO, { draft });
      find(again, 't').setText(`tour ${round}`);
      draft = await again.payload();
      expect(draft.instanceId).toBe(instanceId);
      expect(draft.files.map((f) => f.name)).toEqual(['p-1.jpg']);
      expect(draft.xml).toContain('<p>p-1.jpg</p>');
      again.dispose();
    }
  });

  it('forgets a restored photo that is removed or replaced', async () => {
    const first = await open(PHOTO);
    find(first, 'p').setFile(new File(['jpeg'], 'p-1.jpg', { type: 'image/jpeg' }));
    const draft = await first.payload();
    first.dispose();
    const again = await open(PHOTO, { draft });
    await vi.waitFor(() => expect(find(again, 'p').file()).not.toBeNull());
    find(again, 'p').setFile(null);
    let now = await again.payload();
    expect(now.xml).not.toContain('p-1.jpg');
    expect(now.files).toEqual([]);
    find(again, 'p').setFile(new File(['other'], 'p-2.jpg', { type: 'image/jpeg' }));
    now = await again.payload();
    expect(now.files.map((f) => f.name)).toEqual(['p-2.jpg']);
    again.dispose();
  });

  it('says why a draft of another form does not open', async () => {
    const first = await open(PHOTO);
    const draft = await first.payload();
    first.dispose();
    const other = { ...draft, xml: draft.xml.replace('id="f"', 'id="g"') };
    await expect(open(PHOTO, { draft: other })).rejects.toMatchObject({ code: 'draft' });
  });
});

describe('editing a finished form', () => {
  const EDITED = xform({
    instance: '<femme/><nom/><nin/><p/><total/>', meta: '<entity dataset="femmes" update="1" baseVersion="" trunkVersion="" branchId="" id=""/>',
    model: `<instance id="femmes" src="jr://file-csv/femmes.csv"/><bind nodeset="/data/femme" type="string"/><bind nodeset="/data/nom" type="string"/>
      <setvalue ref="/data/nom" event="xforms-value-changed" value="instance('femmes')/root/item[name= /data/femme ]/nom"/>
      <bind nodeset="/data/nin" type="string" required="true()"/><bind nodeset="/data/p" type="binary"/><bind nodeset="/data/total" type="int" calculate="1 + 1"/>
      <bind nodeset="/data/meta/entity/@id" type="string" calculate=" /data/femme "/>
      ${['baseVersion:__version', 'trunkVersion:__trunkVersion', 'branchId:__branchId'].map((pair) => `<bind nodeset="/data/meta/entity/@${pair.split(':')[0]}" type="string" readonly="true()" calculate="instance('femmes')/root/item[name= /data/femme ]/${pair.split(':')[1]}"/>`).join('')}`,
    body: `<select1 ref="/data/femme"><label>Qui</label><itemset nodeset="instance('femmes')/root/item"><value ref="name"/><label ref="label"/></itemset></select1>
      ${['nom', 'nin'].map((n) => input(`/data/${n}`)).join('')}<upload ref="/data/p" mediatype="image/*"><label>P</label></upload>`,
  });
  const sent = '<data id="f" version="1"><femme>w</femme><nom>Typed</nom><p>a.jpg</p><total>2</total><meta><entity dataset="femmes" update="1" baseVersion="2" trunkVersion="2" branchId="B2" id="w"/><instanceID>uuid:old</instanceID></meta></data>';
  const attachment = (): Promise<Blob> => Promise.resolve(new Blob(['name,label,nom,__version,__trunkVersion,__branchId\nw,Ben,Now,7,7,B7\n'], { type: 'text/csv' }));
  const options = { attachment, preset: { entityQuestion: '/data/femme', entityId: 'w', list: 'femmes' } };

  it.each([['with its photo here', [{ name: 'a.jpg', blob: new Blob(['jpeg']) }]], ['with its photo at the server alone', []]])(
    'gets a new id, names the old one, takes its place on the record as it is now and keeps answers, %s', async (_, files) => {
      let form = await open(EDITED, { ...options, edit: { xml: sent, files } });
      const first = await form.payload();
      const { instanceId } = first;
      expect(instanceId).not.toBe('uuid:old');
      form.dispose();
      // Left as a draft and taken up again, it is the same edit.
      form = await open(EDITED, { ...options, draft: first });
      find(form, 'nin').setText('1');
      const { xml, files: kept } = await form.payload();
      expect(xml).toContain('<deprecatedID>uuid:old</deprecatedID>');
      expect(xml).toContain(`<instanceID>${instanceId}</instanceID>`);
      expect(xml).toContain('baseVersion="7" trunkVersion="7" branchId="B7" id="w"');
      expect(xml).toContain('<nom>Typed</nom>');
      expect(xml).toContain('<p>a.jpg</p>');
      expect(kept.map((file) => file.name)).toEqual(files.map((file) => file.name));
      form.dispose();
    });

  it('lets a question stay blank whose answer was withheld', async () => {
    const form = await open(EDITED, { ...options, edit: { xml: sent, files: [] } });
    expect(find(form, 'nin').problem()?.kind).toBe('required');
    form.dispose();
    const other = await open(EDITED, { ...options, edit: { xml: sent, files: [] }, withheld: ['/data/nin'] });
    expect(find(other, 'nin').problem()).toBeNull();
    other.dispose();
  });

  it('keeps the id of a woman that the form registered', async () => {
    const REGISTER = xform({
      instance: '<nom/>', meta: '<entity dataset="femmes" create="1" id=""><label/></entity>',
      model: `<bind nodeset="/data/nom" type="string"/><bind nodeset="/data/meta/entity/@id" type="string" readonly="true()"/>
        <setvalue event="odk-instance-first-load" ref="/data/meta/entity/@id" value="uuid()"/><bind nodeset="/data/meta/entity/label" type="string" calculate=" /data/nom "/>`,
      body: input('/data/nom'),
    });
    const form = await open(REGISTER, { edit: { xml: '<data id="f" version="1"><nom>Ben</nom><meta><entity dataset="femmes" create="1" id="w"><label>Ben</label></entity><instanceID>uuid:old</instanceID></meta></data>', files: [] } });
    find(form, 'nom').setText('Bin');
    const { xml } = await form.payload();
    expect(xml).toContain('create="1" id="w"');
    expect(xml).toContain('<label>Bin</label>');
    form.dispose();
  });
});

const REPEAT = xform({
  instance: '<r jr:template=""><n/></r><r><n/></r><s/>',
  model: `<bind nodeset="/data/r/n" type="int"/><bind nodeset="/data/s" type="string" calculate="sum(/data/r/n)"/>`,
  body: `<group ref="/data/r"><label>Enfant</label><repeat nodeset="/data/r">${input('/data/r/n')}</repeat></group>`,
});

describe('repeats', () => {
  it('adds, removes and restores them, none at all included', async () => {
    const form = await open(REPEAT);
    const repeat = (f: OpenForm) => {
      const found = f.children().flatMap((n) => (n.kind === 'group' ? n.children() : [n])).find((n) => n.kind === 'repeat');
      if (found?.kind !== 'repeat') throw new Error('no repeat');
      return found;
    };
    expect(repeat(form).instances()).toHaveLength(1);
    repeat(form).add();
    form.questions().forEach((q, i) => q.setText(String(i + 1)));
    expect(await valueOf(form, 's')).toBe('3');
    repeat(form).remove(0);
    expect(await valueOf(form, 's')).toBe('2');
    repeat(form).remove(0);
    const draft = await form.payload();
    form.dispose();
    const again = await open(REPEAT, { draft });
    expect(repeat(again).instances()).toHaveLength(0);
    again.dispose();
  });
});

const VISIT = xform({
  instance: '<f/><who/><nom/><x/>',
  meta: '<entity dataset="femmes" id="" update="1" baseVersion="" trunkVersion="" branchId="" xmlns="http://www.opendatakit.org/xforms/entities"/>',
  model: `<instance id="femmes" src="jr://file-csv/femmes.csv"/>
    <bind nodeset="/data/f" type="string"/><bind nodeset="/data/who" type="string" required="true()"/>
    <bind nodeset="/data/nom" type="string" entities:saveto="nom"/>
    <bind nodeset="/data/x" type="string" calculate="instance('femmes')/root/item[name= /data/who ]/commune"/>`,
  body: `${input('/data/f')}<select1 ref="/data/who"><label>Qui</label>
    <itemset nodeset="instance('femmes')/root/item[ ( /data/f  = '' or commune= /data/f ) and etape != 'arretee']"><value ref="name"/><label ref="label"/></itemset>
    <setvalue ref="/data/nom" event="xforms-value-changed" value="instance('femmes')/root/item[name= /data/who ]/nom"/></select1>${input('/data/nom')}`,
});
const CSV = (etape: string): string => `name,label,nom,commune,etape\n3e7b-1,"Benali, Fatima",Benali,3112,${etape}\n`;
const attachment = (etape = 'inscrite') => async (name: string): Promise<Blob | null> =>
  name === 'femmes.csv' ? new Blob([CSV(etape)], { type: 'text/csv' }) : null;

describe('preset entity', () => {
  it.each([{ entityQuestion: '/data/who' }, { entityQuestion: 'who' }, { list: 'femmes' }])('is chosen before anything is asked: %o', async (how) => {
    const form = await open(VISIT, { attachment: attachment(), preset: { entityId: '3e7b-1', ...how } });
    expect(find(form, 'who').preset).toBe(true);
    expect(find(form, 'who').chosen()).toEqual(['3e7b-1']);
    expect(find(form, 'who').options()[0]?.text.plain).toBe('Benali, Fatima');
    expect(find(form, 'nom').answer()).toBe('Benali'); // xforms-value-changed fired
    expect(await valueOf(form, 'x')).toBe('3112');
    expect(form.questions().map((q) => q.name)).not.toContain('f'); // it only narrowed the list
    form.dispose();
  });

  it('does not write over corrected prefill when the draft is restored', async () => {
    const preset = { entityId: '3e7b-1', list: 'femmes' };
    const first = await open(VISIT, { attachment: attachment(), preset });
    find(first, 'nom').setText('Ben Ali');
    const draft = await first.payload();
    first.dispose();
    const again = await open(VISIT, { attachment: attachment(), preset, draft });
    expect(find(again, 'nom').answer()).toBe('Ben Ali');
    expect(find(again, 'who').chosen()).toEqual(['3e7b-1']);
    again.dispose();
  });

  it('is refused in words when the form is not for her', async () => {
    const opening = open(VISIT, { attachment: attachment('arretee'), preset: { entityId: '3e7b-1', list: 'femmes' } });
    await expect(opening).rejects.toMatchObject({ code: 'preset' });
  });

  it('leaves the question open when nobody was chosen, also without the list', async () => {
    const form = await open(VISIT, { attachment: none });
    expect(find(form, 'who').preset).toBe(false);
    expect(find(form, 'who').options()).toEqual([]);
    expect(form.questions().map((q) => q.name)).toContain('f');
    form.dispose();
  });
});

const TRANSLATED = xform({
  instance: '<q/><w/>',
  model: `<itext><translation lang="Français (fr)" default="true()"><text id="q:label"><value>Nom de <output value=" /data/w "/></value></text>
    <text id="q:hint"><value>Court</value><value form="guidance">Long pour <output value=" /data/w "/></value></text></translation>
    <translation lang="العربية (ar)"><text id="q:label"><value>اسم <output value=" /data/w "/></value></text>
    <text id="q:hint"><value>قصير</value><value form="guidance">طويل</value></text></translation></itext>
    <bind nodeset="/data/q" type="string"/><bind nodeset="/data/w" type="string"/>`,
  body: `<input ref="/data/q"><label ref="jr:itext('q:label')"/><hint ref="jr:itext('q:hint')"/></input>${input('/data/w')}`,
});

describe('texts', () => {
  it('follow the language, inserted answers isolated, guidance apart from the hint', async () => {
    const form = await open(TRANSLATED, { language: 'ar' });
    expect(form.language()).toBe('العربية (ar)');
    find(form, 'w').setText('<b>Ali</b> *x*');
    expect(find(form, 'q').label()?.rich).toEqual([
      { t: 'text', text: 'اسم ' },
      { t: 'tag', tag: 'bdi', children: [{ t: 'text', text: '<b>Ali</b> *x*' }] },
    ]);
    expect(find(form, 'q').hint()?.plain).toBe('قصير');
    expect(find(form, 'q').guidance()).toBe('طويل');
    form.setLanguage('Français (fr)');
    expect(find(form, 'q').label()?.plain).toBe('Nom de <b>Ali</b> *x*');
    expect(find(form, 'q').hint()?.plain).toBe('Court');
    expect(find(form, 'q').guidance()).toBe('Long pour <b>Ali</b> *x*');
    expect(find(form, 'w').answer()).toBe('<b>Ali</b> *x*');
    form.dispose();
  });

  it('stay in the default language when the form has not the app’s', async () => {
    const form = await open(TRANSLATED, { language: 'en' });
    expect(form.language()).toBe('Français (fr)');
    form.dispose();
  });

  it('of hostile labels become no markup, script address or stray style', async () => {
    const label = 'Nom **gras** &lt;script&gt;alert(1)&lt;/script&gt; [a](javascript:alert(1)) [b](https://cam.dz) '
      + '&lt;span style="color:red;background:url(x)"&gt;rouge&lt;/span&gt; &lt;img src=x onerror=alert(1)&gt;';
    const form = await open(xform({ instance: '<q/>', model: '<bind nodeset="/data/q" type="string"/>', body: input('/data/q', label) }));
    const rich = JSON.stringify(find(form, 'q').label()?.rich);
    expect(rich).toContain('"tag":"strong"');
    expect(rich).toContain('"href":"https://cam.dz"');
    expect(rich).toContain('"color":"red"');
    for (const bad of ['javascript', 'onerror', '<script', 'url(x)']) expect(rich).not.toContain(bad);
    form.dispose();
  });
});

describe('what does not open', () => {
  it.each([['<a/>', 'not-a-form'], ['plain', 'not-a-form'], ['<h:html xmlns:h="http://www.w3.org/1999/xhtml"/>', 'engine']])('%s', async (xml, code) => {
    const opening = open(xml);
    await expect(opening).rejects.toBeInstanceOf(FormOpenError);
    await expect(opening).rejects.toMatchObject({ code });
  });
});

describe('other XForms facts', () => {
  it('fills metadata, and loads a last-saved default as blank', async () => {
    const form = await open(xform({
      instance: '<dev/><who/><start/><end/><last/>',
      model: `<instance id="__last-saved" src="jr://instance/last-saved"/>
        <bind nodeset="/data/dev" type="string" jr:preload="property" jr:preloadParams="deviceid"/>
        <bind nodeset="/data/who" type="string" jr:preload="property" jr:preloadParams="username"/>
        <bind nodeset="/data/start" type="dateTime" jr:preload="timestamp" jr:preloadParams="start"/>
        <bind nodeset="/data/end" type="dateTime" jr:preload="timestamp" jr:preloadParams="end"/><bind nodeset="/data/last" type="string"/>
        <setvalue event="odk-instance-first-load" ref="/data/last" value="instance('__last-saved')/data/last"/>`,
      body: input('/data/last'),
    }));
    expect(await valueOf(form, 'dev')).toBe('d-1');
    expect(await valueOf(form, 'who')).toBe('amel');
    expect(await valueOf(form, 'start')).toMatch(/^\d{4}-/);
    expect(await valueOf(form, 'end')).toMatch(/^\d{4}-/);
    expect(find(form, 'last').answer()).toBe('');
    form.dispose();
  });

  it('is reactive for screens', async () => {
    const form = await open(RELEVANT);
    const seen: number[] = [];
    createRoot((dispose) => {
      createEffect(() => seen.push(form.questions().length));
      find(form, 'a').setText('oui');
      queueMicrotask(dispose);
    });
    await Promise.resolve();
    expect(seen.at(-1)).toBe(3);
    form.dispose();
  });
});

describe('what the form takes from elsewhere', () => {
  const REMEMBERED = xform({
    instance: '<commune/><g><jury/></g><other/>',
    model: `<instance id="__last-saved" src="jr://instance/last-saved"/>
      <bind nodeset="/data/commune" type="string"/><bind nodeset="/data/g/jury" type="string"/><bind nodeset="/data/other" type="string"/>
      <setvalue ref="/data/commune" event="odk-instance-first-load" value=" instance('__last-saved')/data/commune "/>
      <setvalue ref="/data/g/jury" event="odk-instance-first-load" value=" instance('__last-saved')/data/g/jury "/>`,
    body: `${input('/data/commune')}<group ref="/data/g">${input('/data/g/jury')}</group>${input('/data/other')}`,
  });

  it('remembers from form to form what it asks of the last one, and that alone', async () => {
    const first = await open(REMEMBERED);
    expect(find(first, 'commune').answer()).toBe('');
    find(first, 'commune').setText('طفراوي');
    find(first, 'jury').setText('Jury 1');
    find(first, 'other').setText('secret');
    const kept = takeRemembered(REMEMBERED, (await first.payload()).xml);
    first.dispose();
    expect(kept).toEqual({ '/data/commune': 'طفراوي', '/data/g/jury': 'Jury 1' });
    const next = await open(REMEMBERED, { lastSaved: kept });
    expect([find(next, 'commune').answer(), find(next, 'jury').answer(), find(next, 'other').answer()]).toEqual(['طفراوي', 'Jury 1', '']);
    next.dispose();
  });

  it('knows which constraints read the clock, and judges again when it was set right', async () => {
    const form = await open(xform({
      instance: '<today/><a/><b/><c/>',
      model: `<bind nodeset="/data/today" type="date" jr:preload="date" jr:preloadParams="today"/>
        <bind nodeset="/data/a" type="date" constraint=". &lt;= today()"/><bind nodeset="/data/b" type="date" constraint=". &lt;= /data/today"/>
        <bind nodeset="/data/c" type="string" constraint=". != 'today()'"/>`,
      body: input('/data/a') + input('/data/b') + input('/data/c'),
    }));
    expect(['a', 'b', 'c'].map((name) => find(form, name).clocked)).toEqual([true, true, false]);
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2020-01-01T12:00:00Z') });
    find(form, 'a').setText('2026-11-26');
    expect(find(form, 'a').problem()?.kind).toBe('constraint');
    vi.setSystemTime(new Date('2026-11-27T12:00:00Z'));
    find(form, 'a').recheck();
    expect(find(form, 'a').problem()).toBeNull();
    expect(find(form, 'a').answer()).toBe('2026-11-26');
    vi.useRealTimers();
    form.dispose();
  });

  it('gives the place of a choice that has one', async () => {
    const form = await open(xform({
      instance: '<w/>',
      model: `<instance id="wells" src="jr://file/wells.geojson"/><bind nodeset="/data/w" type="string"/>`,
      body: `<select1 ref="/data/w" appearance="map"><label>W</label><itemset nodeset="instance('wells')/root/item"><value ref="id"/><label ref="title"/></itemset></select1>`,
    }), { attachment: async () => new Blob([JSON.stringify({
      type: 'FeatureCollection', features: [{ type: 'Feature', geometry: { type: 'Point', coordinates: [-0.6, 35.7] }, properties: { id: 'w1', title: 'Puits' } }],
    })]) });
    expect(find(form, 'w').options().map((o) => [o.value, o.geometry])).toEqual([['w1', '35.7 -0.6 0 0']]);
    form.dispose();
  });
});
