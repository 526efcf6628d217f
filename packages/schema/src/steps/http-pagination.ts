import { z } from 'zod';
import { FIELD_LIMITS } from '../limits.js';

/** Names of members, one inside of the other: `data.items`. */
const path = z
  .string()
  .max(FIELD_LIMITS.headerLength)
  .regex(/^[^.\s]+(?:\.[^.\s]+)*$/, { error: 'must be names of members with dots between them, such as "data.items"' });

/** How further pages of a list are got. */
export const httpPagination = z
  .strictObject({
    type: z.enum(['link', 'cursor', 'page']).meta({
      description:
        '"link": the next address is in the header Link, or under "next" in the response; "cursor": what is under "next" becomes a query parameter; "page": that parameter counts up until a page has no items.',
    }),
    parameter: z
      .string()
      .min(1)
      .max(FIELD_LIMITS.headerLength)
      .optional()
      .meta({ description: 'The query parameter for the cursor (default "cursor") or the page (default "page").' }),
    next: path
      .optional()
      .meta({ description: 'Where in the response the next address or cursor is: "meta.next_cursor".' }),
    items: path
      .optional()
      .meta({ description: 'Where in the response the items are, e.g. "data"; by default the response is the array.' }),
    max_pages: z
      .int()
      .min(1)
      .max(FIELD_LIMITS.pages)
      .default(10)
      .meta({ description: 'How many pages are read at most (default 10).' }),
  })
  .superRefine(({ type, next }, context) => {
    if (type !== 'cursor' || next !== undefined) return;
    context.addIssue({
      code: 'custom',
      message: 'it does not say where the cursor is',
      params: { hint: 'Give "next": where the cursor is in the response, e.g. "meta.next_cursor".' },
    });
  })
  .meta({ description: 'Reads all pages of a list: the body is then the items of all of them.' });
