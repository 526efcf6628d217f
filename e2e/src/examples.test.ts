import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { platformEnvironment, readEndpoints, REPOSITORY } from './support/platform.js';

/*
 * What the READMEs of the examples say, held against what comes out: the `sh` blocks are run one after another in one
 * shell, and what each prints must be the `text` or `json` block behind it, but for ids, times and the like.
 */

const EXAMPLES = join(REPOSITORY, 'examples');
const names = readdirSync(EXAMPLES).filter(
  (name) => existsSync(join(EXAMPLES, name, 'README.md')) && name !== 'node_modules',
);

interface Told {
  readonly command: string;
  readonly result: string;
  readonly kind: string;
}

function readmeOf(name: string): Told[] {
  const text = readFileSync(join(EXAMPLES, name, 'README.md'), 'utf8');
  const blocks = [...text.matchAll(/^```(sh|text|json)\n([\s\S]*?)^```$/gm)].map((match) => ({
    kind: match[1]!,
    body: match[2]!,
  }));
  return blocks.flatMap((block, index) => {
    if (block.kind !== 'sh') return [];
    const next = blocks[index + 1];
    return [{ command: block.body, result: next && next.kind !== 'sh' ? next.body : '', kind: next?.kind ?? 'text' }];
  });
}

/** What differs from run to run is replaced by its kind. */
function normalised(text: string): string {
  return text
    .replace(/\b(wf|exec)_[0-9a-z]{26}\b/g, '$1_…')
    .replace(/\bwh_[0-9a-z]+\b/g, 'wh_…')
    .replace(/localhost:\d+|127\.0\.0\.1:\d+/g, 'localhost:…')
    .replace(/\b\d+\.M\d+P\d+Q\d+(?=\.millrace\b)/g, '…')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z(?=")/g, '…')
    .replace(/"duration_ms": ?\d+/g, '"duration_ms": …')
    .replace(/version \d+/g, 'version …')
    .trim();
}

function comparable({ kind }: Told, text: string): string {
  return normalised(kind === 'json' ? JSON.stringify(JSON.parse(text), null, 2) : text);
}

async function shell(script: string, home?: string): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn('bash', ['-c', script], {
    cwd: REPOSITORY,
    env: platformEnvironment(home),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, stdout, stderr };
}

const BORDER = '=== next block ===';

it('there are examples', () => {
  expect(names).toEqual([
    'earthquake-alerts',
    'github-webhooks',
    'hello',
    'licence-audit',
    'nightly-report',
    'onboarding',
    'sdk-javascript',
    'sdk-python',
    'stripe-webhook',
    'support-mailbox',
  ]);
});

it.each(names.filter((name) => name !== 'licence-audit'))('%s does what its README says', async (name) => {
  const told = readmeOf(name);
  expect(told.length).toBeGreaterThan(0);
  const { code, stdout, stderr } = await shell(
    `set -e\n${told.map((block) => block.command).join(`\necho; echo '${BORDER}'\n`)}`,
  );
  expect([code, stderr]).toEqual([0, '']);
  const outputs = stdout.split(BORDER);
  for (const [index, block] of told.entries()) {
    expect([block.command, comparable(block, outputs[index] ?? '')]).toEqual([
      block.command,
      comparable(block, block.result),
    ]);
  }
});

it.each(['nightly-report', 'support-mailbox'])('%s, which pauses its workflow at the end, runs again', async (name) => {
  const [told] = readmeOf(name);
  for (const run of ['first', 'second']) {
    const { code, stdout } = await shell(told!.command);
    expect({ run, code, stdout: normalised(stdout) }).toEqual({ run, code: 0, stdout: normalised(told!.result) });
  }
});

it('licence-audit audits whatever is installed here and finds nothing to refuse', async () => {
  const [told] = readmeOf('licence-audit');
  const { code, stdout, stderr } = await shell(told!.command);
  expect([code, stderr]).toEqual([0, '']);
  // The dependencies change, the form of the report does not.
  const rows = [...stdout.matchAll(/ (\d+) +(?:yes|no) +(?:yes|no) +(yes|no)$/gm)];
  const [, total, verdict] = /^(\d+) packages: (.+)$/m.exec(stdout) ?? [];
  expect(rows.reduce((sum, row) => sum + Number(row[1]), 0)).toBe(Number(total));
  expect(Number(total)).toBeGreaterThan(100);
  expect(verdict).toBe(rows.some((row) => row[2] === 'no') ? 'to be looked at' : 'clean');
  expect([...stdout.matchAll(/^Ticket: /gm)].length).toBe(rows.filter((row) => row[2] === 'no').length);
});

describe("where a mail server of the user's own has the e-mails", () => {
  let home: string;

  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'millrace-own-mail-'));
    // What a platform with MILLRACE_SMTP_URL says of itself: it has no mail house.
    writeFileSync(join(home, 'endpoints.json'), JSON.stringify({ ...readEndpoints(), mail: undefined }));
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  it('onboarding says which one to look for, and ends well', async () => {
    const { code, stdout, stderr } = await shell('node examples/run.mjs onboarding', home);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(
      /The e-mail <\S+> went to the mail server in MILLRACE_SMTP_URL: look for it at\nada@example\.com\./,
    );
  });

  it('support-mailbox sends nothing, since the answers would go to people', async () => {
    const { code, stderr } = await shell('node examples/run.mjs support-mailbox', home);
    expect([code, stderr]).toEqual([1, 'This example needs the mail house: start without MILLRACE_SMTP_URL.\n']);
  });
});

it('the events of stripe-webhook are about what Stripe publishes, in the form of its own event', () => {
  const fixtures = join(REPOSITORY, 'e2e', 'fixtures', 'stripe');
  const envelope = JSON.parse(readFileSync(join(fixtures, 'event.json'), 'utf8')) as object;
  const published = readFileSync(join(fixtures, 'resources.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { resource: { object?: string; id?: string } }).resource);
  const events = JSON.parse(readFileSync(join(EXAMPLES, 'stripe-webhook', 'events.json'), 'utf8')) as {
    id: string;
    type: string;
    data: { object: { object: string; id: string } };
  }[];
  for (const { id, type, ...event } of events) {
    const { object, id: of } = event.data.object;
    const resource = published.find((one) => one.object === object && one.id === of);
    expect({ id, type, ...event }).toEqual({ ...envelope, id, type, data: { object: resource } });
  }
});

it('the messages of support-mailbox are those of mail-parser, byte for byte', () => {
  const packed = readFileSync(join(REPOSITORY, 'apps', 'email-ingest', 'test', 'corpora', 'mail-parser.json.gz'));
  const corpus = JSON.parse(gunzipSync(packed).toString()) as Record<string, string>;
  const messages = join(EXAMPLES, 'support-mailbox', 'messages');
  const from = readdirSync(messages).map((name) => {
    const content = readFileSync(join(messages, name)).toString('base64');
    return [name, Object.keys(corpus).find((one) => corpus[one] === content)];
  });
  expect(Object.fromEntries(from)).toEqual({
    'begging-letter.eml': 'sieve/plain.eml',
    'mailing-list.eml': 'eml/thirdparty/014.eml',
    'outlook.eml': 'eml/legacy/013.eml',
    'pine.eml': 'eml/legacy/031.eml',
  });
});
