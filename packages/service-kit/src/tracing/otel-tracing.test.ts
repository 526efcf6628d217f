import {
  InMemorySpanExporter,
  ParentBasedSampler,
  SimpleSpanProcessor,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { LIMITS } from '@millrace/contracts';
import { setTracing, spanned, traced, tracedFrom, tracing } from '@millrace/messaging';
import { OtelTracing } from './otel-tracing.js';
import { traceOfLine } from './start-tracing.js';

const exporter = new InMemorySpanExporter();

function tracingOf(ratio: number): OtelTracing {
  const provider = new TracerProvider({
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
  });
  return new OtelTracing(provider.getTracer('test'));
}

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const OTHERS = `00-${TRACE}-b7ad6b7169203331-01`;

const ended = () => exporter.getFinishedSpans();
const named = (name: string) => ended().find((span) => span.name === name);

beforeEach(() => {
  exporter.reset();
  setTracing(tracingOf(1));
});
afterAll(() => setTracing(undefined));

test('work and its parts are one trace, over what is awaited', async () => {
  await tracedFrom('whole', {}, async () => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    await Promise.all(['a', 'b'].map((name) => traced(name, {}, () => Promise.resolve())));
  });
  const whole = named('whole')?.spanContext();
  for (const name of ['a', 'b']) {
    expect(named(name)?.spanContext().traceId).toBe(whole?.traceId);
    expect(named(name)?.parentSpanContext?.spanId).toBe(whole?.spanId);
  }
});

test('a part without a whole is left out, and its work is done', async () => {
  expect(await traced('alone', {}, () => Promise.resolve(7))).toBe(7);
  expect(ended()).toEqual([]);
});

test('another process goes on by the traceparent', async () => {
  const parent = tracing()?.remote(OTHERS);
  await spanned(parent?.begin('here'), () => Promise.resolve());
  expect(named('here')?.spanContext().traceId).toBe(TRACE);
  expect(named('here')?.parentSpanContext?.spanId).toBe('b7ad6b7169203331');
});

test.each(['', 'x', `01-${TRACE}-b7ad6b7169203331-01`, `00-${'0'.repeat(32)}-b7ad6b7169203331-01`, `${OTHERS}-more`])(
  'what is no traceparent is none: %j',
  (text) => expect(tracing()?.remote(text)).toBeUndefined(),
);

test('a failure is shown by its code, and never by its message', async () => {
  const failing = (error: unknown) => tracedFrom('failing', {}, () => Promise.reject(error as Error)).catch(() => 0);
  await failing(Object.assign(new Error('correct-horse'), { code: 'HTTP_REQUEST_FAILED' }));
  await failing(Object.assign(new Error('correct-horse'), { code: 'correct horse' }));
  expect(ended().map(({ attributes }) => attributes['error.type'])).toEqual(['HTTP_REQUEST_FAILED', 'ERROR']);
  expect(JSON.stringify(ended().map(({ attributes, events, status }) => [attributes, events, status]))).not.toContain(
    'correct',
  );
});

test('a request is begun when it has its first part, and then it is known who calls', () => {
  let caller = {};
  const request = tracing()?.request(() => ({ name: 'GET /', ...caller }));
  request?.run(() => {
    caller = { parent: OTHERS };
    tracing()?.current?.begin('part')?.end();
  });
  request?.end();
  expect(named('GET /')?.parentSpanContext?.spanId).toBe('b7ad6b7169203331');
  expect(named('part')?.parentSpanContext?.spanId).toBe(named('GET /')?.spanContext().spanId);
});

test('the trace of a stranger is linked to: it decides neither the id nor whether there are spans', () => {
  tracing()
    ?.request(() => ({ name: 'linked', link: OTHERS }))
    .end();
  expect(named('linked')?.spanContext().traceId).not.toBe(TRACE);
  expect(named('linked')?.links.map(({ context }) => context.traceId)).toEqual([TRACE]);
  setTracing(tracingOf(0));
  tracing()
    ?.request(() => ({ name: 'not made', link: OTHERS }))
    .end();
  tracing()
    ?.request(() => ({ name: 'made', parent: OTHERS }))
    .end();
  expect(ended().map(({ name }) => name)).toEqual(['linked', 'made']);
});

test('what is not made is passed to others as such', () => {
  setTracing(tracingOf(0));
  const root = tracing()?.root('not made');
  expect(root?.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
  expect(root?.begin('part')?.traceparent).toMatch(/-00$/);
});

test('a piece of work has so many parts and no more, however deep they are', () => {
  const root = tracing()?.root('large');
  const child = root?.begin('child');
  for (let part = 0; part < LIMITS.traceParts + 4; part++) child?.begin('grandchild')?.end();
  child?.end();
  root?.end();
  expect(ended()).toHaveLength(LIMITS.traceParts + 1);
  expect(named('large')?.attributes['millrace.parts_left_out']).toBe(5);
});

test('lines of the log have the trace that they belong to', async () => {
  expect(traceOfLine()).toEqual({});
  const line = await tracedFrom('logged', {}, () => Promise.resolve(traceOfLine()));
  expect(line).toEqual({ traceId: named('logged')?.spanContext().traceId });
});

test('nothing is followed while it is off', async () => {
  setTracing(undefined);
  expect(await tracedFrom('off', {}, () => Promise.resolve(1))).toBe(1);
  expect(traceOfLine()).toEqual({});
});
