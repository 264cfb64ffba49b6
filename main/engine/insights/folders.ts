/** Folders a file lies below, from the dataset itself ('') down: `images/a/b.jpg` → '', `images`, `images/a`. */
export function foldersAbove(file: string): string[] {
  const folders = [''];
  for (let at = file.indexOf('/'); at >= 0; at = file.indexOf('/', at + 1)) folders.push(file.slice(0, at));
  return folders;
}

/** The folder a folder lies in; of the outermost ones the dataset itself. */
export const folderAbove = (folder: string): string => folder.slice(0, Math.max(0, folder.lastIndexOf('/')));
