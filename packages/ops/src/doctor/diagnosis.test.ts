import { readConfig } from '../config.js';
import { OperatorApi } from '../operator-api.js';
import { diagnose } from './diagnosis.js';

test('a check that breaks is a finding without what it was given, and the others run', async () => {
  // What the client of Redis throws for, as no setting that is checked can be.
  const config = { ...readConfig({}), redisUrl: 'redis://:s3cret@127.0.0.1:99999', masterKeysFile: '/nowhere/keys' };
  const { ok, json, lines } = await diagnose({ words: [], options: {}, api: new OperatorApi(config), config });
  const { findings } = json as { findings: { check: string; status: string; cure: string | null }[] };
  expect(ok).toBe(false);
  expect(findings.filter(({ status }) => status === 'failed').map(({ check }) => check)).toEqual([
    'api',
    'redis',
    'master keys',
  ]);
  expect(findings.map(({ check }) => check)).toEqual(expect.arrayContaining(['clock', 'nats', 'mongodb']));
  expect(JSON.stringify([json, lines])).not.toContain('s3cret');
});
