import { availableParallelism, homedir } from 'node:os';
import { relative } from 'node:path';
import type { Api, ExportResult, StudioEvent } from '../../common/api.ts';
import type { DatasetSummary } from '../../common/dataset.ts';
import type { Insights } from '../../common/insights.ts';
import type { PlantedReport } from '../../common/planted.ts';
import { auditOf, judge, listBulks } from './audit.ts';
import { browse } from './browse.ts';
import { chooseCases, findCases, resultsPage } from './cases.ts';
import * as decisions from './decide.ts';
import { openableDemo } from './demo.ts';
import { readEnsemble, writeEnsemble } from './ensemble-file.ts';
import { InputError } from './errors.ts';
import { exportPreview, exportTrainSet } from './export/merge.ts';
import { readPlanes } from './inference/results/planes.ts';
import { planScan } from './inference/plan.ts';
import { scanDataset } from './inference/scan.ts';
import { proveModel } from './inference/proof/prove.ts';
import { tryEnsemble } from './inference/trial.ts';
import { measureInsights, recallInsights } from './insights/insights.ts';
import { countedJob, scanJob, trialJob, type Job } from './jobs.ts';
import type { Count, Long } from './long.ts';
import { describeModels } from './onnx/describe/describe.ts';
import { recallReport } from './planted/kept.ts';
import { plantErrors } from './planted/planted.ts';
import { projectOf, readSettings, writeSettings } from './project.ts';
import { pseudoRows, pseudoSummary } from './pseudo/thresholds.ts';
import { isMethod, parseParams } from './requests.ts';
import { reviewedOf } from './reviewed.ts';
import { closeWorkspace, openWorkspace, readDataset, summarise, watchWorkspace, type Workspace } from './workspace.ts';

export interface StudioOptions {
  version: string;
  /** the program an inference process is started with */
  workerFile: string;
  /** folder of Winnow's own, outside any dataset: the demo is drawn there */
  home: string;
  emit: (event: StudioEvent) => void;
}

export interface Studio extends Api {
  /** A call from outside: parsed, answered, and never unanswered; rejects with what toApiError understands. */
  handle(method: string, params: unknown): Promise<unknown>;
  /** For the pixels by URL. */
  workspace(id: string): Workspace | undefined;
  /** A window is there, until the returned undo is called. Its own undo leaves other windows' decisions alone. */
  attend(author: string): () => void;
  /** Stops what runs and lets go of every dataset. */
  close(): Promise<void>;
}

interface Opened {
  workspace: Workspace;
  scan: ReturnType<typeof scanJob>;
  export: ReturnType<typeof countedJob<ExportResult>>;
  trial: ReturnType<typeof trialJob>;
  insights: ReturnType<typeof countedJob<Insights>>;
  planted: ReturnType<typeof countedJob<PlantedReport>>;
  unwatch: () => void;
}

/** The product, one verb after the other. */
export function createStudio({ version, workerFile, home, emit }: StudioOptions): Studio {
  const opened = new Map<string, Opened>();
  const authors = new Map<string, number>();
  const live = () => new Set(authors.keys());

  const at = (id: string): Opened => {
    const found = opened.get(id);
    if (!found)
      throw new InputError(`Expected a dataset that is open, found none by the name ${id}: open its folder again.`);
    return found;
  };
  const space = (id: string) => at(id).workspace;

  async function open(folder: string, project?: string): Promise<DatasetSummary> {
    const long: Long<Count> = { onProgress: ({ done, total }) => emit({ type: 'opening', folder, done, total }) };
    const known = await projectOf(folder, project);
    const { id } = known;
    const before = opened.get(id)?.workspace;
    if (before) {
      // Opened again: whatever runs on it goes on; only what the folder holds is read anew.
      before.dataset = await readDataset(folder, known, long);
      return summarise(before);
    }
    const workspace = await openWorkspace(folder, project, long);
    const meanwhile = opened.get(id)?.workspace;
    if (meanwhile) {
      await closeWorkspace(workspace);
      return summarise(meanwhile);
    }
    const planted = countedJob<PlantedReport>('Planting', (state) => emit({ type: 'planted', dataset: id, state }));
    const recalled = await recallReport(workspace.project, workspace.results.scan);
    if (recalled) planted.remember(recalled);
    opened.set(id, {
      workspace,
      scan: scanJob((state) => emit({ type: 'scan', dataset: id, state })),
      export: countedJob<ExportResult>(
        'An export',
        (state) => emit({ type: 'export', dataset: id, state }),
        'The export was cancelled; nothing of it is left.',
      ),
      trial: trialJob((progress) => emit({ type: 'trial', dataset: id, progress })),
      insights: countedJob<Insights>('A measurement', (state) => emit({ type: 'insights', dataset: id, state })),
      planted,
      unwatch: watchWorkspace(workspace, emit, live),
    });
    const measured = await recallInsights(workspace).catch(() => null);
    if (measured) at(id).insights.remember(measured);
    return summarise(workspace);
  }

  const api: Api = {
    about: async () => ({
      version,
      cores: availableParallelism(),
      home: homedir(),
      opened: [...opened.values()].reverse().map(({ workspace }) => summarise(workspace)),
    }),
    browse: ({ path }) => browse(path),
    open: ({ folder, project }) => open(folder, project),
    async openDemo() {
      const demo = await openableDemo(home, {
        onProgress: ({ done, total }) => emit({ type: 'opening', folder: 'demo', done, total }),
      });
      const summary = await open(demo.folder);
      const { project } = space(summary.id);
      const settings = await readSettings(project);
      if (!settings.models.length) await writeSettings(project, { ...settings, models: demo.models });
      return summary;
    },
    async samples({ dataset, after, limit }) {
      const { samples } = space(dataset).dataset;
      const next = after + limit;
      return { rows: samples.slice(after, next), next: next < samples.length ? next : null };
    },
    async sample({ dataset, sample }) {
      const { dataset: data, project, results, journal } = space(dataset);
      const row = data.byName.get(sample);
      if (!row) throw new InputError(`Expected a picture of ${data.name}, found none by the name ${sample}.`);
      const result = results.get(sample) ?? null;
      const stored = result && results.scan ? await readPlanes(project, results.scan, sample) : null;
      const cases = stored?.cases ?? [];
      const verdicts = cases.flatMap(({ id }) => {
        const verdict = journal.verdictOf(id);
        return verdict ? [{ id, verdict }] : [];
      });
      return { ...row, result, cases, verdicts };
    },

    settings: ({ dataset }) => readSettings(space(dataset).project),
    async saveSettings({ dataset, settings }) {
      await writeSettings(space(dataset).project, settings);
      return settings;
    },
    describe: ({ models }) => describeModels(models),
    plan: ({ dataset, settings }) => planScan(space(dataset).dataset, settings, space(dataset).project),
    prove({ dataset, model }) {
      const { workspace, trial } = at(dataset);
      return trial.run(async (long) => {
        const { device, folds } = await readSettings(workspace.project);
        return proveModel(workspace.dataset, model, { workerFile, device, folds, ...long });
      });
    },
    try({ dataset, settings, sample }) {
      const { workspace, trial } = at(dataset);
      return trial.run(({ signal }) =>
        tryEnsemble(workspace.dataset, workspace.project, settings, sample, { workerFile, signal }),
      );
    },
    async saveEnsemble({ dataset, settings, file }) {
      const { folder } = space(dataset).dataset;
      if (!relative(folder, file).startsWith('..'))
        throw new InputError(`Expected a place outside the dataset, whose files stay as they are, found ${file}.`);
      await writeEnsemble(file, settings, await describeModels(settings.models));
      return null;
    },
    async loadEnsemble({ dataset, file }) {
      const { project } = space(dataset);
      return { ...(await readSettings(project)), ...(await readEnsemble(file)) };
    },
    async scan({ dataset, settings }) {
      const { workspace, scan } = at(dataset);
      return scan.run(async (long) => {
        await writeSettings(workspace.project, settings);
        const { dataset: data, project, results } = workspace;
        return scanDataset(data, project, settings, { ...long, results, workerFile });
      });
    },
    scanState: async ({ dataset }) => at(dataset).scan.state,
    results: async ({ dataset, ...page }) => resultsPage(space(dataset), page),
    choose: async ({ dataset, ...wanted }) => chooseCases(space(dataset), wanted),
    cases: async ({ dataset, ids }) => findCases(space(dataset), ids),

    decide: ({ dataset, author, verdict, cases, expected }) =>
      decisions.decide(space(dataset), author, verdict, cases, expected),
    acceptPicture: ({ dataset, author, sample }) => decisions.acceptPicture(space(dataset), author, sample),
    undo: ({ dataset, author }) => decisions.undo(space(dataset), author, live()),
    redo: ({ dataset, author }) => decisions.redo(space(dataset), author, live()),
    decisions: ({ dataset, author, since }) => decisions.decisionsSince(space(dataset), author, since, live()),

    rollBack: ({ dataset, author, target }) => decisions.rollBack(space(dataset), author, target, live()),
    bringBack: ({ dataset, author, target }) => decisions.rollBack(space(dataset), author, target, live(), false),
    bulks: ({ dataset }) => listBulks(space(dataset)),
    audit: ({ dataset, target, count }) => auditOf(space(dataset), target, count),
    judge: ({ dataset, author, ...judgement }) => judge(space(dataset), author, judgement),
    reviewed: ({ dataset }) => reviewedOf(space(dataset)),

    measure({ dataset }) {
      const { workspace, insights } = at(dataset);
      return insights.run((long) => measureInsights(workspace, long));
    },
    insights: async ({ dataset }) => at(dataset).insights.state,
    plant({ dataset, settings }) {
      const { workspace, planted } = at(dataset);
      return planted.run((long) => plantErrors(workspace, settings, { ...long, workerFile }));
    },
    planted: async ({ dataset }) => at(dataset).planted.state,

    pseudo: async ({ dataset }) => pseudoSummary(space(dataset)),
    pseudoSamples: async ({ dataset, threshold, after, limit }) => pseudoRows(space(dataset), threshold, after, limit),
    acceptPseudo: ({ dataset, author, threshold, samples }) =>
      decisions.acceptPseudo(space(dataset), author, threshold, samples),

    exportPreview: async ({ dataset }) => exportPreview(space(dataset)),
    export: ({ dataset, out, replace }) => {
      const { workspace, export: job } = at(dataset);
      return job.run((long) => exportTrainSet(workspace, out, { ...long, replace, version }));
    },
    exportState: async ({ dataset }) => at(dataset).export.state,

    async cancel({ dataset, job }) {
      const one: Job = at(dataset)[job];
      await one.cancel();
      return null;
    },
  };

  return {
    ...api,
    async handle(method, params) {
      if (!isMethod(method)) throw new InputError(`Expected a call the studio knows, found ${JSON.stringify(method)}.`);
      // Each schema belongs to its method; the pairing is lost to the type system only on this line.
      return (api[method] as (p: unknown) => Promise<unknown>)(parseParams(method, params));
    },
    workspace: (id) => opened.get(id)?.workspace,
    attend(author) {
      authors.set(author, (authors.get(author) ?? 0) + 1);
      return () => {
        const left = (authors.get(author) ?? 1) - 1;
        if (left) authors.set(author, left);
        else authors.delete(author);
      };
    },
    async close() {
      const all = [...opened.values()];
      opened.clear();
      for (const one of all) {
        await Promise.all([one.scan, one.export, one.trial, one.insights, one.planted].map((job: Job) => job.cancel()));
        one.unwatch();
        await closeWorkspace(one.workspace);
      }
    },
  };
}
