import { LIMITS } from '@millrace/contracts';
import type { ConfigOf } from '@millrace/schema';
import { templateField, valueField } from '../steps/fields.js';
import type { Evaluate } from '../steps/step-handler.js';
import { asText, bodyText, bounded, formText, lowerCased, withQuery } from './fields-of-request.js';
import type { RenderedBody, RenderedPart } from './request-content.js';
import type { RenderedAuth } from './auth/rendered-auth.js';

type Config = ConfigOf<'http'>;

const { sentHeadBytes } = LIMITS;

/** A request without its call: what the evaluated config says. */
export interface RenderedRequest {
  readonly method: Config['method'];
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: RenderedBody | undefined;
  readonly auth: RenderedAuth | undefined;
}

/** Evaluates what is sent. One value may be in many places: all are bounded together before anything is written. */
export function compileRequest(config: Config): Evaluate<RenderedRequest> {
  const { method } = config;
  const urlOf = templateField(config.url, 'url');
  const headersOf = valueField(config.headers ?? {}, 'headers');
  const queryOf = valueField(config.query ?? {}, 'query');
  const bodyOf = compileBody(config);
  const authOf = valueField(config.auth, 'auth');
  return (scope, options) => ({
    body: bodyOf(scope, options),
    headers: lowerCased(bounded(headersOf(scope, options), 'headers', sentHeadBytes)),
    url: withQuery(urlOf(scope, options), bounded(queryOf(scope, options), 'query', sentHeadBytes)),
    auth: renderedAuth(bounded(authOf(scope, options), 'auth', sentHeadBytes)),
    method,
  });
}

function compileBody(config: Config): Evaluate<RenderedBody | undefined> {
  const { body, form, multipart, file } = config;
  if (form !== undefined) {
    const formOf = valueField(form, 'form');
    return (scope, options) => ({
      kind: 'text',
      text: formText(bounded(formOf(scope, options), 'form', LIMITS.stepOutputBytes)),
      type: 'application/x-www-form-urlencoded',
    });
  }
  if (multipart !== undefined) {
    const partsOf = valueField(multipart, 'multipart');
    return (scope, options) => ({
      kind: 'multipart',
      parts: (bounded(partsOf(scope, options), 'multipart', LIMITS.stepOutputBytes) as Parts).map(renderedPart),
    });
  }
  if (file !== undefined) {
    const fileOf = templateField(file, 'file');
    return (scope, options) => ({ kind: 'file', file: fileOf(scope, options) });
  }
  const bodyOf = valueField(body, 'body');
  return (scope, options) => {
    const value = bounded(bodyOf(scope, options), 'body', LIMITS.stepOutputBytes);
    if (value === undefined) return undefined;
    const type = typeof value === 'string' ? 'text/plain; charset=utf-8' : 'application/json';
    return { kind: 'text', text: bodyText(value), type };
  };
}

type Parts = readonly Readonly<Record<'name' | 'value' | 'file' | 'filename' | 'content_type', unknown>>[];

function renderedPart(part: Parts[number], index: number): RenderedPart {
  const text = (name: 'name' | 'filename' | 'content_type') => asText(part[name], `multipart[${index}].${name}`);
  return {
    name: text('name'),
    ...(part.file === undefined ? { value: bodyText(part.value) } : { file: part.file }),
    filename: part.filename === undefined ? undefined : text('filename'),
    contentType: part.content_type === undefined ? undefined : text('content_type'),
  };
}

/** Its shape is known since it was saved, and only its texts are templates. */
function renderedAuth(auth: unknown): RenderedAuth | undefined {
  if (auth === undefined) return undefined;
  const { parameters, ...members } = auth as Record<string, unknown>;
  const texts = textsOf(members, 'auth');
  return (
    parameters === undefined ? texts : { ...texts, parameters: textsOf(parameters, 'auth.parameters') }
  ) as RenderedAuth;
}

/** The members of an object as texts; `field` is what it is called. Throws StepFailure. */
function textsOf(members: unknown, field: string): Readonly<Record<string, string>> {
  const entries = Object.entries(members as Record<string, unknown>);
  return Object.fromEntries(entries.map(([name, value]) => [name, asText(value, `${field}.${name}`)]));
}
