import type { AdmittedTool } from '../steps/step-handler.js';

/** A tool as a model gets it. */
export interface OfferedTool {
  readonly name: string;
  readonly description: string;
  readonly schema: Readonly<Record<string, unknown>>;
  readonly admitted: AdmittedTool;
}

/** A call of a tool as the model has said it. */
export interface SaidCall {
  readonly id: string;
  readonly name: string;
  readonly input: unknown;
  /** It can be read, and is of a tool that there is. */
  readonly isValid: boolean;
}
