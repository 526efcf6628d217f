import { SERVED_TRIGGER_TYPES } from '@millrace/schema';
import { code } from './source-code.js';

/** Examples in the API document, which show some of the types. */
const EXAMPLES = [
  'packages/contracts/src/http/trigger-endpoints.ts',
  'packages/contracts/src/http/workflow-examples.ts',
];

/** The files that name more than one type that is served: as a text, as a member, or by its definition, plug-in or snapshot. */
export const triggerLists: readonly string[] = code
  .filter(({ text }) => SERVED_TRIGGER_TYPES.filter((type) => names(type).test(text)).length > 1)
  .map(({ path }) => path)
  .filter((path) => !EXAMPLES.includes(path))
  .sort();

/** The files that decide by the name of a type. */
export const decidingFiles: readonly string[] = code
  .filter(({ text }) => new RegExp(`\\btype\\b[^\\n]{0,20} [!=]== '(?:${SERVED_TRIGGER_TYPES.join('|')})'`).test(text))
  .map(({ path }) => path);

function names(type: string): RegExp {
  const capital = `${type.charAt(0).toUpperCase()}${type.slice(1)}`;
  return new RegExp(
    `'${type}'|^\\s*(?:readonly )?${type}\\??:|[{,] ${type}: |\\b${type}Trigger\\b|\\b${capital}(?:Triggers)?Snapshot\\b`,
    'm',
  );
}
