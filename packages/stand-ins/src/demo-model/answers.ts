/** What every answer says, as far as its shape has room for it. */
export const NOTICE = 'This is the demo model of npm start. Set MILLRACE_AI_PROVIDERS to ask a real one.';

/** Characters of the prompt that an answer repeats. */
const REPEATED = 200;
/** About as many as the tokens of real models have. */
const CHARACTERS_OF_TOKEN = 4;
/** Levels of a schema that are followed. */
const DEPTH = 10;

/** What is asked of the model. */
export interface Question {
  readonly prompt: string;
  /** The JSON Schema that is asked for, if any. */
  readonly schema: unknown;
}

/** The text that the demo model returns, by rule and always the same. */
export function answerTo({ prompt, schema }: Question): string {
  if (schema !== undefined) return JSON.stringify(valueOf(schema, NOTICE, 0));
  const name = /\bwelcome message for ([^\n]{1,100})/i.exec(prompt)?.[1];
  if (name !== undefined) return `Hello ${name.trim()}, and welcome! We are glad to have you with us.\n\n(${NOTICE})`;
  if (/\b(json|analy[sz]e|classify|categori[sz]e)\b/i.test(prompt)) return JSON.stringify(analysisOf(prompt));
  return `You asked: "${prompt.slice(0, REPEATED)}". (${NOTICE})`;
}

/** A tool that is offered, and what it returned, if it has been asked for. */
export interface Tools {
  /** The first one that there is. */
  readonly offered: { readonly name: string; readonly parameters?: unknown } | undefined;
  readonly returned: readonly string[];
  readonly prompt: string;
}

/**
 * What the demo model does with tools: it asks once for the first one, with the prompt wherever that takes a text, and then repeats what it returned.
 */
export function answerByTools({
  offered,
  returned,
  prompt,
}: Tools): { readonly text: string } | { readonly name: string; readonly input: string } | undefined {
  if (returned.length > 0) {
    const told = returned.map((text) => text.slice(0, REPEATED)).join('", "');
    return { text: `The tool returned: "${told}". (${NOTICE})` };
  }
  if (offered === undefined) return undefined;
  const schema = { type: 'object', ...objectOf(offered.parameters) };
  return { name: offered.name, input: JSON.stringify(valueOf(schema, prompt.slice(0, REPEATED), 0)) };
}

/** As much of a text as so many tokens are. */
export function withinTokens(text: string, tokens: number): string {
  return text.slice(0, tokens * CHARACTERS_OF_TOKEN);
}

/** As many as a text is counted as. */
export function tokensOf(text: string): number {
  return Math.ceil(text.length / CHARACTERS_OF_TOKEN);
}

function objectOf(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}

function analysisOf(prompt: string): Readonly<Record<string, unknown>> {
  const isUrgent = /\b(urgent|urgently|asap|immediately|emergency|broken|down|refund)\b/i.test(prompt);
  return {
    urgency: isUrgent ? 'high' : 'normal',
    category: /\b(order|delivery|parcel|invoice)\b/i.test(prompt) ? 'order_issue' : 'general',
    score: isUrgent ? 0.9 : 0.5,
    summary: prompt.slice(0, REPEATED),
    demo: NOTICE,
  };
}

/** What is followed of a JSON Schema. */
interface Schema {
  const?: unknown;
  enum?: unknown[];
  anyOf?: unknown[];
  oneOf?: unknown[];
  type?: string | string[];
  properties?: Record<string, unknown>;
  items?: unknown;
  minItems?: number;
  minimum?: number;
  exclusiveMinimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
}

/** The simplest value that satisfies a schema; `text` is what a text in it says. */
function valueOf(schema: unknown, text: string, depth: number): unknown {
  const known: Schema = typeof schema === 'object' && schema !== null ? schema : {};
  if ('const' in known) return known.const;
  if (Array.isArray(known.enum)) return known.enum[0];
  const choices = known.anyOf ?? known.oneOf;
  if (Array.isArray(choices) && depth < DEPTH) return valueOf(choices[0], text, depth + 1);
  switch (typeOf(known)) {
    case 'object': {
      const members = depth < DEPTH ? Object.entries(known.properties ?? {}) : [];
      return Object.fromEntries(members.map(([name, member]) => [name, valueOf(member, text, depth + 1)]));
    }
    case 'array':
      return Array.from({ length: Math.min(known.minItems ?? 1, 10) }, () => valueOf(known.items, text, depth + 1));
    case 'integer':
    case 'number': {
      const least = Math.max(known.minimum ?? 0, (known.exclusiveMinimum ?? -1) + 1);
      return Math.min(least, known.maximum ?? least);
    }
    case 'boolean':
      return true;
    case 'null':
      return null;
    default:
      return text.padEnd(Math.min(known.minLength ?? 0, 1_000), '.').slice(0, known.maxLength);
  }
}

function typeOf({ type, properties }: Schema): string | undefined {
  return (Array.isArray(type) ? type[0] : type) ?? (properties === undefined ? 'string' : 'object');
}
