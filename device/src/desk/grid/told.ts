// What the page says of a grid (server/console/grid.py).
import type { ListRow } from '../../store/types';

export interface ToldRow {
  id: string;
  label: string;
  /** What tells two women of one name apart. */
  second: string;
  row: ListRow;
  /** Day on which this form was last filled about her; "" for never. */
  last: string;
}

export interface Told {
  formId: string;
  version: string;
  title: string;
  /** `rows`: a submission each. `ticks`: one submission that picks those it is about. */
  mode: 'rows' | 'ticks';
  /** Entity list of the rows. */
  list: string;
  xml: string;
  files: Record<string, string>;
  lists: Record<string, string>;
  properties: string[];
  rows: ToldRow[];
  username: string;
  language: string;
  submit: string;
  /** The form page; of what was sent; of what was set aside. */
  open: string;
  submission: string;
  aside: string;
  /** Query of this page. */
  here: string;
  csrf: string;
}
