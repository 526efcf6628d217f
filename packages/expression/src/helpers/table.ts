import { guardHelpers } from './guards.js';
import type { Helper } from './helper.js';

const all: readonly Helper[] = [...guardHelpers];

/** Every helper by name; a Map, so that no name of a prototype is one. */
export const helpers: ReadonlyMap<string, Helper> = new Map(all.map((entry) => [entry.name, entry]));
