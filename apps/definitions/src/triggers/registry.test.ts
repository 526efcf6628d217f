import type { ServedTriggerType } from '@millrace/schema';
import type { TriggerPlugins } from './registry.js';
import type { TriggerListing, TriggerPlugin } from './trigger-plugin.js';

/*
 * What these lines say is said to the compiler: where one compiles that must not, `pnpm typecheck` reports that the error is missing.
 */

const listing: TriggerListing = { filter: {}, fields: {}, list: () => Promise.resolve([]) };

/** Takes a plug-in as the registry takes that of each type that is served. */
const served = (plugin: TriggerPlugins[ServedTriggerType]): TriggerPlugin => plugin;

it('takes no plug-in without a listing for a type that is served', () => {
  expect(served({ listing })).toEqual({ listing });
  // @ts-expect-error It is in no list.
  expect(served({})).toEqual({});
});
