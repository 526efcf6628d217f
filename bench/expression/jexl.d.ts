/** The part of jexl the comparison uses; the package has no types of its own. */
declare module 'jexl' {
  const jexl: {
    addTransform(name: string, transform: (value: unknown[]) => unknown): void;
    compile(text: string): { evalSync(context: unknown): unknown };
  };
  export default jexl;
}
