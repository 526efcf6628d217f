/** A change that takes a guard away, and the test that has to fail for it. */
export interface Mutant {
  readonly what: string;
  /** Below the root of the repository. */
  readonly file: string;
  /** A text that is in the file once, and what stands in its place. */
  readonly from: string;
  readonly to: string;
  /** The folder of the package whose test it is. */
  readonly folder: string;
  /** Below that folder. */
  readonly test: string;
  readonly name: string;
}

export const MUTANTS: readonly Mutant[] = [
  {
    what: 'an entry is appended whoever has taken over',
    file: 'apps/executor/src/executions/journal-subject.ts',
    from: 'expectLastSequence: this.#sequence,\n',
    to: '\n',
    folder: 'apps/executor',
    test: 'test/crash.int.test.ts',
    name: 'that was overtaken gives up and does not acknowledge',
  },
  {
    what: 'a side effect begins before what is earlier is stored',
    file: 'apps/executor/src/executions/effect-runner.ts',
    from: 'await this.journal.flush();\n    if (this.#isOver(task, stop)) return;',
    to: '',
    folder: 'apps/executor',
    test: 'test/executor.int.test.ts',
    name: 'records the intent of an HTTP step before the call, and all earlier results with it',
  },
  {
    what: 'a message is acknowledged before its work is done',
    file: 'packages/messaging/src/consume/message-runner.ts',
    from: 'await continued(`process',
    to: 'await incoming.ack();\n      await continued(`process',
    folder: 'packages/messaging',
    test: 'test/consume.int.test.ts',
    name: 'a message is acknowledged only after its handler has ended, and then is gone',
  },
  {
    what: 'a batch is acknowledged before it is written',
    file: 'packages/messaging/src/consume/batch-runner.ts',
    from: 'await runBatch(',
    to: 'readable.forEach(({ incoming }) => incoming.ackUnconfirmed());\n      await runBatch(',
    folder: 'packages/messaging',
    test: 'test/batch.int.test.ts',
    name: 'a batch that fails comes again, complete',
  },
  {
    what: 'an entry changes a record whatever is in it already',
    file: 'apps/history/src/executions/executions.repository.ts',
    from: 'filter: { _id: id, seq: { $lt: change.seq }, ...NOT_ENDED }',
    to: 'filter: { _id: id }',
    folder: 'apps/history',
    test: 'test/projection.int.test.ts',
    name: 'never leaves a final state',
  },
  {
    what: 'a timer is done with before the queue has what it is for',
    file: 'apps/executor/src/executions/due.controller.ts',
    from: 'await wakeExecution(this.bus, due);',
    to: 'await Promise.resolve(void wakeExecution(this.bus, due).catch(() => undefined));',
    folder: 'apps/executor',
    test: 'test/suspend.int.test.ts',
    name: 'a timer that is due is not done with before the queue has what it is for',
  },
];
