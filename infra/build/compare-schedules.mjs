// Compares the live schedules (`gcloud scheduler jobs list --format=json`) with the catalog. Exits 1 and names each
// difference: missing, paused, extra, another cron, another zone, another message.
import { readFileSync } from 'node:fs';

/** Differences between live jobs and the catalog, as sentences. `prefix` is `highnoon` or `highnoon-<environment>`. */
export function differences(catalog, jobs, prefix) {
  const expected = new Map([...catalog.phases, ...catalog.services].filter(({ cron }) => cron !== undefined).map((entry) => [`${prefix}-${entry.name}`, entry]));
  const live = new Map(jobs.map((job) => [job.name.split('/').at(-1), job]));
  const found = [];
  for (const [name, entry] of expected) {
    const job = live.get(name);
    if (job === undefined) found.push(`${name}: missing`);
    else found.push(...compare(name, entry, job));
  }
  for (const job of jobs) {
    const name = job.name.split('/').at(-1);
    if (name.startsWith(`${prefix}-`) && !expected.has(name) && !isAnothers(catalog, job, name)) found.push(`${name}: extra, the catalog does not have it`);
  }
  return found;
}

/** A job of another environment has a catalog name behind that environment's, and starts nothing of this one. */
function isAnothers(catalog, job, name) {
  const known = [...catalog.phases, ...catalog.services].some((entry) => new RegExp(`^highnoon-[a-z][a-z0-9]{1,10}-${entry.name}$`).test(name));
  return known && job.pubsubTarget?.topicName?.endsWith(`/topics/${name}`) === true;
}

function compare(name, entry, job) {
  const found = [];
  if (job.state !== 'ENABLED') found.push(`${name}: its state is ${job.state}, ENABLED is wanted`);
  if (job.schedule !== entry.cron) found.push(`${name}: runs at "${job.schedule}", the catalog says "${entry.cron}"`);
  if (!['UTC', 'Etc/UTC'].includes(job.timeZone)) found.push(`${name}: its zone is ${job.timeZone}, UTC is wanted`);
  const body = Buffer.from(job.pubsubTarget?.data ?? '', 'base64').toString();
  const wanted = JSON.stringify({ phase: entry.name, trigger: 'schedule' });
  if (body !== wanted) found.push(`${name}: publishes ${body || 'nothing'}, ${wanted} is wanted`);
  if (!job.pubsubTarget?.topicName?.endsWith(`/topics/${name}`)) found.push(`${name}: publishes to ${job.pubsubTarget?.topicName}, its own topic is wanted`);
  return found;
}

if (process.argv[1] === import.meta.filename) {
  const catalog = JSON.parse(readFileSync(new URL('../../shared/catalog/phases.json', import.meta.url), 'utf8'));
  const jobs = JSON.parse(readFileSync(process.argv[2], 'utf8'));
  const environment = process.env.ENVIRONMENT ?? 'prod';
  const found = differences(catalog, jobs, environment === 'prod' ? 'highnoon' : `highnoon-${environment}`);
  for (const line of found) process.stderr.write(`${line}\n`);
  process.stdout.write(found.length === 0 ? 'the live schedules equal the catalog\n' : `${found.length} differences\n`);
  process.exitCode = found.length === 0 ? 0 : 1;
}
