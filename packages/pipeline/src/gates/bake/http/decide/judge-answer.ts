import type { Answer } from '../../../../egress/egress.ts'
import type { Look } from '../../decide/look.ts'

/** Silence is red; what could not be asked is neither. `expect` null: any status below 400. */
export function judgeAnswer(expect: number | null, answer: Answer, now: Date): Look {
  const of = now.toISOString()
  switch (answer.is) {
    case 'answered': {
      const isWell = expect === null ? answer.status < 400 : answer.status === expect
      return { is: isWell ? 'fine' : 'red', of, words: `it answered ${answer.status}` }
    }
    case 'silent':
      return { is: 'red', of, words: answer.words }
    case 'not-asked':
      return { is: 'inconclusive', of, words: answer.words }
  }
}
