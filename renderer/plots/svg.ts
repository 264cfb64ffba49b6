/** One element of a drawing as plain data, so that what is seen and what is saved cannot differ. */
export interface Mark {
  tag: 'g' | 'rect' | 'line' | 'path' | 'circle' | 'text';
  /** attributes; presentation attributes only, as the page's content policy allows no inline style */
  at: Readonly<Record<string, string | number>>;
  text?: string;
  /** the tooltip, in the window and in the file */
  title?: string;
  /** in the window it can be clicked, and hands this back */
  pick?: string;
  children?: readonly Mark[];
}

/** A whole plot, lengths in CSS pixels. */
export interface Drawing {
  width: number;
  height: number;
  /** what it shows, in one sentence, for those who do not see it */
  label: string;
  ground: string;
  marks: readonly Mark[];
}

/** Inter where it is installed; what every system has elsewhere. */
export const FONT = "Inter, 'Inter Variable', system-ui, 'Segoe UI', Helvetica, Arial, sans-serif";
export const FONT_SIZE = 12;
/** Pixels around a saved drawing. */
const MARGIN = 16;

type At = Mark['at'];

export const rect = (x: number, y: number, width: number, height: number, at: At): Mark => ({
  tag: 'rect',
  at: { x, y, width: Math.max(0, width), height: Math.max(0, height), ...at },
});

export const line = (x1: number, y1: number, x2: number, y2: number, at: At): Mark => ({
  tag: 'line',
  at: { x1, y1, x2, y2, ...at },
});

export const path = (d: string, at: At): Mark => ({ tag: 'path', at: { d, ...at } });

export const circle = (cx: number, cy: number, r: number, at: At): Mark => ({
  tag: 'circle',
  at: { cx, cy, r, ...at },
});

/** `y` is the baseline. */
export const text = (x: number, y: number, text: string, at: At = {}): Mark => ({
  tag: 'text',
  at: { x, y, ...at },
  text,
});

export const group = (children: readonly Mark[], at: At = {}): Mark => ({ tag: 'g', at, children });

/** `M0 1L2 3…` through points; a point that is null breaks the line. */
export function linePath(points: readonly (readonly [number, number] | null)[]): string {
  let pen = 'M';
  return points
    .map((point) => {
      const part = point ? `${pen}${short(point[0])} ${short(point[1])}` : '';
      pen = point ? 'L' : 'M';
      return part;
    })
    .join('');
}

/** A file of its own: it needs no style sheet, no script and no font to be read. */
export function svgFile({ width, height, label, ground, marks }: Drawing): string {
  const [wide, high] = [short(width + 2 * MARGIN), short(height + 2 * MARGIN)];
  const root = [
    'xmlns="http://www.w3.org/2000/svg"',
    `width="${wide}" height="${high}" viewBox="${-MARGIN} ${-MARGIN} ${wide} ${high}"`,
    `font-family="${escape(FONT)}" font-size="${FONT_SIZE}" style="font-variant-numeric: tabular-nums" role="img"`,
  ].join(' ');
  const paper = rect(-MARGIN, -MARGIN, width + 2 * MARGIN, height + 2 * MARGIN, { fill: ground });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<svg ${root}>\n<title>${escape(label)}</title>\n${[paper, ...marks].map(markText).join('\n')}\n</svg>\n`;
}

function markText({ tag, at, text, title, children = [] }: Mark): string {
  const attributes = Object.entries(at)
    .map(([name, value]) => ` ${name}="${typeof value === 'number' ? short(value) : escape(value)}"`)
    .join('');
  const inside = [
    title === undefined ? '' : `<title>${escape(title)}</title>`,
    escape(text ?? ''),
    ...children.map(markText),
  ];
  return `<${tag}${attributes}>${inside.join('')}</${tag}>`;
}

/** Two decimals: a hundredth of a pixel. */
export const short = (value: number): string => String(Math.round(value * 100) / 100);

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** As text of an element or value of an attribute; what XML 1.0 cannot hold at all becomes a space. */
const escape = (value: string): string =>
  value
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, ' ')
    .replace(/[&<>"]/g, (sign) => ESCAPES[sign]);
