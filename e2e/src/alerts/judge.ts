import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensurePromtool } from '@millrace/local/promtool';
import type { Film, Frame, Phase } from './film.js';
import { ALERTS_FILE } from './observability-files.js';

const run = promisify(execFile);

/**
 * For so many minutes what was seen is taken to have gone on. Before and after it is longer than the longest range of the rules (an hour), so that what rises there is
 * over; each scrape during the fault but the last is held shorter than the shortest range (five minutes), so that what goes on rising does so for Prometheus too.
 */
const MINUTES = { before: 70, during: 3, lastDuring: 20, after: 75 };

/** Alerts that have to fire, each with labels that it must have then. */
export type Expected = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** One query of promtool, and what it has to find. */
interface Check {
  readonly expr: string;
  readonly eval_time: string;
  readonly exp_samples: readonly { readonly labels: string; readonly value: number }[];
}

/** Has promtool evaluate the rules over what was seen: each alert fires during the fault, and neither before it nor once it is over. Rejects with what promtool says. */
export async function requireFiring(film: Film, expected: Expected): Promise<void> {
  const { values, begins, ends } = timeline(film.frames);
  const checks = Object.entries(expected).flatMap(([alert, labels]): Check[] => {
    const firing = (minutes: number) => firingIn({ alertname: alert, ...labels }, minutes);
    const fires = [{ labels: `{alertname="${alert}"}`, value: 1 }];
    return [
      { expr: firing(ends.before), eval_time: `${ends.before}m`, exp_samples: [] },
      { expr: firing(ends.during - begins.during), eval_time: `${ends.during}m`, exp_samples: fires },
      { expr: firing(2), eval_time: `${ends.after}m`, exp_samples: [] },
    ];
  });
  await runPromtool(values, checks);
}

/** Has promtool evaluate the rules over what was seen without any fault: no alert fires. */
export async function requireSilence(film: Film): Promise<void> {
  const { values, ends } = timeline(film.frames);
  await runPromtool(values, [{ expr: firingIn({}, ends.before), eval_time: `${ends.before}m`, exp_samples: [] }]);
}

/** Alerts that were firing at any time of so many minutes. */
function firingIn(labels: Readonly<Record<string, string>>, minutes: number): string {
  const pairs = Object.entries({ ...labels, alertstate: 'firing' }).map(([name, value]) => `${name}="${value}"`);
  return `group by (alertname) (last_over_time(ALERTS{${pairs.join(',')}}[${minutes}m]))`;
}

interface Timeline {
  /** Values of each series, one for each minute, in the notation of promtool. */
  readonly values: ReadonlyMap<string, string>;
  /** The first and the last minute of each phase. */
  readonly begins: Readonly<Record<Phase, number>>;
  readonly ends: Readonly<Record<Phase, number>>;
}

/** Stretches what was seen within seconds to the minutes of the rules. */
function timeline(frames: readonly Frame[]): Timeline {
  const begins = { before: 0, during: 0, after: 0 };
  const ends = { before: 0, during: 0, after: 0 };
  let minute = 0;
  const lengths = frames.map(({ phase }, index) => {
    const minutes = minutesOf(frames, index);
    if (frames[index - 1]?.phase !== phase) begins[phase] = minute;
    minute += minutes;
    ends[phase] = minute - 1;
    return minutes;
  });
  const series = new Set(frames.flatMap(({ scrape }) => [...scrape.keys()]));
  const values = [...series].map((name): [string, string] => [
    name,
    frames.flatMap((_, index) => valuesOf(frames, index, name, lengths[index] ?? 0)).join(' '),
  ]);
  return { values: new Map(values), begins, ends };
}

function minutesOf(frames: readonly Frame[], index: number): number {
  const phase = frames[index]?.phase ?? 'before';
  const count = frames.filter((frame) => frame.phase === phase).length;
  const isLast = frames[index + 1]?.phase !== phase;
  if (phase === 'during') return isLast ? MINUTES.lastDuring : MINUTES.during;
  return Math.ceil(MINUTES[phase] / count);
}

/** Of a series that is not there any more Prometheus knows that it has ended. */
function valuesOf(frames: readonly Frame[], index: number, name: string, minutes: number): string[] {
  const value = frames[index]?.scrape.get(name);
  if (value !== undefined) return Array<string>(minutes).fill(String(Number(value.toFixed(6))));
  const hasEnded = frames[index - 1]?.scrape.has(name) === true;
  return Array.from({ length: minutes }, (_, at) => (hasEnded && at === 0 ? 'stale' : '_'));
}

async function runPromtool(values: ReadonlyMap<string, string>, checks: readonly Check[]): Promise<void> {
  const promtool = await ensurePromtool({ runtimeDir: process.env['MILLRACE_RUNTIME_DIR'] ?? '', env: process.env });
  if (promtool === null) throw new Error('There is neither promtool nor Debian’s apt-get on PATH');
  const test = {
    interval: '1m',
    input_series: [...values].map(([series, text]) => ({ series, values: text })),
    promql_expr_test: checks,
  };
  const folder = mkdtempSync(join(tmpdir(), 'millrace-alerts-'));
  const file = join(folder, 'alerts.test.yaml');
  // JSON is YAML.
  writeFileSync(file, JSON.stringify({ rule_files: [ALERTS_FILE], evaluation_interval: '1m', tests: [test] }));
  try {
    await run(promtool, ['test', 'rules', file], { maxBuffer: 64 * 1024 * 1024 });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`${stdout}${stderr}`, { cause: error });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
