import { isSafeServer } from '@millrace/contracts';
import { silentLogger } from '@millrace/messaging';
import { openRedis, type RedisConnection } from '@millrace/service-kit/redis';
import type { OpsConfig } from '../config.js';
import { failed, ok, reasonOf, skipped, warning, type Finding } from './check.js';
import { unsafeVersion } from './server-version.js';

const CHECK = 'redis';
/** With any other one Redis deletes keys where its memory is full: counts of limits, and slots of those who call a service. */
const POLICY = 'noeviction';

/** Redis: whether it is there, of a version without known holes, and keeps what is written. It holds nothing that may not be lost. */
export async function checkRedis({ redisUrl }: Pick<OpsConfig, 'redisUrl'>): Promise<Finding[]> {
  if (redisUrl === undefined) return [skipped(CHECK, 'MILLRACE_REDIS_URL')];
  const redis = openRedis({ url: redisUrl, logger: silentLogger as never });
  try {
    await new Promise<void>((resolve, reject) => {
      redis.once('ready', resolve);
      redis.once('error', reject);
    });
    await redis.ping();
    return await settingsOf(redis);
  } catch (error) {
    return [failed(CHECK, reasonOf(error), 'look at the server, and at MILLRACE_REDIS_URL')];
  } finally {
    redis.disconnect();
  }
}

/** By `INFO`, which services of clouds allow too; `CONFIG` many of them do not. */
async function settingsOf(redis: RedisConnection): Promise<Finding[]> {
  let info: string;
  try {
    info = await redis.info();
  } catch (error) {
    const cure = `let its user call INFO, or look yourself: maxmemory-policy has to be ${POLICY}`;
    return [warning(CHECK, `it does not say how it is set: ${reasonOf(error)}`, cure)];
  }
  return redisFindings(info);
}

/** What the text of `INFO` says of a Redis. */
export function redisFindings(info: string): Finding[] {
  const told = membersOf(info);
  const [policy = 'unknown', version = ''] = [told.get('maxmemory_policy'), told.get('redis_version')];
  const found: Finding[] = [];
  // Valkey names the version of Redis that it is like, and has one of its own.
  const isRedis = (told.get('server_name') ?? CHECK) === CHECK;
  if (isRedis && !isSafeServer('redis', version)) found.push(unsafeVersion(CHECK, 'redis', version));
  if (policy !== POLICY)
    found.push(
      failed(
        CHECK,
        `its maxmemory-policy is ${policy}: it deletes counts where its memory is full`,
        `set maxmemory-policy to ${POLICY}: docs/deploy.md`,
      ),
    );
  return found.length > 0 ? found : [ok(CHECK, `version ${version}, ${policy}`)];
}

/** The lines `NAME:VALUE` of `INFO`. */
function membersOf(text: string): Map<string, string> {
  const lines = text.split(/\r?\n/).filter((line) => line.includes(':') && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]));
}
