import type { Command } from '../command.js';

/** Indexes that one call drops. */
const MOST = 20;

/** With the client of the database, which no other command has to load. */
const load = () => import('../doctor/unused-indexes.js');

const listCommand: Command = {
  name: 'indexes list',
  summary: 'show indexes of the database that no process uses',
  settings: ['MILLRACE_HEALTH_URLS'],
  async run({ config }) {
    const { unusedIndexes } = await load();
    const indexes = await unusedIndexes(config);
    return { json: { indexes }, lines: indexes.length > 0 ? indexes : ['There are none.'] };
  },
};

const dropCommand: Command = {
  name: 'indexes drop',
  parameters: 'INDEX…',
  summary: 'drop indexes that no process uses, each as `indexes list` shows it',
  words: [1, MOST],
  settings: ['MILLRACE_HEALTH_URLS', 'MILLRACE_MONGODB_URL', 'MILLRACE_MONGODB_DATABASE'],
  async run({ words, config }) {
    const { dropped, unusedIndexes } = await load();
    return dropped(words, await unusedIndexes(config), config);
  },
};

export const INDEX_COMMANDS: readonly Command[] = [listCommand, dropCommand];
