import { z } from 'zod';

/*
 * While an installation is upgraded, services of two versions read each other's messages. What the older one does not know
 * must pass through it: refusing it would make a dead letter of a good message.
 */

/**
 * Any name that only newer versions know. The type is a name that nothing has, so that comparing with one of ours distinguishes the two
 * apart; the value is whatever the newer version wrote.
 */
export type Unrecognised = '(known to newer versions only)';

/** One of these names, or one that only newer versions know. */
export function openEnum<const Name extends string>(names: readonly Name[]): z.ZodType<Name | Unrecognised> {
  return z.union([z.enum(names), z.string()]) as unknown as z.ZodType<Name | Unrecognised>;
}

/** An object whose members that only newer versions know stay in it: a service that stores it or publishes it again loses nothing. */
export function carried<Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape> {
  // Typed as if it had no further members, so that nobody reads one by accident.
  return z.looseObject(shape);
}

type Typed = z.ZodObject<{ type: z.ZodLiteral<string> }>;

/** One of these objects, distinguished by `type`; or one of a type that only newer versions know, as it is. */
export function openUnion<const Options extends readonly [Typed, ...Typed[]], Unknown extends { type: Unrecognised }>(
  options: Options,
  unknownShape: z.ZodRawShape = {},
): z.ZodType<z.output<Options[number]> | Unknown> {
  const known = new Set(options.map((option) => option.shape.type.value));
  const type = z.string().refine((name) => !known.has(name));
  const union = z.union([z.discriminatedUnion('type', options), z.looseObject({ ...unknownShape, type })]);
  return union as unknown as z.ZodType<z.output<Options[number]> | Unknown>;
}
