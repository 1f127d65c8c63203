/**
 * Gives `object` a property of its own, whatever a stranger named it. `__proto__` is refused before it comes here.
 */
export function setOwn(object: Record<string, unknown>, key: string, value: unknown): void {
  if (isDigit(key.charCodeAt(0))) {
    // Engines keep index-like keys in an array as long as the index is high, kilobytes for the nine bytes of
    // { 1000: 0 }. Attributes out of the ordinary, for a moment, make them keep a table instead.
    Object.defineProperty(object, key, { value, enumerable: false, writable: true, configurable: true })
    Object.defineProperty(object, key, { enumerable: true })
  } else if (key in object) {
    // Assignment would meet what Object.prototype has: setters, and properties that somebody froze.
    Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true })
  } else {
    object[key] = value
  }
}

function isDigit(unit: number): boolean {
  return unit >= 0x30 && unit <= 0x39
}
