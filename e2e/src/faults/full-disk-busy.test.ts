import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../support/eventually.js';
import { describeOnSmallDisk } from './small-disk.js';
import { PLACES, SmallDiskPlatform } from './small-disk-platform.js';

/*
 * A platform on a small disk is kept busy until NATS and the database have filled it themselves, with inputs, files, journals and
 * records, and is kept busy while it is full. Then its disk is enlarged, as an operator does.
 */

const FULL_FOR_MS = 30_000;
const MOST_STARTS = 100_000;
const FEWEST_REFUSALS = 20;
/** A bound of a hang: how long it takes until a disk is full. */
const FULL_WITHIN_MS = 600_000;
/** The same for reading all that was accepted, a thousand executions and more with their inputs; one that does not end is named much sooner. */
const READ_WITHIN_MS = 1_200_000;

/** What waits holds its input in NATS and has yet to be recorded, so that much is under way when there is no room left. */
const DOCUMENT = {
  name: 'Busy',
  trigger: { type: 'webhook' },
  steps: [
    { id: 'double', type: 'transform', config: { output: '{{number(input.n) * 2}}' } },
    { id: 'pause', type: 'wait', config: { duration: '10s' } },
    { id: 'copy', type: 'transform', config: { output: '{{input.text}}' } },
    { id: 'again', type: 'transform', config: { output: '{{double.output * 2}}' } },
  ],
  output: { n: '{{again.output}}', length: '{{length(copy.output)}}' },
};
const PATHS = DOCUMENT.steps.map(({ id }) => id);

/** What is on the small disk, how large it is, and how long the text and the file of each input are: incompressible both. */
const CASES = [
  { ...PLACES.nats, mebibytes: 192, characters: 600_000, fileBytes: 400_000 },
  { ...PLACES.database, mebibytes: 256, characters: 120_000, fileBytes: 1_000 },
  { ...PLACES.everything, mebibytes: 384, characters: 200_000, fileBytes: 100_000 },
];

describeOnSmallDisk().each(CASES)(
  'with $name on a disk that is filled by what it is busy with',
  ({ path, mebibytes, characters, fileBytes }) => {
    let platform: SmallDiskPlatform;
    const text = () => randomBytes(characters).toString('base64').slice(0, characters);

    beforeAll(async () => {
      platform = await SmallDiskPlatform.start({ path, mebibytes, document: DOCUMENT });
      const form = platform.byForm((n) => ({ n: String(n), text: text() }), fileBytes);
      const call = platform.byApi((n) => ({ n, text: text() }));
      platform.begin(MOST_STARTS, [form, call, call, call]);
    }, 300_000);

    afterAll(() => platform?.remove(), 120_000);

    it(
      'refuses clearly once there is no room, and accepts again by itself once the disk is larger',
      async () => {
        const count = () => platform.count();
        await eventually('starts are refused', () => count().refused > FEWEST_REFUSALS || undefined, {
          timeoutMs: FULL_WITHIN_MS,
          lastSeen: () => ({ ...count(), freeMebibytes: platform.disk.freeMebibytes }),
        });
        expect(platform.starts.refused.map(({ status, code }) => `${status} ${code}`)).toContain('503 STORAGE_FULL');
        await sleep(FULL_FOR_MS);
        await platform.backAfter(() => platform.disk.enlarge(3 * mebibytes));
        platform.expectClearRefusals();
      },
      FULL_WITHIN_MS + 300_000,
    );

    it(
      'has completed all that it accepted, with every step and the whole of its input',
      async () => {
        await platform.expectAllCompleted((n) => ({ n: 4 * n, length: characters }), PATHS);
      },
      READ_WITHIN_MS,
    );
  },
);
