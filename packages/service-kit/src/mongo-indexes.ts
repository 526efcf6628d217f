import type { Connection, Model } from 'mongoose';

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

async function differencesOf({ collection, schema }: Model<unknown>): Promise<IndexDifferences> {
  const wanted = new Set(schema.indexes().map(([key]) => JSON.stringify(key)));
  const there = await collection.indexes().catch((error: unknown) => {
    if ((error as { codeName?: unknown }).codeName === 'NamespaceNotFound') return null;
    throw error;
  });
  if (there === null) return { missing: [], extra: [] };
  const keys = there.map(({ key }) => JSON.stringify(key)).filter((key) => key !== '{"_id":1}');
  const named = (key: string): string => `${collection.collectionName} ${key}`;
  return {
    missing: [...wanted].filter((key) => !keys.includes(key)).map(named),
    extra: keys.filter((key) => !wanted.has(key)).map(named),
  };
}
