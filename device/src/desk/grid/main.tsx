// A whole session in one grid: finds what the page says, and keeps it through reloads.
import { render } from 'solid-js/web';
import { Grid } from './Grid';
import { createSheet } from './sheet';
import type { Told } from './told';

const root = document.getElementById('grid') as HTMLElement;
const sheet = createSheet(JSON.parse(root.dataset.session!) as Told);
root.replaceChildren();
addEventListener('pagehide', () => sheet.flush());
addEventListener('beforeunload', (event) => {
  sheet.flush();
  if (!sheet.room()) event.preventDefault();
});
render(() => <Grid sheet={sheet} />, root);
void sheet.open();
