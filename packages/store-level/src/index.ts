export { openLevelStore } from './open-level-store.js'
export type { LevelStoreOptions } from './options.js'
