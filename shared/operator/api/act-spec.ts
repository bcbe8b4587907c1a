import type { z } from 'zod';
import type { ActAnswer, Actor } from '../../engine/acts/act.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Role } from '../identity/roles.ts';

/** What a person may ask for: who may, what it takes, and what it comes to. */
export interface ActSpec<Body> {
  readonly name: string;
  readonly role: Role;
  readonly summary: string;
  readonly body: z.ZodType<Body>;
  perform(engine: Engine, who: Actor, body: Body): Promise<ActAnswer>;
}

/** Keeps the body's type between schema and deed, and hides it from whoever lists the acts. */
export function defineAct<Body>(spec: ActSpec<Body>): ActSpec<unknown> {
  return { ...spec, perform: (engine, who, body) => spec.perform(engine, who, body as Body) };
}
