import { AppError, LIMITS } from '@millrace/contracts';
import { stepTimeout } from '../executions/step-timeout.js';
import { StepFailure } from '../steps/step-failure.js';
import { OriginCircuits } from './origin-circuits.js';

const URL_OF_SERVICE = 'https://dead.example/orders?key=secret';
const PAUSE = LIMITS.circuitPauseMs;

let now = 1_000_000;
let circuits: OriginCircuits;
beforeEach(() => {
  circuits = new OriginCircuits(() => now);
});

interface Options {
  url?: string;
  organisationId?: string;
  stop?: AbortSignal;
}

function call(make: () => Promise<unknown>, options: Options = {}): Promise<unknown> {
  const { url = URL_OF_SERVICE, organisationId = 'org_1', stop = new AbortController().signal } = options;
  return circuits.through({ organisationId, url, stop }, make);
}

const noResponse = (url = 'https://dead.example/orders') =>
  new AppError('HTTP_REQUEST_FAILED', { message: 'refused', details: { url, cause: 'ECONNREFUSED' } });
const refused =
  (error: Error = noResponse()) =>
  () =>
    Promise.reject(error);
const answered = () => Promise.resolve('response');

async function codeOf(result: Promise<unknown>): Promise<string> {
  return result.then(
    () => 'made',
    (error: { code?: string }) => error.code ?? 'other',
  );
}

async function misses(count: number, make = refused(), options: Options = {}): Promise<void> {
  for (let made = 0; made < count; made++) await codeOf(call(make, options));
}

describe('a service that does not respond', () => {
  it('is called until it has missed as often as it may, and then not', async () => {
    await misses(LIMITS.circuitMisses - 1);
    expect(await codeOf(call(refused()))).toBe('HTTP_REQUEST_FAILED');
    const failure = (await call(answered).catch((error: unknown) => error)) as StepFailure;
    expect(failure).toMatchObject({ code: 'HTTP_CIRCUIT_OPEN', retryable: true });
    expect(failure.askedDelayMs).toBeGreaterThanOrEqual(PAUSE);
    expect(JSON.stringify([failure.message, failure.details])).not.toContain('secret');
  });

  it('is called again after a response of any kind in between', async () => {
    await misses(LIMITS.circuitMisses - 1);
    await call(answered);
    await misses(LIMITS.circuitMisses - 1);
    await codeOf(call(refused(new AppError('HTTP_RESPONSE_TOO_LARGE', { message: 'large' }))));
    await misses(LIMITS.circuitMisses - 1);
    expect(await codeOf(call(answered))).toBe('made');
  });

  it('is tried by one call after the pause, and by all once that has a response', async () => {
    await misses(LIMITS.circuitMisses);
    now += PAUSE;
    let respond: (value: string) => void = () => undefined;
    const trial = call(() => new Promise((resolve) => (respond = resolve)));
    expect(await codeOf(call(answered))).toBe('HTTP_CIRCUIT_OPEN');
    respond('back');
    expect(await trial).toBe('back');
    expect(await codeOf(call(answered))).toBe('made');
  });

  it('is left alone for twice as long after each trial that has none, up to a minute', async () => {
    await misses(LIMITS.circuitMisses);
    for (const pause of [PAUSE, 2 * PAUSE, 4 * PAUSE, 8 * PAUSE, 60_000, 60_000]) {
      now += pause - 1;
      expect(await codeOf(call(answered))).toBe('HTTP_CIRCUIT_OPEN');
      now += 1;
      expect(await codeOf(call(refused()))).toBe('HTTP_REQUEST_FAILED');
    }
  });

  it('is held back from after the time limits of steps, and not after cancels', async () => {
    const aborted = (reason: Error): Options => {
      const controller = new AbortController();
      controller.abort(reason);
      return { stop: controller.signal };
    };
    await misses(LIMITS.circuitMisses, refused(), aborted(new Error('cancelled')));
    expect(await codeOf(call(answered))).toBe('made');
    await misses(LIMITS.circuitMisses, refused(), aborted(stepTimeout(100)));
    expect(await codeOf(call(answered))).toBe('HTTP_CIRCUIT_OPEN');
  });

  it('is another one for each organisation, scheme, host and port', async () => {
    await misses(LIMITS.circuitMisses);
    expect(await codeOf(call(answered, { organisationId: 'org_2' }))).toBe('made');
    for (const url of ['http://dead.example/orders', 'https://live.example/', 'https://dead.example:8443/'])
      expect([url, await codeOf(call(answered, { url }))]).toEqual([url, 'made']);
    expect(await codeOf(call(answered, { url: 'https://dead.example/other' }))).toBe('HTTP_CIRCUIT_OPEN');
  });

  it('is not the one that has redirected to it', async () => {
    const url = 'https://redirects.example/';
    await misses(LIMITS.circuitMisses, refused(), { url });
    expect(await codeOf(call(answered, { url }))).toBe('made');
  });

  it('is not one whose address may not be called', async () => {
    await misses(LIMITS.circuitMisses, refused(new AppError('HTTP_ADDRESS_BLOCKED', { message: 'no' })));
    expect(await codeOf(call(answered))).toBe('made');
    expect(await codeOf(call(answered, { url: 'no address' }))).toBe('made');
  });
});

describe('a service with many calls under way', () => {
  const controllers: (() => void)[] = [];
  const waiting = () => new Promise((resolve) => controllers.push(() => resolve('late')));

  it('gets no more of them while it has not responded for long, and more once it has', async () => {
    const underWay = Array.from({ length: LIMITS.circuitUnderWay }, () => call(waiting));
    now += LIMITS.circuitSilentMs - 1;
    underWay.push(call(waiting));
    now += 1;
    expect(await codeOf(call(answered))).toBe('HTTP_CIRCUIT_OPEN');
    controllers[0]?.();
    await underWay[0];
    expect(await codeOf(call(answered))).toBe('made');
    controllers.forEach((end) => end());
    await Promise.all(underWay);
  });
});
