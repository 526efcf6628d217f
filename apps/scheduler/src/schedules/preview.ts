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
  requireValid(config);
  const timetable = new Timetable(config);
  const zone = timeZone(timezone);
  const runs: SchedulePreview['runs'] = [];
  let next = timetable.after(from === undefined ? now : Date.parse(from));
  for (; next !== null && runs.length < count; next = timetable.after(next.at)) {
    const local = new Date(zone.local(next.at)).toISOString().replace(/\.\d+Z$/, '');
    runs.push({ at: new Date(next.at).toISOString(), local, note: next.note });
    // A time that is years away takes milliseconds to find, and schedules are due in this process.
    await setImmediate();
  }
  return { timezone, description: await describedSchedule(times), runs };
}

/** The rules are those of documents, so a document is made of it. */
function requireValid(config: object): void {
  const given = Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined));
  const document = {
    name: 'Preview',
    trigger: { type: 'schedule', config: given },
    steps: [{ id: 'end', type: 'stop' }],
  };
  const issues = validateWorkflow(document)
    .problems.filter(({ severity }) => severity === 'error')
    .map(({ path, message, hint }) => ({
      path: path.replace(/^trigger\.config\.?/, ''),
      message,
      ...(hint === undefined ? {} : { hint }),
    }));
  if (issues.length > 0) throw new AppError('INVALID_INPUT', { details: { issues } });
}
