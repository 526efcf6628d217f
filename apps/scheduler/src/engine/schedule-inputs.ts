import { Injectable } from '@nestjs/common';
import { JsonText, stringifyJson } from '@millrace/expression/exact';
import { LRUCache } from 'lru-cache';
import type { CursorAddress } from './cursor.js';
import { configOf } from './schedule-plan.js';

/** Characters of the inputs that are kept; each takes up to two bytes. */
const KEPT_CHARACTERS = 16 * 1024 * 1024;
/** The config of a smaller one is read in microseconds, and there may be a hundred thousand of them. */
const LEAST_CHARACTERS = 4 * 1024;

/** A schedule's config as it is published, and since when it has been that. */
export interface PublishedConfig {
  readonly config: string;
  readonly since: string;
}

interface Kept {
  readonly since: string;
  readonly input: JsonText;
}

/**
 * The inputs of executions that schedules start. To read a large config and to write its input takes milliseconds, in which nothing else starts: large ones are kept as the text
 * that is sent, until they change or others are used more. Bounded by what they take.
 */
@Injectable()
export class ScheduleInputs {
  readonly #kept = new LRUCache<string, Kept>({ maxSize: KEPT_CHARACTERS, sizeCalculation: sizeOf });

  /** The input of a schedule as it has been `since`, for the next message. */
  inputOf({ workflow_id, index }: CursorAddress, { config, since }: PublishedConfig): unknown {
    if (config.length < LEAST_CHARACTERS) return inputIn(config);
    const key = `${workflow_id}.${index}`;
    const known = this.#kept.get(key);
    if (known?.since === since) return known.input;
    const input = new JsonText(stringifyJson(inputIn(config)));
    this.#kept.set(key, { since, input });
    return input;
  }
}

function inputIn(config: string): unknown {
  return configOf(config)?.input ?? {};
}

/** One that takes nothing to speak of takes its place. */
function sizeOf({ input }: Kept): number {
  return Math.max(input.text.length, LEAST_CHARACTERS);
}
