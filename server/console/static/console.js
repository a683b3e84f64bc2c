// The pages work without this file. It adds: the menu of a small screen, search as one types, and small conveniences.
'use strict';
document.documentElement.classList.add('js');

document.addEventListener('DOMContentLoaded', () => {
  const button = document.querySelector('[data-menu]');
  button?.addEventListener('click', () => {
    const open = document.documentElement.classList.toggle('menu-open');
    button.setAttribute('aria-expanded', String(open));
  });

  document.querySelector('[data-print]')?.addEventListener('click', () => window.print());

  for (const form of document.querySelectorAll('form[data-live]')) listenTo(form);
  for (const field of document.querySelectorAll('[data-finds]')) offerFound(field);

  // Writing another value chooses it.
  for (const field of document.querySelectorAll('[data-picks]')) {
    field.addEventListener('input', () => { document.getElementById(field.dataset.picks).checked = true; });
  }
  const all = document.querySelector('[data-settle-all]');
  if (all) settleTogether(all);
  for (const field of document.querySelectorAll('[data-select]')) field.addEventListener('focus', () => field.select());
});

// Ask for the same page with what was typed, and replace the results alone; the address follows, so it can be kept.
function listenTo(form) {
  let timer = 0;
  let asked = 0;
  const show = async () => {
    const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ''));
    const address = query.size ? `${form.action}?${query}` : form.action;
    const turn = ++asked;
    const target = document.getElementById(form.dataset.live);
    try {
      const answer = await fetch(address, { headers: { Accept: 'text/html' } });
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      const results = page.getElementById(form.dataset.live);
      if (turn !== asked || !results || !target) return;
      target.replaceChildren(...results.childNodes);
      const found = `${form.dataset.live}-found`; // told to a screen reader, the list itself is not read out
      document.getElementById(found).textContent = page.getElementById(found).textContent;
      history.replaceState(null, '', address);
    } catch {
      if (turn === asked) form.submit(); // signed out or no line: let the browser say so
    }
  };
  form.addEventListener('input', (event) => {
    clearTimeout(timer);
    timer = setTimeout(show, event.target.type === 'search' ? 250 : 0);
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    clearTimeout(timer);
    void show();
  });
}

// Where too many could be picked, some are offered: those that have what was typed take their place, what is picked stays.
function offerFound(field) {
  const target = document.getElementById(field.dataset.finds);
  const valueOf = (choice) => (choice.querySelector('input') ?? choice).value;
  let timer = 0;
  let asked = 0;
  const look = async () => {
    const turn = ++asked;
    const query = new URLSearchParams({ [field.name]: field.value });
    const answer = await fetch(`${location.pathname}?${query}`, { headers: { Accept: 'text/html' } }).catch(() => null);
    if (!answer?.ok || answer.redirected) return; // signed out or no line: what is offered stays as it is
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const found = page.getElementById(target.id);
    if (turn !== asked || !found) return;
    const picked = [...target.children].filter((choice) => choice.selected || choice.querySelector('input:checked'));
    if (target.options && !picked.some((choice) => choice.value === '')) picked.unshift(target.options[0]);
    const values = new Set(picked.map(valueOf));
    target.replaceChildren(...picked, ...[...found.children].filter((choice) => !values.has(valueOf(choice))));
    const status = `${target.id}-found`;
    document.getElementById(status).textContent = page.getElementById(status)?.textContent ?? '';
  };
  field.addEventListener('input', (event) => {
    event.stopPropagation(); // the list around it is not narrowed by these words
    clearTimeout(timer);
    timer = setTimeout(look, 250);
  });
  field.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    clearTimeout(timer);
    void look();
  });
}

// Several disputes at once: a digit picks in the question that has the focus and goes on to the next; the button settles each
// woman for whom something is picked, by the same request as her own button. Nothing is settled on a page gone stale.
function settleTogether(all) {
  document.addEventListener('keydown', (event) => {
    const place = document.activeElement;
    const typed = place?.matches('input:not([type=radio]), select, textarea');
    if (typed || event.altKey || event.ctrlKey || event.metaKey || !/^[1-9]$/.test(event.key)) return;
    const questions = [...document.querySelectorAll('.dispute fieldset')];
    const asked = place?.closest('.dispute fieldset') ?? questions[0];
    const picks = asked ? [...asked.querySelectorAll('input[type=radio]')] : [];
    const picked = picks[Number(event.key) - 1];
    if (!picked) return;
    event.preventDefault();
    picked.checked = true;
    const next = questions[questions.indexOf(asked) + 1];
    (next ? next.querySelector('input[type=radio]') : all.querySelector('button')).focus();
  });
  all.querySelector('button').addEventListener('click', async () => {
    const status = all.querySelector('[data-settled]');
    let done = 0;
    for (const form of document.querySelectorAll('.dispute form')) {
      if (![...form.querySelectorAll('input[type=radio]:checked')].some((pick) => pick.value !== '')) continue;
      const answer = await fetch(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form)), redirect: 'manual' }).catch(() => null);
      const panel = form.closest('.dispute');
      if (answer?.type === 'opaqueredirect') {
        done += 1;
        panel.remove();
        continue;
      }
      const note = document.createElement('p');
      note.className = 'notice bad';
      note.setAttribute('role', 'alert');
      note.textContent = all.dataset.settleAll;
      if (!panel.querySelector('.notice.bad')) panel.prepend(note);
    }
    status.textContent = `✓ ${done}`;
    if (done && !document.querySelector('.dispute')) location.reload();
  });
}
