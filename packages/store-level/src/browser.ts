export { openLevelStore } from './open-browser-store.js'
export type { LevelStoreOptions } from './options.js'
