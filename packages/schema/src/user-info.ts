import { z } from 'zod';

/** As the call is made: an address may be written in many ways that name a user and no one pattern finds, such as `http:///user:password@host`. */
const asCalled = z.url({ normalize: true });

/** Whether an address names a user or has a password before its host. False for what is no address. */
export function hasUserInfo(address: string): boolean {
  return userInfoOf(address) !== '';
}

/** The same of an address with templates, where nothing that they could become makes another one of it. */
export function hasWrittenUserInfo(address: string): boolean {
  const [literal = '', ...templated] = address.split('{{');
  if (templated.length === 0) return hasUserInfo(address);
  // A template may be the host, or go on with it; one before an @ may hold a path too, but hardly one before `:…@`.
  const filled = [literal, ...templated.map((part) => part.slice(part.indexOf('}}') + 2))].join('x');
  return hasUserInfo(literal) || hasUserInfo(`${literal}x`) || userInfoOf(filled).includes(':');
}

function userInfoOf(address: string): string {
  const parsed = asCalled.safeParse(address);
  return (parsed.success && /^[^/]*\/\/([^/?#]*)@/.exec(parsed.data)?.[1]) || '';
}
