import type { TextMask } from '@millrace/service-kit/redaction';

/** The masks of one organisation, the one that was used last behind all others. */
interface Kept {
  characters: number;
  readonly masks: Map<string, TextMask>;
}

/**
 * Masks that are kept, within so many characters of what they mask. Where there is no more room, whoever has most of it loses what he has not used for
 * longest: large secrets of one organisation displace its own masks, and nobody else's.
 */
export class KeptMasks {
  readonly #byOrganisation = new Map<string, Kept>();
  #characters = 0;

  constructor(private readonly most: number) {}

  get(organisationId: string, key: string): TextMask | undefined {
    const masks = this.#byOrganisation.get(organisationId)?.masks;
    const mask = masks?.get(key);
    if (masks === undefined || mask === undefined) return undefined;
    masks.delete(key);
    masks.set(key, mask);
    return mask;
  }

  /** What is too large is not kept. The key of a mask is as long as what it masks. */
  keep(organisationId: string, key: string, mask: TextMask): void {
    if (key.length > this.most || this.get(organisationId, key) !== undefined) return;
    const kept = this.#byOrganisation.get(organisationId) ?? { characters: 0, masks: new Map<string, TextMask>() };
    this.#byOrganisation.set(organisationId, kept);
    kept.masks.set(key, mask);
    this.#count(kept, key.length);
    while (this.#characters > this.most) this.#drop(...this.#largest());
  }

  #largest(): [organisationId: string, kept: Kept] {
    const all = [...this.#byOrganisation];
    return all.reduce((largest, one) => (one[1].characters > largest[1].characters ? one : largest));
  }

  #drop(organisationId: string, kept: Kept): void {
    const [oldest = ''] = kept.masks.keys();
    kept.masks.delete(oldest);
    this.#count(kept, -oldest.length);
    if (kept.masks.size === 0) this.#byOrganisation.delete(organisationId);
  }

  #count(kept: Kept, characters: number): void {
    kept.characters += characters;
    this.#characters += characters;
  }
}
