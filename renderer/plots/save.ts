/** Hands a file to the person: the browser's downloads, or the dialog of the desktop window. Nothing leaves the page. */
export function saveFile(name: string, content: string, type: 'image/svg+xml' | 'text/csv'): void {
  const url = URL.createObjectURL(new Blob([content], { type: `${type};charset=utf-8` }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // Some browsers read the blob only after the click has been answered.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** A name every file system takes: `sorting belt` → `sorting-belt`. */
export const fileStem = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/[^\w.-]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '') || 'winnow';
