/**
 * Classes some of which are told apart no longer: "thing=car,person;ground=road,path". `to`: the new index of each old
 * class; the new ones stand where the first of their parts stood. Throws for a class that is not there.
 */
export function mergedClasses(classes: readonly string[], text: string): { names: string[]; to: number[] } {
  const groupOf = new Map<string, string>();
  for (const group of text.split(';').filter(Boolean)) {
    const [name, parts = ''] = group.split('=');
    for (const part of parts.split(',')) {
      if (!classes.includes(part)) throw new Error(`Expected one of ${classes.join(', ')}, found ${part}.`);
      groupOf.set(part, name);
    }
  }
  const merged = classes.map((name) => groupOf.get(name) ?? name);
  const names = [...new Set(merged)];
  return { names, to: merged.map((name) => names.indexOf(name)) };
}
