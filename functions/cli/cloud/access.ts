import { createCloudAccessChange } from '../../../shared/adapters/gcp/access-change.ts';
import { endpointsFrom } from '../../../shared/adapters/gcp/endpoints.ts';
import { PortError, unreachable } from '../../../shared/domain/errors.ts';
import type { AccessChange } from '../../../shared/domain/risk/access.ts';
import { describeChange } from '../../../shared/domain/risk/access-history.ts';
import { accessProposals } from '../../../shared/engine/acts/access.ts';
import type { Engine } from '../../../shared/engine/engine.ts';
import type { Arguments } from '../arguments.ts';
import type { ExitCode } from '../command.ts';
import type { Output } from '../output.ts';
import { tellProposals } from '../render/access.ts';
import { openCloud } from './open-cloud.ts';

export async function accessInCloud(args: Arguments, output: Output): Promise<ExitCode> {
  const { engine, close } = await openCloud(args, output);
  try {
    return await tellProposals(engine, output);
  } finally {
    await close();
  }
}

/**
 * Carries an approved proposal out with the credentials of whoever runs this command: no function of High Noon may set
 * IAM, and nothing here lends it a right. False, with the reason told, when nothing was carried out.
 */
export async function carryOutInCloud(proposalId: string, args: Arguments, output: Output): Promise<boolean> {
  const { engine, close } = await openCloud(args, output);
  const refuse = (why: string): boolean => {
    output.line(`REFUSED: ${why}`);
    output.document({ schema: 'highnoon.act/1', act: 'access apply', ok: false, why });
    return false;
  };
  try {
    const state = (await accessProposals(engine)).find(({ proposal }) => proposal.id === proposalId);
    if (state === undefined)
      return refuse(`'${proposalId}' is no proposal of the newest review; see: highnoon access list`);
    if (state.approved === null) return refuse('nobody has approved it');
    if (state.applied !== null) return refuse(`it was carried out by ${state.applied.by} at ${state.applied.at}`);
    await change(engine, state.proposal.change);
    output.progress(`carried out: ${describeChange(state.proposal.change)}; noting it`);
    return true;
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    return refuse(error.message);
  } finally {
    await close();
  }
}

async function change({ configuration, environment }: Engine, wanted: AccessChange): Promise<void> {
  const { project_id: projectId, region } = configuration.deployment;
  const endpoints = endpointsFrom(environment);
  const place = { projectId, region, endpoint: endpoints.RESOURCE_MANAGER, iamEndpoint: endpoints.IAM };
  const hands = createCloudAccessChange(place);
  switch (wanted.kind) {
    case 'remove-binding':
      return hands.removeBinding(wanted.binding);
    case 'disable-account':
      return hands.disableAccount(wanted.email);
    case 'delete-key':
      return hands.deleteKey(wanted.email, wanted.keyId);
    default:
      return unreachable(wanted, 'change of access');
  }
}
