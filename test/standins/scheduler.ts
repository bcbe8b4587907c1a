import { type GrpcStandIn, startGrpc } from './grpc-server.ts';

/** A job as the wire carries it. */
export interface WireJob {
  readonly name: string;
  readonly schedule: string;
  readonly timeZone: string;
  readonly state: 'ENABLED' | 'PAUSED' | 'DISABLED' | 'UPDATE_FAILED' | 'STATE_UNSPECIFIED';
  readonly status?: { readonly code: number };
  readonly pubsubTarget?: { readonly topicName: string; readonly data: Uint8Array };
}

export interface SchedulerStandIn extends GrpcStandIn {
  jobs: readonly WireJob[];
}

/** Cloud Scheduler's list, in pages of two. Every other method is unimplemented, so that calling one fails a test. */
export async function startScheduler(): Promise<SchedulerStandIn> {
  const standIn: SchedulerStandIn = Object.assign(
    await startGrpc({
      package: '@google-cloud/scheduler',
      services: [
        {
          proto: 'google/cloud/scheduler/v1/cloudscheduler.proto',
          name: 'google.cloud.scheduler.v1.CloudScheduler',
          handlers: { listJobs },
        },
      ],
    }),
    { jobs: [] as readonly WireJob[] },
  );
  return standIn;

  function listJobs({ parent, pageToken }: { parent: string; pageToken: string }): unknown {
    const own = standIn.jobs.filter(({ name }) => name.startsWith(`${parent}/jobs/`));
    const from = Number(pageToken || 0);
    return { jobs: own.slice(from, from + 2), nextPageToken: from + 2 < own.length ? String(from + 2) : '' };
  }
}
