import type { Host } from '../common/host.ts';

/** folder: one that is there; target: one that may be made; models: ONNX files, or a folder of them. */
export type PickKind = 'folder' | 'target' | 'models';

export interface Picking {
  title: string;
  kind: PickKind;
  /** where to begin; null: the home folder */
  from: string | null;
  /** null: the person chose nothing */
  done: (paths: string[] | null) => void;
}

/** Choosing files and folders: the system's own dialog where the host has one, else ours (parts/FolderPicker.svelte). */
export class Picker {
  /** what our own dialog is asked for right now */
  asked = $state.raw<Picking | null>(null);

  private readonly host: Host;

  constructor(host: Host) {
    this.host = host;
  }

  async folder(title: string, from: string | null = null): Promise<string | null> {
    if (this.host.pickFolder) return this.host.pickFolder(title);
    return (await this.ask(title, 'folder', from))?.at(0) ?? null;
  }

  async target(title: string, from: string | null): Promise<string | null> {
    if (this.host.pickFolder) return this.host.pickFolder(title);
    return (await this.ask(title, 'target', from))?.at(0) ?? null;
  }

  async models(from: string | null): Promise<string[]> {
    if (this.host.pickModels) return this.host.pickModels();
    return (await this.ask('Add models', 'models', from)) ?? [];
  }

  private ask(title: string, kind: PickKind, from: string | null): Promise<string[] | null> {
    this.asked?.done(null);
    return new Promise((resolve) => {
      const done = (paths: string[] | null) => {
        this.asked = null;
        resolve(paths);
      };
      this.asked = { title, kind, from, done };
    });
  }
}
