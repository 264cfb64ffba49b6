import { FONT, FONT_SIZE, short, type Drawing, type Mark } from './svg.ts';

const SVG = 'http://www.w3.org/2000/svg';

/** The drawing as an element of the page. Marks with a `pick` can be reached by Tab and carry it as `data-pick`. */
export function svgElement({ width, height, label, marks }: Drawing): SVGSVGElement {
  const root = document.createElementNS(SVG, 'svg');
  const at = { width, height, viewBox: `0 0 ${width} ${height}`, 'font-family': FONT, 'font-size': FONT_SIZE };
  setAll(root, at);
  root.setAttribute('role', marks.some(holdsPick) ? 'group' : 'img');
  root.setAttribute('aria-label', label);
  root.append(...marks.map(elementOf));
  return root;
}

const holdsPick = ({ pick, children = [] }: Mark): boolean => pick !== undefined || children.some(holdsPick);

function elementOf({ tag, at, text, title, pick, children = [] }: Mark): SVGElement {
  const element = document.createElementNS(SVG, tag);
  setAll(element, at);
  if (text !== undefined) element.append(text);
  if (title !== undefined) {
    const tip = document.createElementNS(SVG, 'title');
    tip.append(title);
    element.append(tip);
  }
  if (pick !== undefined) {
    setAll(element, { 'data-pick': pick, tabindex: 0, role: 'button' });
    if (title !== undefined) element.setAttribute('aria-label', title);
  }
  element.append(...children.map(elementOf));
  return element;
}

function setAll(element: Element, at: Record<string, string | number>) {
  for (const [name, value] of Object.entries(at))
    element.setAttribute(name, typeof value === 'number' ? short(value) : value);
}
