/** Electron's executable if it is installed, else null. */
export function electronBinary(): string | null;
/** Why there can be no window here, as the end of a sentence; null: there can. */
export function noWindow(): string | null;
