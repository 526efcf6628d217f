import { setImmediate } from 'node:timers/promises';
import { AppError, type PreviewSchedule, type SchedulePreview } from '@millrace/contracts';
import { validateWorkflow } from '@millrace/schema';
import type { z } from 'zod';
import { timeZone } from '../calendar/time-zone.js';
import { Timetable } from '../calendar/timetable.js';
import { describedSchedule } from './described-schedule.js';

type Asked = z.output<typeof PreviewSchedule.question>['schedule'];

/** The next times of a schedule. Throws INVALID_INPUT with what saving would say of such a trigger. */
export async function previewOf(
  { count = 5, from, timezone = 'UTC', ...times }: Asked,
  now: number,
): Promise<SchedulePreview> {
  const config = { ...times, timezone };
  const begin = from === undefined ? now : Date.parse(from);
  const warnings = warningsOf(config, begin);
  const timetable = new Timetable(config);
  const zone = timeZone(timezone);
  const runs: SchedulePreview['runs'] = [];
  let next = timetable.after(begin);
  for (; next !== null && runs.length < count; next = timetable.after(next.at)) {
    const local = new Date(zone.local(next.at)).toISOString().replace(/\.\d+Z$/, '');
    runs.push({ at: new Date(next.at).toISOString(), local, note: next.note });
    // A time that is years away takes milliseconds to find, and schedules are due in this process.
    await setImmediate();
  }
  return { timezone, description: await describedSchedule(times), warnings, runs };
}

/** The rules are those of documents, so a document is made of it. Throws INVALID_INPUT. */
function warningsOf(config: object, now: number): SchedulePreview['warnings'] {
  const given = Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined));
  const document = {
    name: 'Preview',
    trigger: { type: 'schedule', config: given },
    steps: [{ id: 'end', type: 'stop' }],
  };
  const problems = validateWorkflow(document, { now }).problems.map((problem) => ({
    ...problem,
    path: problem.path.replace(/^trigger\.config\.?/, ''),
  }));
  const issues = problems
    .filter(({ severity }) => severity === 'error')
    .map(({ path, message, hint }) => ({ path, message, ...(hint === undefined ? {} : { hint }) }));
  if (issues.length > 0) throw new AppError('INVALID_INPUT', { details: { issues } });
  return problems;
}
