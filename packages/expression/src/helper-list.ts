import type { HelperGroup } from './helpers/helper.js';
import { helpers } from './helpers/table.js';
import { signature } from './static-checks.js';
import { typeSetName } from './value.js';

/** What an editor or a page shows about a helper. */
export interface HelperDescription {
  readonly name: string;
  readonly group: HelperGroup;
  /** `padStart(text, length, fill?)`. */
  readonly signature: string;
  /** Name and accepted types of each parameter. */
  readonly params: readonly { readonly name: string; readonly type: string; readonly optional: boolean }[];
  /** Types of the result in words. */
  readonly returns: string;
  readonly doc: string;
  /** Pairs of an expression and its result as JSON. */
  readonly examples: readonly (readonly [expression: string, result: string])[];
  /** Whether it can be written `value.name(…)` beside `name(value, …)`. */
  readonly method: boolean;
  /** What the caller of the evaluation must provide. */
  readonly needs: 'now' | 'random' | 'files' | undefined;
}

/**
 * Every helper, in the order of the reference page.
 *
 * @example HELPERS.find((helper) => helper.name === 'trim')?.signature // 'trim(text)'
 */
export const HELPERS: readonly HelperDescription[] = [...helpers.values()].map((helper) => {
  const params = helper.rest === undefined ? helper.params : [...helper.params, helper.rest];
  return {
    name: helper.name,
    group: helper.group,
    signature: signature(helper),
    params: params.map((param) => ({
      name: param.name,
      type: [
        ...(param.types === 0 ? [] : [typeSetName(param.types)]),
        ...(param.lambda === 0 ? [] : ['function']),
      ].join(' or '),
      optional: param.optional || param === helper.rest,
    })),
    returns: typeSetName(helper.returns),
    doc: helper.doc,
    examples: helper.examples,
    method: helper.method,
    needs: helper.needs,
  };
});
