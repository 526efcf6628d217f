import type { ConfigOf } from '@millrace/schema';

/** `auth` of a request with its texts evaluated. */
export type RenderedAuth = NonNullable<ConfigOf<'http'>['auth']>;

/** One way to say who a request comes from. */
export type AuthOf<Type extends RenderedAuth['type']> = Extract<RenderedAuth, { readonly type: Type }>;
