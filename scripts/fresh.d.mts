/** Installs and builds, each only when needed. */
export function fresh(options?: { build?: boolean }): Promise<void>;
