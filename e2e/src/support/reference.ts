import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from './platform.js';

/**
 * What the reference shows and this installation cannot run as it is started. All of it is saved, and warned of. A test holds the
 * list against what happens, so that it can only shrink.
 */
export const CANNOT_RUN_YET = {
  steps: [],
  triggers: [],
} as const;

/** A section of the reference: a command and the answer that is printed for it, or what else is under its heading. */
export interface ReferenceSection {
  readonly text: string;
  readonly answer: unknown;
}

/** The sections of a fixture that is copied from the reference word for word, by their headings. */
export function referenceSections(file: string): Map<string, ReferenceSection> {
  const sections = readFileSync(join(REPOSITORY, 'e2e/fixtures', file), 'utf8')
    .split(/^### /m)
    .slice(1);
  return new Map(
    sections.map((section) => {
      const end = section.indexOf('\n');
      const [text = '', answer] = section.slice(end + 1).split('--- Response\n');
      return [section.slice(0, end), { text: text.trim(), answer: answer && (JSON.parse(answer) as unknown) }];
    }),
  );
}

/** Members whose values are made by the server: they are of the same form as in the reference, not the same. */
const MADE_BY_THE_SERVER: Readonly<Record<string, RegExp>> = {
  id: /^wf_/,
  workflow_id: /^wf_/,
  execution_id: /^exec_/,
  url: /\/v1\/webhooks\/wh_/,
  created_at: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/,
  updated_at: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/,
  started_at: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/,
  completed_at: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/,
  execution_count: /^\d+$/,
  duration_ms: /^\d+$/,
  total: /^\d+$/,
};

/**
 * How an answer differs from the one in the reference, member by member: one that is missing, of another type, or of another
 * value where it is not the server that makes it. Further members, and further entries of a list, are no difference.
 */
export function differences(documented: unknown, actual: unknown, path = ''): string[] {
  if (typeof documented !== 'object' || documented === null) return differenceOfValues(documented, actual, path);
  if (typeof actual !== 'object' || actual === null || Array.isArray(actual) !== Array.isArray(documented))
    return [`${path} is ${JSON.stringify(actual)}`];
  return Object.entries(documented).flatMap(([name, member]) =>
    Object.hasOwn(actual, name)
      ? differences(member, (actual as Record<string, unknown>)[name], `${path}.${name}`)
      : [`${path}.${name} is missing`],
  );
}

function differenceOfValues(documented: unknown, actual: unknown, path: string): string[] {
  const form = MADE_BY_THE_SERVER[path.slice(path.lastIndexOf('.') + 1)];
  // The documented value has to have the form too: else the table above is wrong.
  const same = form && form.test(String(documented)) ? form.test(String(actual)) : documented === actual;
  return same && typeof documented === typeof actual
    ? []
    : [`${path} is ${JSON.stringify(actual)} instead of ${JSON.stringify(documented)}`];
}
