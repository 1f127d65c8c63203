import { createSeededRandom } from './seeded-random.js'

/** What the network does to frames. Left out, it does nothing to them and delivers within the turn. */
export interface MemoryNetworkOptions {
  /**
   * `stream` (the default) is like TCP: what the network does wrong costs time, never a frame, and a late frame holds
   * up those behind it. `datagram` is like UDP: frames get lost, doubled and overtaken, and the links say so.
   */
  readonly delivery?: 'stream' | 'datagram' | undefined
  /** One way. A pair is a range, drawn anew for each frame. */
  readonly latencyMs?: number | readonly [min: number, max: number] | undefined
  /** The share of frames that get lost, 0 up to (not including) 1. */
  readonly loss?: number | undefined
  /** The share of frames that arrive twice, 0 to 1. */
  readonly duplication?: number | undefined
  /** The share of frames that others may overtake, 0 to 1; true is 1. */
  readonly reorder?: number | boolean | undefined
  /** How much later an overtaken frame may come. */
  readonly reorderMs?: number | undefined
  /** What a lost frame of a `stream` costs before it is sent again. */
  readonly retransmitMs?: number | undefined
  /** Each way of each link. Left out, the wire is as fast as the machine. */
  readonly bandwidthBytesPerSecond?: number | undefined
  readonly frameBytesMax?: number | undefined
  /** Bytes under way and not yet delivered, above which `send` returns false. */
  readonly highWaterBytes?: number | undefined
  /** How long a dial waits for a partition to heal. */
  readonly dialTimeoutMs?: number | undefined
  /** Numbers in [0, 1) from which every misfortune is drawn; seeded with 1 where left out. */
  readonly random?: (() => number) | undefined
}

/** What a frame costs on the wire beside its bytes: empty frames fill a link too. */
export const frameOverheadBytes = 16

export interface MemoryNetworkConfig {
  readonly ordered: boolean
  readonly reliable: boolean
  readonly stream: boolean
  /** Whether frames need a time of arrival at all; without one they are delivered at the end of the turn. */
  readonly timed: boolean
  readonly latencyMsMin: number
  readonly latencyMsMax: number
  readonly loss: number
  readonly duplication: number
  readonly reorder: number
  readonly reorderMs: number
  readonly retransmitMs: number
  readonly bandwidthBytesPerSecond: number
  readonly frameBytesMax: number
  readonly highWaterBytes: number
  readonly dialTimeoutMs: number
  readonly random: () => number
}

/** Checks the options once and fills in what was left out. */
export function resolveMemoryNetworkOptions(options: MemoryNetworkOptions = {}): MemoryNetworkConfig {
  const { delivery = 'stream', latencyMs = 0, bandwidthBytesPerSecond, reorder = 0 } = options
  if (delivery !== 'stream' && delivery !== 'datagram') throw new TypeError('delivery must be stream or datagram')
  const stream = delivery === 'stream'
  const [latencyMsMin, latencyMsMax] = typeof latencyMs === 'number' ? [latencyMs, latencyMs] : latencyMs
  if (!(latencyMsMin >= 0 && latencyMsMax >= latencyMsMin && Number.isFinite(latencyMsMax)))
    throw new TypeError('latencyMs must be a finite number, or a range of two, from 0 up')
  if (bandwidthBytesPerSecond !== undefined) positive('bandwidthBytesPerSecond', bandwidthBytesPerSecond)
  const loss = share('loss', options.loss ?? 0)
  if (loss === 1) throw new TypeError('loss must be below 1')
  const duplication = share('duplication', options.duplication ?? 0)
  const overtaken = share('reorder', Number(reorder))
  return Object.freeze({
    stream,
    ordered: stream || overtaken === 0,
    reliable: stream || (loss === 0 && duplication === 0),
    timed: latencyMsMax > 0 || bandwidthBytesPerSecond !== undefined || loss > 0 || duplication > 0 || overtaken > 0,
    latencyMsMin,
    latencyMsMax,
    loss,
    duplication,
    reorder: overtaken,
    reorderMs: positive('reorderMs', options.reorderMs ?? 50),
    retransmitMs: positive('retransmitMs', options.retransmitMs ?? 200),
    bandwidthBytesPerSecond: bandwidthBytesPerSecond ?? Number.POSITIVE_INFINITY,
    frameBytesMax: positive('frameBytesMax', options.frameBytesMax ?? 65_535),
    highWaterBytes: positive('highWaterBytes', options.highWaterBytes ?? 1_048_576),
    dialTimeoutMs: positive('dialTimeoutMs', options.dialTimeoutMs ?? 10_000),
    random: options.random ?? createSeededRandom(1),
  })
}

function positive(name: string, value: number): number {
  if (!(value > 0 && Number.isFinite(value))) throw new TypeError(`${name} must be a finite number above 0`)
  return value
}

function share(name: string, value: number): number {
  if (!(value >= 0 && value <= 1)) throw new TypeError(`${name} must be from 0 to 1`)
  return value
}
