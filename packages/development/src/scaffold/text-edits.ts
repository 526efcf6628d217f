import { ScaffoldError } from './scaffold-error.js';

/** Edits of sources and pages as a person makes them: a line where its like are. They throw ScaffoldError when the place is not there. */

/** Adds an import, in the order of the modules' names among those that begin as it does. */
export function withImport(text: string, names: string, module: string): string {
  const statement = `import { ${names} } from '${module}';`;
  const folder = module.slice(0, module.lastIndexOf('/') + 1);
  const alike = [...text.matchAll(/^import [^;]*? from '([^']+)';\n/gm)].filter(([, other = '']) =>
    other.startsWith(folder),
  );
  const next = alike.find(([, other = '']) => other > module);
  if (next !== undefined) return insertAt(text, next.index, `${statement}\n`);
  const last = alike.at(-1);
  if (last === undefined) throw new ScaffoldError(`There is no import from ${folder} to put another beside`);
  return insertAt(text, last.index + last[0].length, `${statement}\n`);
}

/** Adds a line at the end of a block: before the line that closes what the line with `opening` opens. */
export function withLineInBlock(text: string, opening: string, line: string): string {
  const start = text.indexOf(opening);
  if (start < 0) throw new ScaffoldError(`There is no "${opening}" to add a line to`);
  const lineStart = text.lastIndexOf('\n', start) + 1;
  const indent = /^ */.exec(text.slice(lineStart))?.[0] ?? '';
  const end = text.slice(start).search(new RegExp(`\\n${indent}[})\\]]`));
  if (end < 0) throw new ScaffoldError(`What "${opening}" opens has no end`);
  return insertAt(text, start + end + 1, `${indent}  ${line}\n`);
}

/** Adds text before the first place where a pattern matches. */
export function withTextBefore(text: string, place: RegExp, added: string): string {
  const found = place.exec(text);
  if (found === null) throw new ScaffoldError(`There is no ${String(place)} to add something before`);
  return insertAt(text, found.index, added);
}

/** Adds text after the first place where a pattern matches. */
export function withTextAfter(text: string, place: RegExp, added: string): string {
  const found = place.exec(text);
  if (found === null) throw new ScaffoldError(`There is no ${String(place)} to add something after`);
  return insertAt(text, found.index + found[0].length, added);
}

function insertAt(text: string, index: number, added: string): string {
  return text.slice(0, index) + added + text.slice(index);
}
