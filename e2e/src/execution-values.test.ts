import type { ExecutionResource } from '@millrace/contracts';
import { ProcessWatch } from './neighbours/watch.js';
import { ApiClient, type Refusal } from './support/api.js';
import { CountingService } from './support/counting-service.js';
import { eventually, inParallel } from './support/eventually.js';
import { OTHER_TOKEN } from './support/platform.js';

const api = new ApiClient();
let service: CountingService;
/** Lets the answer to the last step of an execution that does not end go. */
let release: () => void = () => undefined;

beforeAll(async () => {
  service = await CountingService.start();
});
afterAll(async () => {
  release();
  await service.stop();
});

const LARGE = 5_000_000;

/** A step that calls the service of this file. */
const call = (id: string, path: string) => ({ id, type: 'http', config: { url: `{{input.url}}/${path}` } });

async function started(steps: readonly object[], output?: object): Promise<string> {
  const document = { name: 'Values', trigger: { type: 'webhook' }, steps, ...(output ? { output } : {}) };
  return (await api.execute((await api.create(document)).id, { url: service.url, text: 'ä€' })).execution_id;
}

/** One request for a value, as it is returned: bytes count here, which a parsed body does not show. */
async function get(path: string, headers: Record<string, string> = {}, method = 'GET') {
  const answer = await api.send(method, path, { headers });
  return { status: answer.status, headers: answer.headers, body: Buffer.from(await answer.arrayBuffer()) };
}

const codeOf = async (client: ApiClient, path: string) => {
  const { status, body } = await client.call<Refusal>('GET', path);
  return [status, body.error.code];
};

describe('the values of an execution', () => {
  let execution: ExecutionResource;
  let base: string;

  beforeAll(async () => {
    const id = await started([call('fetch', 'small')], { said: '{{input.text}}' });
    execution = await api.ended(id);
    base = `/executions/${id}`;
  });

  it('are returned as they are in the execution', async () => {
    expect(execution.status).toBe('completed');
    for (const [path, value] of [
      ['input', execution.input],
      ['output', execution.output],
      ['steps/fetch/output', execution.steps[0]?.output],
    ] as const) {
      const { status, headers, body } = await get(`${base}/${path}`);
      expect([path, status, JSON.parse(body.toString())]).toEqual([path, 200, value]);
      expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
      expect([headers.get('accept-ranges'), headers.get('content-length')]).toEqual(['bytes', String(body.length)]);
    }
  });

  it('are sent in parts, counted in bytes', async () => {
    const path = `${base}/output`;
    const whole = (await get(path)).body;
    expect(whole.toString()).toBe('{"said":"ä€"}');
    for (const [range, from, to] of [
      ['bytes=0-0', 0, 0],
      ['bytes=9-11', 9, 11],
      ['bytes=10-', 10, whole.length - 1],
      ['bytes=-4', whole.length - 4, whole.length - 1],
      ['bytes=5-9999', 5, whole.length - 1],
    ] as const) {
      const { status, headers, body } = await get(path, { range });
      expect([range, status, headers.get('content-range')]).toEqual([
        range,
        206,
        `bytes ${from}-${to}/${whole.length}`,
      ]);
      expect(body).toEqual(whole.subarray(from, to + 1));
    }
    const beyond = await get(path, { range: 'bytes=9999-' });
    expect([beyond.status, beyond.headers.get('content-range'), beyond.body.length]).toEqual([
      416,
      `bytes */${whole.length}`,
      0,
    ]);
    for (const range of ['bytes=0-1,4-5', 'bytes=x', 'lines=0-1']) {
      const { status, body } = await get(path, { range });
      expect([range, status, body.equals(whole)]).toEqual([range, 200, true]);
    }
  });

  it('report their size to a HEAD', async () => {
    const { status, headers, body } = await get(`${base}/output`, { range: 'bytes=0-1' }, 'HEAD');
    const length = (await get(`${base}/output`)).body.length;
    expect([status, headers.get('content-length'), body.length]).toEqual([200, String(length), 0]);
  });

  it('are not found where there are none, and for others', async () => {
    const other = new ApiClient(OTHER_TOKEN);
    for (const path of ['input', 'output', 'steps/fetch/output'])
      expect(await codeOf(other, `${base}/${path}`)).toEqual([404, 'EXECUTION_NOT_FOUND']);
    for (const path of [`${base}/steps/nothing/output`, `${base}/steps/fetch[0].x/output`, '/executions/exec_1/input'])
      expect([path, await codeOf(api, path)]).toEqual([path, [404, 'EXECUTION_NOT_FOUND']]);
  });
});

describe('the values of an execution that runs', () => {
  it('are there as far as it is', async () => {
    const held = new Promise<undefined>((resolve) => (release = () => resolve(undefined)));
    service.answerWith(({ path }) => (path === '/held' ? held : undefined));
    const id = await started([call('first', 'small'), call('second', 'held')]);
    await eventually('it is in its second step', () => (service.callsTo('/held').length > 0 ? true : undefined));
    const { body } = await get(`/executions/${id}/input`);
    expect(JSON.parse(body.toString())).toEqual({ url: service.url, text: 'ä€' });
    expect((await get(`/executions/${id}/steps/first/output`)).status).toBe(200);
    expect(await codeOf(api, `/executions/${id}/steps/second/output`)).toEqual([404, 'EXECUTION_NOT_FOUND']);
    expect(await codeOf(api, `/executions/${id}/output`)).toEqual([404, 'EXECUTION_NOT_FOUND']);
    release();
    expect((await api.ended(id)).status).toBe('completed');
    expect((await get(`/executions/${id}/output`)).status).toBe(200);
  });
});

describe('large values', () => {
  it('are read again and again, several at once, in the memory that the services have', async () => {
    service.answerWith(() => ({ body: 'x'.repeat(LARGE) }));
    const steps = ['one', 'two'].map((id) => call(id, id));
    const id = await started(steps);
    const { status, error, steps: runs } = await api.ended(id);
    expect([status, error]).toEqual(['completed', null]);
    const paths = runs.map(({ output_ref }) => output_ref?.href.replace(/^\/v1/, '') ?? 'no reference');
    expect(paths).toEqual(steps.map((step) => `/executions/${id}/steps/${step.id}/output`));

    const watch = new ProcessWatch();
    // 100 MB in all: what one read leaves behind would be seen at the end.
    const rounds = Array.from({ length: 10 }, () => paths).flat();
    await inParallel(rounds, 2, (path) =>
      // A busy machine may be told to ask again: that is no more than 503 says.
      eventually(`${path} is read`, async () => ((await get(path)).body.length > LARGE ? true : undefined)),
    );
    const { restarted, tooLarge } = watch.stop();
    expect({ restarted, tooLarge }).toEqual({ restarted: [], tooLarge: [] });
  });
});
