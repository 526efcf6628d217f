/** Puts a value into one place of an example. */
export type Place = (value: unknown) => unknown;

/** Every place of a value: each member and element at any depth, and of each object the name of a further member. */
export function placesIn(example: unknown): Place[] {
  if (Array.isArray(example))
    return example.flatMap((item, at) => within(item, (value) => example.with(at, value) as unknown));
  if (typeof example !== 'object' || example === null) return [];
  const further: Place = (name) => ({ ...example, [String(name)]: 1 });
  const members = Object.entries(example).flatMap(([name, member]) =>
    within(member, (value) => ({ ...example, [name]: value })),
  );
  return [further, ...members];
}

function within(member: unknown, put: Place): Place[] {
  return [
    put,
    ...placesIn(member).map(
      (place): Place =>
        (value) =>
          put(place(value)),
    ),
  ];
}
