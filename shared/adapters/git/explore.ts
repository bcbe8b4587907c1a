import { PortError } from '../../domain/errors.ts';
import type { Commit, HistoryCap, HistoryLimits, ObjectId } from '../../ports/repositories.ts';
import { malformed } from './advertisement.ts';
import { gitError } from './failure.ts';
import { type Graph, openCommits } from './graph.ts';
import { parseCommit } from './objects.ts';
import { fetchInto, type Session } from './session.ts';
import type { Call } from './transport.ts';
import type { Fetched, FetchRequest } from './upload-pack.ts';

const DEFAULTS: Required<HistoryLimits> = {
  maxCommits: 5_000,
  maxBytes: 32 * 1024 * 1024,
  maxMs: 20_000,
  deepenStep: 64,
};

/** `root`: everything there is was read. */
export interface Explored<T> {
  readonly graph: Graph;
  readonly outcome: { readonly answer: T } | { readonly cap: HistoryCap | 'root' };
}

/**
 * Reads the history of some commits step by step, each step twice as deep as the last, until `look` has an answer or a
 * limit is reached. Only commits are asked for, so a step of 1,000 commits costs some 100 KB; a server without filters
 * sends whole trees as well, which is what the byte limit is for.
 */
export async function explore<T>(
  session: Session,
  call: Call,
  tips: readonly ObjectId[],
  options: HistoryLimits,
  look: (graph: Graph) => T | undefined,
): Promise<Explored<T>> {
  const limits = { ...DEFAULTS, ...options };
  const { monotonicMs } = session.transport;
  const endsAtMs = Math.min(call.endsAtMs, monotonicMs() + limits.maxMs);
  const wants = [...new Set(tips)];
  const graph = new Map<ObjectId, Commit>();
  const shallow = new Set<ObjectId>();
  let bytes = 0;
  for (let depth = Math.min(limits.deepenStep, limits.maxCommits); ; depth = Math.min(depth * 2, limits.maxCommits)) {
    const before = graph.size;
    const step = await fetchStep(
      session,
      { ...call, endsAtMs },
      {
        wants,
        haves: before === 0 ? [] : wants,
        shallow: [...shallow],
        depth,
        filter: 'tree:0',
        maxBytes: limits.maxBytes - bytes,
      },
    );
    if (typeof step === 'string') return { graph, outcome: { cap: step } };
    bytes += step.bytes;
    for (const object of step.objects.values()) {
      if (object.type === 'commit')
        graph.set(
          object.id,
          malformed(session.repository, () => parseCommit(object)),
        );
    }
    const missing = wants.find((id) => !graph.has(id));
    if (missing !== undefined)
      throw gitError(session.repository, 'invalid', `${missing} is not a commit, or was not sent`);
    for (const id of step.unshallow) shallow.delete(id);
    for (const id of step.shallow) shallow.add(id);
    const answer = look(graph);
    if (answer !== undefined) return { graph, outcome: { answer } };
    if (openCommits(graph).length === 0) return { graph, outcome: { cap: 'root' } };
    if (graph.size >= limits.maxCommits || depth >= limits.maxCommits) return { graph, outcome: { cap: 'commits' } };
    if (bytes >= limits.maxBytes) return { graph, outcome: { cap: 'bytes' } };
    if (monotonicMs() >= endsAtMs) return { graph, outcome: { cap: 'time' } };
    // The server's own copy may be cut off as well: asking for more would go on for ever.
    if (graph.size === before) return { graph, outcome: { cap: 'shallow' } };
  }
}

/** Running out of bytes or time in mid-step is what the limits are for; that the caller gave up is not. */
async function fetchStep(session: Session, call: Call, request: FetchRequest): Promise<Fetched | 'bytes' | 'time'> {
  try {
    return await fetchInto(session, call, request);
  } catch (error) {
    if (error instanceof PortError && error.code === 'too-large') return 'bytes';
    if (error instanceof PortError && error.code === 'deadline-exceeded' && !call.signal?.aborted) return 'time';
    throw error;
  }
}
