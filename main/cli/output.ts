/** What a command has to say: one JSON document for programs, text for people. */
export interface Output {
  json: unknown;
  text: string;
  /** why there is nothing a person could go on with, one sentence: the exit code then says bad input */
  problem?: string;
}

/** Columns as wide as their longest cell; numbers to the right. */
export function table(header: string[], rows: (string | number)[][]): string {
  const cells = [header, ...rows.map((row) => row.map(String))];
  const widths = header.map((_, column) => Math.max(...cells.map((row) => row[column].length)));
  const right = header.map((_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === 'number'));
  return cells
    .map((row) =>
      row
        .map((cell, column) => (right[column] ? cell.padStart(widths[column]) : cell.padEnd(widths[column])))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** `name  value`, one a line. */
export function facts(pairs: [string, string | number][]): string {
  const width = Math.max(...pairs.map(([name]) => name.length));
  return pairs.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n');
}

/** Rounded for reading and for JSON alike: 4 decimals. */
export const rounded = (value: number): number => Math.round(value * 1e4) / 1e4;

export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** `1 h 05 min`, `3 min 20 s`, `12 s` */
export function duration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  const two = (n: number) => String(n).padStart(2, '0');
  if (s >= 3600) return `${Math.floor(s / 3600)} h ${two(Math.floor((s % 3600) / 60))} min`;
  if (s >= 60) return `${Math.floor(s / 60)} min ${two(s % 60)} s`;
  return `${s} s`;
}
