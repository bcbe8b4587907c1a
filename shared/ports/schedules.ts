/** A live scheduler job as the platform has it. */
export interface ScheduleState {
  /** Without project and location: `highnoon-t-90-prep`. */
  readonly name: string;
  readonly cron: string;
  readonly timeZone: string;
  readonly state: 'enabled' | 'paused' | 'disabled' | 'failing' | 'unknown';
  /** Topic id without the project. */
  readonly topic: string | null;
  /** Decoded body. */
  readonly body: string | null;
}

/** Looks at schedules and can do nothing else. */
export interface SchedulesPort {
  list(signal?: AbortSignal): Promise<readonly ScheduleState[]>;
}
