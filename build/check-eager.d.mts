export function checkEager(folder: string, metafile: { readonly outputs: Readonly<Record<string, object>> }): void;
