import type { PhaseName } from '../../domain/catalog.ts';
import { toSeconds } from '../../domain/time.ts';

/** A line to copy into a terminal. */
export interface Command {
  readonly label: string;
  readonly text: string;
}

/** How commands are written here: against the cloud, or against this machine's store. */
export interface CommandStyle {
  readonly isLocal: boolean;
  /** `highnoon-t-90-prep` */
  resourceName(name: string): string;
}

const CLI = 'npm run -s highnoon --';

export function rerunCommands(phase: PhaseName, dueAt: string, style: CommandStyle): Command[] {
  const slot = toSeconds(dueAt);
  const where = style.isLocal ? '' : ' --store firestore';
  const cli = {
    label: 'command line',
    text: `${CLI} run ${phase}${where} --slot ${slot} --rerun --reason "what was mended"`,
  };
  if (style.isLocal) return [cli];
  const message = JSON.stringify({ phase, rerun: true, slot, reason: 'what was mended' });
  return [
    cli,
    { label: 'gcloud', text: `gcloud pubsub topics publish ${style.resourceName(phase)} --message='${message}'` },
  ];
}

/** Acts have no gcloud form: a message identifies nobody, so it can ask for a run and for nothing else. */
export function actCommand(act: string, options: string, style: CommandStyle): Command {
  const where = style.isLocal ? ' --actor "your name"' : ' --store firestore';
  return { label: 'command line', text: `${CLI} ${act}${where}${options === '' ? '' : ` ${options}`} --reason "why"` };
}

export const lookCommand = (style: CommandStyle): Command => ({
  label: 'command line',
  text: `${CLI} status${style.isLocal ? '' : ' --store firestore'}`,
});
