import { isDeepStrictEqual } from 'node:util'
import {
  defineProtocol,
  type Message,
  message,
  type PeerId,
  type PeerInfo,
  type ProtocolHandler,
  request,
  type Schema,
} from '@rondo/core'
import type { ProtocolSamples } from '@rondo/testkit/conformance/protocol'

// A protocol of each make that keeps its promises: one by definition, one written by hand.

/** The smallest schema there is: a test of the value. */
function schema(what: string, holds: (value: unknown) => boolean): Schema {
  return {
    '~standard': {
      version: 1,
      vendor: 'rondo-test',
      validate: (value) => (holds(value) ? { value } : { issues: [{ message: `expected ${what}` }] }),
    },
  }
}

const hasCity = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'city' in value && typeof value.city === 'string'

const city = schema('a city', hasCity)
const celsius = schema('a number', (value) => typeof value === 'number' && Number.isFinite(value))

export const weather = defineProtocol({
  name: 'weather',
  version: 3,
  messages: {
    report: message({ payload: city, bytesMax: 2_000, rate: { perSecond: 5, burst: 2 } }),
    forecast: request({ payload: city, reply: celsius, errors: ['CITY_UNKNOWN'], bytesMax: 4_000 }),
  },
})

export const weatherSamples: ProtocolSamples = {
  definition: weather,
  valid: { report: [{ city: 'Oslo' }, { city: '' }], forecast: [{ city: 'Oslo' }, { city: 'Atlantis' }] },
  invalid: { forecast: [{ city: 7 }] },
  patienceMs: 4_000,
}

export function createWeather(): ProtocolHandler {
  return weather.handler({
    async forecast(asked, { reject }) {
      return hasCity(asked) && JSON.stringify(asked).includes('Atlantis') ? reject('CITY_UNKNOWN', 'it sank') : 21.5
    },
  })
}

/** Gives back what it is asked, and tells who asked. */
export class Echo implements ProtocolHandler {
  readonly protocolName = 'echo'
  readonly #heard = new Map<PeerId, number>()

  handleMessage({ type, payload }: Message, { peerId }: PeerInfo): unknown {
    this.#heard.set(peerId, (this.#heard.get(peerId) ?? 0) + 1)
    return type === 'echo' ? this.reply(payload, peerId) : undefined
  }

  reply(payload: unknown, peerId: PeerId): unknown {
    return { payload, peerId }
  }

  onPeerDisconnected({ peerId }: PeerInfo): void {
    this.#heard.delete(peerId)
  }
}

export const echoSamples: ProtocolSamples = {
  valid: { hint: ['psst'], echo: ['hello', 7, { nested: [true] }] },
  requests: ['echo'],
  isAnswerTo: ({ payload, from }, reply) => isDeepStrictEqual(reply, { payload, peerId: from }),
  patienceMs: 4_000,
}
