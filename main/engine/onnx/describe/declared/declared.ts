import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import type { z } from 'zod';
import type { Activation, Preprocessing } from '../../../../../common/ensemble.ts';
import { messageOf } from '../../../errors.ts';
import { parseJson } from '../../../json.ts';

/** What somebody wrote about a model, in its file or beside it. What is absent nobody wrote. */
export interface Declared {
  /** where it stands, such as `Hugging Face` */
  by: string;
  /** what a person has to know about it, such as `ids of the masks begin at 1` */
  note?: string;
  preprocessing?: Partial<Preprocessing>;
  activation?: Activation;
  output?: string;
  /** of the model's classes in their order */
  classNames?: string[];
  size?: { width: number; height: number };
  multiple?: number;
  fold?: number | null;
  /** what it is, where it is no semantic segmentation; begins with its article */
  unlike?: string;
}

/**
 * A JSON file as `schema` has it; null: there is none. Throws one sentence where it is another: `expected` says what was
 * looked for in it.
 */
export async function readJson<T>(file: string, schema: z.ZodType<T>, expected: string): Promise<T | null> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch {
    return null;
  }
  try {
    return parseJson(text, schema);
  } catch (error) {
    throw new Error(`Expected ${expected} in ${file}, found ${messageOf(error)}.`, { cause: error });
  }
}

/** NAME.json beside NAME.onnx */
export const beside = (model: string): string => `${model.slice(0, -extname(model).length)}.json`;
