import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { IGNORE, type ClassInfo, type ClassMap, type Finding } from '../../../common/dataset.ts';
import { classColors, hexColor } from '../../../common/palette.ts';
import { InputError, messageOf } from '../errors.ts';
import { parseJson } from '../json.ts';
import { readMask, type MaskFile } from '../images.ts';
import { inParallel, type Long } from '../long.ts';

const Id = z.int().min(0).max(65535);
const Byte = z.int().min(0).max(255);
const Color = z.union(
  [
    z
      .string()
      .regex(/^#[0-9a-f]{6}$/i)
      .toLowerCase(),
    z.tuple([Byte, Byte, Byte]).transform(hexColor),
  ],
  'expected a colour such as "#4682b4" or [70, 130, 180]',
);
const Entry = z.union(
  [z.string().min(1), z.object({ id: Id, name: z.string().min(1), color: Color.optional() })],
  'expected a name or {"id": 0..65535, "name": "sky", "color": "#4682b4"}',
);
const ClassesFile = z.object({ classes: z.array(Entry).min(1), ignore: Id.nullish() });

/** A class before it has its colour. */
type Named = Omit<ClassInfo, 'color'> & { color?: string };

/** Masks looked into where no file names the classes. */
const SAMPLE = 200;

/**
 * The classes of a dataset: from its classes.json; else from the palette of its masks; else the values found in up to
 * 200 masks, evenly spread, where 255 is taken as the ignore value unless there is nothing but 0 beside it. A palette of 256 entries names no classes by itself,
 * it only colours the values found. Throws InputError for a broken classes.json and for more than 255 classes.
 */
export async function readClasses(
  folder: string,
  masks: string[],
  { signal }: Long<never> = {},
): Promise<{ classMap: ClassMap; findings: Finding[] }> {
  const declared = await readClassesFile(join(folder, 'classes.json'));
  if (declared) {
    const needsColors = declared.classes.some((one) => !one.color);
    const { palette, findings } = await lookInto(folder, needsColors ? masks.slice(0, 1) : [], signal);
    return { classMap: { classes: coloured(declared.classes, palette), ignore: declared.ignore }, findings };
  }
  const { palette, values, findings } = await lookInto(folder, spread(masks, SAMPLE), signal);
  const ids = new Set(values);
  if (palette && palette.length < 256) palette.forEach((_, id) => ids.add(id));
  // Masks of 0 and 255 alone are black and white: two classes.
  const blackAndWhite = ids.size === 2 && ids.has(0);
  const ignore = !blackAndWhite && ids.delete(IGNORE) ? IGNORE : null;
  if (!ids.size)
    findings.push({
      file: 'classes.json',
      problem: 'Expected the names of the classes, or masks that show them, found none.',
    });
  const classes = [...ids].sort((a, b) => a - b).map((id): Named => ({ id, name: `class ${id}` }));
  expectFew(classes.length, `the masks of ${folder}`);
  return { classMap: { classes: coloured(classes, palette), ignore }, findings };
}

async function readClassesFile(file: string): Promise<{ classes: Named[]; ignore: number | null } | null> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw broken(file, error.message);
  });
  if (text === null) return null;
  const { classes, ignore } = parse(file, text);
  const named = classes.map((one, id): Named => (typeof one === 'string' ? { id, name: one } : one));
  expectFew(named.length, file);
  const repeated = (key: 'id' | 'name') =>
    named.find((one, i) => named.findIndex((other) => other[key] === one[key]) < i);
  const twice = repeated('id') ?? repeated('name');
  if (twice) throw broken(file, `"${twice.name}" (${twice.id}) repeats an id or a name of a class before it`);
  const ignored = named.find((one) => one.id === ignore);
  if (ignored) throw broken(file, `the ignore value ${ignored.id} is also the class "${ignored.name}"`);
  return { classes: named, ignore: ignore ?? null };
}

function parse(file: string, text: string): z.infer<typeof ClassesFile> {
  try {
    return parseJson(text, ClassesFile);
  } catch (error) {
    throw broken(file, messageOf(error));
  }
}

const broken = (file: string, found: string) =>
  new InputError(`Expected {"classes": ["sky", …], "ignore": 255} in ${file}, found: ${found}.`);

function expectFew(count: number, where: string): void {
  if (count > 255) throw new InputError(`Expected at most 255 classes in ${where}, found ${count}.`);
}

/** Values in the masks, and the first palette among them that says something. An unusable mask is a finding. */
async function lookInto(folder: string, masks: string[], signal?: AbortSignal) {
  const palettes: (MaskFile['palette'] | undefined)[] = [];
  const findings: Finding[] = [];
  const seen = new Uint8Array(65536);
  const look = async (file: string, index: number) => {
    try {
      const mask = await readMask(join(folder, file));
      for (const value of mask.data) seen[value] = 1;
      palettes[index] = trimmed(mask.palette);
    } catch (error) {
      findings.push({ file, problem: messageOf(error) });
    }
  };
  await inParallel(masks, 4, look, signal);
  const values = [...seen.keys()].filter((value) => seen[value]);
  return { values, palette: palettes.find((one) => one) ?? null, findings };
}

/** Without the black or grey ramp that writers fill palettes up with; null where nothing else is there. */
function trimmed(palette: MaskFile['palette']): MaskFile['palette'] {
  let length = palette?.length ?? 0;
  const isFiller = ([r, g, b]: number[], id: number) => r === g && g === b && (r === 0 || r === id);
  while (palette && length && isFiller(palette[length - 1], length - 1)) length--;
  return palette && length ? palette.slice(0, length) : null;
}

/** Declared colours first, then the palette's, then the default for that place; no colour twice. */
function coloured(classes: Named[], palette: MaskFile['palette']): ClassInfo[] {
  const used = new Set(classes.flatMap((one) => one.color ?? []));
  const defaults = classColors(255);
  const free = (color: string | undefined) => color !== undefined && !used.has(color) && Boolean(used.add(color));
  return classes.map(({ id, name, color }, index) => {
    if (color) return { id, name, color };
    const own = palette?.[id] && hexColor(palette[id]);
    if (own && free(own)) return { id, name, color: own };
    const rest = [defaults[index], ...defaults].find(free);
    return { id, name, color: rest ?? defaults[index] };
  });
}

function spread<T>(items: T[], count: number): T[] {
  if (items.length <= count) return items;
  return Array.from({ length: count }, (_, i) => items[Math.floor((i * items.length) / count)]);
}
