import {
  createParamDecorator,
  HttpCode,
  RequestMapping,
  RequestMethod,
  SetMetadata,
  UseInterceptors,
  type ExecutionContext,
  type NestInterceptor,
  type Type,
} from '@nestjs/common';
import {
  keepsAnswer,
  takesNoFields,
  type AnswerOf,
  type BodyOf,
  type EndpointDeclaration,
  type ParametersOf,
  type QueryOf,
  type TakesYaml,
} from '@millrace/contracts';
import type { KeyedWrite } from '@millrace/messaging';
import type { Request, Response } from 'express';
import { RecordedWritesInterceptor } from '../audit/recorded-writes.js';
import type { AuthenticatedRequest, Principal } from '../auth/principal.js';
import type { IdempotencyKey } from '../idempotency/idempotency-key.js';
import { KeyedWritesInterceptor } from '../idempotency/keep-answers.js';
import { parseBody } from '../validation/parse-body.js';
import { queryReader } from '../validation/query-reader.js';
import { ENDPOINT } from './endpoint-metadata.js';
import { readSentBody } from './read-sent-body.js';
import { refuseFields } from './refuse-fields.js';

/** With what a handler asks other services: whose request it is, in which entry of the audit log a write is recorded, and under which key it is carried out. */
export interface Asking {
  readonly requestId: string;
  readonly auditEntry?: string;
  readonly write?: KeyedWrite;
}

/** What a handler gets of one call of its endpoint, all of it checked. */
export interface Call<Endpoint extends EndpointDeclaration> {
  /** Who calls; nobody is known to call a public endpoint, and the operator is in no organisation. */
  readonly caller: Endpoint['access'] extends 'public' | 'operator' ? undefined : Principal;
  readonly params: ParametersOf<Endpoint>;
  readonly query: QueryOf<Endpoint>;
  /** Undefined when it came as YAML. */
  readonly body: BodyOf<Endpoint> | (TakesYaml<Endpoint> extends true ? undefined : never);
  /** The text of a body that came as YAML. */
  readonly yaml: TakesYaml<Endpoint> extends true ? string | undefined : undefined;
  readonly requestId: string;
  readonly asking: Asking;
  /** Of a write that has one: repeating the request must not repeat what it does. */
  readonly idempotencyKey: IdempotencyKey | undefined;
}

/** A handler takes the call, and after it any parameter that has a Nest decorator of its own. */
type Handler<Endpoint extends EndpointDeclaration> = (
  call: Call<Endpoint>,
  ...rest: never[]
) => AnswerOf<Endpoint> | Promise<AnswerOf<Endpoint>>;

/**
 * Makes a controller's method the handler of a declared endpoint: its route and status, what the guards ask for, and its first
 * parameter, the {@link Call}. Query and body are read and checked when the handler is about to run, after the guards: a caller
 * who was refused has sent them in vain. A write is recorded, inside of what gives an answer again under a key; other calls, starts of
 * executions too, pay nothing for that.
 */
export function Endpoint<const Declared extends EndpointDeclaration>(endpoint: Declared) {
  const first = createParamDecorator(callReader(endpoint));
  return <Method extends Handler<Declared>>(
    target: object,
    name: string,
    descriptor: TypedPropertyDescriptor<Method>,
  ): void => {
    SetMetadata(ENDPOINT, endpoint)(target, name, descriptor);
    RequestMapping({ path: routePath(endpoint.path), method: METHODS[endpoint.method] })(target, name, descriptor);
    HttpCode(endpoint.answer.status)(target, name, descriptor);
    const interceptors = interceptorsOf(endpoint);
    if (interceptors.length > 0) UseInterceptors(...interceptors)(target, name, descriptor);
    first()(target, name, 0);
  };
}

/** From the outermost on. Most endpoints have none: one alone makes a dozen observables of each call. */
function interceptorsOf(endpoint: EndpointDeclaration): Type<NestInterceptor>[] {
  const isRecorded = endpoint.audit !== undefined && !('nothing' in endpoint.audit);
  return [
    ...(keepsAnswer(endpoint) ? [KeyedWritesInterceptor] : []),
    ...(isRecorded ? [RecordedWritesInterceptor] : []),
  ];
}

const METHODS = {
  GET: RequestMethod.GET,
  POST: RequestMethod.POST,
  PUT: RequestMethod.PUT,
  PATCH: RequestMethod.PATCH,
  DELETE: RequestMethod.DELETE,
  ANY: RequestMethod.ALL,
} as const satisfies Record<EndpointDeclaration['method'], RequestMethod>;

/** The path as Express writes it. */
function routePath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ':$1');
}

/** Reads calls of one endpoint. What can be made before there is a call is made here, once. */
function callReader(endpoint: EndpointDeclaration) {
  const readQuery = endpoint.query && queryReader(endpoint.query);
  const body = endpoint.body?.type === 'json' ? endpoint.body : undefined;
  const noFields = takesNoFields(endpoint);
  return async (
    _data: unknown,
    context: ExecutionContext,
  ): Promise<Record<keyof Call<EndpointDeclaration>, unknown>> => {
    const http = context.switchToHttp();
    const request = http.getRequest<AuthenticatedRequest & Request>();
    const query = readQuery && (await readQuery(request.query));
    if (noFields) await refuseFields(request, http.getResponse<Response>());
    const sent = body && (await readSentBody(request, http.getResponse<Response>(), body));
    const yaml = sent?.yaml;
    const read = body && yaml === undefined ? parseBody(body.schema, sent?.json) : undefined;
    // Nothing is left that could refuse the call as it was sent.
    const write = request.takeKey && (await request.takeKey());
    const auditEntry = request.beginAuditEntry && (await request.beginAuditEntry());
    const { requestId } = request;
    return {
      caller: request.principal,
      params: request.params,
      query,
      body: read,
      yaml,
      requestId,
      asking: {
        requestId,
        ...(auditEntry === undefined ? {} : { auditEntry }),
        ...(write === undefined ? {} : { write }),
      },
      idempotencyKey: request.idempotencyKey,
    };
  };
}
