import { z } from 'zod';

/** A name or an address of IPv4 with a port behind it; an address of IPv6 has more colons. */
const WITH_PORT = /^[^:]+:\d*$/;

/** The name or the address of a mail server, of at most so many characters. Its port is a member of its own. */
export function serverHost(longest: number, example: string) {
  return z
    .string()
    .min(1)
    .max(longest)
    .regex(/^[\w.:-]+$/, { error: `must be the name or the address of a server, such as ${example}` })
    .refine((host) => !WITH_PORT.test(host), { error: 'must be without a port: that is "port", beside it' });
}
