import type { MemoryNetworkConfig } from './options.js'

// What becomes of each frame on one direction of a link: when it arrives, how often, or not at all.

export interface Fate {
  /** False: frames arrive at the end of the turn, and no fate is drawn. */
  readonly timed: boolean
  /** Whether a frame that finds no route waits for one (a stream sends it again) or is lost. */
  readonly waitsForRoute: boolean
  /** When the frame arrives: not at all, once, or more often. */
  draw(nowMs: number, bytes: number): number[]
  /** When the news of the end arrives: never lost, and behind every frame. */
  last(nowMs: number): number
}

export function createFate(config: MemoryNetworkConfig): Fate {
  const { random, stream } = config
  let wireFreeAtMs = 0
  let lastInOrderMs = 0
  let lastOfAllMs = 0

  function transmit(nowMs: number, bytes: number): number {
    wireFreeAtMs = Math.max(nowMs, wireFreeAtMs) + (bytes * 1_000) / config.bandwidthBytesPerSecond
    return wireFreeAtMs + drawLatencyMs(config)
  }

  function happens(share: number): boolean {
    return share > 0 && random() < share
  }

  function delayedMs(): number {
    return happens(config.reorder) ? random() * config.reorderMs : 0
  }

  function drawStream(nowMs: number, bytes: number): number {
    let arriveAtMs = transmit(nowMs, bytes)
    while (happens(config.loss)) arriveAtMs += config.retransmitMs
    if (happens(config.duplication)) transmit(nowMs, bytes)
    lastInOrderMs = Math.max(arriveAtMs + delayedMs(), lastInOrderMs)
    return lastInOrderMs
  }

  function drawDatagram(nowMs: number, bytes: number): number {
    const arriveAtMs = transmit(nowMs, bytes)
    if (happens(config.reorder)) return arriveAtMs + random() * config.reorderMs
    lastInOrderMs = Math.max(arriveAtMs, lastInOrderMs)
    return lastInOrderMs
  }

  return {
    timed: config.timed,
    waitsForRoute: stream,
    draw(nowMs, bytes) {
      const arrivals: number[] = []
      if (stream) arrivals.push(drawStream(nowMs, bytes))
      else if (!happens(config.loss)) {
        arrivals.push(drawDatagram(nowMs, bytes))
        if (happens(config.duplication)) arrivals.push(drawDatagram(nowMs, bytes))
      }
      for (const arriveAtMs of arrivals) lastOfAllMs = Math.max(lastOfAllMs, arriveAtMs)
      return arrivals
    },
    last: (nowMs) => Math.max(lastOfAllMs, transmit(nowMs, 0)),
  }
}

/** One crossing of the wire. */
export function drawLatencyMs({ latencyMsMin, latencyMsMax, random }: MemoryNetworkConfig): number {
  return latencyMsMax === latencyMsMin ? latencyMsMin : latencyMsMin + random() * (latencyMsMax - latencyMsMin)
}
