import { silentLogger } from '@millrace/messaging';
import { urlsOfHost } from '@millrace/service-kit/host-addresses';
import { openMongo } from '@millrace/service-kit/mongo';
import type { Outcome } from '../command.js';
import { ConfigError, type OpsConfig } from '../config.js';
import { UnavailableError } from '../operator-api.js';
import { reasonOf } from './check.js';
import { askProcess } from './process-details.js';

type ServicesConfig = Pick<OpsConfig, 'healthUrls'>;
type DatabaseConfig = Pick<OpsConfig, 'mongodbUrl' | 'mongodbDatabase'>;

/** Indexes of the database that no process asks for, each as `collection {"key":1}`. Rejects when a process cannot be asked, since it may be the one that does. */
export async function unusedIndexes({ healthUrls }: ServicesConfig): Promise<string[]> {
  const urls = Object.values(healthUrls);
  if (urls.length === 0)
    throw new ConfigError('MILLRACE_HEALTH_URLS is not set: JSON {"SERVICE": URL} of operations ports');
  return (await Promise.all(urls.map(unusedByService))).flat();
}

/** Those of the collections of one service: all of its processes have to be without a use for them, so that none of an older release is left. */
async function unusedByService(url: string): Promise<string[]> {
  const processes = await Promise.all((await urlsOfHost(url)).map(extraOf));
  const [first = [], ...others] = processes;
  return first.filter((index) => others.every((extra) => extra.includes(index)));
}

async function extraOf(url: string): Promise<readonly string[]> {
  try {
    const { failure, indexes } = await askProcess(url);
    if (failure === undefined) return indexes?.extra ?? [];
    throw new Error(failure);
  } catch (error) {
    throw new UnavailableError(`${url} does not say which indexes it uses: ${reasonOf(error)}`);
  }
}

/** Drops them, one after the other; `unused`: which of them may be. */
export async function dropped(
  indexes: readonly string[],
  unused: readonly string[],
  { mongodbUrl, mongodbDatabase }: DatabaseConfig,
): Promise<Outcome> {
  if (mongodbUrl === undefined)
    throw new ConfigError('MILLRACE_MONGODB_URL is not set: the database, as any service has it');
  const connection = openMongo({ url: mongodbUrl, database: mongodbDatabase, logger: silentLogger as never });
  try {
    await connection.asPromise();
    const results = [];
    for (const index of indexes) {
      const isUnused = unused.includes(index);
      if (isUnused) {
        const [collection = ''] = index.split(' ', 1);
        const key = JSON.parse(index.slice(collection.length + 1)) as Record<string, unknown>;
        await connection.db?.command({ dropIndexes: collection, index: key });
      }
      results.push({
        index,
        ok: isUnused,
        result: isUnused ? 'is dropped' : 'stays: a process uses it, or there is no such index',
      });
    }
    return {
      json: { indexes: results },
      lines: results.map(({ index, result }) => `${index} ${result}`),
      ok: results.every(({ ok }) => ok),
    };
  } catch (error) {
    throw new UnavailableError(`The database did not drop them: ${reasonOf(error)}`);
  } finally {
    await connection.close();
  }
}
