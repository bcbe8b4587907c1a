import { type GrpcStandIn, startGrpc } from './grpc-server.ts';

export interface ArtifactAnalysisStandIn extends GrpcStandIn {
  occurrences: readonly { readonly kind: string; readonly resourceUri: string; readonly [more: string]: unknown }[];
}

/** Artifact Analysis' list of occurrences, filtered by kind and image, in pages of two. */
export async function startArtifactAnalysis(): Promise<ArtifactAnalysisStandIn> {
  const standIn: ArtifactAnalysisStandIn = Object.assign(
    await startGrpc({
      package: '@google-cloud/grafeas',
      services: [{ proto: 'grafeas/v1/grafeas.proto', name: 'grafeas.v1.Grafeas', handlers: { listOccurrences } }],
    }),
    { occurrences: [] as ArtifactAnalysisStandIn['occurrences'] },
  );
  return standIn;

  function listOccurrences({ filter, pageToken }: { filter: string; pageToken: string }): unknown {
    const [, kind, resource] = /^kind="(\w+)" AND resourceUrl="([^"]+)"$/.exec(filter) ?? [];
    const own = standIn.occurrences.filter((one) => one.kind === kind && one.resourceUri === resource);
    const from = Number(pageToken || 0);
    return { occurrences: own.slice(from, from + 2), nextPageToken: from + 2 < own.length ? String(from + 2) : '' };
  }
}
