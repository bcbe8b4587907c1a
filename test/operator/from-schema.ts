import fc from 'fast-check';

export interface JsonSchema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly anyOf?: readonly JsonSchema[];
}

/** Values that a schema describes; a property with likely values takes one of those as often as any other. */
export function fromSchema(
  schema: JsonSchema,
  likely: Readonly<Record<string, readonly unknown[]>>,
): fc.Arbitrary<unknown> {
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map((one) => fromSchema(one, likely)));
  switch (schema.type) {
    case 'string':
      return fc.string({ minLength: schema.minLength ?? 0, maxLength: Math.min(schema.maxLength ?? 40, 60) });
    case 'integer':
      return fc.integer({ min: Math.max(schema.minimum ?? -5, -5), max: Math.min(schema.maximum ?? 500, 500) });
    case 'number':
      return fc.double();
    case 'boolean':
      return fc.boolean();
    case 'array':
      return fc.array(fromSchema(schema.items ?? {}, likely), { maxLength: 3 });
    case 'object': {
      const properties = Object.entries(schema.properties ?? {}).map(([name, one]) => {
        const known = likely[name];
        const own = fromSchema(one, likely);
        return [name, known === undefined ? own : fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...known) }, own)];
      });
      const model = Object.fromEntries(properties) as Record<string, fc.Arbitrary<unknown>>;
      return fc.record(model, { requiredKeys: [...(schema.required ?? [])] });
    }
    default:
      return fc.jsonValue();
  }
}
