import type { ExecutionEvent } from '@millrace/contracts';
import { systemClock } from '../clock.js';
import { RunSuspension } from './run-suspension.js';
import { Timers } from './timers.js';

const AT = new Date().toISOString();
const SUSPENDED: ExecutionEvent = { type: 'suspended', at: AT };
const OTHER: ExecutionEvent = { type: 'step_skipped', at: AT, path: 'a', step_type: 'transform' };

function begun(): { suspension: RunSuspension } {
  const suspension = new RunSuspension(new Timers(systemClock));
  suspension.begin();
  return { suspension };
}

it('is appended as long as there is nothing to go on with', () => {
  const { suspension } = begun();
  expect(suspension.permitted([OTHER, SUSPENDED])).toEqual([OTHER, SUSPENDED]);
  expect(suspension.takeBack()).toBe(false);
});

it('is left out behind something to go on with, and then the run goes on', () => {
  const { suspension } = begun();
  suspension.unwant();
  expect(suspension.permitted([OTHER, SUSPENDED])).toEqual([OTHER]);
  // What is left is refused too, since somebody has written again.
  expect(suspension.permitted([OTHER, SUSPENDED])).toEqual([OTHER]);
  expect(suspension.takeBack()).toBe(true);
  expect(suspension.permitted([SUSPENDED])).toEqual([SUSPENDED]);
});

it('stays when what there is to go on with comes after it', () => {
  const { suspension } = begun();
  expect(suspension.permitted([SUSPENDED])).toEqual([SUSPENDED]);
  suspension.unwant();
  expect(suspension.takeBack()).toBe(false);
});

it('holds timers that are due while it is under way, and lets them go on when it is taken back', async () => {
  const timers = new Timers(systemClock);
  const suspension = new RunSuspension(timers);
  const rang: string[] = [];
  timers.at(0, () => rang.push('due'));
  timers.at(0, () => rang.push('taken back'))();
  const late = timers.at(0, () => rang.push('taken back while held'));
  suspension.begin();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(rang).toEqual([]);
  late();
  suspension.unwant();
  suspension.permitted([SUSPENDED]);
  suspension.takeBack();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(rang).toEqual(['due']);
});
