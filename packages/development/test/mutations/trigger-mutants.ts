import type { Mutant } from './mutant.js';

const FOLDER_SYNC = 'apps/email-ingest/src/mailboxes/folder-sync.ts';
const ANEW = 'in a folder whose numbers begin anew, lower ones, what comes starts its workflow, also by an old date';
const UNTOUCHED = 'a message that waits is neither marked nor moved before its execution is stored';

export const TRIGGER_MUTANTS: readonly Mutant[] = [
  {
    what: 'a mailbox stays at its position when its messages get other numbers',
    file: FOLDER_SYNC,
    from: 'if (this.#cursor.uid_validity === uidValidity) return;',
    to: 'return;',
    folder: 'apps/email-ingest',
    test: 'test/positions.int.test.ts',
    name: ANEW,
  },
  {
    what: 'a message that is moved here counts as dealt with by its date',
    file: FOLDER_SYNC,
    from: 'if (uid > repeated_until || arrivedAt === null) return false;',
    to: 'if (arrivedAt === null) return false;',
    folder: 'apps/email-ingest',
    test: 'test/positions.int.test.ts',
    name: ANEW,
  },
  {
    what: 'a message is marked before what it starts is stored',
    file: FOLDER_SYNC,
    from: '    try {\n      const source',
    to: "    if (mailbox.account.after === 'seen') await this.#mark(connection, head.uid);\n    try {\n      const source",
    folder: 'apps/email-ingest',
    test: 'test/paused-starts.int.test.ts',
    name: UNTOUCHED,
  },
  {
    what: 'a message is moved although what it starts is not stored',
    file: FOLDER_SYNC,
    from: '      await this.needs.intake.pass(mailbox, at, head, this.#reasonToPass([head.uid], error));\n',
    to: '      const folder = moveFolderOf(mailbox.account);\n      if (folder !== null) await connection.move(head.uid, folder);\n      await this.needs.intake.pass(mailbox, at, head, this.#reasonToPass([head.uid], error));\n',
    folder: 'apps/email-ingest',
    test: 'test/paused-starts.int.test.ts',
    name: UNTOUCHED,
  },
  {
    what: 'a mailbox that is stopped is tried again when its secret is wrapped by another key',
    file: 'apps/email-ingest/src/mailboxes/mailbox.ts',
    from: 'const auth = { ...imap.auth, secret: sealIdOrText(imap.auth.secret) };',
    to: 'const { auth } = imap;',
    folder: 'apps/email-ingest',
    test: 'test/refused-logins.int.test.ts',
    name: 'a mailbox that is stopped stays so when another master key wraps its secret, also one that a former release has stopped',
  },
  {
    what: 'a mailbox whose server does not say which number is next begins with all its messages',
    file: FOLDER_SYNC,
    from: 'const last_uid = Math.max(uidNext - 1, newest?.uid ?? 0);',
    to: 'const last_uid = uidNext - 1;',
    folder: 'apps/email-ingest',
    test: 'test/positions.int.test.ts',
    name: 'where the server does not say which number is next, it begins behind the newest message',
  },
  {
    what: 'schedules of a workflow that are due together start one execution',
    file: 'apps/scheduler/src/engine/schedule-starter.ts',
    from: "'schedule', workflow_id, String(index)]",
    to: "'schedule', workflow_id]",
    folder: 'apps/scheduler',
    test: 'src/engine/schedule-starter.test.ts',
    name: 'schedules that are due together start an execution each, and each nominal time of one starts its own',
  },
  {
    what: 'a subscription that is activated again has no five days again',
    file: 'apps/webhook-dispatcher/src/outbound/delivery-records.ts',
    from: 'await this.endpoints.forget(subscription_id);',
    to: '',
    folder: 'apps/webhook-dispatcher',
    test: 'test/outbound.int.test.ts',
    name: 'an endpoint that takes nothing for five days is disabled; one success begins the days anew',
  },
];
