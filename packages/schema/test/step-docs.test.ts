import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { STEP_TYPES, stepDefinitions, type StepType } from '../src/index.js';
import { fieldKindOf, innerType } from '../src/fields.js';

const page = readFileSync(join(__dirname, '../../../docs/workflows.md'), 'utf8');
const definitions = STEP_TYPES.map((type) => ({ ...stepDefinitions[type], type }));
const executable = definitions.filter((one) => one.executable);

/** Text of a section by the anchor of its heading, up to the next heading of its level or above; null when there is none. */
function sectionOf(anchor: string): string | null {
  const lines = page.split('\n');
  const start = lines.findIndex((line) => levelOf(line) > 0 && anchorOf(line) === anchor);
  if (start < 0) return null;
  const level = levelOf(lines[start] ?? '');
  const end = lines.findIndex((line, index) => index > start && levelOf(line) > 0 && levelOf(line) <= level);
  return lines.slice(start, end < 0 ? undefined : end).join('\n');
}

function levelOf(line: string): number {
  return /^(#{2,3}) /.exec(line)?.[1]?.length ?? 0;
}

function anchorOf(heading: string): string {
  return heading
    .replace(/^#+ /, '')
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-');
}

/** Names of all members of a schema, those inside arrays and objects too; what is marked (a template, steps) has none of its own. */
function memberNamesIn(schema: z.core.$ZodType): string[] {
  if (fieldKindOf(schema) !== undefined) return [];
  const inner = innerType(schema);
  if (inner !== undefined) return memberNamesIn(inner);
  if (schema instanceof z.ZodArray) return memberNamesIn(schema.def.element);
  if (!(schema instanceof z.ZodObject)) return [];
  return Object.entries(schema.def.shape).flatMap(([name, member]) => [name, ...memberNamesIn(member)]);
}

/** The step types that a text names in code marks, in its order. */
function typesNamedIn(text: string): string[] {
  return [...text.matchAll(/`(\w+)`/g)].map(([, name]) => name as string).filter((name) => name in stepDefinitions);
}

describe('the README', () => {
  it('names the steps that run, and those that do not yet', () => {
    const readme = readFileSync(join(__dirname, '../../../README.md'), 'utf8');
    const [, runs = '', not = ''] = /What runs today: ([^]*?) is not there yet, ([^]*?)\n\n/.exec(readme) ?? [];
    const types = (can: boolean) => definitions.filter((one) => one.executable === can).map(({ type }) => type);
    // One that is new may run before it is worth a place there.
    expect(typesNamedIn(runs).filter((type) => !types(true).includes(type as never))).toEqual([]);
    expect([typesNamedIn(runs).length > 5, typesNamedIn(not).sort()]).toEqual([true, types(false).sort()]);
  });
});

describe('the page about workflows', () => {
  it.each(executable)('has a section for $type, which leads to its page', ({ section, page: own }) => {
    expect(sectionOf(section)).toContain(`](${own.replace('docs/', '')})`);
  });

  it('lists the step types that can be run, each with a link to its section and the shape of its output', () => {
    const rows = [...(sectionOf('step-types') ?? '').matchAll(/^\| \[`(\w+)`\]\(#([\w-]+)\) +\|[^|]*\|([^|]*)\|$/gm)];
    const listed = rows.map(([, type, section, output]) => [type, section, (output ?? '').trim()]);
    const known = new Map(listed.map(([type, ...rest]) => [type, rest]));
    expect([...known.keys()].sort()).toEqual(executable.map((one) => one.type).sort());
    for (const { type, section, output } of executable) {
      expect([type, known.get(type)?.[0]]).toEqual([type, section]);
      // What ends the execution has an output that nobody can read.
      if (output instanceof z.ZodObject && type !== 'stop') {
        const shape = `\`{${Object.keys(output.def.shape).join(', ')}}\``;
        expect([type, known.get(type)?.[1]]).toEqual([type, shape]);
      }
    }
  });

  it('says which step types can only be saved, and which are tried again by default', () => {
    const saved = /^The types? (.*) can be saved/m.exec(page)?.[1] ?? '';
    const types = (which: (type: StepType) => boolean) => STEP_TYPES.filter(which).sort();
    expect(typesNamedIn(saved).sort()).toEqual(types((type) => !stepDefinitions[type].executable));
    const retried = /^Without `retry`, steps that call a service \(([^)]*)\)/m.exec(page)?.[1] ?? '';
    expect(typesNamedIn(retried).sort()).toEqual(types((type) => stepDefinitions[type].retriedByDefault));
  });
});

describe('the page of a step type', () => {
  const pageOf = (type: StepType) => readFileSync(join(__dirname, '../../..', stepDefinitions[type].page), 'utf8');
  /** What the first cells of the rows of all its tables have in code marks. */
  const rowsOf = (type: StepType) =>
    new Set(
      [...pageOf(type).matchAll(/^\|([^|]*)\|/gm)].flatMap(([, cell = '']) =>
        [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name),
      ),
    );

  it.each(executable)('has a row for every field of the config of $type', ({ type, config }) => {
    const rows = rowsOf(type);
    const fields = config instanceof z.ZodObject ? Object.keys(config.def.shape) : [];
    expect(fields).not.toEqual([]);
    expect(fields.filter((name) => !rows.has(name))).toEqual([]);
  });

  it.each(executable)('names the members of the fields of $type', ({ type, config }) => {
    // In code marks, or in an example.
    const code = [...pageOf(type).matchAll(/```[^]*?```|`[^`]*`/g)].join(' ');
    expect(memberNamesIn(config).filter((name) => !new RegExp(`\\b${name}\\b`).test(code))).toEqual([]);
  });
});
