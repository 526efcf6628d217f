import { LIMITS, type AppError } from '@millrace/contracts';
import { aWorkflow } from '@millrace/testing';
import { DocumentChecks } from './document-checks.js';

const NO_NAMES = { secrets: [], variables: [], env: [], mailboxes: [], senders: [], tools: [] };
const NAMES = { of: () => Promise.resolve(NO_NAMES) };

describe('checks of documents', () => {
  it('give another organisation its turn after one of an organisation that has many', async () => {
    const checks = new DocumentChecks(NAMES);
    const ended: string[] = [];
    const check = (organisation: string) =>
      checks.check(organisation, aWorkflow()).finally(() => ended.push(organisation));
    await Promise.all([...Array.from({ length: 20 }, () => check('org_many')), check('org_one')]);
    expect(ended.indexOf('org_one')).toBeLessThan(3);
  });

  it('are refused to an organisation that has too many waiting, and to nobody else', async () => {
    const checks = new DocumentChecks(NAMES);
    const results = Promise.allSettled(
      Array.from({ length: LIMITS.savesPerOrganisation + 5 }, () => checks.check('org_many', aWorkflow())),
    );
    await expect(checks.check('org_one', aWorkflow())).resolves.toMatchObject({ status: 'active' });
    const refused = (await results).flatMap((result) =>
      result.status === 'rejected' ? [(result.reason as AppError).code] : [],
    );
    expect(refused).toEqual(Array.from({ length: 5 }, () => 'SERVICE_UNAVAILABLE'));
    await expect(checks.check('org_many', aWorkflow())).resolves.toBeDefined();
  });

  it('tell what is wrong with a document', async () => {
    await expect(new DocumentChecks(NAMES).check('org', { name: 'x' })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
  });
});
