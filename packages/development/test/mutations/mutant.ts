/** A change that takes a guard away, and the test that has to fail for it. */
export interface Mutant {
  readonly what: string;
  /** Below the root of the repository. */
  readonly file: string;
  /** A text that is in the file once, and what replaces it. */
  readonly from: string;
  readonly to: string;
  /** The folder of the package whose test it is. */
  readonly folder: string;
  /** Below that folder. */
  readonly test: string;
  readonly name: string;
}
