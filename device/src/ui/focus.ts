/** Give a box the keyboard once its screen has come, unless she is in another one already. */
export function focusSoon(box: HTMLElement): void {
  setTimeout(() => {
    if (!(document.activeElement instanceof HTMLInputElement)) box.focus({ preventScroll: true });
  }, 60);
}
