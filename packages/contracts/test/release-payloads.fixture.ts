import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import * as contracts from '../src/index.js';

/** Payloads of one question and its answer. */
export interface Exchange {
  readonly question: object;
  readonly answer: object;
  /** Further ones, for members that exclude each other. */
  readonly others?: readonly { readonly question?: object; readonly answer?: object }[];
}

/** What a release writes. */
export interface Payloads {
  readonly requests?: Readonly<Record<string, Exchange>>;
  readonly triggers?: readonly { type: string }[];
  /** Messages and snapshots by the name of their definition. */
  readonly [definition: string]: unknown;
}

interface Definitions {
  readonly messages: Map<string, z.ZodType>;
  readonly snapshots: Map<string, z.ZodType>;
  readonly requests: Map<string, { readonly question: z.ZodType; readonly answer: z.ZodType }>;
}

const folder = join(__dirname, '../src/messages/fixtures');

/** The files of the releases, the oldest first. */
export const releases = readdirSync(folder).sort();

/** What the release of one file writes. */
export function payloadsOf(file: string): Payloads {
  return JSON.parse(readFileSync(join(folder, file), 'utf8')) as Payloads;
}

/** What this release writes. */
export const current = payloadsOf(releases.at(-1) ?? '');

/** The definitions among the exports of the package. */
export const definitions = definitionsIn(contracts);
// The two that are in a stream instead of a bucket.
definitions.snapshots.set('JournalLayout', contracts.journalLayoutSchema).set('OwnLanes', contracts.ownLanesSchema);

/** All payloads of a question or of its answer. */
export function sidesOf({ question, answer, others = [] }: Exchange): { questions: object[]; answers: object[] } {
  return {
    questions: [question, ...others.flatMap((other) => other.question ?? [])],
    answers: [answer, ...others.flatMap((other) => other.answer ?? [])],
  };
}

function definitionsIn(exports: Readonly<Record<string, unknown>>): Definitions {
  const found: Definitions = { messages: new Map(), snapshots: new Map(), requests: new Map() };
  for (const [name, value] of Object.entries(exports)) {
    if (typeof value !== 'object' || value === null) continue;
    if ('question' in value) found.requests.set(name, value as { question: z.ZodType; answer: z.ZodType });
    else if ('schema' in value)
      ('stream' in value ? found.messages : found.snapshots).set(name, value.schema as z.ZodType);
  }
  return found;
}
