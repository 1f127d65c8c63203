export { createMemoryNetwork, type MemoryNetwork } from './network.js'
export type { MemoryNetworkOptions } from './options.js'
export { createSeededRandom } from './seeded-random.js'
