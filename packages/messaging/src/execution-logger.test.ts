import { ExecutionFinished, JournalEntry } from '@millrace/contracts';
import { aboutExecutions, noteStored } from './execution-logger.js';
import { silentLogger, type Logger } from './logger.js';

const ID = 'exec_01m887wqp5fkp3j7e18anavgww';

function recorded(): { logger: Logger; lines: object[] } {
  const lines: object[] = [];
  const take = (fields: object, message: string) => void lines.push({ ...fields, message });
  return { logger: aboutExecutions({ debug: take, info: take, warn: take, error: take }), lines };
}

it.each(['debug', 'info', 'warn', 'error'] as const)(
  'a line of level %s names the execution of its subject',
  (level) => {
    const { logger, lines } = recorded();
    logger[level]({ subject: `runs.3.org_1.${ID}` }, 'in the end');
    logger[level]({ subject: `dlq.RUNS.runs.3.${ID}.x` }, 'between others');
    expect(lines).toEqual([
      { executionId: ID, subject: `runs.3.org_1.${ID}`, message: 'in the end' },
      { executionId: ID, subject: `dlq.RUNS.runs.3.${ID}.x`, message: 'between others' },
    ]);
  },
);

it('a line about none stays as it is, and so does one that names it itself', () => {
  const { logger, lines } = recorded();
  logger.warn({ subject: 'definitions.workflows.get' }, 'of none');
  logger.warn({ subject: `runs.${ID}x` }, 'of no id');
  logger.warn({ stream: 'RUNS' }, 'of no subject');
  logger.warn({ subject: `runs.${ID}`, executionId: 'exec_own' }, 'of its own');
  expect(lines).toEqual([
    { subject: 'definitions.workflows.get', message: 'of none' },
    { subject: `runs.${ID}x`, message: 'of no id' },
    { stream: 'RUNS', message: 'of no subject' },
    { subject: `runs.${ID}`, executionId: 'exec_own', message: 'of its own' },
  ]);
});

it('is asked for lines of a level only where the logger writes them', () => {
  const writes = (level: string) => level !== 'debug';
  expect(aboutExecutions({ ...silentLogger, isLevelEnabled: writes }).isLevelEnabled?.('debug')).toBe(false);
  expect(aboutExecutions({ ...silentLogger, isLevelEnabled: writes }).isLevelEnabled?.('info')).toBe(true);
  expect(aboutExecutions(silentLogger).isLevelEnabled?.('debug')).toBe(false);
});

describe('a message that is stored', () => {
  const entry = {
    ...{ entry_id: 'run:0', execution_id: ID, organisation_id: 'org_1' },
    events: [
      { type: 'step_started' as const, at: '2026-11-28T00:00:00.000Z', path: 'call', attempt: 1, step_type: 'http' },
      {
        type: 'failed' as const,
        at: '2026-11-28T00:00:01.000Z',
        error: { code: 'HTTP_STATUS', message: 'sent by others' },
      },
    ],
  };

  it('is a line with the execution and what has happened in it, and nothing that anybody has sent', () => {
    const { logger, lines } = recorded();
    noteStored({ ...logger, isLevelEnabled: () => true }, JournalEntry, entry, { requestId: 'req_1' });
    const events = [
      { type: 'step_started', path: 'call', attempt: 1 },
      { type: 'failed', code: 'HTTP_STATUS' },
    ];
    const line = { executionId: ID, message: 'A message is stored', events, requestId: 'req_1' };
    expect(lines).toEqual([line]);
  });

  it('is one also where only its content has the execution', () => {
    const { logger, lines } = recorded();
    const finished = { execution_id: ID } as Parameters<typeof ExecutionFinished.addressOf>[0];
    noteStored({ ...logger, isLevelEnabled: () => true }, ExecutionFinished, finished, {});
    expect(lines).toEqual([{ executionId: ID, message: 'A message is stored' }]);
  });

  it('is none where the log has no lines of debugging', () => {
    const { logger, lines } = recorded();
    noteStored({ ...logger, isLevelEnabled: () => false }, JournalEntry, entry, {});
    expect(lines).toEqual([]);
  });
});
