import { type Finding, judgeResult } from '../../../shared/domain/finding.ts';
import type { Json } from '../../../shared/domain/json.ts';
import type { Operation, OperationContext } from '../../../shared/domain/operation.ts';
import type { Verdict } from '../../../shared/domain/verdict.ts';
import type { PortMap } from '../../../shared/ports/port-map.ts';

export interface Judged {
  readonly verdict: Verdict;
  readonly findings: readonly Finding[];
  /** `SUBJECT/CODE` of what is worse than passed. */
  readonly bad: readonly string[];
  readonly output: Json;
  find(code: string): Finding;
}

/** Runs an operation and judges it as the engine would. */
export async function judged(operation: Operation<PortMap>, context: OperationContext<PortMap>): Promise<Judged> {
  const outcome = await operation.run(context);
  const { findings, verdict } = judgeResult(operation.name, operation.failure, outcome);
  return {
    verdict,
    findings,
    bad: findings.filter((finding) => finding.verdict !== 'passed').map(({ subject, code }) => `${subject}/${code}`),
    output: outcome.output ?? null,
    find: (code) => {
      const found = findings.find((finding) => finding.code === code);
      if (found === undefined)
        throw new Error(`no ${code} among ${findings.map((finding) => finding.code).join(', ') || 'no findings'}`);
      return found;
    },
  };
}
