import { keepsAnswer, type EndpointDeclaration } from '@millrace/contracts';
import type { NestExpressApplication } from '@nestjs/platform-express';

/** A route as Express has it: `path` has its parameters as `:name`. */
export interface Route {
  readonly method: string;
  readonly path: string;
}

/** Every route the application has. */
export function routesOf(app: NestExpressApplication): Route[] {
  interface Layer {
    route?: { path: string; methods: Record<string, boolean> };
  }
  const { router } = app.getHttpAdapter().getInstance() as { router: { stack: Layer[] } };
  return router.stack.flatMap((layer) => {
    if (!layer.route) return [];
    const { path, methods } = layer.route;
    return Object.keys(methods).map((method) => ({ method: method.toUpperCase(), path }));
  });
}

/** Names of the parameters in a route's path. */
export function parametersOf(route: Route): string[] {
  return [...route.path.matchAll(/:(\w+)/g)].map((match) => match[1] as string);
}

const PUBLIC = [
  '/v1/schemas/workflow.json',
  '/v1/step-types',
  '/v1/trigger-types',
  '/v1/expression-helpers',
  '/openapi.json',
  '/docs',
  '/docs/start.js',
  '/docs/swagger-ui-bundle.js',
  '/docs/swagger-ui.css',
];

/** The routes that need no token; everything else must. Written out: a declaration must not open a route by mistake. */
export function isPublic({ path }: Route): boolean {
  return /^\/v1\/((webhooks|schemas\/steps)|approvals\/[^/]+\/links)\/[^/]+$/.test(path) || PUBLIC.includes(path);
}

/** Whether a call of this route changes nothing although it is no GET: a token of read scopes may make it. */
export function readsByPost({ method, path }: { method: string; path: string }): boolean {
  const isListening = /^\/v1\/webhooks\/[^/]+\/listen$/.test(path);
  return method === 'POST' && (isListening || ['/v1/schedules/preview', '/v1/expressions/evaluate'].includes(path));
}

/** Whether a call, with its query, is one of the endpoint. */
export function isOf(endpoint: EndpointDeclaration, method: string, path: string): boolean {
  const form = new RegExp(`^${endpoint.path.replace(/\{\w+\}/g, '[^/]+')}$`);
  return method === endpoint.method && form.test(path.replace(/\?.*/, ''));
}

/** Whether the owner must know which write a call is part of, so that a repetition after a crash does nothing again. */
export function storesUnderKey(endpoint: EndpointDeclaration): boolean {
  const { audit } = endpoint;
  const startsSomething = audit !== undefined && 'nothing' in audit && audit.nothing.startsWith('An execution');
  return keepsAnswer(endpoint) && audit !== undefined && (startsSomething || !('nothing' in audit));
}
