import { InvalidArgumentError } from 'commander';

/** Options every command about a dataset has. */
export interface Common {
  project?: string;
  json?: boolean;
}

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('Expected a whole number from 1 up.');
  return value;
}

export function port(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65535)
    throw new InvalidArgumentError('Expected a port number, 0 to 65535.');
  return value;
}

export function share(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1))
    throw new InvalidArgumentError('Expected a number from 0 to 1.');
  return value;
}

/** `I/N`: part I of N, counted from 1. */
export function shard(text: string): [number, number] {
  const [part, parts] = text.split('/').map(Number);
  if (!Number.isInteger(part) || !Number.isInteger(parts) || part < 1 || part > parts)
    throw new InvalidArgumentError('Expected I/N with I from 1 to N, for example 2/4.');
  return [part, parts];
}
