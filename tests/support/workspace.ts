import { join } from 'node:path';
import { closeWorkspace, openWorkspace, type Workspace } from '../../main/engine/workspace.ts';
import { makeShapes, makeTemporary, type Shapes, type ShapesOptions } from './dataset.ts';
import { pretendScan } from './scan.ts';

/** An opened and scanned dataset of shapes in a folder of its own; `remove` closes and deletes it. */
export interface Prepared {
  workspace: Workspace;
  shapes: Shapes;
  /** holds the dataset; free for what a test writes beside it */
  folder: string;
  remove: () => Promise<void>;
}

export async function prepare(options: ShapesOptions = {}): Promise<Prepared> {
  const { folder, remove } = await makeTemporary();
  const shapes = await makeShapes(join(folder, 'dataset'), options);
  const workspace = await openWorkspace(shapes.folder);
  await pretendScan(workspace, shapes);
  return {
    workspace,
    shapes,
    folder,
    async remove() {
      await closeWorkspace(workspace);
      await remove();
    },
  };
}

/** The one case of a picture of which the disc is labelled as a box. */
export function caseOf({ results }: Workspace, sample: string): string {
  const id = results.get(sample)?.cases[0]?.id;
  if (!id) throw new Error(`Expected a case in ${sample}, found none.`);
  return id;
}
