/** An event as subscribers get it. */
export interface DocumentedEvent {
  readonly type: string;
  readonly timestamp: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** The example of a type of events in the text of `docs/events.md`. Throws where there is none. */
export function documentedEvent(page: string, type: string): DocumentedEvent {
  const [, example] = page.split(`<!-- example: ${type} -->\n\n\`\`\`json\n`);
  if (example === undefined) throw new Error(`The page has no example of ${type}`);
  return JSON.parse(example.slice(0, example.indexOf('```'))) as DocumentedEvent;
}
