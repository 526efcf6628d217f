import { allReady } from '../support/readiness.js';
import { Attacker, type Extent } from './attack.js';
import { FAMILIES } from './attacks/families.js';
import { Victim, type Experience } from './victim.js';
import { ProcessWatch } from './watch.js';

/*
 * One organisation works all the time, while others and strangers do to the platform whatever hurts. It must not notice:
 * none of its calls fails, none takes long, nothing restarts, and no process grows above its documented memory.
 *
 * The only test that judges how long calls take, because a stalled neighbour is what it is about. The bound in CI is that of a hang,
 * since other programs share the machine; by hand, on a quiet one, it is a second.
 */

const extent: Extent = process.env['MILLRACE_E2E_LONG'] ? 'whole' : 'short';
const SLOWEST_MS = extent === 'whole' ? 1_000 : 5_000;
/** A slow machine is slow without an attack too. */
const TIMES_QUIET = extent === 'whole' ? 5 : 20;
const QUIET_MS = 3_000;

let attacker: Attacker;
let victim: Victim;
let quiet: Experience;

beforeAll(async () => {
  attacker = await Attacker.open();
  victim = new Victim();
  await victim.start();
  await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
  quiet = victim.take();
});

afterAll(async () => {
  await victim.stop();
  await attacker.close();
  await allReady();
});

it('has a victim that gets all it asks for while nobody attacks', () => {
  expect(quiet.failures).toEqual([]);
  expect(quiet.calls).toBeGreaterThan(5);
});

describe.each(FAMILIES)('$name', (family) => {
  it('hurt nobody but the one who sends them', async () => {
    const report: string[] = [];
    const noticed: string[] = [];
    for (const { name, run } of family.attacks(extent, attacker)) {
      const watch = new ProcessWatch();
      await run(attacker);
      const met = victim.take();
      const { restarted, peaks, tooLarge } = watch.stop();
      report.push(
        `${name}: ${met.calls} calls, slowest ${met.slowestMs} ms (${met.slowest}), MiB ${JSON.stringify(peaks)}`,
      );
      const tooSlow = met.slowestMs > Math.max(SLOWEST_MS, quiet.slowestMs * TIMES_QUIET);
      const defects = attacker.defects.splice(0);
      if (met.failures.length > 0) noticed.push(`${name}: the victim's calls failed: ${met.failures.join('; ')}`);
      if (tooSlow) noticed.push(`${name}: ${met.slowest} took the victim ${met.slowestMs} ms`);
      if (restarted.length > 0) noticed.push(`${name}: restarted ${restarted.join(', ')}`);
      if (tooLarge.length > 0) noticed.push(`${name}: ${tooLarge.join(', ')}`);
      if (defects.length > 0) noticed.push(`${name}: ${defects.join('; ')}`);
    }
    process.stdout.write(
      `${family.name}, without an attack slowest ${quiet.slowestMs} ms:\n  ${report.join('\n  ')}\n`,
    );
    expect(noticed).toEqual([]);
  }, 3_600_000);
});
