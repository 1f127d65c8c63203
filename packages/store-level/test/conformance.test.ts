import { storeConformance } from '@rondo/testkit/conformance/store'
import { describe, expect, test } from 'vitest'
import { openLevelStore } from '../src/index.js'
import { createFolder, removeFolder } from './folder.js'

describe('in Node', () => {
  const createFixture = async () => {
    const folder = await createFolder()
    return { open: () => openLevelStore(`${folder}/store`), teardown: () => removeFolder(folder) }
  }
  storeConformance({ describe, test, expect }, createFixture)
})
