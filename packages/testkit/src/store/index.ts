export {
  type CrashableStore,
  type CrashableStoreOptions,
  createCrashableStore,
  type StoreFault,
} from './crashable-store.js'
