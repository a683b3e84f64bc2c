// The keyboard of a spreadsheet in a table of boxes: arrows, Enter, a column pasted, the cell above repeated.

type Box = HTMLInputElement | HTMLSelectElement;

function boxAt(table: HTMLElement, row: number, column: number): Box | null {
  return table.querySelector<Box>(`[data-row="${row}"][data-column="${column}"]:not(:disabled)`);
}

export function placeOf(box: EventTarget | null): { row: number; column: number } | null {
  const { row, column } = (box as HTMLElement | null)?.dataset ?? {};
  return row === undefined || column === undefined ? null : { row: Number(row), column: Number(column) };
}

function focus(box: Box): void {
  box.focus();
  if (box instanceof HTMLInputElement && box.type === 'text') box.select();
}

/** Go on in one direction to the next box that can be filled. True when there was one. */
export function move(table: HTMLElement, from: { row: number; column: number }, down: number, across: number, size: { rows: number; columns: number }): boolean {
  for (let row = from.row + down, column = from.column + across; row >= 0 && row < size.rows && column >= 0 && column < size.columns; row += down, column += across) {
    const box = boxAt(table, row, column);
    if (box) {
      focus(box);
      return true;
    }
  }
  return false;
}

/** Whether an arrow to the side leaves the box: its caret stands at that end, or all of it is marked. */
export function leaves(box: Box, forward: boolean): boolean {
  if (box instanceof HTMLSelectElement || box.type === 'checkbox') return true;
  if (box.type !== 'text') return false;
  const { selectionStart: start, selectionEnd: end, value } = box;
  if (start === 0 && end === value.length) return true;
  return start === end && (forward ? end === value.length : start === 0);
}
