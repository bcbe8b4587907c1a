import { InvariantError } from '../../domain/errors.ts';

/** A database and the names in it: `projects/P/databases/D/documents/slots/ID`. */
export interface DatabaseNames {
  readonly database: string;
  document(path: string): string;
  /** Parent and id of a collection, as a query names them. */
  collection(path: string): { readonly parent: string; readonly collectionId: string };
  /** The path of a document's full name. */
  pathOf(name: string): string;
}

const isReserved = (segment: string): boolean =>
  segment === '' || segment === '.' || segment === '..' || /^__.*__$/.test(segment);

export function databaseNames(projectId: string, databaseId: string): DatabaseNames {
  const database = `projects/${projectId}/databases/${databaseId}`;
  const root = `${database}/documents`;
  return {
    database,
    document(path) {
      const segments = path.split('/');
      if (segments.length % 2 === 1 || segments.some(isReserved))
        throw new InvariantError(`'${path}' is not the path of a document`);
      return `${root}/${path}`;
    },
    collection(path) {
      const segments = path.split('/');
      if (segments.length % 2 === 0 || segments.some(isReserved))
        throw new InvariantError(`'${path}' is not the path of a collection`);
      const collectionId = segments.at(-1) ?? '';
      return { parent: [root, ...segments.slice(0, -1)].join('/'), collectionId };
    },
    pathOf: (name) => name.slice(root.length + 1),
  };
}
