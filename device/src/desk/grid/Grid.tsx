// The grid on screen: which questions, what is common, a row a woman, what is wrong, what was sent.
import { createMemo, createSignal, For, onMount, Show, type JSX } from 'solid-js';
import type { Question } from '../../engine/open-form';
import { toLang } from '../../form/texts';
import { Field } from './Field';
import type { Role } from './kept';
import { leaves, move, placeOf } from './keys';
import { readCells, readTick, readValue } from './paste';
import { SHEET, type Issue, type Sheet } from './sheet';
import { sayGrid, type GridKey } from './texts';
import type { ToldRow } from './told';

const nameOf = (q: Question): string => q.label()?.plain || q.name;

export function Grid(props: { sheet: Sheet }): JSX.Element {
  const { sheet } = props;
  const { told } = sheet;
  const lang = toLang(told.language);
  const say = (key: GridKey, values?: Record<string, string | number>): string => sayGrid(lang, key, values);
  const [tried, setTried] = createSignal(false);
  const [busy, setBusy] = createSignal('none');
  const [status, setStatus] = createSignal('');
  const [clearing, setClearing] = createSignal(false);
  let table: HTMLTableElement | undefined;

  const isTicks = told.mode === 'ticks';
  const plan = createMemo(() => sheet.template()?.plan);
  const ticks = createMemo(() => (isTicks ? sheet.ticks() : []));
  const placeable = createMemo(() => [...(plan()?.plain ?? []), ...(plan()?.several ?? []).filter((q) => !ticks().includes(q))]);
  const commons = createMemo(() => placeable().filter((q) => sheet.role(q.path) === 'common'));
  const columns = createMemo(() => (isTicks ? ticks() : (plan()?.plain ?? []).filter((q) => sheet.role(q.path) === 'column')));
  const size = (): { rows: number; columns: number } => ({ rows: told.rows.length, columns: columns().length });

  const wordsOf = (issue: Issue | null): string | undefined =>
    issue && (!issue.missing || tried()) ? (issue.key ? say(issue.key, { text: issue.text }) : issue.text) : undefined;
  const own = (id: string, q: Question): Question => sheet.opened().get(id)?.byPath.get(q.path) ?? q;
  const toSend = (): string[] => sheet.ids.filter((id) => (sheet.row(id).on || id === SHEET) && !sheet.row(id).sent);

  async function sendAll(): Promise<void> {
    setTried(true);
    setStatus('');
    let sent = 0;
    let left = 0;
    let trouble: GridKey | null = null;
    for (const id of toSend()) {
      if (!sheet.row(id).frozen) await sheet.openRow(id);
      if (!sheet.row(id).frozen && (!sheet.opened().has(id) || sheet.issuesOf(id).length > 0)) {
        left += 1;
        continue;
      }
      setBusy(id);
      const outcome = await sheet.send(id);
      if (outcome === 'sent') sent += 1;
      else left += 1;
      if (outcome === 'stopped' || outcome === 'signedOut') {
        trouble = outcome;
        break;
      }
    }
    setBusy('none');
    setStatus(trouble ? say(trouble) : say('result', { sent, left }));
    if (left > 0 && !trouble) document.querySelector<HTMLElement>('#grid [aria-invalid="true"]')?.focus();
  }

  const repeatAbove = (at: { row: number; column: number }): void => {
    const [q, above, here] = [columns()[at.column], told.rows[at.row - 1], told.rows[at.row]];
    if (!q || !above || !here) return;
    if (isTicks) sheet.setTick(here.id, q.path, Boolean(sheet.row(above.id).cells[q.path]));
    else sheet.setCell(here.id, q.path, sheet.wanted(above.id, q.path) ?? own(above.id, q).answer(), true);
  };

  function onKey(event: KeyboardEvent): void {
    const at = placeOf(event.target);
    if (!at || !table || event.isComposing) return;
    const box = event.target as HTMLInputElement;
    const go = (down: number, across: number): void => {
      event.preventDefault();
      move(table!, at, down, across, size());
    };
    const { key } = event;
    if ((event.ctrlKey || event.metaKey) && key.toLowerCase() === 'd') {
      event.preventDefault();
      repeatAbove(at);
    } else if (event.ctrlKey || event.metaKey || event.altKey) return;
    else if (key === 'Enter') {
      box.dispatchEvent(new Event('change', { bubbles: true }));
      go(event.shiftKey ? -1 : 1, 0);
    } else if (event.shiftKey) return;
    else if (key === 'ArrowDown') go(1, 0);
    else if (key === 'ArrowUp') go(-1, 0);
    else if (key === 'ArrowLeft' || key === 'ArrowRight') {
      const forward = (key === 'ArrowRight') === (document.documentElement.dir !== 'rtl');
      if (leaves(box, key === 'ArrowRight')) go(0, forward ? 1 : -1);
    }
  }

  function onPaste(event: ClipboardEvent): void {
    const at = placeOf(event.target) ?? placeOf(document.activeElement);
    const cells = readCells(event.clipboardData?.getData('text/plain') ?? '');
    const target = columns()[at?.column ?? -1];
    if (!at || !target) return;
    const single = cells.length === 1 && cells[0]!.length === 1;
    if (single && (target.widget === 'text' || target.widget === 'int' || target.widget === 'decimal')) return;
    event.preventDefault();
    let count = 0;
    let lost = 0;
    cells.forEach((line, down) => line.forEach((raw, across) => {
      const [row, q] = [told.rows[at.row + down], columns()[at.column + across]];
      const tick = isTicks ? readTick(raw) : null;
      if (!row || !q || sheet.isLocked(isTicks ? SHEET : row.id) || (isTicks && tick === null)) lost += raw.trim() === '' ? 0 : 1;
      else {
        if (isTicks) sheet.setTick(row.id, q.path, Boolean(tick));
        else if (raw.trim() !== '' || sheet.row(row.id).cells[q.path]) sheet.setCell(row.id, q.path, readValue(own(row.id, q), raw), true);
        count += raw.trim() === '' ? 0 : 1;
      }
    }));
    setStatus(say(lost ? 'pastedLess' : 'pasted', { count, left: lost }));
  }
  onMount(() => {
    // A list to choose from gets no paste of its own in every browser: the page hears it then.
    document.addEventListener('paste', (event) => {
      if (event.target === document.body && placeOf(document.activeElement)) onPaste(event);
    });
  });

  const State = (p: { id: string }): JSX.Element => {
    const row = (): ReturnType<Sheet['row']> => sheet.row(p.id);
    const issues = createMemo(() => (row().on && !sheet.isLocked(p.id) ? sheet.issuesOf(p.id) : []));
    return (
      <span class="grid-state">
        {busy() === p.id ? say('isSending')
        : row().sent ? (
          row().sent!.aside
            ? <a href={told.aside} class="tag warn">{say('aside')}</a>
            : <a href={`${told.submission}/${encodeURIComponent(row().sent!.instanceId)}`} class="tag good">{say('sent')}</a>
        )
        : row().frozen ? <span class="grid-wrong">{say('unsure')}</span>
        : row().error ? <span class="grid-wrong" dir="auto">{say('refused', { reason: row().error! })}</span>
        : !row().on ? <span class="soft">{say('notSent')}</span>
        : !sheet.opened().has(p.id) ? <span class="soft">…</span>
        : issues().length > 0 ? (
          <span class="soft">{say(issues().length > 1 ? 'wrongMore' : 'wrong', { name: issues()[0]!.label, count: issues().length - 1 })}</span>
        )
        : <span class="tag">{say('ready')}</span>}
      </span>
    );
  };

  const Cell = (p: { row: ToldRow; q: Question; at: { row: number; column: number } }): JSX.Element => {
    const q = (): Question => own(p.row.id, p.q);
    const label = (): string => `${nameOf(p.q)}, ${p.row.label}`;
    const asked = (): boolean => !sheet.opened().has(p.row.id) || q().relevant();
    return (
      <td data-label={nameOf(p.q)}>
        <div>
          <Show when={!isTicks} fallback={
            <input
              type="checkbox" class="form-check-input" aria-label={label()} data-row={p.at.row} data-column={p.at.column}
              checked={Boolean(sheet.row(p.row.id).cells[p.q.path])} disabled={sheet.isLocked(SHEET)}
              onChange={(event) => sheet.setTick(p.row.id, p.q.path, event.currentTarget.checked)}
            />
          }>
            <Show when={asked()} fallback={<span class="soft" aria-label={`${label()} : ${say('notAsked')}`} role="note">–</span>}>
              <Field
                question={q()} id={`c${p.at.row}-${p.at.column}`} label={label()} small at={p.at} disabled={sheet.isLocked(p.row.id)}
                value={sheet.wanted(p.row.id, p.q.path) ?? (sheet.opened().has(p.row.id) ? q().answer() : '')}
                wrong={sheet.isLocked(p.row.id) || !sheet.row(p.row.id).on || !sheet.opened().has(p.row.id) ? undefined : wordsOf(sheet.issueOf(p.row.id, q()))}
                onInput={(value) => sheet.setCell(p.row.id, p.q.path, value, false)}
                onSettle={(value) => sheet.setCell(p.row.id, p.q.path, value, true)}
              />
            </Show>
          </Show>
        </div>
      </td>
    );
  };

  const also = (): string => {
    const query = new URLSearchParams(told.here);
    query.set('also', [...(query.get('also') ?? '').split(',').filter(Boolean), ...sheet.elsewhere()].join(','));
    return `?${query}`;
  };
  const roles: Role[] = isTicks ? ['common', 'none'] : ['common', 'column', 'none'];

  return (
    <>
      <Show when={sheet.failed()}><p class="notice bad" role="alert">{say('failed', { reason: sheet.failed() })}</p></Show>
      <Show when={!sheet.room()}><p class="notice bad" role="alert">{say('noRoom')}</p></Show>
      <Show when={!isTicks && sheet.elsewhere().length > 0}>
        <p class="notice warn">{say('others', { count: sheet.elsewhere().length })} <a href={also()}>{say('othersShow')}</a></p>
      </Show>
      <Show when={plan()} fallback={<Show when={!sheet.failed()}><p role="status">{say('opening')}</p></Show>}>
        <details class="panel">
          <summary>{say('questions')}</summary>
          <p class="soft small">{say('questionsHint')}</p>
          <div class="grid-roles">
            <For each={placeable()}>
              {(q) => (
                <label>
                  <span dir="auto">{nameOf(q)}</span>
                  <select class="form-select form-select-sm" onChange={(event) => sheet.setRole(q.path, event.currentTarget.value as Role)}>
                    <For each={q.widget === 'select' ? roles.filter((r) => r !== 'column') : roles}>
                      {(role) => <option value={role} selected={sheet.role(q.path) === role}>{say(role)}</option>}
                    </For>
                  </select>
                </label>
              )}
            </For>
          </div>
          <Show when={plan()!.others.length > 0}>
            <p class="soft small" dir="auto">{say('inForm', { names: plan()!.others.map(nameOf).join(' · ') })}</p>
          </Show>
        </details>
        <Show when={commons().length > 0}>
          <section class="panel" aria-labelledby="grid-common">
            <h2 id="grid-common">{say('commonTitle')}</h2>
            <div class="grid-common">
              <For each={commons()}>
                {(q, i) => {
                  const first = (): string => sheet.ids.find((id) => !sheet.isLocked(id)) ?? sheet.ids[0]!;
                  const live = (): Question => own(first(), q);
                  return (
                    <div class={q.widget === 'select' ? 'grid-wide' : undefined}>
                      <label class="form-label" for={`m${i()}`} dir="auto">{nameOf(q)}</label>
                      <Field
                        question={live()} id={`m${i()}`} value={sheet.state.common[q.path] ?? live().answer()}
                        disabled={isTicks && sheet.isLocked(SHEET)}
                        wrong={sheet.opened().has(first()) && !sheet.isLocked(first()) ? wordsOf(sheet.issueOf(first(), live())) : undefined}
                        onInput={() => undefined} onSettle={(value) => sheet.setCommon(q.path, value)}
                      />
                    </div>
                  );
                }}
              </For>
            </div>
          </section>
        </Show>
        <p class="soft small" id="grid-keys">{say('keys')}</p>
        <div class="grid-scroll" role="region" aria-label={say('table')} tabindex="0">
          <table class="table cards grid-table" ref={table} onKeyDown={onKey} onPaste={onPaste} aria-describedby="grid-keys">
            <thead>
              <tr>
                <th scope="col">{say('woman')}</th>
                <For each={columns()}>{(q) => <th scope="col" dir="auto">{nameOf(q)}</th>}</For>
                <Show when={!isTicks}>
                  <th scope="col">
                    <label class="grid-all"><input type="checkbox" class="form-check-input" aria-label={say('allRows')}
                      checked={sheet.ids.every((id) => sheet.row(id).on || sheet.row(id).sent)}
                      onChange={(event) => sheet.ids.forEach((id) => !sheet.isLocked(id) && sheet.setRow(id, { on: event.currentTarget.checked }))} /> {say('send')}</label>
                  </th>
                  <th scope="col">{say('state')}</th>
                </Show>
              </tr>
            </thead>
            <tbody>
              <For each={told.rows}>
                {(row, r) => (
                  <tr classList={{ 'grid-done': sheet.isLocked(row.id) }}>
                    <th scope="row">
                      <bdi>{row.label}</bdi>
                      <span class="soft second" dir="auto">{row.second}</span>
                      <Show when={row.last && !isTicks}><span class="soft second">{say('last', { day: row.last })}</span></Show>
                    </th>
                    <For each={columns()}>{(q, c) => <Cell row={row} q={q} at={{ row: r(), column: c() }} />}</For>
                    <Show when={!isTicks}>
                      <td data-label={say('send')}><div>
                        <input type="checkbox" class="form-check-input" aria-label={say('sendRow', { name: row.label })} checked={sheet.row(row.id).on}
                          disabled={sheet.isLocked(row.id)} onChange={(event) => sheet.setRow(row.id, { on: event.currentTarget.checked })} />
                      </div></td>
                      <td data-label={say('state')}><div>
                        <State id={row.id} />
                        <Show when={!sheet.isLocked(row.id) && sheet.opened().has(row.id)}>
                          <button type="button" class="btn btn-sm btn-link grid-whole" aria-label={say('wholeOf', { name: row.label })} onClick={() => void sheet.openWhole(row.id)}>{say('whole')}</button>
                        </Show>
                      </div></td>
                    </Show>
                  </tr>
                )}
              </For>
            </tbody>
          </table>
        </div>
        <div class="grid-bar">
          <p role="status" class="grid-status" dir="auto">{status()}</p>
          <Show when={isTicks}><State id={SHEET} /></Show>
          <Show when={!clearing()} fallback={
            <p class="grid-sure" role="alert">
              {say('clearSure', { count: sheet.unsent().length })}{' '}
              <button type="button" class="btn btn-danger btn-sm" onClick={() => sheet.clear()}>{say('clearYes')}</button>{' '}
              <button type="button" class="btn btn-outline-secondary btn-sm" onClick={() => setClearing(false)}>{say('clearNo')}</button>
            </p>
          }>
            <Show when={!(isTicks && sheet.row(SHEET).sent)} fallback={
              <button type="button" class="btn btn-primary" onClick={() => sheet.nextSheet()}>{say('nextSheet')}</button>
            }>
              <button type="button" class="btn btn-primary" disabled={busy() !== 'none' || toSend().length === 0} onClick={() => void sendAll()}>
                {isTicks ? say('sendSheet') : say('sendAll', { count: toSend().length })}
              </button>
            </Show>
            <Show when={isTicks && !sheet.isLocked(SHEET)}>
              <button type="button" class="btn btn-outline-secondary" onClick={() => void sheet.openWhole(SHEET)}>{say('wholeSheet')}</button>
            </Show>
            <button type="button" class="btn btn-outline-secondary" disabled={busy() !== 'none'} onClick={() => setClearing(true)}>{say('clear')}</button>
          </Show>
        </div>
      </Show>
    </>
  );
}
