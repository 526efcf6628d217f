import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(__dirname, '../../../docs/adr');
const text = (name: string): string => readFileSync(join(folder, name), 'utf8');
const records = readdirSync(folder).filter((name) => name !== 'README.md');

const PARTS = ['Context', 'Decision', 'Alternatives', 'Consequences'];

/** What is wrong with the form of a record, if anything. */
function faultsOf(name: string): string[] {
  const record = text(name);
  const [number] = /^\d{4}(?=-[a-z0-9-]+\.md$)/.exec(name) ?? [];
  if (number === undefined) return ['its name is no number and words'];
  const parts = [...record.matchAll(/^\*\*(\w+)\.\*\*\s+(?=[^\s*])/gm)].map(([, part = '']) => part);
  const found = parts.filter((part) => PARTS.includes(part));
  return [
    ...(record.startsWith(`# ${number}: `) ? [] : ['its heading is not "# number: title"']),
    ...(/^# [^\n]+\n\nStatus: accepted, 20\d\d-\d\d-\d\d\./.test(record)
      ? []
      : ['no "Status: accepted, date." follows']),
    ...(found.join() === PARTS.join() ? [] : [`its parts are ${found.join(', ')}`]),
  ];
}

describe('the records of decisions', () => {
  it('have status, date, context, decision, alternatives and consequences', () => {
    expect(records.length).toBeGreaterThan(90);
    const faults = records.map((name) => ({ name, faults: faultsOf(name) })).filter((one) => one.faults.length > 0);
    expect(faults).toEqual([]);
  });

  it('are all in the list, in order, by what their headings begin with', () => {
    const listed = [...text('README.md').matchAll(/^\| (\d{4}) \| \[(.+)\]\((.+)\) *\|$/gm)];
    expect(listed.map(([, , , name]) => name)).toEqual(records);
    const differ = listed.filter(([, number = '', title = '', name = '']) => {
      const heading = text(name).split('\n', 1)[0];
      return !heading?.startsWith(`# ${number}: ${title}`);
    });
    expect(differ.map(([row]) => row)).toEqual([]);
  });

  it('name other records that are there', () => {
    const numbers = records.map((name) => name.slice(0, 4));
    const missing = records.flatMap((name) =>
      [...text(name).matchAll(/\bADR (\d{4})\b|\]\((\d{4})-[^)]*\)/g)]
        .map(([, named, linked]) => named ?? linked ?? '')
        .filter((number) => !numbers.includes(number))
        .map((number) => `${name}: ${number}`),
    );
    expect(missing).toEqual([]);
  });
});
