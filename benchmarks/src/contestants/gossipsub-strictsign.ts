import { gossipsub, StrictSign } from '@libp2p/gossipsub'
import { identify } from '@libp2p/identify'
import { bytesPayloads } from './bytes-payloads.ts'
import type { Contestant, Take } from './contestant.ts'
import { addressOf, createLibp2pNode, targetOf } from './libp2p-node.ts'

// What peers do today who want each message signed: js-libp2p's gossipsub, StrictSign, two nodes in one topic. Each knows
// the other in its mesh before anything is measured. `batchPublish` is the quicker way its options offer, and there is no
// score to keep between two. The signature is made and checked with node:crypto, which is libp2p's choice.

const topic = 'bench'

export const gossipsubStrictSign: Contestant<Uint8Array> = {
  payloads: bytesPayloads,
  async listen({ take }) {
    const node = await createGossipNode(true, take)
    return {
      target: targetOf(node),
      broadcast: (payload) => node.services.pubsub.publish(topic, payload),
      close: async () => node.stop(),
    }
  },
  async createDialler(take) {
    const node = await createGossipNode(false, take)
    const { pubsub } = node.services
    return {
      async dial(target) {
        // Told when the other one takes us into its mesh, or we take it into ours; whoever is taken in answers by doing the same.
        const meshed = new Promise((resolve) => pubsub.addEventListener('gossipsub:graft', resolve, { once: true }))
        const connection = await node.dial(addressOf(target))
        await meshed
        return {
          send: (payload) => pubsub.publish(topic, payload),
          ask: () => Promise.reject(new TypeError('what is published is not answered')),
          close: () => connection.close(),
        }
      },
      close: async () => node.stop(),
    }
  },
}

async function createGossipNode(listens: boolean, take: Take<Uint8Array>) {
  const node = await createLibp2pNode(listens, {
    services: { identify: identify(), pubsub: gossipsub({ globalSignaturePolicy: StrictSign, batchPublish: true }) },
  })
  const { pubsub } = node.services
  pubsub.addEventListener('message', ({ detail }) => take(detail.data))
  pubsub.subscribe(topic)
  return node
}
