/** What takes the place of a value that people must not see. */
export const MASK = '••••';
