import type { NestExpressApplication } from '@nestjs/platform-express';

/** A route as Express knows it: `path` has its parameters as `:name`. */
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

/** The routes that need no token; everything else must. */
export function isPublic({ path }: Route): boolean {
  return path.startsWith('/v1/webhooks/') || path === '/v1/schemas/workflow.json';
}
