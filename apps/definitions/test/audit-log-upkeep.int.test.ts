import { BeginAuditEntry, ListAuditLog, newId } from '@millrace/contracts';
import { idAt, uniqueName, waitUntil } from '@millrace/testing';
import type { z } from 'zod';
import { AuditLogRepository } from '../src/audit/audit-log.repository.js';
import { AuditLogService } from '../src/audit/audit-log.service.js';
import { TokensRepository } from '../src/tokens/tokens.repository.js';
import { openFixture, type Fixture, type Replica } from './definitions.fixture.js';

const DAY_MS = 24 * 60 * 60 * 1_000;
const KEPT = { MILLRACE_AUDIT_LOG_DAYS: 30, MILLRACE_AUDIT_LOG_ENTRIES: 2 };

let fixture: Fixture;
let replica: Replica;
beforeAll(async () => {
  fixture = await openFixture();
  replica = await fixture.start({
    MILLRACE_AUDIT_SECONDS: '1',
    MILLRACE_AUDIT_LOG_DAYS: '30',
    MILLRACE_AUDIT_LOG_ENTRIES: '2',
  });
}, 180_000);
afterAll(() => fixture.stop());

/** One of another process, which cuts when it is released. */
const logOver = (repository = replica.app.get(AuditLogRepository)): AuditLogService =>
  new AuditLogService(KEPT, repository, replica.app.get(TokensRepository));

const entry = (
  organisation_id: string | null,
  entry_id = newId('audit_entry'),
): z.output<typeof BeginAuditEntry.question> => ({
  entry_id,
  organisation_id,
  at: new Date().toISOString(),
  actor: { type: 'operator', id: null },
  action: 'create',
  resource: { type: 'organisation', id: null },
  address: null,
  request_id: 'req_1',
});

const idsOf = async (organisation_id: string): Promise<string[]> =>
  (await fixture.client.request(ListAuditLog, { organisation_id, limit: 100 })).entries.map(({ id }) => id);
const numberOf = async (organisation: string): Promise<number> => (await idsOf(organisation)).length;
const running = new AbortController().signal;

describe('old entries', () => {
  it('go by age, and by number in each organisation', async () => {
    const begin = async (organisation: string, entry_id = newId('audit_entry')): Promise<string> => {
      await fixture.client.request(BeginAuditEntry, entry(organisation, entry_id));
      return entry_id;
    };
    await begin('org_old', idAt('audit_entry', Date.now() - 31 * DAY_MS));
    const young = await begin('org_old', idAt('audit_entry', Date.now() - 29 * DAY_MS));
    const ids: string[] = [];
    for (let count = 0; count < 5; count++) ids.unshift(await begin('org_full'));
    await waitUntil('the log to be cut', async () => (await numberOf('org_full')) === 2);
    await waitUntil('the old one to be deleted', async () => (await numberOf('org_old')) === 1);
    expect([await idsOf('org_full'), await idsOf('org_old')]).toEqual([ids.slice(0, 2), [young]]);
  });

  it('stay while the process stops, and go the next time; where nothing was added nobody looks again', async () => {
    const org = uniqueName('org');
    const log = logOver();
    for (let count = 0; count < 4; count++) await log.begin(entry(org));
    await log.prune(AbortSignal.abort());
    expect(await numberOf(org)).toBe(4);
    await log.prune(running);
    expect(await numberOf(org)).toBe(2);
    // By another process, which will see to it.
    await logOver().begin(entry(org));
    await log.prune(running);
    expect(await numberOf(org)).toBe(3);
  });

  it('go the next time when the database was away this time', async () => {
    const org = uniqueName('org');
    const repository = replica.app.get(AuditLogRepository);
    let away = true;
    const failing = Object.assign(Object.create(repository) as AuditLogRepository, {
      keepNewest: async (...of: Parameters<AuditLogRepository['keepNewest']>) => {
        if (away) throw new Error('The database is away');
        return repository.keepNewest(...of);
      },
    });
    const log = logOver(failing);
    for (let count = 0; count < 3; count++) await log.begin(entry(org));
    await expect(log.prune(running)).rejects.toThrow('away');
    away = false;
    await log.prune(running);
    expect(await numberOf(org)).toBe(2);
  });

  it('go from the log of an organisation that the operator has made too', async () => {
    const org = uniqueName('org');
    const log = logOver();
    const begun = Array.from({ length: 3 }, () => entry(null));
    for (const one of begun) await log.begin(one);
    for (const { entry_id } of begun)
      await log.end({ entry_id, organisation_id: null, error: null, made_organisation_id: org });
    await log.prune(running);
    expect(await numberOf(org)).toBe(2);
  });
});
