// Exports a dataset and says when it begins: `export.ts DATASET OUT`.
import { exportTrainSet } from '../../main/engine/export/merge.ts';
import { closeWorkspace, openWorkspace } from '../../main/engine/workspace.ts';

const [folder, out] = process.argv.slice(2);
const workspace = await openWorkspace(folder);
const onProgress = ({ done }: { done: number }) => process.stdout.write(`${done}\n`);
await exportTrainSet(workspace, out, { replace: true, version: '1.2.3', onProgress });
await closeWorkspace(workspace);
