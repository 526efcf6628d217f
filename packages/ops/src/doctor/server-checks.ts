import { readFileSync } from 'node:fs';
import { isSafeServer } from '@millrace/contracts';
import { inspectNats, silentLogger, type NatsInspection } from '@millrace/messaging';
import { openMongo } from '@millrace/service-kit/mongo';
import { parseMasterKeys } from '@millrace/service-kit/sealing';
import type { OpsConfig } from '../config.js';
import { failed, ok, reasonOf, skipped, warning, type Finding } from './check.js';
import { unsafeVersion } from './server-version.js';

/** Copies of a stream that survive the loss of one server. */
const SAFE_REPLICAS = 3;
const NEARLY_FULL = 0.9;

/** The streams on the NATS server, as the user of the URL sees them. */
export async function checkNats({
  natsUrl,
  natsReplicas,
}: Pick<OpsConfig, 'natsUrl' | 'natsReplicas'>): Promise<Finding[]> {
  if (natsUrl === undefined) return [skipped('nats', 'MILLRACE_NATS_URL')];
  try {
    return natsFindings(await inspectNats(natsUrl), natsReplicas);
  } catch (error) {
    return [
      failed(
        'nats',
        reasonOf(error),
        'look at the server, at MILLRACE_NATS_URL, and at the rights of its user (users.conf)',
      ),
    ];
  }
}

/** What is found of a NATS server; `natsReplicas`: copies that each stream is to have. */
export function natsFindings(inspected: NatsInspection, natsReplicas: number): Finding[] {
  const check = 'nats';
  const { version, cluster, storage, missing, differences, surplus, replicas } = inspected;
  const found: Finding[] = isSafeServer('nats', version) ? [] : [unsafeVersion(check, 'nats', version)];
  if (missing.length > 0)
    found.push(
      failed(check, `streams are missing: ${missing.join(', ')}`, 'start all services once: each creates its own'),
    );
  for (const difference of differences)
    found.push(
      warning(check, difference, 'start the services of this release; what they refuse to change: docs/operate.md'),
    );
  for (const setting of surplus)
    found.push(
      warning(
        check,
        setting,
        'find out who has set it, and take it away: docs/operate.md#streams-that-somebody-has-changed',
      ),
    );
  const fewer = [...replicas].filter(([, copies]) => copies < natsReplicas).map(([name]) => name);
  if (fewer.length > 0)
    found.push(
      warning(
        check,
        `fewer than ${natsReplicas} copies of ${fewer.join(', ')}`,
        'restart the services with MILLRACE_NATS_REPLICAS: they raise it',
      ),
    );
  if (cluster !== null && natsReplicas < SAFE_REPLICAS)
    found.push(
      warning(
        check,
        `the cluster ${cluster} keeps ${natsReplicas} copy of each stream`,
        'set MILLRACE_NATS_REPLICAS to 3 in all services',
      ),
    );
  if (storage.limit !== null && storage.used > NEARLY_FULL * storage.limit)
    found.push(
      failed(
        check,
        `its store is ${Math.round((100 * storage.used) / storage.limit)} % full`,
        'docs/runbooks/MillraceStorageFull.md',
      ),
    );
  return found.length > 0 ? found : [ok(check, `version ${version}, ${replicas.size} streams as they are to be`)];
}

/** The database: whether it is there, and a replica set. */
export async function checkMongo({ mongodbUrl }: Pick<OpsConfig, 'mongodbUrl'>): Promise<Finding> {
  const check = 'mongodb';
  if (mongodbUrl === undefined) return skipped(check, 'MILLRACE_MONGODB_URL');
  const connection = openMongo({ url: mongodbUrl, database: 'admin', logger: silentLogger as never });
  try {
    await connection.asPromise();
    const hello = await connection.db?.command({ hello: 1 });
    const { version } = (await connection.db?.command({ buildInfo: 1 })) as { version: string };
    return mongoFinding(hello ?? {}, version);
  } catch (error) {
    return failed(check, reasonOf(error), 'look at the server, and at MILLRACE_MONGODB_URL');
  } finally {
    await connection.close();
  }
}

/** What is found of a database by what it says of itself; `hello`: its reply to the command of that name. */
export function mongoFinding(hello: Readonly<Record<string, unknown>>, version: string): Finding {
  const check = 'mongodb';
  if (hello['isWritablePrimary'] !== true)
    return failed(
      check,
      'the server that responds takes no writes',
      'name all members and replicaSet=… in MILLRACE_MONGODB_URL',
    );
  if (!isSafeServer('mongodb', version)) return unsafeVersion(check, 'mongodb', version);
  if (typeof hello['setName'] !== 'string')
    return warning(
      check,
      `version ${version}, no replica set`,
      'what only one server has is lost with it: use a replica set, or back it up often',
    );
  return ok(check, `version ${version}, replica set ${hello['setName']}`);
}

/** The file of master keys. */
export function checkMasterKeys({ masterKeysFile }: Pick<OpsConfig, 'masterKeysFile'>): Finding {
  const check = 'master keys';
  if (masterKeysFile === undefined) return skipped(check, 'MILLRACE_MASTER_KEYS_FILE');
  try {
    const keys = parseMasterKeys(readFileSync(masterKeysFile, 'utf8'));
    return ok(check, `${keys.length} in the file, the current one is ${keys[0]?.id ?? ''}`);
  } catch (error) {
    return failed(check, `${masterKeysFile}: ${reasonOf(error)}`, 'put back the file from its backup: docs/secrets.md');
  }
}
