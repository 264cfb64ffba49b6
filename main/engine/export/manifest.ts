import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Action } from '../../../common/journal.ts';
import { readRecord } from '../inference/results/record.ts';
import type { Accepted } from '../journal/state.ts';
import { acceptedAt } from '../pseudo/by-id.ts';
import type { Workspace } from '../workspace.ts';
import type { Label, Part } from './labels.ts';

/** manifest.json as it grows: one sample a line, in the order of the samples whatever order they are finished in. */
export interface Manifest {
  /** `null`: the sample at this place is left out */
  add(place: number, record: object | null): Promise<void>;
  close(tail: object): Promise<void>;
}

const FLUSH = 1 << 16; // characters

/** Holds only the records that wait for one before them. The same decisions give the same bytes: no times, no paths. */
export async function openManifest(file: string, head: object): Promise<Manifest> {
  const handle = await open(file, 'wx');
  const waiting = new Map<number, string>();
  let next = 0;
  let count = 0;
  let text = `${JSON.stringify(head, null, 2).slice(0, -2)},\n  "samples": [`;
  let writing: Promise<unknown> = Promise.resolve();
  const flush = () => {
    const part = text;
    text = '';
    return (writing = writing.then(() => handle.appendFile(part)));
  };
  return {
    async add(place, record) {
      waiting.set(place, record ? JSON.stringify(record) : '');
      for (let line = waiting.get(next); line !== undefined; line = waiting.get(next)) {
        waiting.delete(next++);
        if (line) text += `${count++ ? ',' : ''}\n    ${line}`;
      }
      if (text.length > FLUSH) await flush();
    },
    async close(tail) {
      text += `\n  ],${JSON.stringify(tail, null, 2).slice(1)}\n`;
      try {
        await flush();
        await handle.sync();
      } finally {
        await handle.close();
      }
    },
  };
}

/** What the labels were made with. */
export async function manifestHead({ dataset, project, results }: Workspace, parts: readonly Part[], version: string) {
  const accepted = parts.flatMap((part) => part.accepted ?? []);
  const scans = new Set([...(results.scan === null ? [] : [results.scan]), ...accepted.map(({ scan }) => scan)]);
  return {
    tool: { name: 'winnow', version },
    dataset: { name: dataset.name, format: dataset.format },
    scans: await Promise.all([...scans].map((key) => scanRecord(project, key))),
    thresholds: thresholdsOf(accepted),
  };
}

/** Those for all classes ascending; then those by class, each with the line of the journal that names them. */
function thresholdsOf(accepted: readonly Accepted[]): (number | { line: string; byClass: object })[] {
  const single = new Set<number>();
  const byLine = new Map<string, object>();
  for (const { threshold, line } of accepted)
    if (typeof threshold === 'number') single.add(threshold);
    else byLine.set(line, threshold);
  const byClass = [...byLine].map(([line, thresholds]) => ({ line, byClass: thresholds }));
  return [...[...single].sort((a, b) => a - b), ...byClass];
}

async function scanRecord(project: Workspace['project'], key: string) {
  const record = await readRecord(project, key);
  return {
    key,
    tta: record?.tta ?? null,
    merge: record?.merge ?? null,
    window: record?.window ?? null,
    models: record?.members.map(({ file, ...member }) => ({ ...member, file: basename(file) })) ?? [],
  };
}

function verdictOf(action: Action): string {
  if (action.type === 'audit') return action.correction?.verdict ?? action.type;
  return action.type === 'verdict' ? action.verdict : action.type;
}

/** Where the label of one sample came from. Classes are mask-file ids; `line` is the id of a line of the journal. */
export function sampleRecord(
  { sample, decisions, accepted }: Part,
  files: { name: string; image: string; mask: string; imageSha256: string },
  { origin, pixels, sha256 }: Label,
) {
  const { imageSha256, ...paths } = files;
  return {
    ...paths,
    origin,
    pixelsChanged: origin === 'pseudo' ? 0 : pixels,
    ...(accepted && { pixelsKept: pixels, ...accepted, threshold: acceptedAt(accepted.threshold) }),
    verdicts: decisions.map(({ line, item }) => ({
      line: line.id,
      verdict: verdictOf(line.action),
      ...(item && { case: item.case, kind: item.kind, given: item.given, proposed: item.proposed }),
    })),
    source: {
      image: { file: sample.image, sha256: imageSha256 },
      mask: sample.mask && { file: sample.mask, sha256 },
    },
  };
}
