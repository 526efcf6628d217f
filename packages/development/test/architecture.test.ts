import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TOPOLOGY } from '@millrace/messaging';
import { REPOSITORY } from '../src/repository.js';

test('ARCHITECTURE.md says who owns each stream and bucket of NATS', () => {
  const page = readFileSync(join(REPOSITORY, 'ARCHITECTURE.md'), 'utf8');
  const rows = (page.split('\n## Who owns what\n')[1]?.split('\n## ')[0] ?? '').split('\n');
  const named = rows.filter((line) => line.startsWith('| ')).flatMap((line) => line.match(/`[^`]+`/g) ?? []);
  const own = TOPOLOGY.streams.map(({ name }) =>
    name.replace(/^(?:KV|OBJ)_/, '').replace(/^JOURNAL_\d+$/, 'JOURNAL_0 …'),
  );
  expect(own.length).toBeGreaterThan(15);
  expect(own.filter((name) => !named.includes(`\`${name}\``))).toEqual([]);
});
