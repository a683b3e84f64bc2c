// Locks shared by all tabs of the app (Web Locks). A browser without them has one tab's worth of safety: the transactions.

const locks = (): LockManager | null => (typeof navigator !== 'undefined' && 'locks' in navigator ? navigator.locks : null);

/** Do something while no other tab does the same. */
export async function alone<T>(name: string, work: () => Promise<T>): Promise<T> {
  const manager = locks();
  return manager ? manager.request(`hirfa-${name}`, work) : work();
}
