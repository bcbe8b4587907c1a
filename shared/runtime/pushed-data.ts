/** The parts of a CloudEvent that a phase looks at. */
export interface PushedEvent {
  readonly source: string | undefined;
  readonly id: string | undefined;
  readonly data?: unknown;
}

/** A push without data is not made a CloudEvent by functions-framework; it arrives as its bare body. */
export function pushedData(event: PushedEvent): unknown {
  const isRaw = event !== null && typeof event === 'object' && 'message' in event;
  return event.data ?? (isRaw ? event : undefined);
}
