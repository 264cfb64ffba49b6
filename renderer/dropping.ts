import { studio } from './studio.svelte.ts';

/** What was dropped on the window, by absolute path. */
export interface Dropped {
  folders: string[];
  models: string[];
}

type Taker = (dropped: Dropped) => boolean;

const takers: Taker[] = [];

/** Asks `take` first about what is dropped from now on; false passes it on. Returns its undo. */
export function onDrop(take: Taker): () => void {
  takers.push(take);
  return () => takers.splice(takers.indexOf(take), 1);
}

/** A browser keeps the path of what is dropped to itself; then our own dialog asks for it. */
export function drop(event: DragEvent) {
  event.preventDefault();
  const { pathOf } = studio.host;
  const items = [...(event.dataTransfer?.items ?? [])].filter(({ kind }) => kind === 'file');
  if (!items.length) return;
  if (!pathOf) {
    studio.toast('A browser does not tell where a dropped folder lies. Choose it here.');
    void studio.chooseFolder();
    return;
  }
  const dropped: Dropped = { folders: [], models: [] };
  for (const item of items) {
    const file = item.getAsFile();
    if (!file) continue;
    const path = pathOf(file);
    if (item.webkitGetAsEntry()?.isDirectory) dropped.folders.push(path);
    else if (/\.onnx$/i.test(path)) dropped.models.push(path);
  }
  if (takers.toReversed().some((take) => take(dropped))) return;
  if (dropped.folders.length) void studio.open(dropped.folders[0]);
  else studio.toast('Expected a dataset folder, found files. Models are added at the step Models.', 'bad');
}
