import type { ClassMap, Finding, SampleRow } from '../../../common/dataset.ts';

/** An opened dataset: what is there, read from headers only. The folder is never written to. */
export interface Dataset {
  /** absolute, real path */
  folder: string;
  name: string;
  /** e.g. `folder` for images/ + masks/ */
  format: string;
  classMap: ClassMap;
  /** in natural name order; pictures that could not be read are findings instead */
  samples: SampleRow[];
  byName: Map<string, SampleRow>;
  findings: Finding[];
}
