import { expect, test } from 'vitest';
import { BINS, type Reliability } from '../../common/calibration.ts';
import { drawBins } from '../../renderer/plots/bins.ts';
import { csvText } from '../../renderer/plots/csv.ts';
import { drawLines } from '../../renderer/plots/lines.ts';
import { drawReliability } from '../../renderer/plots/reliability.ts';
import { drawRows, rowsTable, type Rows } from '../../renderer/plots/rows.ts';
import { fileStem } from '../../renderer/plots/save.ts';
import {
  domainFor,
  linear,
  logarithmic,
  logTicks,
  percentTicks,
  plainTicks,
  ticks,
} from '../../renderer/plots/scale.ts';
import { linePath, svgFile, text, type Drawing, type Mark } from '../../renderer/plots/svg.ts';
import { DARK, inkOn, LIGHT, rampColor } from '../../renderer/plots/theme.ts';
import { fitText, textWidth } from '../../renderer/plots/words.ts';
import { noise } from '../support/random.ts';
import { parseXml, type XmlNode } from '../support/xml.ts';

const random = noise(11);
const domains = Array.from({ length: 200 }, () => {
  const low = (random() - 0.5) * 10 ** (8 * random() - 4);
  return [low, low + 10 ** (8 * random() - 4)] as const;
});

test('ticks are round, inside the domain, evenly apart, and neither few nor many', () => {
  for (const domain of domains) {
    const found = ticks(domain, 5);
    expect(found.length).toBeGreaterThanOrEqual(2);
    expect(found.length).toBeLessThanOrEqual(10);
    const step = found[1] - found[0];
    const leading = Number(step.toExponential(6).split('e')[0]);
    expect([1, 2, 5].some((round) => Math.abs(leading - round) < 1e-4)).toBe(true);
    for (const [i, tick] of found.entries()) {
      expect(tick).toBeGreaterThanOrEqual(domain[0] - step * 1e-6);
      expect(tick).toBeLessThanOrEqual(domain[1] + step * 1e-6);
      expect(tick - found[0]).toBeCloseTo(i * step, 9);
    }
  }
});

test('a scale takes its domain to its range, and ticks are written with as few digits as tell them apart', () => {
  const place = linear([2, 4], [10, 110]);
  expect([2, 3, 4].map(place)).toEqual([10, 60, 110]);
  expect(linear([5, 5], [0, 1])(5)).toBe(0);
  const log = logarithmic([0.01, 100], [0, 4]);
  expect([0, 0.01, 1, 100].map(log)).toEqual([0, 0, 2, 4]);
  expect(ticks([0, 1], 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
  expect(plainTicks(ticks([0, 1], 2))).toEqual(['0', '0.5', '1.0']);
  expect(percentTicks(ticks([0, 0.025], 5))).toEqual(['0', '0.5%', '1.0%', '1.5%', '2.0%', '2.5%']);
  expect(percentTicks(ticks([0, 1], 2))).toEqual(['0', '50%', '100%']);
  expect(logTicks([1e-4, 1])).toEqual([1e-4, 1e-3, 0.01, 0.1, 1]);
  expect(logTicks([1, 1e12]).length).toBeLessThanOrEqual(7);
  expect(domainFor(0.0471, 5)).toEqual([0, 0.05]);
  expect(domainFor(0, 5)).toEqual([0, 1]);
  for (const [, high] of domains.filter(([low]) => low > 0)) expect(domainFor(high, 5)[1]).toBeGreaterThanOrEqual(high);
});

test('fields with commas, quotes and line breaks are quoted as RFC 4180 has it; lines end in CR LF', () => {
  const rows = [
    ['class', 'IoU'],
    ['traffic, sign', 0.25],
    ['a "quoted" one', null],
    ['two\nlines', 1e-7],
    ['no number', NaN],
  ];
  const written = csvText(rows);
  expect(written).toBe(
    'class,IoU\r\n"traffic, sign",0.25\r\n"a ""quoted"" one",\r\n"two\nlines",1e-7\r\nno number,\r\n',
  );
  expect(readCsv(written)).toEqual(
    rows.map((row) => row.map((cell) => String(Number.isNaN(cell) ? '' : (cell ?? '')))),
  );
});

const NAMES = [
  'road',
  'a <b> & "c"',
  'ein sehr langer Name einer Klasse, der nirgends hinpasst',
  'Straße\u0000 道路 🚲',
];
const rows: Rows = {
  label: 'IoU <of> & all',
  names: NAMES.map((text, i) => ({ text, color: '#123456', pick: String(i) })),
  panels: [
    {
      title: 'IoU',
      domain: [0, 1],
      unit: 'plain',
      as: 'bars',
      series: [
        { name: 'IoU', tone: 'first' },
        { name: 'boundary IoU', tone: 'second' },
      ],
      values: [
        [0.5, 0.25],
        [1, null],
        [null, null],
        [0.125, 0.1],
      ],
      say: (value) => value.toFixed(3),
      reference: { value: 0.4, name: 'mean 0.400' },
    },
  ],
};

test('a bar is as long as its value, a missing value has none, and every value is written', () => {
  const { marks } = drawRows(rows, 720, LIGHT);
  const bars = all(marks).filter(({ tag, at }) => tag === 'rect' && at.fill === LIGHT.first && at.height === 8);
  expect(bars).toHaveLength(3);
  const unit = Number(bars[1].at.width);
  expect(bars.map(({ at }) => Number(at.width) / unit)).toEqual(
    [0.5, 1, 0.125].map((v): unknown => expect.closeTo(v, 6)),
  );
  const words = all(marks).flatMap(({ text }) => text ?? []);
  expect(words.filter((word) => word === '–')).toHaveLength(3);
  for (const word of ['0.500', '0.250', '1.000', '0.125', '0.100', 'mean 0.400']) expect(words).toContain(word);
  expect(rowsTable(rows, 'class')).toEqual([
    ['class', 'IoU', 'boundary IoU'],
    ['road', 0.5, 0.25],
    [NAMES[1], 1, null],
    [NAMES[2], null, null],
    [NAMES[3], 0.125, 0.1],
  ]);
});

const diagram: Reliability = {
  pixels: Array.from({ length: BINS }, (_, i) => i * 100),
  confidence: Array.from({ length: BINS }, (_, i) => (i + 0.5) / BINS),
  accuracy: Array.from({ length: BINS }, (_, i) => (i / BINS) ** 1.5),
  ece: 0.0421,
};
const drawings: [string, (width: number, theme: typeof LIGHT) => Drawing][] = [
  ['rows', (width, theme) => drawRows(rows, width, theme)],
  [
    'no rows',
    (width, theme) => drawRows({ ...rows, names: [], panels: [{ ...rows.panels[0], values: [] }] }, width, theme),
  ],
  [
    'bins',
    (width, theme) =>
      drawBins(
        {
          label: 'b',
          x: 'x',
          y: 'y',
          unit: 'count',
          scale: 'log',
          series: [{ name: 's', tone: 'first', bins: [0, 3, 1e6] }],
        },
        width,
        theme,
      ),
  ],
  [
    'empty bins',
    (width, theme) =>
      drawBins(
        {
          label: 'b',
          x: 'x',
          y: 'y',
          unit: 'share',
          scale: 'linear',
          series: [{ name: 's', tone: 'first', bins: [0, 0] }],
        },
        width,
        theme,
      ),
  ],
  [
    'lines',
    (width, theme) =>
      drawLines(
        {
          label: 'l',
          x: { title: 'x', domain: [0, 1] },
          y: { title: '', domain: [0, 1] },
          lines: [{ name: 'one', tone: 'first', dash: '2 2', points: [[0, 0], null, [1, 1]] }],
          markers: [{ x: 0.99, y: 0.99, text: 'best' }],
          cursor: 0.3,
        },
        width,
        theme,
      ),
  ],
  [
    'reliability',
    (width, theme) =>
      drawReliability(
        'r',
        [
          { title: 'before', diagram },
          { title: 'after', diagram },
        ],
        width,
        theme,
      ),
  ],
];

test.each(drawings)('a saved plot of %s is a whole SVG of its own, at any width', (_, draw) => {
  for (const width of [320, 720, 1600])
    for (const theme of [LIGHT, DARK]) {
      const drawing = draw(width, theme);
      const file = svgFile(drawing);
      const root = parseXml(file);
      expect(root.name).toBe('svg');
      expect(root.attributes.xmlns).toBe('http://www.w3.org/2000/svg');
      expect(root.attributes['font-family']).toMatch(/^Inter, .*sans-serif$/);
      expect(root.children[0]).toMatchObject({ name: 'title', text: drawing.label });
      expect(root.children[1]).toMatchObject({ name: 'rect', attributes: { fill: theme.ground } });
      // Nothing is loaded, nothing runs, nothing is left of the window's own ways.
      expect(file).not.toMatch(/<script|<style|href|url\(|var\(--|NaN|Infinity|undefined|tabindex|data-/);
      for (const { at } of all(drawing.marks))
        for (const name of ['x', 'x1', 'x2', 'cx'])
          if (name in at) expect(Number(at[name])).toBeLessThanOrEqual(width + 0.01);
    }
});

test('names of any kind survive in a saved plot, and what XML cannot hold becomes a space', () => {
  const words = (node: XmlNode): string[] => [node.text, ...node.children.flatMap(words)];
  const file = svgFile({
    width: 9,
    height: 9,
    label: 'l',
    ground: '#fff',
    marks: NAMES.map((name) => text(0, 0, name)),
  });
  for (const name of NAMES) expect(words(parseXml(file))).toContain(name.replace('\u0000', ' '));
});

test('a line breaks where a point is missing', () => {
  expect(linePath([[0, 0], [1.234567, 2], null, [3, 4], [5, 6]])).toBe('M0 0L1.23 2M3 4L5 6');
});

test('ramps rise or fall in lightness all the way, and ink can be read on every shade', () => {
  for (const { ramp } of [LIGHT, DARK]) {
    const shades = Array.from({ length: 65 }, (_, i) => rampColor(ramp, i / 64));
    const lights = shades.map(luminance);
    const rises = lights.slice(1).map((light, i) => Math.sign(light - lights[i]));
    expect(new Set(rises).size).toBe(1);
    for (const shade of shades) expect(contrast(shade, inkOn(shade))).toBeGreaterThan(4);
  }
  for (const theme of [LIGHT, DARK])
    for (const name of ['ink', 'soft'] as const) expect(contrast(theme[name], theme.ground)).toBeGreaterThan(4.5);
});

test('a text that is cut fits, and one that fits is not cut', () => {
  expect(fitText('road', 100, 12)).toBe('road');
  const cut = fitText(NAMES[2], 100, 12);
  expect(cut).toMatch(/…$/);
  expect(textWidth(cut, 12)).toBeLessThanOrEqual(100);
});

test('file names hold what every file system takes', () => {
  expect(fileStem('Größe: a/b\\c iou by class')).toBe('Gro-e-a-b-c-iou-by-class');
  expect(fileStem('道路')).toBe('winnow');
});

function all(marks: readonly Mark[]): Mark[] {
  return marks.flatMap((mark) => [mark, ...all(mark.children ?? [])]);
}

function readCsv(written: string): string[][] {
  const fields = [...written.matchAll(/("(?:[^"]|"")*"|[^,\r\n]*)(,|\r\n)/g)];
  const lines: string[][] = [[]];
  for (const [, field, end] of fields) {
    lines[lines.length - 1].push(field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field);
    if (end !== ',') lines.push([]);
  }
  return lines.slice(0, -1);
}

function luminance(color: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const value = parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].toSorted((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}
