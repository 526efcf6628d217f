/** Of look-ups of which nobody says whose they are. */
export const NOBODY = '';

let owner = NOBODY;

/** Whose look-up begins now. To be read before anything is waited for. */
export const lookUpOwner = (): string => owner;

/**
 * Calls `begin`; what is looked up before it returns is looked up for that owner. HTTP clients and sockets take a function for look-ups, and hand nothing on to it but the name:
 * they call it while they are begun. (An AsyncLocalStorage would reach further, and make every promise of the process slower.)
 */
export function lookingUpFor<Begun>(who: string, begin: () => Begun): Begun {
  const before = owner;
  owner = who;
  try {
    return begin();
  } finally {
    owner = before;
  }
}
