/**
 * Members that come and go by the thousand a second, each with much behind it. A `Set` would do, but it gets a new table now
 * and then, and the old one, once it is in the old generation, keeps all later tables and members alive until the next full
 * collection. Executors spent a third more CPU on copying ended executions to the old generation.
 */
export class Roster<Member> {
  readonly #places: (Member | undefined)[] = [];
  readonly #free: number[] = [];

  get size(): number {
    return this.#places.length - this.#free.length;
  }

  /** Lets a member in; returns its place, by which it leaves. */
  add(member: Member): number {
    const place = this.#free.pop() ?? this.#places.length;
    this.#places[place] = member;
    return place;
  }

  /** Empties a place. To be called once for each {@link add}. */
  remove(place: number): void {
    this.#places[place] = undefined;
    this.#free.push(place);
  }

  /** The members, in no order. */
  *[Symbol.iterator](): Generator<Member> {
    for (const member of this.#places) if (member !== undefined) yield member;
  }
}
