import { orderHelpers } from './array-order.js';
import { arrayHelpers } from './arrays.js';
import { dateHelpers } from './dates.js';
import { encodingHelpers } from './encoding.js';
import { fileHelpers } from './files.js';
import { guardHelpers } from './guards.js';
import type { Helper } from './helper.js';
import { numberHelpers } from './numbers.js';
import { objectHelpers } from './objects.js';
import { seededHelpers } from './seeded.js';
import { sequenceHelpers } from './sequences.js';
import { textHelpers } from './text.js';

const all: readonly Helper[] = [
  ...sequenceHelpers,
  ...textHelpers,
  ...encodingHelpers,
  ...arrayHelpers,
  ...orderHelpers,
  ...objectHelpers,
  ...numberHelpers,
  ...seededHelpers,
  ...dateHelpers,
  ...fileHelpers,
  ...guardHelpers,
];

/** Every helper by name; a Map, so that no name of a prototype is one. */
export const helpers: ReadonlyMap<string, Helper> = new Map(all.map((entry) => [entry.name, entry]));
