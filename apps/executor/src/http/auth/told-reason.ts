import { shortened } from '@millrace/contracts';
import { parseJson } from '@millrace/expression/exact';
import { TextMask } from '@millrace/service-kit/redaction';

/** What such a response says of why (RFC 6749, 5.2), by the most characters that are repeated of it. */
const MEMBERS = { error: 100, error_description: 500 } as const;

/**
 * Why a token server gives no token, in its own words. Nothing else of its response is repeated, nor what it was sent as the secret: some
 * services quote that.
 */
export class ToldReason {
  readonly members: Readonly<Partial<Record<keyof typeof MEMBERS, string>>>;

  constructor(response: string, secrets: readonly string[]) {
    const mask = new TextMask();
    secrets.forEach((secret) => mask.add(secret));
    const said = membersOf(response);
    this.members = Object.fromEntries(
      Object.entries(MEMBERS).flatMap(([name, longest]) => {
        const value = said[name];
        if (typeof value !== 'string' || value.trim() === '') return [];
        // Masked before it is cut: of a secret that is cut in two, a half would be left.
        return [[name, shortened(mask.apply(value.replaceAll(/[\p{Cc}\s]+/gu, ' ').trim()), longest)]];
      }),
    );
  }

  /** `invalid_client (Unknown client)`; empty when it says nothing. */
  get text(): string {
    const { error, error_description: description } = this.members;
    if (error === undefined) return description ?? '';
    return description === undefined ? error : `${error} (${description})`;
  }
}

/** The members of a JSON object; of anything else none. */
export function membersOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value = parseJson(text);
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  } catch {
    return {};
  }
}
