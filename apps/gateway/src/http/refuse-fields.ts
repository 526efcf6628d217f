import { LIMITS } from '@millrace/contracts';
import { parseJsonBody } from '@millrace/service-kit/request-body';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { parseBody } from '../validation/parse-body.js';
import { announcedLength, hasBody, readBody } from './read-body.js';

const NO_FIELDS = z.strictObject({});

/**
 * Refuses fields that would do nothing, such as the `until` of a pause: INVALID_INPUT with each of them. What many clients send
 * where nothing is to be said is taken: an empty body, `{}`, and whatever is no JSON object. Throws what `readBody` does.
 */
export async function refuseFields(request: Request, response: Response): Promise<void> {
  if (!hasBody(request) || announcedLength(request) === 0) return;
  const body = await readBody(request, response, LIMITS.settingBodyBytes);
  const sent = objectIn(body, request.headers['content-type']);
  if (sent !== undefined) parseBody(NO_FIELDS, sent);
}

function objectIn(body: Buffer, contentType: string | undefined): object | undefined {
  try {
    const value = parseJsonBody(body, contentType);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
