/** Widths of Inter's characters in parts of the font size, rounded up; exact widths would need a page. */
const NARROW = /[iljtfr.,:;'|!()[\] ]/;
const WIDE = /[mwMW@%]/;
const UPPER = /[A-Z0-9&#]/;

/** Pixels a text takes, never less than it does in Inter. */
export function textWidth(text: string, size: number): number {
  let width = 0;
  for (const sign of text) width += NARROW.test(sign) ? 0.4 : WIDE.test(sign) ? 0.95 : UPPER.test(sign) ? 0.7 : 0.61;
  return width * size;
}

/** The text, or as much of its beginning as fits with `…` behind it. */
export function fitText(text: string, width: number, size: number): string {
  if (textWidth(text, size) <= width) return text;
  const signs = [...text];
  while (signs.length > 1 && textWidth(`${signs.join('')}…`, size) > width) signs.pop();
  return `${signs.join('').trimEnd()}…`;
}
