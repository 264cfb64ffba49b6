/**
 * Looks things up by file names as people read them. An `é` may be one character or two (Unicode's NFC and NFD): macOS, zip
 * files and what passed through either write the same name differently. The very name goes first.
 */
export function bySameName<T>(all: ReadonlyMap<string, T>): (name: string) => T | undefined {
  const alike = new Map(Array.from(all, ([name, one]) => [name.normalize('NFC'), one]));
  return (name) => all.get(name) ?? alike.get(name.normalize('NFC'));
}
