import type { Message, PeerId, PeerInfo, ProtocolHandler } from '@rondo/core'
import type { ProtocolSamples } from '@rondo/testkit/conformance/protocol'
import { createWeather, Echo, echoSamples, weatherSamples } from './protocol-fixtures.js'

// Protocols that break one promise each, to see whether the suite notices.

interface Broken {
  readonly create: () => ProtocolHandler
  readonly samples: ProtocolSamples
  /** A part of the title of a case that has to fail. */
  readonly caughtBy: string
}

class ThrowsOnGarbage extends Echo {
  override reply(payload: unknown, peerId: PeerId): unknown {
    if (payload === null) throw new TypeError('cannot read properties of null')
    return super.reply(payload, peerId)
  }
}

class NeverAnswers extends Echo {
  override reply(): unknown {
    return new Promise(() => {})
  }
}

/** Answers whoever asked first of all. */
class MixesPeersUp extends Echo {
  #first: PeerId | undefined

  override reply(payload: unknown, peerId: PeerId): unknown {
    this.#first ??= peerId
    return super.reply(payload, this.#first)
  }
}

/** Takes every first message for an arrival. */
class TellsItselfTwice extends Echo {
  readonly #known = new Set<PeerId>()

  onPeerConnected(): void {}

  override handleMessage(message: Message, from: PeerInfo): unknown {
    if (!this.#known.has(from.peerId)) this.onPeerConnected()
    this.#known.add(from.peerId)
    return super.handleMessage(message, from)
  }
}

class GivesUpOnBadDays extends Echo {
  onPeerConnected(): void {
    throw new Error('not another one')
  }
}

/** The weather with another way of handling messages. */
function weatherThat(handleMessage: (message: Message) => unknown): ProtocolHandler {
  return { ...createWeather(), handleMessage }
}

/** The weather that takes whatever comes. */
function weatherWithoutChecks(): ProtocolHandler {
  const made = createWeather()
  const messages = new Map([...(made.messages ?? [])].map(([type, { kind }]) => [type, { kind }] as const))
  return { ...made, messages }
}

export const brokenProtocols: Readonly<Record<string, Broken>> = {
  'throws on garbage': {
    create: () => new ThrowsOnGarbage(),
    samples: echoSamples,
    caughtBy: 'random payloads of every type do no harm',
  },
  'never answers': {
    create: () => new NeverAnswers(),
    samples: echoSamples,
    caughtBy: 'every valid request is answered',
  },
  'does not stop when its peer has gone': {
    create: () => new NeverAnswers(),
    samples: echoSamples,
    caughtBy: 'when a peer leaves',
  },
  'answers outside of its schema': {
    create: () => weatherThat(() => 'rather warm'),
    samples: weatherSamples,
    caughtBy: 'every valid request is answered',
  },
  'mixes its peers up': {
    create: () => new MixesPeersUp(),
    samples: echoSamples,
    caughtBy: 'several peers at once',
  },
  'calls its hooks twice': {
    create: () => new TellsItselfTwice(),
    samples: echoSamples,
    caughtBy: 'it is told of each peer once',
  },
  'throws when a peer comes': {
    create: () => new GivesUpOnBadDays(),
    samples: echoSamples,
    caughtBy: 'it is told of each peer once',
  },
  'throws what it should reject with': {
    create: () =>
      weatherThat(({ payload }) => {
        if (JSON.stringify(payload).includes('Atlantis')) throw new Error('it sank')
        return 21.5
      }),
    samples: weatherSamples,
    caughtBy: 'every valid request is answered',
  },
  'takes what its samples call invalid': {
    create: weatherWithoutChecks,
    samples: weatherSamples,
    caughtBy: 'payloads that do not fit their type are refused',
  },
  'refuses what its samples call valid': {
    create: createWeather,
    samples: { ...weatherSamples, valid: { ...weatherSamples.valid, report: [{ town: 'Oslo' }] } },
    caughtBy: 'every valid message is accepted',
  },
  'has a type without a sample': {
    create: createWeather,
    samples: { ...weatherSamples, valid: { forecast: [{ city: 'Oslo' }] } },
    caughtBy: 'there is a valid sample of every declared message type',
  },
}
