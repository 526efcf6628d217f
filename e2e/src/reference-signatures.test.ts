import { spawnSync } from 'node:child_process';
import { createHash, randomBytes, randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LIMITS } from '@millrace/contracts';
import { ApiClient } from './support/api.js';
import { inParallel } from './support/eventually.js';
import { anOrganisation } from './support/organisations.js';
import { REPOSITORY } from './support/platform.js';

/*
 * The function by which the API reference has receivers check a signature is the oracle of what senders sign: Python runs it, word for word.
 */

const SECRET = 'correct horse battery staple: Größe ✓';
const BODIES = 200;
/** Of so many bodies one is no text. */
const ONE_OF = 10;

const [FUNCTION = ''] = readFileSync(join(REPOSITORY, 'e2e', 'fixtures', 'reference-verify-webhook.txt'), 'utf8').split(
  '# In your webhook handler\n',
);
/** The function says only whether a signature is right; by what it compares with, it signs. A body is bytes, so they encode to themselves. */
const PROGRAM = `${FUNCTION}
import base64, json, sys, types

class Body(bytes):
    def encode(self):
        return self

secret, *pairs = json.load(sys.stdin)
honest = hmac
for body, changed in pairs:
    body, changed = Body(base64.b64decode(body)), Body(base64.b64decode(changed))
    hmac = types.SimpleNamespace(new=honest.new, compare_digest=lambda expected, _: expected)
    signature = verify_webhook(body, '', secret)
    hmac = honest
    print(json.dumps([signature, verify_webhook(body, signature, secret), verify_webhook(changed, signature, secret)]))
`;

/** What the function says of a body: its signature, and whether it takes that for the body, and for another one. */
type Verdict = readonly [signature: string, takesIt: boolean, takesTheOther: boolean];

function verdictsOf(pairs: readonly (readonly [Buffer, Buffer])[]): Verdict[] {
  const input = JSON.stringify([SECRET, ...pairs.map((pair) => pair.map((body) => body.toString('base64')))]);
  const { error, stdout, stderr } = spawnSync('python3', ['-c', PROGRAM], { input, encoding: 'utf8' });
  if (error) throw error;
  expect(stderr).toBe('');
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Verdict);
}

function someText(): Buffer {
  const characters = Array.from({ length: randomInt(1, 1_000) }, () => randomInt(0x10ffff + 1));
  // Halves of pairs are no characters.
  return Buffer.from(
    characters
      .map((code) => String.fromCodePoint(code))
      .join('')
      .replaceAll(/\p{Cs}/gu, 'x'),
  );
}

/** 0xff is in no text. */
const noText = (): Buffer => Buffer.concat([randomBytes(randomInt(1_000)), Buffer.from([0xff]), randomBytes(20)]);

const bodies = [
  Buffer.alloc(0),
  randomBytes(LIMITS.webhookBodyBytes),
  ...Array.from({ length: BODIES - 2 }, (_, index) => (index % ONE_OF === 0 ? noText() : someText())),
];

/** With one bit changed; nothing has one bit more. */
function changed(body: Buffer): Buffer {
  const other = body.length === 0 ? Buffer.alloc(1) : Buffer.from(body);
  const place = randomInt(other.length);
  other[place] = (other[place] ?? 0) ^ (1 << randomInt(8));
  return other;
}

/** A body as a failure shows it. */
const shown = (body: Buffer): string => (body.length > 10_000 ? `${body.length} bytes` : body.toString('base64'));

it('a body that the function of the reference takes arrives, byte for byte; one with one bit changed does not', async () => {
  // Of its own, since others have their part of the calls a minute.
  const limits = { api_calls_per_hour: 100_000, webhook_calls_per_minute: 100_000 };
  const api = new ApiClient((await anOrganisation(limits)).token);
  await api.expect(200, 'PUT', '/secrets/sender', { json: { value: SECRET } });
  const workflow = await api.create({
    name: 'Signed bytes',
    trigger: { type: 'webhook', config: { signature: { scheme: 'hmac_sha256', secret: '{{secrets.sender}}' } } },
    steps: [{ id: 'kept', type: 'transform', config: { output: '{{input.file ?? null}}' } }],
    output: '{{kept.output}}',
  });
  const path = ApiClient.webhookPath(workflow);
  const call = (raw: Buffer, signature: string) =>
    api.call<{ execution_id?: string }>('POST', path, {
      raw,
      headers: { 'content-type': 'application/octet-stream', 'x-webhook-signature': signature },
    });

  const pairs = bodies.map((body) => [body, changed(body)] as const);
  const verdicts = verdictsOf(pairs);
  expect(verdicts.map(([, ...takes]) => takes)).toEqual(pairs.map(() => [true, false]));
  const accepted = await inParallel(pairs, 4, async ([body, other], index) => {
    const [signature] = verdicts[index] ?? [''];
    const [whole, forged] = [await call(body, signature), await call(other, signature)];
    expect({ body: shown(body), statuses: [whole.status, forged.status] }).toEqual({
      body: shown(body),
      statuses: [202, 401],
    });
    return whole.body.execution_id ?? '';
  });

  await inParallel(accepted, 4, async (id, index) => {
    const body = bodies[index] ?? Buffer.alloc(0);
    const { status, output } = await api.ended(id);
    const sha256 = createHash('sha256').update(body).digest('hex');
    expect({ body: shown(body), status, output }).toEqual({
      body: shown(body),
      status: 'completed',
      output: body.length === 0 ? null : expect.objectContaining({ size: body.length, sha256 }),
    });
  });
  const { body } = await api.call<{ count: number }>('GET', `/executions/count?workflow_id=${workflow.id}`);
  expect(body.count).toBe(bodies.length);
});
