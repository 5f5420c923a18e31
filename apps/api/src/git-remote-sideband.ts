/**
 * The frames of git's wire: four hex digits of length, then that much less four bytes; `0000` ends a list. In an
 * answer with side-bands the first byte of each says what it is: 1 the answer, 2 words for the terminal, 3 an end.
 * https://git-scm.com/docs/protocol-common, https://git-scm.com/docs/protocol-capabilities#_side_band_side_band_64k
 */
const payloadBytesMax = 65_515
export const flush = Buffer.from('0000')

/** One frame. The payload is at most 65,516 bytes. */
export function frame(payload: Buffer | string): Buffer {
  const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload
  return Buffer.concat([Buffer.from((bytes.length + 4).toString(16).padStart(4, '0')), bytes])
}

/** Words that git shows at once, each line behind `remote: `. Control characters are taken out: a log line must not move a cursor. */
export function words(lines: string): Buffer {
  const safe = Buffer.from(`${lines.replace(escapes, '').replace(controls, '')}\n`)
  const frames: Buffer[] = []
  for (let at = 0; at < safe.length; at += payloadBytesMax) {
    frames.push(frame(Buffer.concat([Buffer.from([2]), safe.subarray(at, at + payloadBytesMax)])))
  }
  return Buffer.concat(frames)
}

const escapes = /\p{Cc}\[[0-9;?]*[A-Za-z]/gu
const controls = /(?![\n\t])[\p{Cc}\p{Cf}]/gu

/** A frame without words, sent when nothing else is: it keeps proxies from closing and shows who has gone. */
export const keepAlive = frame(Buffer.from([2]))

/** Takes bytes as they come and gives whole frames; `undefined` for `0000`. */
export function frameReader(): (chunk: Buffer) => { raw: Buffer; payload: Buffer | undefined }[] {
  let rest = Buffer.alloc(0)
  return (chunk) => {
    rest = Buffer.concat([rest, chunk])
    const frames: { raw: Buffer; payload: Buffer | undefined }[] = []
    while (rest.length >= 4) {
      const length = Number.parseInt(rest.toString('latin1', 0, 4), 16)
      if (length === 0) {
        frames.push({ raw: rest.subarray(0, 4), payload: undefined })
        rest = rest.subarray(4)
        continue
      }
      if (!(length >= 4)) throw new Error('git wrote something that is no frame')
      if (rest.length < length) break
      frames.push({ raw: rest.subarray(0, length), payload: rest.subarray(4, length) })
      rest = rest.subarray(length)
    }
    return frames
  }
}
