import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SIGNATURE_SCHEMES } from '../src/inbound/signature-schemes.js';
import { InboundService } from '../src/inbound/inbound.service.js';
import { sampleHeaders } from '../src/inbound/sample-signatures.js';
import { call, DispatcherScene, type Call } from './dispatcher.fixture.js';

const SECRET = 'of the sender';
type Scheme = keyof typeof SIGNATURE_SCHEMES;
/** What names a delivery of each scheme: a header, or a member of the body. A scheme that is missing here does not compile. */
const KNOWN_BY: Readonly<Record<Scheme, readonly string[]>> = {
  hmac_sha256: [],
  standard_webhooks: ['webhook-id'],
  github: ['X-GitHub-Delivery'],
  stripe: ['id'],
  slack: ['event_id'],
  shopify: ['X-Shopify-Event-Id', 'X-Shopify-Webhook-Id'],
  gitlab: ['Idempotency-Key'],
};
const MEMBERS = ['id', 'event_id'];
const SCHEMES = Object.keys(KNOWN_BY) as Scheme[];
const NAMED = SCHEMES.flatMap((scheme) => KNOWN_BY[scheme].map((name) => [scheme, name] as const));

let scene: DispatcherScene;
let inbound: InboundService;
beforeAll(async () => {
  scene = await DispatcherScene.open();
  inbound = scene.app.get(InboundService);
  for (const scheme of SCHEMES) await scene.address(scheme, { signature: { scheme, secret: SECRET } });
});
afterAll(() => scene.close());

/** A call as the sender makes it, signed `later` seconds after the others. */
function delivery(scheme: Scheme, ids: Readonly<Record<string, string>>, later = 0): Call {
  const inBody = Object.entries(ids).filter(([name]) => MEMBERS.includes(name));
  const body = JSON.stringify({ n: 1, ...Object.fromEntries(inBody) });
  const seconds = Date.parse(call('').received_at) / 1_000 + later;
  const id = ids['webhook-id'] ?? '';
  const signed = sampleHeaders({ scheme, secret: SECRET }, { body: Buffer.from(body), secret: SECRET, seconds, id });
  const headers: Record<string, string> = { 'content-type': 'application/json', ...signed };
  for (const name of KNOWN_BY[scheme]) delete headers[name.toLowerCase()];
  for (const [name, value] of Object.entries(ids)) if (!MEMBERS.includes(name)) headers[name.toLowerCase()] = value;
  return call(`wh_${scheme}`, { body, headers });
}
const started = async (...calls: readonly Call[]): Promise<string[]> => {
  const ids: string[] = [];
  for (const one of calls) ids.push((await inbound.receive(one)).execution_id);
  return ids;
};

test.each(NAMED)('a delivery by %s that comes again under the same %s starts nothing', async (scheme, name) => {
  const [first, again, other] = await started(
    delivery(scheme, { [name]: `${name} 1` }),
    delivery(scheme, { [name]: `${name} 1` }, 1),
    delivery(scheme, { [name]: `${name} 2` }),
  );
  expect(again).toBe(first);
  expect(other).not.toBe(first);
});

test.each(SCHEMES.filter((scheme) => KNOWN_BY[scheme].length === 0))(
  'each call by %s, which names no delivery, starts an execution',
  async (scheme) => {
    const [first, other] = await started(delivery(scheme, {}), delivery(scheme, {}));
    expect(other).not.toBe(first);
  },
);

test("a repetition of Shopify's is recognised by its event, also when it is another webhook", async () => {
  const attempt = (event: string, webhook: string) =>
    delivery('shopify', { 'X-Shopify-Event-Id': event, 'X-Shopify-Webhook-Id': webhook });
  const [first, again, other] = await started(attempt('e-1', 'w-1'), attempt('e-1', 'w-2'), attempt('e-2', 'w-1'));
  expect(again).toBe(first);
  expect(other).not.toBe(first);
});

test('one event that Shopify announces under two topics is two deliveries', async () => {
  const told = (topic: string) => delivery('shopify', { 'X-Shopify-Event-Id': 'e-9', 'X-Shopify-Topic': topic });
  const [created, paid, again] = await started(told('orders/create'), told('orders/paid'), told('orders/create'));
  expect(paid).not.toBe(created);
  expect(again).toBe(created);
});

test('the page says of every scheme in which header its signature is, and what names a delivery', () => {
  const page = readFileSync(join(__dirname, '../../../docs/webhooks.md'), 'utf8');
  const cells = page
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.trim()));
  const spans = (text = '') => [...text.matchAll(/`([^`]+)`/g)].map(([, span]) => span);
  for (const scheme of SCHEMES) {
    const row = cells.find(([, name]) => name === `\`${scheme}\``);
    expect([scheme, spans(row?.[2])[0]?.toLowerCase()]).toEqual([scheme, SIGNATURE_SCHEMES[scheme].header]);
    expect([scheme, spans(row?.[3])]).toEqual([scheme, KNOWN_BY[scheme]]);
  }
});
