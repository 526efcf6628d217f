import {
  deadLetterEndpoints,
  type DeadLetterDetail,
  type DeadLetterList,
  type RequeuedDeadLetter,
} from '@millrace/contracts/http';
import type { Command, Invocation } from '../command.js';
import { RefusedError } from '../operator-api.js';
import { table } from '../table.js';

const MOST = 100;
/** Characters of a reason in the list: `dead-letters show` has all of it. */
const MOST_OF_REASON = 120;
const { list, get, requeue, discard } = deadLetterEndpoints;

const listCommand: Command = {
  name: 'dead-letters list',
  summary: 'list messages that could not be processed, oldest first',
  options: {
    limit: { type: 'string', description: 'how many at most, 1 to 100; 20 by default' },
    after: { type: 'string', description: 'the id behind which the list goes on' },
  },
  async run({ api, options: { limit, after } }) {
    const query = { limit: limit === undefined ? undefined : String(limit), starting_after: text(after) };
    const page = await api.call<DeadLetterList>(list, {}, { query });
    const rows = page.dead_letters.map(({ id, at, service, message, organisation_id, reason }) => [
      ...[id, at, service ?? '-', message ?? '-', organisation_id ?? '-'],
      reason.length > MOST_OF_REASON ? `${reason.slice(0, MOST_OF_REASON)}…` : reason,
    ]);
    const more = page.has_more ? [`There are more: --after ${page.next_cursor ?? ''}`] : [];
    const lines =
      rows.length === 0
        ? ['There are none.']
        : table(['id', 'at', 'service', 'message', 'organisation', 'reason'], rows);
    return { json: page, lines: [...lines, ...more] };
  },
};

const showCommand: Command = {
  name: 'dead-letters show',
  parameters: 'ID',
  summary: 'show one with its payload, in which what looks like a secret is masked',
  words: [1, 1],
  async run({ api, words: [id = ''] }) {
    const letter = await api.call<DeadLetterDetail>(get, { dead_letter_id: id });
    const { payload, payload_omitted, ...known } = letter;
    const shown = payload_omitted === null ? JSON.stringify(payload, null, 2) : `left out: ${payload_omitted}`;
    const lines = Object.entries(known).map(([name, value]) => `${name}: ${value ?? '-'}`);
    return { json: letter, lines: [...lines, ...`payload: ${shown}`.split('\n')] };
  },
};

const requeueCommand: Command = {
  name: 'dead-letters requeue',
  parameters: 'ID…',
  summary: 'put messages back where they came from',
  words: [1, MOST],
  run: (invocation) =>
    each(invocation, async (id, api) => {
      const { stream, subject } = await api.call<RequeuedDeadLetter>(requeue, { dead_letter_id: id });
      return `is back in ${stream}, on ${subject}`;
    }),
};

const discardCommand: Command = {
  name: 'dead-letters discard',
  parameters: 'ID…',
  summary: 'delete messages for good',
  words: [1, MOST],
  run: (invocation) =>
    each(invocation, async (id, api) => {
      await api.call(discard, { dead_letter_id: id });
      return 'is deleted';
    }),
};

/** Does something with each of several; what is refused does not keep the others from it. */
async function each(
  { words, api }: Invocation,
  work: (id: string, api: Invocation['api']) => Promise<string>,
): Promise<{ json: unknown; lines: string[]; ok: boolean }> {
  const results = [];
  for (const id of words) {
    try {
      results.push({ id, ok: true, result: await work(id, api) });
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      results.push({ id, ok: false, result: `${error.code}: ${error.message}` });
    }
  }
  return {
    json: { dead_letters: results },
    lines: results.map(({ id, result }) => `${id} ${result}`),
    ok: results.every(({ ok }) => ok),
  };
}

function text(value: string | boolean | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export const DEAD_LETTER_COMMANDS: readonly Command[] = [listCommand, showCommand, requeueCommand, discardCommand];
