import { natsUsers } from './permissions.js';
import { subjectCovers } from '../test/subject-covers.fixture.js';
import { LARGEST_TOPOLOGY } from './topology.js';

const allowed = (user: string) => natsUsers().find((each) => each.user === user)?.permissions.publish.allow ?? [];

test('each stream is created by exactly one service', () => {
  const creators = LARGEST_TOPOLOGY.streams.map(({ name }) => [
    name,
    natsUsers().filter(({ user }) => allowed(user).includes(`$JS.API.STREAM.CREATE.${name}`)).length,
  ]);
  expect(creators).toEqual(LARGEST_TOPOLOGY.streams.map(({ name }) => [name, 1]));
});

test('each consumer belongs to a service that may pull from it, and to no other', () => {
  for (const { stream, name, group } of LARGEST_TOPOLOGY.consumers) {
    const pull = `$JS.API.CONSUMER.MSG.NEXT.${stream}.${name}`;
    expect(
      natsUsers()
        .filter(({ user }) => allowed(user).includes(pull))
        .map(({ user }) => user),
    ).toEqual([group]);
  }
});

test('no service may delete a stream but the one that lets journals go, or purge one that is made of neither objects nor slots; that one may purge journals', () => {
  for (const { user } of natsUsers()) {
    const rights = allowed(user);
    const broad = rights.filter((subject) => /^(>|\*|\$JS\.(>|API\.(>|STREAM\.(>|\*|DELETE))))/.test(subject));
    const journals = LARGEST_TOPOLOGY.streams.flatMap(({ name }) =>
      user === 'history' && name.startsWith('JOURNAL_') ? [name] : [],
    );
    expect(broad).toEqual(journals.map((name) => `$JS.API.STREAM.DELETE.${name}`));
    const purged = rights.filter((subject) => subject.includes('.PURGE.') && !subject.includes('.OBJ_'));
    // A record of slots goes when nobody needs it; there may be one for every value of a key.
    const slots = user === 'executor' ? ['$JS.API.STREAM.PURGE.KV_slots'] : [];
    expect(purged).toEqual([...slots, ...journals.map((name) => `$JS.API.STREAM.PURGE.${name}`)]);
  }
});

test('whoever takes messages may make dead letters of them', () => {
  for (const { group } of LARGEST_TOPOLOGY.consumers)
    expect([group, allowed(group).includes('dlq.>')]).toEqual([group, true]);
});

const USERS = natsUsers().map(({ user }) => user);
const ALL = USERS;
/** Who asks questions of its own; any other service has `definitions` record its profiles, and asks nothing else. */
const ASKING = ['gateway', 'scheduler', 'executor', 'history', 'definitions', 'webhook-dispatcher', 'email-ingest'];
const NOBODY: string[] = [];
const STARTERS = ['gateway', 'webhook-dispatcher', 'scheduler', 'email-ingest'];
const KEY = '$KV.definitions';
const DIRECT = '$JS.API.DIRECT.GET';

/*
 * Who may send what: written down a second time, and not derived from the table that the server's configuration is made of, so that a
 * right that is added there has to be added here, where it is seen beside those of the others.
 */
const SENDERS: [subject: string, users: readonly string[]][] = [
  // Streams: who appends.
  ['runs.0.org_1.exec_1', [...STARTERS, 'executor', 'history']],
  ['journal.0.org_1.exec_1', ['executor', 'history']],
  ['journal.31.org_1.exec_1', ['executor', 'history']],
  ['runs.35.org_1.exec_1', [...STARTERS, 'executor', 'history']],
  ['layout.journal', ['executor', 'history']],
  ['layout.lanes', ['executor', 'history']],
  ['timer.set.executions.org_1.exec_1', ['executor']],
  ['timer.set.deliveries.org_1.dlv_1', ['webhook-dispatcher']],
  ['timer.set.put_off_deliveries.org_1.dlv_1.1', ['webhook-dispatcher']],
  ['timer.set.put_off_events.org_1.evt_1', ['webhook-dispatcher']],
  ['timer.fire.executions.org_1.exec_1', ['history']],
  ['timer.fire.deliveries.org_1.dlv_1', ['history']],
  ['deliveries.send.org_1.sub_1', ['webhook-dispatcher', 'history']],
  ['deliveries.note.org_1.sub_1', ['webhook-dispatcher', 'history']],
  ['events.org_1.execution_finished', ['history']],
  ['events.org_1.execution_nudged', ['executor', 'history']],
  ['events.org_1.occurred', ['webhook-dispatcher', 'scheduler', 'definitions', 'email-ingest', 'history']],
  ['dlq.RUNS.x', ['webhook-dispatcher', 'definitions', 'executor', 'history']],
  ['answers.org_1.exec_1', ['executor']],
  ['system.roll-call', ['gateway']],
  ['live-text.followed', ['gateway']],
  ['live-text.written.evt_1', ['executor']],
  ['webhook-listening.begun', ['gateway']],
  ['webhook-listening.shown.evt_1', ['webhook-dispatcher']],
  ['system.present.call_1', ALL],
  ['history.approvals.create-link', ['gateway', 'scheduler', 'executor']],
  ['definitions.capabilities.get', ['gateway', 'executor']],
  ['files.content.org_1.exec_1.file_1', ['webhook-dispatcher', 'executor', 'email-ingest', 'history']],
  ['alone.JOURNAL_0.history.1', ['history']],
  [`${KEY}.token.abc`, ['definitions']],
  [`${KEY}.active.wf_1`, ['definitions']],
  ['$KV.schedule_triggers.schedule.wf_1', ['definitions']],
  ['$KV.mail_triggers.mailboxes.org_1', ['definitions']],
  ['$KV.idempotency.org_1.abc', ['gateway', 'webhook-dispatcher']],
  ['$KV.schedules.wf_1.0', ['scheduler']],
  ['events.org_1.credits_noted', ['executor', 'history']],
  ['$O.payloads.M.x', ALL],
  ['$O.payloads.C.x', ALL],
  ['$O.replies.C.x', ALL],
  ['$O.snapshot_payloads.C.x', ['definitions']],
  // Streams: who reads.
  [`${DIRECT}.RUNS.runs.0.org_1.exec_1`, ['executor', 'history']],
  [`${DIRECT}.RUNS`, ['executor', 'history']],
  [`${DIRECT}.JOURNAL_0`, ['executor', 'history']],
  [`${DIRECT}.EVENTS`, ['gateway', 'history']],
  [`${DIRECT}.ALONE.alone.x`, ['history']],
  [`${DIRECT}.FILES`, ['gateway', 'webhook-dispatcher', 'definitions', 'executor', 'email-ingest', 'history']],
  [
    `${DIRECT}.FILES.files.facts.org_1.exec_1.file_1`,
    ['gateway', 'webhook-dispatcher', 'definitions', 'executor', 'email-ingest', 'history'],
  ],
  [`${DIRECT}.TIMERS`, NOBODY],
  [`${DIRECT}.DLQ`, ['history']],
  ['$JS.API.STREAM.MSG.DELETE.DLQ', ['history']],
  [`${DIRECT}.DELIVERIES`, NOBODY],
  // Who lists snapshots reads them all.
  [`${DIRECT}.KV_definitions`, ['definitions']],
  [`${DIRECT}.KV_schedule_triggers`, ['definitions', 'scheduler']],
  [`${DIRECT}.KV_mail_triggers`, ['definitions', 'email-ingest']],
  [`${DIRECT}.KV_schedules`, ['scheduler']],
  [`${DIRECT}.KV_slots`, ['executor']],
  [`${DIRECT}.KV_schedules.$KV.schedules.wf_1.0`, ['scheduler']],
  [`${DIRECT}.KV_slots.$KV.slots.org_1.wf_1.abc`, ['executor']],
  [`${DIRECT}.KV_idempotency`, ['gateway', 'webhook-dispatcher']],
  [`${DIRECT}.KV_idempotency.$KV.idempotency.org_1.abc`, ['gateway', 'webhook-dispatcher']],
  [`${DIRECT}.KV_definitions.${KEY}.token.abc`, ['gateway', 'definitions']],
  [`${DIRECT}.KV_definitions.${KEY}.active.wf_1`, [...STARTERS, 'definitions', 'executor', 'history']],
  [`${DIRECT}.KV_definitions.${KEY}.webhook.wh_1`, ['gateway', 'webhook-dispatcher', 'definitions']],
  [`${DIRECT}.KV_schedule_triggers.$KV.schedule_triggers.schedule.wf_1`, ['definitions', 'scheduler']],
  [`${DIRECT}.KV_definitions.${KEY}.organisation.org_1`, [...STARTERS, 'definitions', 'executor']],
  [`${DIRECT}.KV_definitions.${KEY}.installation.starts`, [...STARTERS, 'definitions', 'executor']],
  [`${DIRECT}.KV_definitions.${KEY}.version.wf_1.1`, [...STARTERS, 'definitions', 'executor', 'history']],
  [`${DIRECT}.KV_definitions.${KEY}.secrets.org_1`, ['webhook-dispatcher', 'definitions', 'executor']],
  [`${DIRECT}.KV_definitions.${KEY}.variables.org_1`, ['definitions', 'executor']],
  [`${DIRECT}.KV_mail_triggers.$KV.mail_triggers.mailboxes.org_1`, ['definitions', 'email-ingest']],
  [`${DIRECT}.KV_definitions.${KEY}.mail_senders.org_1`, ['definitions', 'executor']],
  [`${DIRECT}.KV_mail_triggers.$KV.mail_triggers.email.org_1.wf_1`, ['definitions', 'email-ingest']],
  [`${DIRECT}.KV_definitions.${KEY}.meta.complete`, ['definitions']],
  [`${DIRECT}.KV_definitions.${KEY}.ai_providers.org_1`, ['definitions', 'executor']],
  [`${DIRECT}.KV_definitions.${KEY}.event_subscriptions.org_1`, ['webhook-dispatcher', 'definitions']],
  [
    `${DIRECT}.KV_definitions.${KEY}.event_types.org_1`,
    ['webhook-dispatcher', 'scheduler', 'definitions', 'email-ingest', 'history'],
  ],
  [
    `${DIRECT}.KV_definitions.${KEY}.event_watch.org_1`,
    ['webhook-dispatcher', 'scheduler', 'definitions', 'email-ingest', 'history'],
  ],
  [
    '$JS.API.STREAM.MSG.GET.EVENTS',
    ['webhook-dispatcher', 'scheduler', 'definitions', 'executor', 'email-ingest', 'history'],
  ],
  ['$JS.API.STREAM.MSG.GET.RUNS', [...STARTERS, 'executor', 'history']],
  [
    '$JS.API.STREAM.MSG.GET.FILES',
    ['gateway', 'webhook-dispatcher', 'definitions', 'executor', 'email-ingest', 'history'],
  ],
  ['$JS.API.STREAM.MSG.GET.JOURNAL_0', ['executor', 'history']],
  ['$JS.API.STREAM.MSG.GET.TIMERS', ['executor', 'webhook-dispatcher']],
  ['$JS.API.STREAM.MSG.GET.DELIVERIES', ['webhook-dispatcher']],
  // Whoever makes dead letters looks for one that it may have made; what is in them is of all organisations.
  ['$JS.API.STREAM.MSG.GET.DLQ', ['webhook-dispatcher', 'definitions', 'executor', 'history']],
  ['$JS.API.STREAM.MSG.GET.KV_definitions', ['definitions']],
  ['$JS.API.STREAM.MSG.GET.KV_schedule_triggers', ['definitions']],
  ['$JS.API.STREAM.MSG.GET.KV_mail_triggers', ['definitions']],
  ['$JS.API.STREAM.MSG.GET.KV_idempotency', ['gateway', 'webhook-dispatcher']],
  ['$JS.API.STREAM.MSG.GET.KV_schedules', ['scheduler']],
  ['$JS.API.STREAM.MSG.GET.KV_slots', ['executor']],
  ['$JS.API.STREAM.MSG.GET.KV_credits', ['gateway', 'definitions', 'executor']],
  [`${DIRECT}.KV_credits`, NOBODY],
  ['$KV.credits.org_1', ['definitions', 'executor']],
  ['$JS.API.STREAM.MSG.GET.KV_keys', ['gateway']],
  [`${DIRECT}.KV_keys`, NOBODY],
  ['$KV.keys.place_key', ['gateway']],
  ['$JS.API.STREAM.PURGE.KV_slots', ['executor']],
  ['$JS.API.STREAM.PURGE.JOURNAL_0', ['history']],
  ['$KV.slots.org_1.wf_1.abc', ['executor']],
  ['$JS.API.STREAM.MSG.GET.LAYOUT', ALL],
  // Questions.
  ['definitions.workflows.create', ['gateway']],
  ['scheduler.backfills.run', ['gateway', 'definitions']],
  ['scheduler.backfills.plan', ['gateway']],
  ['definitions.workflows.record-runs', ['gateway', 'history']],
  ['definitions.event-subscriptions.disable', ['gateway', 'webhook-dispatcher']],
  ['definitions.profiles.record', ALL],
  ['definitions.audit-log.begin', ['gateway']],
  ['definitions.secrets.record-uses', ['gateway', 'executor', 'webhook-dispatcher']],
  ['history.executions.get', ['gateway', 'scheduler', 'executor']],
  ['history.executions.match', ['gateway', 'scheduler']],
  ['history.executions.cancel', ['gateway', 'scheduler', 'executor', 'definitions']],
  ['history.executions.plan_restart', ['gateway', 'scheduler', 'executor']],
  ['history.executions.reused', ['gateway', 'scheduler', 'executor']],
  ['history.executions.recorded', ['gateway', 'scheduler', 'executor']],
  ['history.executions.recorded_state', ['gateway', 'scheduler', 'executor']],
  ['scheduler.schedules.list', ['gateway']],
  ['webhooks.receive', ['gateway']],
  ['mail.mailboxes.health', ['gateway']],
  ['executor.mail-senders.test', ['gateway']],
  ['executor.executions.restart', ['gateway', 'definitions']],
  ['executor.ai-providers.test', ['gateway']],
  ['executor.ai-models.list', ['gateway']],
  // Replies: to whoever asks.
  ['_INBOX.gateway.x', ['webhook-dispatcher', 'scheduler', 'definitions', 'executor', 'history', 'email-ingest']],
  ['_INBOX.scheduler.x', ['history', 'definitions']],
  ['_INBOX.executor.x', ['definitions', 'history']],
  ['_INBOX.history.x', ['definitions']],
  ['_INBOX.definitions.x', ['scheduler', 'history', 'executor', 'definitions']],
  ['_INBOX.webhook-dispatcher.x', ['definitions']],
  ['_INBOX.email-ingest.x', ['definitions']],
  ...USERS.filter((user) => !ASKING.includes(user)).map((user): [string, string[]] => [
    `_INBOX.${user}.x`,
    ['definitions'],
  ]),
  // What changes the server.
  ['$JS.API.STREAM.PURGE.OBJ_payloads', ALL],
  ['$JS.API.STREAM.PURGE.OBJ_snapshot_payloads', ['definitions']],
  ['$JS.API.STREAM.PURGE.RUNS', NOBODY],
  ['$JS.API.STREAM.PURGE.KV_definitions', NOBODY],
  ['$JS.API.STREAM.PURGE.KV_idempotency', NOBODY],
  ['$JS.API.STREAM.MSG.DELETE.RUNS', NOBODY],
  ['$JS.API.STREAM.DELETE.RUNS', NOBODY],
  ['$JS.API.STREAM.UPDATE.RUNS', ['executor']],
  ['$JS.API.STREAM.UPDATE.KV_definitions', ['definitions']],
  ['$JS.API.CONSUMER.DELETE.RUNS.executor-0', ['executor']],
  ['$JS.API.CONSUMER.DELETE.JOURNAL_0.history', ['history']],
  ['$JS.API.CONSUMER.DELETE.RUNS.executor-4', ['executor']],
  ['$JS.API.CONSUMER.DELETE.RUNS.executor-35', ['executor']],
  ['$JS.API.CONSUMER.DELETE.RUNS.executor-36', ['executor']],
  ['$JS.API.CONSUMER.DELETE.RUNS.executor-37', NOBODY],
  ['$JS.ACK.RUNS.executor-0.1.1.1.1.0', ['executor']],
  ['$JS.ACK.JOURNAL_0.history.1.1.1.1.0', ['history']],
  ['$SYS.REQ.SERVER.PING', NOBODY],
  ['anything', NOBODY],
];

test.each(SENDERS)('%s may be sent by %j and nobody else', (subject, users) => {
  expect(USERS.filter((user) => allowed(user).some((right) => subjectCovers(right, subject)))).toEqual(
    USERS.filter((user) => users.includes(user)),
  );
});

test('the ends of executions are announced to the gateway and the scheduler, who wait for them', () => {
  const heard = natsUsers().filter(({ permissions }) =>
    permissions.subscribe.allow.some((right) => subjectCovers(right, 'events.org_1.execution_finished')),
  );
  expect(heard.map(({ user }) => user)).toEqual(['gateway', 'scheduler']);
});

test("the table above has an example of each right but those that come with a consumer or a stream of one's own", () => {
  const listed = (right: string) => SENDERS.some(([subject]) => subjectCovers(right, subject));
  const others = USERS.flatMap((user) => allowed(user)).filter(
    (right) =>
      !listed(right) &&
      !/^\$JS\.(API\.(INFO$|CONSUMER\.|STREAM\.(INFO|CREATE|UPDATE|DELETE)\.)|ACK\.|FC\.)/.test(right),
  );
  expect(
    [...new Set(others)].filter((right) => !/JOURNAL_\d|^journal\.\d|\.(EVENTS|DLQ|ALONE|OBJ_\w+)(\.>)?$/.test(right)),
  ).toEqual([]);
});

/* And who may hear what, which is of all organisations: what models write, what calls of webhooks bring, how executions end. */
const HEARERS: [subject: string, users: readonly string[]][] = [
  ['snapshots.active.wf_1', ALL],
  ['layouts.journal', ALL],
  ['system.roll-call', ALL],
  ['system.present.call_1', ['gateway']],
  ['events.org_1.execution_finished', ['gateway', 'scheduler']],
  ['answers.org_1.exec_1', ['gateway']],
  ['webhook-listening.shown.evt_1', ['gateway']],
  ['webhook-listening.begun', ['webhook-dispatcher']],
  ['live-text.written.evt_1', ['gateway']],
  ['live-text.followed', ['executor']],
  ['live.journal.0.org_1.exec_1', ['gateway']],
  ['live.events.org_1.execution_finished', ['gateway']],
  ['live.events.org_1.occurred', ['gateway']],
  ['events.org_1.execution_nudged', ['executor']],
  ['definitions.workflows.create', ['definitions']],
  ['history.executions.get', ['history']],
  ['scheduler.backfills.run', ['scheduler']],
  ['webhooks.receive', ['webhook-dispatcher']],
  ['mail.mailboxes.health', ['email-ingest']],
  ['executor.executions.restart', ['executor']],
  ...USERS.map((user): [string, string[]] => [`_INBOX.${user}.x`, [user]]),
];
const heard = (user: string) => natsUsers().find((each) => each.user === user)?.permissions.subscribe.allow ?? [];

test.each(HEARERS)('%s may be heard by %j and nobody else', (subject, users) => {
  expect(USERS.filter((user) => heard(user).some((right) => subjectCovers(right, subject)))).toEqual(
    USERS.filter((user) => users.includes(user)),
  );
});

test('everything that anybody may hear is in the table above', () => {
  const rights = USERS.flatMap((user) => heard(user));
  expect(rights.filter((right) => !HEARERS.some(([subject]) => subjectCovers(right, subject)))).toEqual([]);
});
