// Payloads that no protocol has in mind: anything that can be encoded, and valid samples with something wrong in them.

type Random = () => number

/** Every awkward value there is, for protocols to refuse. */
export const garbage: readonly unknown[] = [
  undefined,
  null,
  true,
  false,
  0,
  -1,
  0.5,
  2 ** 53,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  '',
  'a',
  '\u0000',
  'constructor',
  'x'.repeat(1_000),
  new Uint8Array(0),
  new Uint8Array(100),
  [],
  {},
  [[[[[[[[]]]]]]]],
]

const keys = ['', 'id', 'type', 'length', 'then', 'toString', 'constructor', 'payload', '0']

/** One value, or a few of them nested. */
export function drawPayload(random: Random, depth = 3): unknown {
  const kind = random()
  if (depth === 0 || kind < 0.6) return pick(random, garbage)
  const length = Math.floor(random() * 4)
  if (kind < 0.8) return Array.from({ length }, () => drawPayload(random, depth - 1))
  return Object.fromEntries(Array.from({ length }, () => [pick(random, keys), drawPayload(random, depth - 1)]))
}

/** The payload with one thing in it replaced, left out or added. */
export function spoilPayload(random: Random, payload: unknown): unknown {
  if (Array.isArray(payload) && payload.length > 0) {
    const at = Math.floor(random() * payload.length)
    return random() < 0.3 ? payload.toSpliced(at, 1) : payload.with(at, spoilPayload(random, payload[at]))
  }
  if (!isRecord(payload)) return drawPayload(random)
  const key = pick(random, Object.keys(payload)) ?? 'surplus'
  const { [key]: value, ...rest } = payload
  const fate = random()
  if (fate < 0.3) return rest
  return fate < 0.8 ? { ...payload, [key]: spoilPayload(random, value) } : { ...payload, surplus: drawPayload(random) }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}

function pick<Value>(random: Random, values: readonly Value[]): Value | undefined {
  return values[Math.floor(random() * values.length)]
}
