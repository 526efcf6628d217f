import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from './platform.js';

/** An event of Stripe; what it is about is in `data.object`. */
export interface StripeEvent {
  readonly id: string;
  readonly type: string;
  readonly data: { readonly object: Readonly<Record<string, unknown>> };
}

const folder = join(REPOSITORY, 'e2e', 'fixtures', 'stripe');
const read = (file: string) => readFileSync(join(folder, file), 'utf8');

/** An event about each resource that Stripe publishes, in the envelope that it publishes. */
export function stripeDeliveries(): StripeEvent[] {
  const envelope = JSON.parse(read('event.json')) as StripeEvent;
  return read('resources.jsonl')
    .trim()
    .split('\n')
    .map((line, index) => {
      const { name, resource } = JSON.parse(line) as { name: string; resource: Record<string, unknown> };
      return { ...envelope, id: `evt_${index}`, type: `${name}.updated`, data: { object: resource } };
    });
}
