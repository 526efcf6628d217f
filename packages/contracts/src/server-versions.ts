/**
 * The least versions of the servers that are known to be safe, one for each line of releases that is still looked after: a version is held
 * against the floor of its own line, one of a newer line is safe, and one of any other line is not.
 */
export const SERVER_FLOORS = {
  // Also the least that message schedules need.
  nats: ['2.14.6'],
  // CVE-2025-14847: anybody who reaches the port reads what is in memory, without a password.
  mongodb: ['7.0.28', '8.0.17', '8.2.3'],
  // CVE-2025-49844: whoever may run a script runs anything.
  redis: ['7.2.11', '7.4.6', '8.0.4', '8.2.2'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type ServerName = keyof typeof SERVER_FLOORS;

/** Whether a version such as `8.0.17` or `2.15.1-alpine` has the fixes that a server has to have. One without its last number is that of the newest of its line. */
export function isSafeServer(server: ServerName, version: string): boolean {
  const [line, patch] = partsOf(version);
  const floors = SERVER_FLOORS[server].map(partsOf);
  const own = floors.find(([of]) => of === line);
  if (own !== undefined) return patch >= own[1];
  return floors.every(([of]) => of < line);
}

/** The line of releases, as a number that rises with it, and the number within it. */
function partsOf(version: string): [number, number] {
  const [major = 0, minor = Infinity, patch = Infinity] = (/^\d+(?:\.\d+){0,2}/.exec(version)?.[0] ?? '')
    .split('.')
    .map(Number);
  return [major * 1_000 + Math.min(minor, 999), patch];
}
