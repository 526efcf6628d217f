import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '..', '..', '..');
const page = readFileSync(join(root, 'docs', 'limits.md'), 'utf8');

/** A limit in the code, or a line about one in docs/limits.md. */
interface Limit {
  readonly name: string;
  readonly value: number;
}

/** A module of another package, read from source: this package depends on none of them. */
function exportsOf(...path: string[]): Record<string, unknown> {
  return jest.requireActual<Record<string, unknown>>(join(root, ...path));
}

function constants(value: unknown): Limit[] {
  return Object.entries(value as Record<string, number>).map(([name, limit]) => ({ name, value: limit }));
}

/** A zod schema, as far as it is needed to find a setting's default. */
interface Setting {
  safeParse(value: undefined): { success: boolean; data?: unknown };
}

/** The numbers among the defaults of all services' settings; ports are addresses, not limits. */
function settings(): Limit[] {
  const services = readdirSync(join(root, 'apps')).filter((app) =>
    existsSync(join(root, 'apps', app, 'src', 'config.ts')),
  );
  const found = services.flatMap((app) => {
    const { configSchema } = exportsOf('apps', app, 'src', 'config.ts');
    return Object.entries((configSchema as { shape: Record<string, Setting> }).shape).flatMap(([name, setting]) => {
      const { data } = setting.safeParse(undefined);
      return typeof data === 'number' && !name.endsWith('_PORT') ? [{ name, value: data }] : [];
    });
  });
  return [...new Map(found.map((limit) => [`${limit.name} ${limit.value}`, limit])).values()];
}

const schema = exportsOf('packages', 'schema', 'src', 'limits.ts');

/** Each home of limits, by the heading of its table. */
const HOMES: Readonly<Record<string, () => Limit[]>> = {
  'What is sent, stored and held': () => constants(exportsOf('packages', 'contracts', 'src', 'limits.ts')['LIMITS']),
  'A workflow document': () => constants(schema['DOCUMENT_LIMITS']),
  'A document as text': () => constants(schema['TEXT_LIMITS']),
  'What is looked up for a document': () => constants(schema['LOOKUP_LIMITS']),
  'Single fields of a document': () => constants(schema['FIELD_LIMITS']),
  'A schedule': () => constants(schema['SCHEDULE_LIMITS']),
  'A response_schema': () => constants(schema['RESPONSE_SCHEMA_LIMITS']),
  'The report of a validation': () => constants(schema['REPORT_LIMITS']),
  'An expression': () => constants(exportsOf('packages', 'expression', 'src', 'limits.ts')['LIMITS']),
  'A mailbox': () => constants(exportsOf('apps', 'email-ingest', 'src', 'limits.ts')['MAIL_LIMITS']),
  'The mail house of npm start': () =>
    constants(exportsOf('packages', 'stand-ins', 'src', 'mail-house', 'limits.ts')['HOUSE_LIMITS']),
  Settings: settings,
};

/** The rows of the table under a heading: name, value, unit, and what happens beyond it. */
function rowsUnder(heading: string): { limit: Limit; cells: string[]; line: string }[] {
  const section = page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  return section
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => {
      const cells = line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim());
      const [name = '', value = ''] = cells;
      return { limit: { name: name.replaceAll('`', ''), value: Number(value.replaceAll(',', '')) }, cells, line };
    });
}

function lineFor({ name, value }: Limit): string {
  return `| \`${name}\` | ${value.toLocaleString('en', { maximumFractionDigits: 6 })} | (unit) | (what happens beyond it) |`;
}

describe.each(Object.entries(HOMES))('the table "%s" of docs/limits.md', (heading, limitsOf) => {
  const rows = rowsUnder(heading);

  it('has a line for each limit in the code, with its value', () => {
    const listed = new Map(rows.map(({ limit }) => [limit.name, limit.value]));
    const wrong = limitsOf().flatMap((limit) => {
      const told = listed.get(limit.name);
      if (told === undefined) return [`add: ${lineFor(limit)}`];
      return told === limit.value ? [] : [`${limit.name} is ${limit.value} in the code and ${told} on the page`];
    });
    expect(wrong).toEqual([]);
  });

  it('has a limit in the code for each line', () => {
    const names = new Set(limitsOf().map((limit) => limit.name));
    expect(rows.filter(({ limit }) => !names.has(limit.name)).map(({ line }) => `remove: ${line}`)).toEqual([]);
    expect(rows.map(({ limit }) => limit.name)).toEqual([...new Set(rows.map(({ limit }) => limit.name))]);
  });

  it('gives each limit a unit and says what happens beyond it', () => {
    const incomplete = rows.filter(
      ({ cells }) => cells.length !== 4 || cells.some((cell) => cell === '' || cell.startsWith('(')),
    );
    expect(incomplete.map(({ line }) => line)).toEqual([]);
  });
});

it('docs/limits.md has no other tables, and names only codes that exist', () => {
  const headings = [...page.matchAll(/^## (.+)$/gm)].map((match) => match[1]);
  expect(headings).toEqual(Object.keys(HOMES));
  const errors = exportsOf('packages', 'contracts', 'src', 'errors.ts')['ERRORS'] as object;
  const problems = exportsOf('packages', 'schema', 'src', 'problem.ts')['PROBLEM_CODES'] as object;
  const expressions = exportsOf('packages', 'expression', 'src', 'errors.ts')['ERROR_CODES'] as object;
  const known = new Set(
    [errors, problems, expressions].flatMap((codes) =>
      Array.isArray(codes) ? (codes as string[]) : Object.keys(codes),
    ),
  );
  // The first cell is a name; codes are in the last.
  const named = Object.keys(HOMES)
    .flatMap(rowsUnder)
    .flatMap(({ cells }) =>
      [...(cells.at(-1) ?? '').matchAll(/`([A-Z]+(?:_[A-Z]+)+|[a-z]+(?:_[a-z]+)+)`/g)].map((match) => match[1] ?? ''),
    )
    .filter((code) => !code.startsWith('MILLRACE_') && !code.startsWith('millrace_'));
  expect(named.filter((code) => !known.has(code))).toEqual([]);
});
