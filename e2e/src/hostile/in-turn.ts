/** How many are under way at once: enough to be quick, and no load to speak of. */
const AT_ONCE = 8;

/** Does the same with each of many cases, some of them at once. */
export async function inTurn<Case>(cases: readonly Case[], work: (one: Case) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < cases.length) await work(cases[next++] as Case);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
