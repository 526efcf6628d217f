import { stringifyJson } from '@millrace/expression/exact';
import type { Express, Response } from 'express';

/** Express itself would write a number that has more digits than a double rounded. */
export function answerExactly({ response }: Express): void {
  response.json = function json(this: Response, body: unknown): Response {
    if (this.get('content-type') === undefined) this.set('content-type', 'application/json');
    return this.send(stringifyJson(body));
  };
}
