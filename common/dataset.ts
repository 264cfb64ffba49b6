/** A class of the dataset. Inside Winnow pixels carry its *index* in `ClassMap.classes`; `id` is the value in mask files. */
export interface ClassInfo {
  /** value in mask files, 0..65535 */
  id: number;
  name: string;
  /** `#rrggbb` */
  color: string;
}

export interface ClassMap {
  classes: ClassInfo[];
  /** value in mask files of pixels that have no label; null where the dataset declares none */
  ignore: number | null;
}

/** The class index of pixels without a usable label: ignored, unknown id, or no mask at all. At most 255 classes. */
export const IGNORE = 255;

/** Something wrong with one file: what was expected and what was found. Never ends a run. */
export interface Finding {
  /** relative to the dataset folder */
  file: string;
  problem: string;
}

/** A picture and, if it has one, its given mask. */
export interface SampleRow {
  /** file name without extension where that is unique, else path relative to the dataset without extension */
  name: string;
  /** picture, relative to the dataset folder, with / */
  image: string;
  /** mask, relative to the dataset folder; null: unlabelled */
  mask: string | null;
  /** pixels, as displayed (EXIF orientation applied) */
  width: number;
  height: number;
}

export interface DatasetSummary {
  /** short hash of the real folder and project path; names the dataset in every other call and URL */
  id: string;
  /** absolute */
  folder: string;
  /** absolute path of the project folder */
  project: string;
  name: string;
  format: string;
  classes: ClassInfo[];
  ignore: number | null;
  samples: number;
  labelled: number;
  unlabelled: number;
  findings: Finding[];
}
