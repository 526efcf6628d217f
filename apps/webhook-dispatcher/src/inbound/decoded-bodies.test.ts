import { setImmediate as turn } from 'node:timers/promises';
import { LIMITS } from '@millrace/contracts';
import { DecodedBodies } from './decoded-bodies.js';

const LARGE = LIMITS.webhookBodyBytes;
const LONG_MS = 60_000;

describe('DecodedBodies', () => {
  it('holds one large body of an organisation and two in all, and small ones beside them', async () => {
    const bodies = new DecodedBodies(LIMITS.decodedBodyBytes, LONG_MS);
    const entered: string[] = [];
    const enter = (organisationId: string, bytes: number) =>
      bodies.enter(organisationId, bytes).then((leave) => {
        entered.push(organisationId);
        return leave;
      });
    const first = enter('a', LARGE);
    void enter('a', LARGE);
    void enter('b', LARGE);
    void enter('c', LARGE);
    void enter('d', LIMITS.decodedUnboundBytes);
    await turn();
    await turn();
    expect(entered.sort()).toEqual(['a', 'b', 'd']);
    (await first)();
    await turn();
    await turn();
    expect(entered.slice(3)).toEqual(['c']);
  });

  it('lets the process do something else between one body and the next', async () => {
    const bodies = new DecodedBodies(LIMITS.decodedBodyBytes, LONG_MS);
    const leave = await bodies.enter('a', LARGE);
    const happened: string[] = [];
    const next = bodies.enter('a', LARGE).then(() => happened.push('next'));
    setImmediate(() => happened.push('other work'));
    leave();
    await next;
    expect(happened).toEqual(['other work', 'next']);
  });

  it('holds many of some size at once', async () => {
    const bodies = new DecodedBodies(LIMITS.decodedBodyBytes, LONG_MS);
    const bytes = LIMITS.decodedBodyBytes / 32;
    await Promise.all(Array.from({ length: 32 }, (_, index) => bodies.enter(index % 2 ? 'a' : 'b', bytes)));
  });

  it('refuses a body whose turn does not come', async () => {
    const bodies = new DecodedBodies(LIMITS.decodedBodyBytes, 1);
    const leave = await bodies.enter('a', LARGE);
    await expect(bodies.enter('a', LARGE)).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      message: expect.stringContaining('send the call again') as string,
    });
    leave();
    await bodies.enter('a', LARGE);
  });
});
