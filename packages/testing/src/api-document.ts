import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

type Json = Record<string, unknown>;

/** An answer of the API as a client got it. `path` is that of the call, with or without a query. */
export interface ApiAnswer {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** The `Content-Type`, or null without one. */
  readonly contentType: string | null;
  /** The parsed body; undefined without one. */
  readonly body: unknown;
  /** Those of the answer; without them it is not asked which are missing. */
  readonly headers?: { readonly has: (name: string) => boolean };
}

const ID = 'openapi';

/**
 * Validates real responses against an OpenAPI document. Stricter than the document: an object whose members the document lists may
 * have no others, so that an answer cannot say more than is documented.
 */
export class ApiDocument {
  readonly #paths: Record<string, Json>;
  readonly #requiredHeaders: ReadonlySet<string>;
  readonly #templates: { readonly template: string; readonly pattern: RegExp }[];
  readonly #ajv = new Ajv2020({ strict: false, validateSchema: false, validateFormats: false, allErrors: true });
  readonly #validators = new Map<string, ValidateFunction>();
  /** The operations and statuses that an answer has been held against, as `GET /v1/workflows 200`. */
  readonly seen = new Set<string>();

  constructor(document: unknown) {
    const closed = close(document) as Json;
    this.#paths = closed['paths'] as Record<string, Json>;
    this.#ajv.addSchema(closed, ID);
    const { headers = {} } = closed['components'] as { headers?: Record<string, Json> };
    this.#requiredHeaders = new Set(Object.keys(headers).filter((name) => headers[name]?.['required'] === true));
    this.#templates = Object.keys(this.#paths).map((template) => ({
      template,
      pattern: new RegExp(`^${template.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}$`),
    }));
  }

  /** What is wrong with an answer by the document; empty when nothing is, or when the document has no such operation. */
  problemsOf(answer: ApiAnswer): string[] {
    const template = this.#templateOf(answer.path);
    const method = answer.method.toLowerCase();
    const operation = template === undefined ? undefined : (this.#paths[template]?.[method] as Json | undefined);
    if (template === undefined || operation === undefined) return [];
    const name = `${answer.method} ${template} ${answer.status}`;
    const response = (operation['responses'] as Record<string, Json>)[answer.status];
    if (!response) return [`${name} is not documented: ${JSON.stringify(answer.body)}`];
    this.seen.add(name);
    const missing = this.#headersOf(response).filter((header) => answer.headers?.has(header) === false);
    if (missing.length > 0) return [`${name} lacks ${missing.join(', ')}`];
    const content = response['content'] as Json | undefined;
    if (!content) return answer.body === undefined ? [] : [`${name} has a body that is not documented`];
    const mediaType = answer.contentType?.split(';', 1)[0]?.trim() ?? 'none';
    const range = mediaType in content ? mediaType : '*/*';
    if (!(range in content)) return [`${name} has the undocumented type ${mediaType}`];
    const pointer = ['paths', template, method, 'responses', String(answer.status), 'content', range, 'schema'];
    const validate = this.#validatorAt(pointer);
    if (validate(answer.body)) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${name} ${instancePath || '/'} ${message} ${JSON.stringify(params)}`,
    );
  }

  /** The headers that an answer must have. */
  #headersOf(response: Json): string[] {
    const headers = Object.keys(response['headers'] ?? {});
    return headers.filter((name) => this.#requiredHeaders.has(name));
  }

  #templateOf(path: string): string | undefined {
    const [bare = ''] = path.split('?', 1);
    // Literal paths come first, as `/v1/executions/count` beside `/v1/executions/{execution_id}` would.
    if (bare in this.#paths) return bare;
    return this.#templates.find(({ pattern }) => pattern.test(bare))?.template;
  }

  #validatorAt(pointer: readonly string[]): ValidateFunction {
    const reference = `${ID}#/${pointer.map(escaped).join('/')}`;
    const known = this.#validators.get(reference);
    if (known) return known;
    const validate = this.#ajv.compile({ $ref: reference });
    this.#validators.set(reference, validate);
    return validate;
  }
}

function escaped(token: string): string {
  return encodeURIComponent(token.replaceAll('~', '~0').replaceAll('/', '~1'));
}

/** The same with every object schema that lists members closed to others, unless it says that it is open. */
function close(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(close);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.fromEntries(Object.entries(value).map(([key, member]) => [key, close(member)]));
  const isClosed = members['type'] === 'object' && typeof members['properties'] === 'object';
  return isClosed && !('additionalProperties' in members) ? { ...members, additionalProperties: false } : members;
}
