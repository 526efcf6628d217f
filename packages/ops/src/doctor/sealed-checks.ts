import { readFileSync } from 'node:fs';
import { silentLogger } from '@millrace/messaging';
import { openMongo } from '@millrace/service-kit/mongo';
import { parseMasterKeys } from '@millrace/service-kit/sealing';
import type { OpsConfig } from '../config.js';
import { clockFinding } from './clock.js';
import { failed, ok, reasonOf, skipped, warning, type Finding } from './check.js';

/** Collections whose documents are sealed with one master key each, named by `key_id`. */
const SEALED = ['secrets', 'mailboxes', 'mail_senders', 'ai_providers', 'event_subscriptions'];

type DatabaseConfig = Pick<OpsConfig, 'mongodbUrl' | 'mongodbDatabase' | 'masterKeysFile'>;

/** What is stored that needs a master key, by key; and the clock of the database. */
export async function checkSealed({ mongodbUrl, mongodbDatabase, masterKeysFile }: DatabaseConfig): Promise<Finding[]> {
  const check = 'sealed secrets';
  if (mongodbUrl === undefined) return [skipped(check, 'MILLRACE_MONGODB_URL')];
  const connection = openMongo({ url: mongodbUrl, database: mongodbDatabase, logger: silentLogger as never });
  try {
    await connection.asPromise();
    const began = Date.now();
    const hello = await connection.db?.command({ hello: 1 });
    const shown = hello?.['localTime'] instanceof Date ? hello['localTime'].getTime() : NaN;
    const clock = Number.isNaN(shown) ? [] : [clockFinding('the database', shown, { began, ended: Date.now() })];
    if (masterKeysFile === undefined) return [...clock, skipped(check, 'MILLRACE_MASTER_KEYS_FILE')];
    const counts = new Map<string, number>();
    for (const name of SEALED) {
      const stages = [{ $match: { key_id: { $type: 'string' } } }, { $group: { _id: '$key_id', count: { $sum: 1 } } }];
      const groups = await connection.collection(name).aggregate<{ _id: string; count: number }>(stages).toArray();
      for (const { _id: key, count } of groups) counts.set(key, (counts.get(key) ?? 0) + count);
    }
    return [
      ...clock,
      sealedFinding(
        check,
        counts,
        parseMasterKeys(readFileSync(masterKeysFile, 'utf8')).map(({ id }) => id),
      ),
    ];
  } catch (error) {
    return [
      failed(check, reasonOf(error), 'look at the database, at MILLRACE_MONGODB_URL, and at the file of master keys'),
    ];
  } finally {
    await connection.close();
  }
}

function sealedFinding(
  check: string,
  counts: ReadonlyMap<string, number>,
  [current = '', ...former]: readonly string[],
): Finding {
  const told = [...counts].map(([key, count]) => `${count} with ${key}`).join(', ');
  const unknown = [...counts.keys()].filter((key) => key !== current && !former.includes(key));
  if (unknown.length > 0)
    return failed(
      check,
      `${told}; not in the file: ${unknown.join(', ')}`,
      'put these keys back into the file, from its backup: what they seal opens with nothing else',
    );
  const late = [...counts.keys()].filter((key) => key !== current);
  if (late.length > 0)
    return warning(
      check,
      told,
      `definitions seals them anew with ${current}, by itself; if they stay, look at its log`,
    );
  return ok(check, counts.size === 0 ? 'there are none' : told);
}
