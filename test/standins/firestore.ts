import { GrpcFault, type GrpcStandIn, startGrpc } from './grpc-server.ts';

type Fields = Readonly<Record<string, unknown>>;

export interface FirestoreStandIn extends GrpcStandIn {
  /** Wire fields by the full name of the document. */
  readonly documents: Map<string, Fields>;
  backups: readonly unknown[];
  unreachable: readonly string[];
  schedules: readonly unknown[];
}

/** Firestore's queries over one collection by name, and its lists of backups: what the emulator does not have. */
export async function startFirestore(): Promise<FirestoreStandIn> {
  const documents = new Map<string, Fields>();
  const standIn: FirestoreStandIn = Object.assign(
    await startGrpc({
      package: '@google-cloud/firestore-api',
      services: [
        {
          proto: 'google/firestore/v1/firestore.proto',
          name: 'google.firestore.v1.Firestore',
          handlers: { runQuery },
        },
        {
          proto: 'google/firestore/admin/v1/firestore_admin.proto',
          name: 'google.firestore.admin.v1.FirestoreAdmin',
          handlers: {
            listBackups: () => ({ backups: standIn.backups, unreachable: standIn.unreachable }),
            listBackupSchedules: () => ({ backupSchedules: standIn.schedules }),
          },
        },
      ],
    }),
    { documents, backups: [] as unknown[], unreachable: [] as string[], schedules: [] as unknown[] },
  );
  return standIn;

  function runQuery({ parent, structuredQuery }: Query): readonly unknown[] {
    const [from] = structuredQuery.from;
    if (from === undefined) throw new GrpcFault(3, 'a query names a collection');
    const root = `${parent}/${from.collectionId}/`;
    const { values, before } = structuredQuery.startAt ?? { values: [], before: false };
    const after = values[0]?.referenceValue ?? '';
    const names = [...documents.keys()]
      .filter(
        (name) =>
          name.startsWith(root) &&
          !name.slice(root.length).includes('/') &&
          (name > after || (before && name === after)),
      )
      .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
      .slice(0, structuredQuery.limit?.value ?? documents.size);
    const found = names.map((name) => ({ document: { name, fields: documents.get(name) } }));
    // An empty result still answers with its read time.
    return found.length > 0 ? found : [{ readTime: { seconds: '1', nanos: 0 } }];
  }
}

interface Query {
  readonly parent: string;
  readonly structuredQuery: {
    readonly from: readonly { readonly collectionId: string }[];
    readonly startAt: {
      readonly values: readonly { readonly referenceValue: string }[];
      readonly before: boolean;
    } | null;
    readonly limit: { readonly value: number } | null;
  };
}
