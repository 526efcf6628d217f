import { sharedMongo, uniqueName } from '@millrace/testing';
import { Schema } from 'mongoose';
import { silentLogger } from './logging.js';
import { indexDifferences } from './mongo-indexes.js';
import { openMongo } from './mongo.js';

test('indexes that are missing, and those that nobody asks for, are found by their keys', async () => {
  const { url } = await sharedMongo();
  const connection = openMongo({ url, database: uniqueName('indexes'), logger: silentLogger() });
  try {
    await connection.asPromise();
    const schema = new Schema({ a: Number, b: Number, c: Date }, { collection: 'things' });
    schema.index({ a: 1, b: -1 }, { unique: true });
    schema.index({ b: 1 }, { partialFilterExpression: { b: { $gt: 1 } } });
    schema.index({ c: 1 }, { expireAfterSeconds: 60 });
    const things = connection.model('Thing', schema);
    expect(await indexDifferences(connection)).toEqual({ missing: [], extra: [] });
    await things.createIndexes();
    expect(await indexDifferences(connection)).toEqual({ missing: [], extra: [] });
    await things.collection.dropIndex('a_1_b_-1');
    await things.collection.createIndex({ b: -1, a: 1 });
    expect(await indexDifferences(connection)).toEqual({
      missing: ['things {"a":1,"b":-1}'],
      extra: ['things {"b":-1,"a":1}'],
    });
  } finally {
    await connection.dropDatabase().catch(() => undefined);
    await connection.close();
  }
});
