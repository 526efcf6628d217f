import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { JournalEntry } from './journal.js';
import { ExecutionFinished } from './lifecycle.js';
import { RunRequested } from './runs.js';

const messages: Record<string, { schema: z.ZodType }> = { RunRequested, JournalEntry, ExecutionFinished };
const folder = join(__dirname, 'fixtures');

describe.each(readdirSync(folder))('payloads of %s', (file) => {
  const payloads = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Record<string, unknown>;

  it.each(Object.keys(payloads))('%s still parses and loses nothing', (name) => {
    const message = messages[name];
    expect(message).toBeDefined();
    expect(message?.schema.parse(payloads[name])).toEqual(payloads[name]);
  });
});
