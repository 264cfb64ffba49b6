import { createHash } from 'node:crypto';

/**
 * The same ones in the order of the hashes of their names: always the same order, which has nothing to do with how they were
 * found, and in which frames of one film are no neighbours.
 */
export function inHashOrder<T>(items: readonly T[], nameOf: (item: T) => string): T[] {
  const hashed = items.map((item): [string, T] => [createHash('sha256').update(nameOf(item)).digest('hex'), item]);
  return hashed.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item);
}
