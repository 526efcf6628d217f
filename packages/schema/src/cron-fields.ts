import { CronExpressionParser } from 'cron-parser';

/** What is wrong with one field of a cron expression, and how to write it. */
export interface CronFieldProblem {
  readonly message: string;
  readonly hint: string;
}

interface CronField {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  /** What its values begin anew with. */
  readonly whole: string;
  /** The unit of an interval that has its length, where one has. */
  readonly unit?: string;
  /** Names of its values, from `least` on. */
  readonly names: readonly string[];
  /** What it may be. */
  readonly possible: string;
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const FORMS = 'with "*" for all of them, lists ("1,3"), ranges ("1-5") and steps ("*/2")';

const WEEKDAY = 'day of week';
const SUNDAY_AGAIN = 7;
const MOST_PARTS = 64;

const FIELDS: readonly CronField[] = [
  timeField('second', 59, 'minute'),
  timeField('minute', 59, 'hour'),
  timeField('hour', 23, 'day'),
  {
    ...{ name: 'day of month', least: 1, most: 31, whole: 'month', unit: 'd', names: [] },
    possible: `It is 1 to 31, or "L" for the last day of the month, ${FORMS}.`,
  },
  {
    ...{ name: 'month', least: 1, most: 12, whole: 'year', names: MONTHS },
    possible: `It is 1 to 12, or JAN to DEC, ${FORMS}.`,
  },
  {
    ...{ name: WEEKDAY, least: 0, most: 7, whole: 'week', unit: 'd', names: WEEKDAYS },
    possible: `It is SUN to SAT, or 0 to 7 (both are Sunday), ${FORMS}; "5L" is the last Friday of the month, "MON#1" the first Monday.`,
  },
];

function timeField(name: string, most: number, whole: string): CronField {
  const unit = name.slice(0, 1);
  return { name, least: 0, most, whole, unit, names: [], possible: `It is 0 to ${most}, ${FORMS}.` };
}

/** What is wrong with each field of a cron expression that cannot be read, in their order. Of five fields none is the second. */
export function cronFieldProblems(texts: readonly string[]): CronFieldProblem[] {
  const fields = FIELDS.slice(-texts.length);
  return fields.flatMap((field, place) => {
    const text = texts[place] ?? '';
    return isReadable(field, text) ? [] : [problemOf(field, text)];
  });
}

/** Steps that are longer than their field, so that of each such part only the first value is left. */
export function longSteps(texts: readonly string[]): CronFieldProblem[] {
  const fields = FIELDS.slice(-texts.length);
  return fields.flatMap(({ name, least, most }, place) => {
    const part = (texts[place] ?? '').split(',').find((one) => Number(one.split('/')[1]) > most - least);
    if (part === undefined) return [];
    const message = `the step of the ${name} "${part}" is longer than all it may be, ${least} to ${most}: only its first value is left`;
    return [{ message, hint: 'For a period that is no part of an hour or a day use "interval", e.g. "90m".' }];
  });
}

/**
 * Steps that do not divide their field, so that what is said of as a period is none: every 13 minutes of an hour end with 52, 8 minutes before the
 * next hour. One whose first value is not among the first is meant as it is.
 */
export function unevenSteps(texts: readonly string[]): CronFieldProblem[] {
  const fields = FIELDS.slice(-texts.length);
  return fields.flatMap((field, place) => {
    const text = texts[place] ?? '';
    const [, base = '', digits = ''] = /^(\*|\d{1,2})\/(\d{1,2})$/.exec(text) ?? [];
    const [first, step] = [base === '*' ? field.least : Number(base), Number(digits)];
    const size = sizeOf(field);
    if (step < 2 || step >= size || size % step === 0 || first - field.least >= step) return [];
    const last = first + Math.floor((field.least + size - 1 - first) / step) * step;
    const message = `the step of the ${field.name} "${text}" begins anew with each ${field.whole}: after ${last} comes ${first}`;
    const interval = `For the same time between all of them use "interval", e.g. "${step}${field.unit}".`;
    return [{ message, hint: field.unit === undefined ? 'To have others, list them, e.g. "1,5,9".' : interval }];
  });
}

/** How many values it has: Sunday once. */
function sizeOf({ name, least, most }: CronField): number {
  return name === WEEKDAY ? WEEKDAYS.length : most - least + 1;
}

/** Whether the parser takes it in a field whose neighbours are open. It decides; what is below only says why. */
function isReadable(field: CronField, text: string): boolean {
  const others = FIELDS.map((one) => (one === field ? text : '*'));
  try {
    CronExpressionParser.parse(others.join(' '), { tz: 'UTC' });
    return true;
  } catch {
    return false;
  }
}

function problemOf(field: CronField, text: string): CronFieldProblem {
  // A field has no more values than these; what is wrong behind so many is not looked for.
  const parts = [...new Set(text.split(','))].slice(0, MOST_PARTS);
  const part = parts.find((one) => one === '' || !isReadable(field, one));
  if (part !== undefined) return partProblem(field, part, text);
  if (text.includes('#')) {
    const hint = 'With "#" there is one day: make a trigger of its own of each further one.';
    return { message: `the ${field.name} "${text}" is a list with "#"`, hint };
  }
  return { message: `the ${field.name} "${text}" names a value more than once`, hint: 'Name each value once.' };
}

function partProblem(field: CronField, part: string, text: string): CronFieldProblem {
  if (part === '') {
    const message = `the ${field.name} "${text}" has an empty place in its list`;
    return { message, hint: 'Put one comma between two values, e.g. "1,3".' };
  }
  const [base = '', step, ...more] = part.split('/');
  if (more.length > 0 || (step !== undefined && !/^0*[1-9]\d*$/.test(step))) {
    const message = `the step of the ${field.name} "${part}" is no whole number from 1 on`;
    return { message, hint: 'E.g. "*/15": every 15th of them, from the first one on.' };
  }
  return (
    backwards(field, base, part) ??
    unsupported(field, base) ?? { message: `the ${field.name} cannot be "${part}"`, hint: field.possible }
  );
}

/** A range across the end, such as from Friday to Monday, is written as two. */
function backwards(field: CronField, base: string, part: string): CronFieldProblem | undefined {
  const [from = '', to = '', ...more] = base.split('-');
  const [first, last] = [valueOf(field, from), valueOf(field, to)];
  if (more.length > 0 || first === undefined || last === undefined || first <= last) return undefined;
  const end = field.names[field.names.length - 1] ?? String(field.most);
  const begin = field.names[0] ?? String(field.least);
  const upToEnd = first === valueOf(field, end) ? from : `${from}-${end}`;
  const fromBegin = last === field.least ? to : `${begin}-${to}`;
  // The Sunday that is 7 begins the week as well.
  const ranges = field.names === WEEKDAYS && first === SUNDAY_AGAIN ? fromBegin : `${upToEnd},${fromBegin}`;
  return { message: `the ${field.name} "${part}" goes backwards`, hint: `A range goes up. Write "${ranges}".` };
}

/** Forms that other programs know. */
function unsupported({ name, names }: CronField, base: string): CronFieldProblem | undefined {
  const message = `the ${name} cannot be "${base}"`;
  const short = names.find((one) => base.toUpperCase().startsWith(one));
  if (short !== undefined && /^[A-Za-z]{4,}$/.test(base)) return { message, hint: `Write "${short}".` };
  if (name === 'day of month' && /^(?:LW|\d+W)$/i.test(base)) {
    const hint =
      'There is no "W", for the working day next to a date. Start on each working day ("* * MON-FRI") and let a condition decide.';
    return { message, hint };
  }
  if (name === 'day of month' && /^L-\d+$/i.test(base))
    return { message, hint: 'Days are not counted from the end of the month: only the last one has a name, "L".' };
  if (name === WEEKDAY && /^\w+#/.test(base))
    return { message, hint: 'Behind "#" is 1 to 5: "MON#1" is the first Monday of the month, "5#3" the third Friday.' };
  if (name === WEEKDAY && /^L$/i.test(base))
    return { message, hint: 'Put a day in front of "L": "5L" is the last Friday of the month.' };
  return undefined;
}

function valueOf({ names, least, most }: CronField, text: string): number | undefined {
  const named = names.indexOf(text.toUpperCase());
  if (named >= 0) return named + least;
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return value >= least && value <= most ? value : undefined;
}
