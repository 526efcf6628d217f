import type { z } from 'zod';
import type { ErrorCode } from '../errors.js';
import type { AuditDeclaration } from './audit-log.js';
import type { EndpointGroup } from './endpoint-groups.js';
import type { PathParameter } from './path-parameters.js';
import type { Scope } from './scopes.js';

/** The body that an endpoint takes. */
export interface BodyDeclaration {
  /**
   * `json`: read, bounded and checked against `schema` before the handler runs. `raw`: bytes of any type, which the handler
   * reads itself when it needs them.
   */
  readonly type: 'json' | 'raw';
  readonly schema: z.ZodType;
  /** Most bytes of the body, decompressed; PAYLOAD_TOO_LARGE beyond. */
  readonly limitBytes: number;
  /** Of a JSON body: the media types that it may come with. `application/json` alone by default; the first one is what the documentation shows. */
  readonly mediaTypes?: readonly string[];
  /** Of a JSON body that may come as a YAML text instead, which the handler gets as it is: an example. */
  readonly yaml?: string;
  /** Whether a call without any body is one. */
  readonly optional?: boolean;
  readonly example?: unknown;
}

/** What an endpoint returns when all went well. */
export interface AnswerDeclaration {
  readonly status: number;
  readonly description: string;
  /** Of the body. Without it there is none. */
  readonly schema?: z.ZodType;
  /** `application/json` by default. */
  readonly mediaType?: string;
  /** Of an answer that is given as YAML to who asks for that by `Accept`: an example. */
  readonly yaml?: string;
  /** Headers beside those of every answer, each with what it says. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly example?: unknown;
}

/**
 * An endpoint of the HTTP API. The gateway's route and its checks, the table of scopes, the OpenAPI document and the types of
 * clients come from it.
 */
export interface EndpointDeclaration {
  /** The `operationId` in the OpenAPI document, and the name of the call in clients. */
  readonly id: string;
  /** `ANY` takes all methods. */
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'ANY';
  /** From the root; a parameter is in braces and is one of `PATH_PARAMETERS`: `/v1/workflows/{workflow_id}`. */
  readonly path: `/${string}`;
  /** The heading it is under in the documentation. */
  readonly group: EndpointGroup;
  readonly summary: string;
  readonly description?: string;
  /** The scope that a token needs; `any_token` needs a token of any scopes, `operator` the operator's, `public` none. */
  readonly access: Scope | 'any_token' | 'operator' | 'public';
  /** A rate limit that a call counts against beside the one of all API calls. */
  readonly countedAs?: 'executions';
  /** What it is recorded as. Required of every endpoint that is no read and not public; {@link defineEndpoint} refuses one without. */
  readonly audit?: AuditDeclaration;
  /** Under an `Idempotency-Key` the id of the execution that it starts is kept, and not its answer, which says no more. */
  readonly keepsExecution?: true;
  /** It returns a stream, which is not kept under an `Idempotency-Key`: repeating the call begins another one. */
  readonly streams?: true;
  /** It may answer with what a workflow responds: any status, headers and body. */
  readonly relaysResponses?: true;
  /** Request headers that it reads, each with what it does. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Parameters of the query, as they are after their texts became numbers. Others are refused. */
  readonly query?: z.ZodObject;
  readonly body?: BodyDeclaration;
  readonly answer: AnswerDeclaration;
  readonly furtherAnswers?: readonly AnswerDeclaration[];
  /** Codes of its failures, beside those that `errorsOf` derives from the rest of the declaration. */
  readonly errors?: readonly ErrorCode[];
  /** Left out of the OpenAPI document: a file of the documentation page, not a part of the API. */
  readonly undocumented?: true;
}

/** Names of the parameters in a path. */
type NameIn<Path> = Path extends `${string}{${infer Name}}${infer Rest}` ? Name | NameIn<Rest> : never;

/** Refuses, when it is compiled, a path with a parameter whose form is not declared. */
type KnownParameters<Path> =
  NameIn<Path> extends PathParameter ? unknown : { readonly unknownPathParameter: 'add it to PATH_PARAMETERS' };

/** Refuses, when it is compiled, a write that does not say what it is recorded as. */
type RecordedWrite<Endpoint> = Endpoint extends { readonly method: 'GET' | 'ANY' } | { readonly access: 'public' }
  ? unknown
  : { readonly audit: AuditDeclaration };

/** Whether a call may carry an `Idempotency-Key`, so that repeating it does nothing again. */
export function takesIdempotencyKey({ method, access, streams }: EndpointDeclaration): boolean {
  return method !== 'GET' && method !== 'ANY' && access !== 'public' && streams !== true;
}

/** Whether the answer to a call with an `Idempotency-Key` is kept. */
export function keepsAnswer(endpoint: EndpointDeclaration): boolean {
  return takesIdempotencyKey(endpoint) && endpoint.keepsExecution !== true;
}

/** Whether fields that are sent to it are refused, since it has no body. */
export function takesNoFields({ method, access, body }: EndpointDeclaration): boolean {
  return body === undefined && method !== 'GET' && method !== 'ANY' && access !== 'public';
}

/** Declares an endpoint; see {@link EndpointDeclaration}. */
export function defineEndpoint<const Endpoint extends EndpointDeclaration>(
  endpoint: Endpoint & KnownParameters<Endpoint['path']> & RecordedWrite<Endpoint>,
): Endpoint {
  return endpoint;
}

/** The parameters in the path of an endpoint. */
export type ParametersOf<Endpoint extends EndpointDeclaration> = Readonly<Record<NameIn<Endpoint['path']>, string>>;

/** The query that a handler gets, defaults filled in. */
export type QueryOf<Endpoint extends EndpointDeclaration> = Endpoint extends { query: infer Query extends z.ZodObject }
  ? Readonly<z.output<Query>>
  : undefined;

/** The query that a client sends. */
export type QueryInputOf<Endpoint extends EndpointDeclaration> = Endpoint extends {
  query: infer Query extends z.ZodObject;
}
  ? Readonly<z.input<Query>>
  : undefined;

/** The body that a handler gets, checked; undefined when it reads the body itself, or there is none. */
export type BodyOf<Endpoint extends EndpointDeclaration> = Endpoint extends {
  body: { type: 'json'; schema: infer Schema extends z.ZodType };
}
  ? z.output<Schema>
  : undefined;

/** Whether the body of an endpoint may come as a YAML text. */
export type TakesYaml<Endpoint extends EndpointDeclaration> = Endpoint extends { body: { yaml: string } }
  ? true
  : false;

/** The body that a client sends. */
export type BodyInputOf<Endpoint extends EndpointDeclaration> = Endpoint extends {
  body: { schema: infer Schema extends z.ZodType };
}
  ? z.input<Schema>
  : undefined;

/** The body of the answer, or of one of the further answers that have one; the text of an answer as YAML, or of a workflow's response. */
export type AnswerOf<Endpoint extends EndpointDeclaration> =
  | (Endpoint extends { answer: { yaml: string } } | { relaysResponses: true } ? string : never)
  | (Endpoint extends { answer: { schema: infer Schema extends z.ZodType } } ? z.output<Schema> : void)
  | (Endpoint extends { furtherAnswers: readonly (infer Further)[] }
      ? Further extends { schema: infer Schema extends z.ZodType }
        ? z.output<Schema>
        : never
      : never);
