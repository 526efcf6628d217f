import type { Connection, Model } from 'mongoose';
import type { Logger } from './logging.js';
import type { Database } from './mongo.js';

/** How the indexes of a database differ from those that this release makes. */
export interface IndexDifferences {
  /** As `collection {"key":1}`. */
  readonly missing: readonly string[];
  /** That no code of this release asks for; each costs every write. */
  readonly extra: readonly string[];
}

/** Compares by keys: servers name options in words of their own. Of collections that nobody has written to yet there is nothing to compare. */
export async function indexDifferences({ models }: Pick<Connection, 'models'>): Promise<IndexDifferences> {
  const found = await Promise.all(Object.values(models).map((model) => differencesOf(model as Model<unknown>)));
  return { missing: found.flatMap(({ missing }) => missing), extra: found.flatMap(({ extra }) => extra) };
}

/**
 * Waits for the database, and makes the indexes that the schemas of all models of the connection declare, where they are missing. There is no time limit: on
 * a full collection one takes minutes. Throws what the driver throws, as for an index that is there with other options.
 */
export async function makeIndexes(database: Database, logger: Logger): Promise<void> {
  await database.waitUntilConnected();
  for (const model of Object.values(database.connection.models) as Model<unknown>[]) {
    const before = (await keysOf(model)) ?? [];
    await model.createIndexes();
    const made = ((await keysOf(model)) ?? []).filter((key) => !before.includes(key));
    if (made.length > 0) logger.info({ collection: model.collection.collectionName, indexes: made }, 'Created indexes');
  }
}

async function differencesOf({ collection, schema }: Model<unknown>): Promise<IndexDifferences> {
  const wanted = new Set(schema.indexes().map(([key]) => JSON.stringify(key)));
  const keys = await keysOf({ collection });
  if (keys === null) return { missing: [], extra: [] };
  const named = (key: string): string => `${collection.collectionName} ${key}`;
  return {
    missing: [...wanted].filter((key) => !keys.includes(key)).map(named),
    extra: keys.filter((key) => !wanted.has(key)).map(named),
  };
}

/** Keys of the indexes of a collection, but for that of `_id`; null of one that is not there. */
async function keysOf({ collection }: Pick<Model<unknown>, 'collection'>): Promise<string[] | null> {
  try {
    const keys = (await collection.indexes()).map(({ key }) => JSON.stringify(key));
    return keys.filter((key) => key !== '{"_id":1}');
  } catch (error) {
    if ((error as { codeName?: unknown }).codeName === 'NamespaceNotFound') return null;
    throw error;
  }
}
