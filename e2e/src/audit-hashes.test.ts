import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ENDPOINTS, type AuditEntry, type AuditLog } from '@millrace/contracts';
import { stringifyJson } from '@millrace/expression/exact';
import { ApiClient } from './support/api.js';
import { AuditedThings } from './support/audited-things.js';
import { auditedWrites } from './support/audited-writes.js';
import { anOrganisation } from './support/organisations.js';
import { readEndpoints, REPOSITORY } from './support/platform.js';
import { TRIED_ELSEWHERE, UNHASHED } from './support/unhashed-writes.js';

/*
 * What a write has changed is in the log, by the hash of the text that docs/audit-log.md describes: each write of the API is made here, or
 * has a reason to have none.
 */

const operator = new ApiClient(readEndpoints().operator_token);
let organisation: string;
let api: ApiClient;
beforeAll(async () => {
  const { id, token } = await anOrganisation();
  organisation = id;
  api = new ApiClient(token);
});

/** The members of each text, by the resource that the page names. */
const members = new Map<string, string[]>();
const page = readFileSync(join(REPOSITORY, 'docs', 'audit-log.md'), 'utf8');
for (const [, names = '', text = ''] of page.matchAll(/^\| (`[^|]+`) +\| `\{([^}]+)\}`/gm))
  for (const [, name = ''] of names.matchAll(/`(\w+)`/g)) members.set(name, text.split(', '));

const newest = async (): Promise<AuditEntry> =>
  (await api.expect<AuditLog>(200, 'GET', '/audit-log?limit=1')).entries[0] as AuditEntry;

test('every write that is recorded is hashed, or has a reason not to be', () => {
  const recorded = ENDPOINTS.filter(({ audit }) => audit !== undefined && !('nothing' in audit)).map(({ id }) => id);
  const hashed = auditedWrites(new AuditedThings(api, operator, organisation)).map(({ id }) => id);
  // The organisation is made before the first of them.
  const others = ['createOrganisation', ...Object.keys(TRIED_ELSEWHERE), ...Object.keys(UNHASHED)];
  expect([...new Set([...hashed, ...others])].sort()).toEqual(recorded.sort());
  expect(hashed.filter((id) => id in UNHASHED)).toEqual([]);
});

test('an entry has the hash of what was and of what is, as the page makes it', async () => {
  const { entries } = await api.expect<AuditLog>(200, 'GET', '/audit-log?limit=100');
  expect(entries.at(-1)).toMatchObject({ action: 'create', before: null, after: { version: 1 } });
  /** What the write before left of a thing. */
  const left = new Map([[`organisation ${organisation}`, entries.at(-1)?.after]]);
  for (const { id, hashed, becomes, send, shown } of auditedWrites(new AuditedThings(api, operator, organisation))) {
    await send();
    const { before, after, resource, outcome } = await newest();
    const told = { id, outcome, before: before !== null, after: after !== null };
    expect(told).toEqual({ id, outcome: 'succeeded', before: becomes !== 'made', after: becomes !== 'gone' });
    expect([id, after]).not.toEqual([id, before]);
    // A schedule is a part of its workflow. The one secret is changed by the call about its webhook too.
    const kind = hashed === 'schedule' ? 'workflow' : hashed;
    const thing = kind === 'secret' ? kind : `${kind} ${resource.id?.split('.')[0] ?? ''}`;
    if (becomes !== 'made' && left.has(thing)) expect([id, before]).toEqual([id, left.get(thing)]);
    left.set(thing, after);
    if (shown === undefined) continue;
    const resourceShown = await shown();
    const text = stringifyJson(
      Object.fromEntries((members.get(hashed) ?? []).map((name) => [name, resourceShown[name]])),
    );
    const hash = createHash('sha256').update(text).digest('hex');
    expect([id, after]).toEqual([id, { hash, version: resourceShown['version'] }]);
  }
});
