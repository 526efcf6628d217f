import { ANY_TYPE, TYPE, typeName } from '../value.js';
import { any, type Helper, helper, softly } from './helper.js';

export const guardHelpers: readonly Helper[] = [
  helper('Conversion and guards', 'exists', {
    params: [softly(any('value'))],
    returns: TYPE.boolean,
    doc: 'Whether a value is there and not null; a missing parent is fine too.',
    examples: [['exists(input.nobody.name)', 'false']],
    run: (_, value) => value !== undefined && value !== null,
  }),
  helper('Conversion and guards', 'default', {
    params: [softly(any('value')), any('fallback')],
    returns: ANY_TYPE,
    doc: 'The value, or the fallback if it is missing or null. The same as `value ?? fallback`.',
    examples: [["default(input.nobody.name, 'friend')", '"friend"']],
    lazy: 'coalesce',
    run: (_, value, fallback) => value ?? fallback,
  }),
  helper('Conversion and guards', 'type', {
    params: [softly(any('value'))],
    returns: TYPE.text,
    doc: 'The type of a value: `text`, `number`, `boolean`, `null`, `array`, `object` or `missing`.',
    examples: [['type([1])', '"array"']],
    run: (_, value) => typeName(value),
  }),
];
