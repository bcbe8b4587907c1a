import type { google } from '@google-cloud/scheduler/build/protos/protos.js';
import type { ScheduleState, SchedulesPort } from '../../ports/schedules.ts';
import { grpcCall, lazily, once } from './call.ts';
import { type CloudPlace, grpcOptions } from './endpoints.ts';
import { lastSegment } from './values.ts';

/** Pages hold at most 500 jobs; a project has a limit of 1,000 jobs a region unless it asked for more. */
const MOST_PAGES = 20;

/** The jobs of Cloud Scheduler. No other method of the client is ever called. */
export function createCloudSchedules(place: CloudPlace): SchedulesPort {
  const client = lazily(async () => {
    const { CloudSchedulerClient } = await import('@google-cloud/scheduler/build/src/v1/cloud_scheduler_client.js');
    return new CloudSchedulerClient(await grpcOptions(place));
  });
  const parent = `projects/${place.projectId}/locations/${place.region}`;
  const asked = { port: 'schedules', what: `the schedules of ${parent}`, needs: 'cloudscheduler.jobs.list' };
  return {
    async list(signal) {
      const jobs: Job[] = [];
      let pageToken: string | null | undefined;
      for (let page = 0; page < MOST_PAGES; page += 1) {
        const request = { parent, pageSize: 500, ...(pageToken ? { pageToken } : {}) };
        const [found, , response] = await grpcCall(asked, signal, async () =>
          (await client()).listJobs(request, { ...once(), autoPaginate: false }),
        );
        jobs.push(...found);
        pageToken = response?.nextPageToken;
        if (!pageToken) break;
      }
      return jobs.map(stateOf);
    },
  };
}

type Job = google.cloud.scheduler.v1.IJob;

function stateOf(job: Job): ScheduleState {
  const { topicName, data } = job.pubsubTarget ?? {};
  const body = data === null || data === undefined ? '' : Buffer.from(data as Uint8Array).toString('utf8');
  return {
    name: lastSegment(job.name ?? ''),
    cron: job.schedule ?? '',
    timeZone: job.timeZone ?? '',
    state: liveliness(job),
    topic: topicName ? lastSegment(topicName) : null,
    body: body === '' ? null : body,
  };
}

/** A job that is enabled and whose last attempt to publish failed does not do what it is there for. */
function liveliness({ state, status }: Job): ScheduleState['state'] {
  switch (state) {
    case 'ENABLED':
    case 1:
      return (status?.code ?? 0) === 0 ? 'enabled' : 'failing';
    case 'PAUSED':
    case 2:
      return 'paused';
    case 'DISABLED':
    case 3:
      return 'disabled';
    case 'UPDATE_FAILED':
    case 4:
      return 'failing';
    default:
      return 'unknown';
  }
}
