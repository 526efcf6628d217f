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
  {
    what: 'a scheduler writes how far a schedule has come over what another one has written',
    file: 'apps/scheduler/src/engine/cursors.ts',
    from: 'write(ScheduleCursor, value, value, revision)',
    to: 'write(ScheduleCursor, value, value, (await this.read(value))?.revision ?? 0)',
    folder: 'apps/scheduler',
    test: 'test/undone-starts.int.test.ts',
    name: 'of two schedulers that decide at once one does: what another has written meanwhile stays',
  },
  {
    what: 'a mailbox is read on behind a message before its start is stored',
    file: 'apps/email-ingest/src/mailboxes/folder-sync.ts',
    from: 'await this.#take(connection, head);\n',
    to: 'await this.#write({ last_uid: uid });\n      await this.#take(connection, head);\n',
    folder: 'apps/email-ingest',
    test: 'test/paused-starts.int.test.ts',
    name: 'while all starts are paused a message waits in its mailbox, which stays healthy, and then starts its execution once',
  },
  {
    what: 'a process that has lost the lease of a mailbox writes about it all the same',
    file: 'apps/email-ingest/src/mailboxes/mailbox-cursors.repository.ts',
    from: '{ ...keyOf(mailbox), holder: this.#holder, fence }',
    to: 'keyOf(mailbox)',
    folder: 'apps/email-ingest',
    test: 'test/patience.int.test.ts',
    name: 'who has lost the lease of a mailbox writes nothing of it any more',
  },
  {
    what: 'a call is started before it is recorded which delivery it is of',
    file: 'apps/webhook-dispatcher/src/inbound/deliveries.ts',
    from: 'await this.bus.records.write(IdempotencyRecord, address, record, 0);',
    to: 'void this.bus.records.write(IdempotencyRecord, address, record, 0).catch(() => undefined);',
    folder: 'apps/webhook-dispatcher',
    test: 'test/deliveries.int.test.ts',
    name: 'fifty times at once starts one execution',
  },
  {
    what: 'a call is started whatever its signature is',
    file: 'apps/webhook-dispatcher/src/inbound/inbound.service.ts',
    from: 'await this.#requireSignature(webhook, call, body);',
    to: '',
    folder: 'apps/webhook-dispatcher',
    test: 'test/deliveries.int.test.ts',
    name: 'starts nothing without its signature, counts nothing of the organisation, and lets a signed call in',
  },
  {
    what: 'secrets count as published whoever has written them since',
    file: 'apps/definitions/src/settings/settings.repository.ts',
    from: 'updateOne({ ...keyOf(organisationId), revision }, {',
    to: 'updateOne(keyOf(organisationId), {',
    folder: 'apps/definitions',
    test: 'test/overtaken-publishers.int.test.ts',
    name: 'a secret that was deleted meanwhile does not stay published',
  },
  {
    what: 'an organisation counts as published whoever has written it since',
    file: 'apps/definitions/src/organisations/organisations.repository.ts',
    from: 'updateOne({ _id: id, revision }, update)',
    to: 'updateOne({ _id: id }, update)',
    folder: 'apps/definitions',
    test: 'test/overtaken-publishers.int.test.ts',
    name: 'an organisation that was suspended meanwhile does not stay published as one that is not',
  },
];
