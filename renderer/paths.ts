/** Paths of the machine the engine runs on, which may be another system than this browser's: `/` and `\` both part names. */

const lastPart = (path: string) => Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'));

/** Name of a file or folder: `b` of `/a/b` and of `/a/b/`. */
export function nameOf(path: string): string {
  const trimmed = path.replace(/[/\\]+$/, '');
  return trimmed.slice(lastPart(trimmed) + 1) || path;
}

/** What has been typed so far: the folder to look into, and the beginning of a name in it. */
export function splitTyped(typed: string): { folder: string; start: string } {
  const at = lastPart(typed) + 1;
  return { folder: typed.slice(0, at), start: typed.slice(at) };
}

/** A folder with the separator it uses itself at its end, ready to type on. */
export function asFolder(path: string): string {
  if (/[/\\]$/.test(path)) return path;
  return path + (path.includes('\\') && !path.includes('/') ? '\\' : '/');
}

/** Long paths by their end, which tells them apart: `…/datasets/camvid`. */
export function shortPath(path: string, length = 48): string {
  if (path.length <= length) return path;
  const end = path.slice(path.length - length + 1);
  const cut = end.search(/[/\\]/);
  return `…${cut >= 0 ? end.slice(cut) : end}`;
}
