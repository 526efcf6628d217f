import { LIMITS } from '@millrace/contracts';
import { BOMBS, CORPUS } from '../../test/torture.fixture.js';
import { MAIL_LIMITS } from '../limits.js';
import { MessageParser, type ReadMessage } from './message-parser.js';
import { UnreadableMessageError } from './unreadable-message.error.js';

/** In which the message behind one is read, whatever that one is. */
const NEXT_MS = 10_000;

const parser = new MessageParser();
afterAll(() => parser.stop());

const ORDINARY = Buffer.from('From: ada@example.org\r\nSubject: Ordinary\r\n\r\nHello\r\n');

let organisations = 0;

/** The message, or why it cannot be read; anything else is a fault of ours. */
async function outcomeOf(source: Buffer): Promise<ReadMessage | string> {
  try {
    // Who has a long turn rests afterwards.
    return await parser.parse(`org_${++organisations}`, source);
  } catch (error) {
    if (error instanceof UnreadableMessageError) return error.message;
    throw error;
  }
}

/** What becomes of a message, with another one behind it, which has to be read in time. */
async function outcomeInTime(source: Buffer): Promise<ReadMessage | string> {
  const began = performance.now();
  const [outcome, next] = await Promise.all([outcomeOf(source), parser.parse('org', ORDINARY)]);
  expect(performance.now() - began).toBeLessThanOrEqual(NEXT_MS);
  expect(next).toMatchObject({ message: { subject: 'Ordinary', text: 'Hello\n' } });
  return outcome;
}

/** What the workflow is given is bounded, and can be its input. */
function expectBounded({ message, contents }: ReadMessage): void {
  expect(Buffer.byteLength(JSON.stringify(message))).toBeLessThanOrEqual(LIMITS.apiBodyBytes);
  expect(message.text.length).toBeLessThanOrEqual(MAIL_LIMITS.textCharacters);
  expect(message.attachments.length).toBeLessThanOrEqual(MAIL_LIMITS.attachments);
  expect(contents.length).toBe(message.attachments.length);
  expect(Object.keys(message.headers).length).toBeLessThanOrEqual(MAIL_LIMITS.headerFields);
}

describe('the messages of mail-parser', () => {
  it('are all there', () => {
    expect(CORPUS).toHaveLength(208);
  });

  it('are read, the malformed ones too, and the one behind each in time', async () => {
    const unreadable: string[] = [];
    for (const [name, source] of CORPUS) {
      const outcome = await outcomeInTime(source);
      if (typeof outcome === 'string') unreadable.push(name);
      else expectBounded(outcome);
    }
    expect(unreadable).toEqual([]);
  });
});

it.each(BOMBS)(
  '%s is read or refused within the bounds, and the next message is read in time',
  async (_what, source) => {
    const outcome = await outcomeInTime(Buffer.from(source(), 'latin1'));
    if (typeof outcome !== 'string') expectBounded(outcome);
  },
);
