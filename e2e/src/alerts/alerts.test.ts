import { describeOnSmallDisk } from '../faults/small-disk.js';
import { databaseHung, dispatchersAway, executorsAway, takenOver } from './backlogs.js';
import { dataDiskFull, logDiskFull } from './full-disks.js';
import { requireFiring, requireSilence, type Expected } from './judge.js';
import { timerGone, unreadable } from './lost-work.js';
import { clockWrong, memoryHeld } from './machines.js';
import { loginsRefused, tooManyMailboxes } from './mailboxes.js';
import { ALERTS } from './observability-files.js';
import { heldUp, killed, nothing, restarting, schedulerAway, serversAway } from './processes.js';
import { recordRefused } from './refused-records.js';
import { rested } from './rested.js';
import { storageUnwatched } from './unwatched.js';
import type { Film } from './film.js';

/*
 * The rules over what processes really export while something is wrong with them. The platform is asked for its metrics as Prometheus would ask it, before, during and after
 * each fault, and promtool evaluates the rules over these series: the alerts of the fault fire during it, and neither before nor after. All alerts are among them, and in the list of
 * docs/observability.md; packages/development/test/observability.test.ts holds both against the rules.
 */

interface Fault {
  readonly fault: string;
  readonly make: () => Promise<Film>;
  /** By which it is to be noticed, with labels that say where. */
  readonly alerts: Expected;
}

const FAULTS: readonly Fault[] = [
  {
    fault: 'a process that is killed, whose pod is deleted',
    make: killed,
    alerts: { MillraceProcessDown: { service: 'scheduler' }, MillraceServiceAway: { service: 'scheduler' } },
  },
  { fault: 'a message that nobody can read', make: unreadable, alerts: { MillraceDeadLetters: {} } },
  { fault: 'a timer that is gone', make: timerGone, alerts: { MillraceExecutionsLost: {} } },
  {
    fault: 'history, definitions and Redis that are away',
    make: serversAway,
    alerts: { MillraceQueuesUnmeasured: { stream: 'RUNS' }, MillraceApiErrors: {}, MillraceRedisAway: {} },
  },
  { fault: 'a process that does nothing', make: heldUp, alerts: { MillraceEventLoopBlocked: { service: 'gateway' } } },
  { fault: 'a clock that is wrong', make: clockWrong, alerts: { MillraceClockWrong: { service: 'scheduler' } } },
  {
    fault: 'a process that holds on to memory',
    make: memoryHeld,
    alerts: { MillraceHeapNearlyFull: { service: 'gateway' } },
  },
  {
    fault: 'a process that ends again and again',
    make: restarting,
    alerts: { MillraceRestarting: { service: 'scheduler' } },
  },
  {
    fault: 'a scheduler that was away',
    make: schedulerAway,
    alerts: { MillraceSchedulesLate: {}, MillraceSchedulesMissed: {} },
  },
  { fault: 'logins that are refused', make: loginsRefused, alerts: { MillraceMailboxesFailing: { kind: 'login' } } },
  { fault: 'mailboxes that nobody watches', make: tooManyMailboxes, alerts: { MillraceMailboxesSilent: {} } },
  {
    fault: 'executors that are away',
    make: executorsAway,
    alerts: { MillraceExecutionsNotTaken: {}, MillraceBacklog: {}, MillraceTimersLate: {} },
  },
  { fault: 'an executor that is killed at its work', make: takenOver, alerts: { MillraceExecutionsTakenOver: {} } },
  {
    fault: 'an installation that watches no storage',
    make: storageUnwatched,
    alerts: { MillraceStorageUnwatched: {} },
  },
  { fault: 'dispatchers that are away', make: dispatchersAway, alerts: { MillraceDeliveriesWaiting: {} } },
  { fault: 'a database that hangs', make: databaseHung, alerts: { MillraceHistoryBehind: {} } },
  {
    fault: 'a database that refuses records',
    make: recordRefused,
    alerts: { MillraceRecordsRefused: { outcome: 'without_events' } },
  },
];

/** For which a file system is mounted. */
const FULL_DISKS: readonly Fault[] = [
  { fault: 'a disk of data that is full', make: dataDiskFull, alerts: { MillraceStorageFull: {} } },
  {
    fault: 'a disk of logs that is full',
    make: logDiskFull,
    alerts: { MillraceLogLinesLost: { service: 'gateway' } },
  },
];

/** Services are started, and waits of executions pass, on a machine that may have other things to do. */
jest.setTimeout(10 * 60_000);

beforeAll(rested);

test('no alert fires while nothing is wrong', async () => {
  await requireSilence(await nothing());
});

const makesItsAlertsFire = async ({ make, alerts }: Fault) => requireFiring(await make(), alerts);

test.each(FAULTS)('$fault makes its alerts fire', makesItsAlertsFire);

describeOnSmallDisk()('disks', () => {
  test.each(FULL_DISKS)('$fault makes its alerts fire', makesItsAlertsFire);
});

test('each alert of these faults is one of the rules', () => {
  const made = [...FAULTS, ...FULL_DISKS].flatMap(({ alerts }) => Object.keys(alerts));
  expect(made.filter((alert) => !ALERTS.includes(alert))).toEqual([]);
  expect(new Set(made).size).toBe(made.length);
});
