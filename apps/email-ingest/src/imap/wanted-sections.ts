import type { FetchMessageObject } from 'imapflow';

/** Bytes of a section of a message, such as `2.1` or `HEADER`. */
export interface WantedSection {
  readonly name: string;
  readonly start: number;
  readonly length: number;
}

/** What was sent of some sections, by their names. */
export function sectionsOf(
  { headers, bodyParts }: Pick<FetchMessageObject, 'headers' | 'bodyParts'>,
  wanted: readonly WantedSection[],
): Map<string, Buffer> {
  return new Map(
    wanted.flatMap(({ name }) => {
      const section = name === 'HEADER' ? headers : bodyParts?.get(name.toLowerCase());
      return section === undefined ? [] : [[name, section] as const];
    }),
  );
}
