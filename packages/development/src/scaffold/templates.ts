import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ScaffoldError } from './scaffold-error.js';

/** At the end of the name of each template, so that no tool takes one for a source. */
const EXTENSION = '.template';

/** A template with its gaps (`<<name>>`) filled. */
export function filled(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/<<(\w+)>>/g, (_gap, name: string) => {
    const value = values[name];
    if (value === undefined) throw new ScaffoldError(`A template has the gap <<${name}>>, which nothing fills`);
    return value;
  });
}

/** A template of the repository, by its path in `packages/development/templates`, filled. */
export function template(root: string, path: string, values: Readonly<Record<string, string>>): string {
  return filled(readFileSync(join(folderOf(root), `${path}${EXTENSION}`), 'utf8'), values);
}

/** The templates in a folder, by the paths that the files made of them have in the folder they are for. */
export function templatesIn(root: string, folder: string): string[] {
  const base = join(folderOf(root), folder);
  return readdirSync(base, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(EXTENSION))
    .map((entry) => relative(base, join(entry.parentPath, entry.name)).slice(0, -EXTENSION.length))
    .sort();
}

function folderOf(root: string): string {
  return join(root, 'packages', 'development', 'templates');
}
