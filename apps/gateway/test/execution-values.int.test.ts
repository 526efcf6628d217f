import { GetExecutionValue } from '@millrace/contracts';
import { connectBus, silentLogger, type NatsBus } from '@millrace/messaging';
import { startGateway, TOKEN, type RunningGateway } from './gateway.fixture.js';

const PATH = '/v1/executions/exec_01m887wqp5fkp3j7e18anavgww/output';

let gateway: RunningGateway;
/** In the place of history, which is another process. */
let history: NatsBus;
const questions: Record<string, unknown>[] = [];
let answer: object;

beforeAll(async () => {
  gateway = await startGateway();
  history = await connectBus({ url: gateway.natsUrl, name: 'owners', logger: silentLogger });
  history.connection.subscribe(GetExecutionValue.subject, {
    callback: (_, message) => {
      questions.push(message.json());
      message.respond(JSON.stringify(answer));
    },
  });
  await history.connection.flush();
});
beforeEach(() => void questions.splice(0));
afterAll(async () => {
  await history.close();
  await gateway.stop();
});

const part = (total: number, start: number, text: string) => ({
  json: '',
  part: { total, start, base64: Buffer.from(text).toString('base64') },
});
async function get(range: string | null, method = 'GET') {
  const headers = { authorization: `Bearer ${TOKEN}`, ...(range === null ? {} : { range }) };
  const response = await fetch(gateway.url + PATH, { method, headers });
  const { status } = response;
  const [length, content] = [response.headers.get('content-length'), response.headers.get('content-range')];
  return { status, length, range: content, body: await response.text() };
}

describe('a part of a value', () => {
  it.each([
    ['bytes=3-5', { first: 3, last: 5 }],
    ['bytes=3-', { first: 3 }],
    ['bytes=-3', { suffix: 3 }],
  ])('is all that is asked of history (%s)', async (range, asked) => {
    answer = part(90, 3, 'abc');
    expect(await get(range)).toEqual({ status: 206, length: '3', range: 'bytes 3-5/90', body: 'abc' });
    expect(questions.map((question) => question['range'])).toEqual([asked]);
  });

  it('that does not exist is refused with the size', async () => {
    answer = part(90, 100, '');
    expect(await get('bytes=100-')).toMatchObject({ status: 416, range: 'bytes */90', body: '' });
  });

  it('is cut out of the whole where history returns that', async () => {
    answer = { json: '"abcdef"' };
    expect(await get('bytes=1-3')).toMatchObject({ status: 206, range: 'bytes 1-3/8', body: 'abc' });
    expect(await get('bytes=9-')).toMatchObject({ status: 416, range: 'bytes */8' });
  });

  it.each(['bytes=0-1,4-5', 'bytes=x', 'bytes=-', 'bytes=5-2', 'lines=0-1'])(
    'of another form is the whole (%s)',
    async (range) => {
      answer = { json: '"abcdef"' };
      expect(await get(range)).toEqual({ status: 200, length: '8', range: null, body: '"abcdef"' });
      expect(questions.map((question) => question['range'])).toEqual([undefined]);
    },
  );
});

it('a HEAD asks for one byte, and returns the size', async () => {
  answer = part(90, 0, '"');
  expect(await get('bytes=5-6', 'HEAD')).toEqual({ status: 200, length: '90', range: null, body: '' });
  expect(questions.map((question) => question['range'])).toEqual([{ first: 0, last: 0 }]);
});
